import type { SqlContext } from "../../record/sql.ts";
import { elapsedSql, positionSql } from "../../record-types/window-sql.ts";
import { historyOrder, placedSql } from "./order-sql.ts";

/**
 * One row per event of a ceasefire's history, in the order of `placedSql`, each a JSON object (`RawEvent`). The statement
 * parses each document once and sorts in the database, so that a ceasefire with 50,000 reports needs no memory here.
 */
export function eventsSql(id: string, context: SqlContext): string {
  const { view } = context;
  return `WITH truce AS (SELECT t.*, t.document::jsonb AS whole FROM ${view.relation("ceasefire")} t WHERE t.id = ${id}),
    event AS (
      SELECT 'ceasefire' AS type, truce.id, part.*, NULL::text AS status, NULL::text AS position, NULL::json AS elapsed_s,
        doc.d->'citations' AS general
      FROM truce, LATERAL (SELECT truce.whole AS d) AS doc, LATERAL (${unionOf(ceasefireParts)}) AS part
      UNION ALL
      SELECT 'violation', v.id, part.*, CASE WHEN part.kind = 'violation' THEN v.status::text END,
        CASE WHEN part.kind = 'violation' THEN ${positionSql(parts, context)} END,
        CASE WHEN part.kind = 'violation' THEN ${elapsedSql(parts)} END, doc.d->'citations'
      FROM truce JOIN ${view.relation("violation")} v ON v.ceasefire = truce.id,
        LATERAL (SELECT v.document::jsonb AS d OFFSET 0) AS doc, LATERAL (${unionOf(violationParts)}) AS part),
    cited AS (SELECT event.*, ${citationsSql} AS citations FROM event),
    dated AS (SELECT cited.*, CASE WHEN jsonb_typeof(moment) = 'object' THEN moment
        WHEN type = 'violation' AND kind <> 'violation' THEN ${publishedSql(context)} END AS at FROM cited),
    numbered AS MATERIALIZED (SELECT dated.*, row_number() OVER () AS n FROM dated),
    line AS (SELECT n, type, id, kind, rank, pointer, place, (at->>'earliest')::timestamptz AS earliest,
      (at->>'latest')::timestamptz AS latest FROM numbered),
    sorted AS (SELECT numbered.* FROM numbered JOIN (${placedSql("line")}) AS placed USING (n) ORDER BY ${historyOrder} OFFSET 0)
    SELECT json_build_object('kind', kind, 'type', type, 'id', id, 'pointer', pointer, 'at', at,
      'dated_by', CASE WHEN jsonb_typeof(moment) = 'object' THEN 'record' WHEN at IS NOT NULL THEN 'publication' END,
      'item', item, 'status', status, 'position', position, 'elapsed_s', elapsed_s,
      'names', ${namesSql(context)}, 'citations', ${sourcesSql(context)}) FROM sorted`;
}

const parts = {
  violation: "v",
  ceasefire: "truce",
  earliest: "truce.effective_earliest",
  latest: "truce.effective_latest",
};

interface Part {
  readonly kind: string;
  readonly pointer: string;
  readonly moment: string;
  readonly item: string;
  /** The member whose general citations stand in where the item has none of its own. */
  readonly member: string;
  /** The sources of this very statement. */
  readonly own: string;
  readonly from?: string;
  readonly where?: string;
}

/** The items of a list as rows: item, place from 0. */
function itemsOf(member: string): string {
  return `(SELECT listed.item, listed.place - 1 AS place FROM jsonb_array_elements(d->'${member}') WITH ORDINALITY AS listed(item, place)) AS listed`;
}

function isObject(value: string): string {
  return `jsonb_typeof(${value}) = 'object'`;
}

function listPart(kind: string, member: string, moment: string, more: Partial<Part> = {}): Part {
  return {
    kind,
    pointer: `'/${member}/' || listed.place`,
    moment: `listed.item->'${moment}'`,
    item: "listed.item",
    member,
    own: "listed.item->'citations'",
    from: itemsOf(member),
    ...more,
  };
}

function memberPart(kind: string, member: string, moment = `d->'${member}'`): Part {
  return {
    kind,
    pointer: `'/${member}'`,
    moment,
    item: `d->'${member}'`,
    member,
    own: `d->'${member}'->'citations'`,
    where: isObject(`d->'${member}'`),
  };
}

