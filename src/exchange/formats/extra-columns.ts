import type { RecordTypeName } from "../../record/field.ts";
import type { SqlContext } from "../../record/sql.ts";
import { ceasefire } from "../../record-types/ceasefire.ts";
import type { ColumnJoin, ExportColumn } from "./cells.ts";
import { nameOfSql } from "./names.ts";
import { measures, tollsSql } from "./tolls-sql.ts";

interface RefList {
  readonly name: string;
  /** The column of the names that go with the ids. */
  readonly names: string;
  readonly member: string;
  readonly target: RecordTypeName;
  /** The child table and its column that hold the references. */
  readonly table: string;
  readonly column: string;
  readonly key: string;
  readonly description: string;
}

/** The ids that a child table holds, each once and in order, and beside them their names in the same order. */
function refList(list: RefList): ExportColumn[] {
  const { name, names, member, target, table, column, key } = list;
  const alias = `${name}_held`;
  const join: ColumnJoin = {
    sql: (row, context) => `LEFT JOIN LATERAL (SELECT array_agg(held.id ORDER BY held.id) AS ids,
        array_agg(coalesce(${nameOfSql(target, "held.id", context)}, held.id) ORDER BY held.id) AS names
      FROM (SELECT DISTINCT item.${column} AS id FROM ${context.view.items(table)} item WHERE item.${key} = ${row}.id AND item.${column} IS NOT NULL) AS held) AS ${alias} ON TRUE`,
  };
  return [
    {
      name,
      description: `${list.description} Ids, each once, joined by semicolons.`,
      member,
      type: "ref",
      list: true,
      join,
      sql: () => `${alias}.ids`,
    },
    {
      name: names,
      description: `The names that go with ${name}, in the same order, joined by semicolons; a semicolon inside a name has a backslash in front.`,
      member,
      type: "text",
      list: true,
      join,
      sql: () => `${alias}.names`,
    },
  ];
}

const tolls: ColumnJoin = {
  sql: (row, context) => `LEFT JOIN LATERAL (${tollsSql(row, context)}) AS tolls ON TRUE`,
};

const said: { readonly [measure in (typeof measures)[number]]: string } = {
  killed: "People said to have been killed",
  injured: "People said to have been injured",
  missing: "People said to be missing",
};

const casualtyColumns = measures.flatMap((measure) =>
  (["low", "high"] as const).map(
    (side): ExportColumn => ({
      name: `${measure}_${side}`,
      description: `${said[measure]}: the ${side === "low" ? "least" : "greatest"} among each claimant's last figures; empty: no figure given, which is not 0.`,
      member: "casualty_claims",
      type: "integer",
      list: false,
      join: tolls,
      sql: () => `tolls.${measure}_${side}`,
    }),
  ),
);

/** The first location's point: its own, else its place's. */
const spot: ColumnJoin = {
  sql: (row, { view }) =>
    `LEFT JOIN LATERAL (SELECT coalesce(item.latitude, place.latitude) AS latitude, coalesce(item.longitude, place.longitude) AS longitude,
        item.geo_precision FROM ${view.items("violations_locations")} item LEFT JOIN ${view.relation("place")} place ON place.id = item.place
      WHERE item.violation_id = ${row}.id ORDER BY item.position LIMIT 1) AS spot ON TRUE`,
};

const spotColumns: ExportColumn[] = [
  {
    name: "latitude",
    description: "Degrees north, WGS 84, of the first location: its own point, else its place's.",
    member: "locations",
    type: "number",
    list: false,
    join: spot,
    sql: () => "spot.latitude",
  },
  {
    name: "longitude",
    description: "Degrees east, WGS 84, of the first location: its own point, else its place's.",
    member: "locations",
    type: "number",
    list: false,
    join: spot,
    sql: () => "spot.longitude",
  },
  {
    name: "geo_precision",
    description: "How precisely the first location is known.",
    member: "locations",
    type: "code",
    list: false,
    join: spot,
    sql: () => "spot.geo_precision",
  },
];

/** The reading that filters and status go by. */
const adopted: ColumnJoin = {
  sql: (row, { view }) =>
    `LEFT JOIN LATERAL (SELECT item.* FROM ${view.items("ceasefires_effective_readings")} item
      WHERE item.ceasefire_id = ${row}.id AND item.adopted ORDER BY item.position LIMIT 1) AS adopted ON TRUE`,
};

/** The adopted reading's moment, its columns renamed from moment_… to effective_…. */
function effectiveColumns(): ExportColumn[] {
  const readings = ceasefire.table.children.find((child) => child.name === "ceasefires_effective_readings");
  const columns = readings?.columns.filter(({ path }) => path[0] === "moment") ?? [];
  return columns.map((column) => ({
    name: column.name.replace("moment_", "effective_"),
    description: `When it took effect, by the adopted reading. ${column.node.description}`,
    member: "effective_readings",
    type: column.node.type,
    list: false,
    join: adopted,
    sql: () => `adopted.${column.name}`,
  }));
}

const conflictOf = (row: string, { view }: SqlContext) =>
  `(SELECT truce.conflict FROM ${view.relation("ceasefire")} truce WHERE truce.id = ${row}.ceasefire)`;

const violationLists: readonly RefList[] = [
  {
    name: "accused",
    names: "accused_names",
    member: "claims",
    target: "actor",
    table: "violations_claims_accused",
    column: "actor",
    key: "violation_id",
    description: "Every actor accused in any claim.",
  },
  {
    name: "claimants",
    names: "claimant_names",
    member: "claims",
    target: "actor",
    table: "violations_claims",
    column: "claimant",
    key: "violation_id",
    description: "Every actor that says it happened.",
  },
  {
    name: "involved",
    names: "involved_names",
    member: "involved",
    target: "actor",
    table: "violations_involved",
    column: "actor",
    key: "violation_id",
    description: "Actors named as taking part, with no direction.",
  },
  {
    name: "places",
    names: "place_names",
    member: "locations",
    target: "place",
    table: "violations_locations",
    column: "place",
    key: "violation_id",
    description: "The places where it is said to have happened.",
  },
];

const ceasefireLists: readonly RefList[] = [
  {
    name: "parties",
    names: "party_names",
    member: "parties",
    target: "actor",
    table: "ceasefires_parties",
    column: "actor",
    key: "ceasefire_id",
    description: "Who agreed, declared, is bound or left out.",
  },
  {
    name: "brokers",
    names: "broker_names",
    member: "brokers",
    target: "actor",
    table: "ceasefires_brokers",
    column: "actor",
    key: "ceasefire_id",
    description: "Who brought it about, by every account.",
  },
  {
    name: "coverage_places",
    names: "coverage_place_names",
    member: "coverage",
    target: "place",
    table: "ceasefires_coverage_places",
    column: "place",
    key: "ceasefire_id",
    description: "The places it holds in.",
  },
];

/** The columns that no single field of a record makes. */
export const extraColumns: { readonly [type in RecordTypeName]?: readonly ExportColumn[] } = {
  place: [
    {
      name: "name",
      description: "The first of its names.",
      member: "names",
      type: "text",
      list: false,
      sql: (row, context) => nameOfSql("place", `${row}.id`, context),
    },
    {
      name: "names",
      description:
        "All its names, in any script, joined by semicolons; a semicolon inside a name has a backslash in front.",
      member: "names",
      type: "text",
      list: true,
      sql: (row, { view }) =>
        `(SELECT array_agg(item.name ORDER BY item.position) FROM ${view.items("places_names")} item WHERE item.place_id = ${row}.id)`,
    },
  ],
  ceasefire: [...effectiveColumns(), ...ceasefireLists.flatMap(refList)],
  violation: [
    {
      name: "conflict",
      description: "The conflict of its ceasefire; empty until linked.",
      member: "ceasefire",
      type: "ref",
      list: false,
      sql: conflictOf,
    },
    ...violationLists.flatMap(refList),
    ...spotColumns,
    ...casualtyColumns,
  ],
};