const ceasefireParts: readonly Part[] = [
  memberPart("announced", "announced"),
  listPart("declared", "parties", "declared", { where: isObject("listed.item->'declared'") }),
  listPart("reading", "effective_readings", "moment"),
  listPart("provision_due", "provisions", "due", { where: isObject("listed.item->'due'") }),
  listPart("withdrew", "parties", "withdrew", { where: isObject("listed.item->'withdrew'") }),
  memberPart("expires", "expires"),
  memberPart("ended", "ended", "d->'ended'->'moment'"),
];

const violationParts: readonly Part[] = [
  {
    kind: "violation",
    pointer: "''",
    moment: "d->'occurred'->'start'",
    item: "d - '{casualty_claims,responses,assessments,citations,counts,locations}'::text[]",
    member: "occurred",
    own: "jsonb_path_query_array(d, '$.citations[*]') || jsonb_path_query_array(d, '$.claims[*].citations[*]')",
  },
  listPart("claim", "claims", "stated"),
  listPart("casualty_claim", "casualty_claims", "stated"),
  listPart("response", "responses", "stated"),
  listPart("assessment", "assessments", "on"),
];

/** Groups of events at one time, and events of one group, stand in the order in which they follow from one another. */
const kinds = [...ceasefireParts.slice(0, 3), ...violationParts, ...ceasefireParts.slice(3)].map(
  ({ kind }) => kind,
);

function unionOf(list: readonly Part[]): string {
  return list
    .map((part) => {
      const place = part.from === undefined ? "0::bigint" : "listed.place";
      return `SELECT '${part.kind}' AS kind, ${kinds.indexOf(part.kind)} AS rank, ${part.pointer} AS pointer, ${place} AS place,
        ${part.moment} AS moment, ${part.item} AS item, ${part.own} AS own, '${part.member}' AS member
        ${part.from === undefined ? "" : `FROM ${part.from}`} WHERE ${part.where ?? "TRUE"}`;
    })
    .join(" UNION ALL ");
}

/** The sources of the statement, else the record's that speak of its member or of the whole. */
const citationsSql = `CASE WHEN jsonb_typeof(own) = 'array' AND own <> '[]' THEN own
  ELSE jsonb_path_query_array(general, '$[*] ? (@.fields.size() == 0 || @.fields[*] == $member)', jsonb_build_object('member', member)) END`;

/** Where nobody tells when something was said, the earliest publication among its sources stands in. */
function publishedSql({ view }: SqlContext): string {
  return `(SELECT source.document::jsonb->'published' FROM ${view.relation("source")} source
    WHERE source.id IN (SELECT citation->>'source' FROM jsonb_array_elements(citations) citation) AND source.published_earliest IS NOT NULL
    ORDER BY source.published_earliest, source.published_latest, source.id LIMIT 1)`;
}

/** The names of the actors that the event's own members refer to. */
function namesSql({ view }: SqlContext): string {
  const single = ["actor", "claimant", "of", "assessor"].map((member) => `item->>'${member}'`);
  const lists = ["accused", "obliged"].map(
    (member) =>
      `SELECT jsonb_array_elements_text(item->'${member}') WHERE jsonb_typeof(item->'${member}') = 'array'`,
  );
  const claims = "SELECT jsonb_path_query(item, '$.claims[*].claimant') #>> '{}'";
  const accused = "SELECT jsonb_path_query(item, '$.claims[*].accused[*]') #>> '{}'";
  return `(SELECT coalesce(json_object_agg(actor.id, actor.name), '{}'::json) FROM ${view.relation("actor")} actor
    WHERE actor.id IN (SELECT unnest(ARRAY[${single.join(", ")}]) UNION ${[...lists, claims, accused].join(" UNION ")}))`;
}

/** Citations with what a reader needs to find the source. */
function sourcesSql({ view }: SqlContext): string {
  return `(SELECT coalesce(json_agg(json_build_object('source', citation->>'source', 'relation', citation->>'relation',
      'quotation', citation->>'quotation', 'title', source.title, 'publisher', source.publisher, 'url', source.url,
      'archive_url', source.archive_url, 'published', source.document::json->'published') ORDER BY place), '[]'::json)
    FROM jsonb_array_elements(citations) WITH ORDINALITY AS listed(citation, place)
    LEFT JOIN ${view.relation("source")} source ON source.id = citation->>'source')`;
}
