import { type JsonSchema, type Route, route } from "../http/route.ts";
import { withArticle } from "../record/article.ts";
import {
  type Codebook,
  type CodebookCode,
  type CodebookField,
  type CodebookList,
  type CodebookRecord,
  type Counterpart,
  type Described,
  datasets,
} from "./codebook.ts";
import { type Html, html } from "./html.ts";
import { layout, prose } from "./layout.ts";
import { nothing, pageAnswers, pageReply, pageRoute, tagged } from "./page.ts";
import { searchSection, textSection } from "./text-section.ts";

/** The codebook for people and for programs. */
export function codebookRoutes(codebook: Codebook): Route[] {
  const page = codebookPage(codebook);
  const json = JSON.stringify(codebook);
  return [
    route({
      ...pageRoute,
      path: "/codebook",
      operation: "get_codebook_page",
      summary: "The codebook as a page",
      description:
        "Every field and code with its definition, and each code's counterparts in ACLED, UCDP, ETH/PRIO and PA-X. Each has an anchor: #violation.claims.accused, #violation_type.OVERFLIGHT.",
      answers: pageAnswers("The page."),
      handle: async (call) => pageReply(call, page),
    }),
    route({
      ...pageRoute,
      path: "/codebook.json",
      operation: "get_codebook",
      summary: "The codebook as JSON",
      description: "The same as /codebook, for programs.",
      query: nothing,
      answers: {
        200: {
          description: "The codebook.",
          content: { "application/json": { schema: codebookSchema, example: sample(codebook) } },
        },
        304: { description: "Unchanged since the ETag that `If-None-Match` names." },
      },
      handle: async (call) => tagged(call, { mediaType: "application/json", body: json }),
    }),
  ];
}

/** One of everything, so that the example is the real thing and yet short. */
function sample(codebook: Codebook): unknown {
  const last = codebook.record_types.at(-1);
  return {
    datasets: codebook.datasets,
    record_types: last && [
      {
        ...last,
        fields: last.fields.slice(0, 1),
        parameters: last.parameters.slice(0, 1),
        expands: last.expands.slice(0, 1),
        columns: last.columns.slice(0, 1),
      },
    ],
    shared_types: codebook.shared_types
      .slice(0, 1)
      .map((type) => ({ ...type, fields: type.fields.slice(0, 1) })),
    code_lists: codebook.code_lists.slice(0, 1).map((list) => ({ ...list, codes: list.codes.slice(0, 1) })),
  };
}

const string = (description: string): JsonSchema => ({ type: "string", description });
const nullable = (description: string): JsonSchema => ({ type: ["string", "null"], description });
const boolean = (description: string): JsonSchema => ({ type: "boolean", description });
const list = (description: string, items: JsonSchema): JsonSchema => ({ type: "array", description, items });
const object = (description: string, properties: { readonly [name: string]: JsonSchema }): JsonSchema => ({
  type: "object",
  description,
  properties,
  required: Object.keys(properties),
});

const fieldSchema = object("One field.", {
  path: string('Members apart by dots, "[]" behind every list.'),
  type: string("Its type: a scalar, a shared type, or object."),
  list: boolean("Whether it is a list."),
  description: string("What it says."),
  nullable: boolean('Whether null may stand there; null is "not known".'),
  derived: boolean("Whether the service derives it and ignores it in requests."),
  codes: nullable("The code list it takes its values from."),
  ref: nullable("The record type it refers to."),
  moment_kind: nullable("Of a moment: how its bounds are derived."),
});
const namedSchema = object("A name and what it means.", {
  name: string("The name."),
  description: string("What it means."),
});
const codeSchema = object("One code.", {
  code: string("The code."),
  definition: string("When it applies."),
  ...Object.fromEntries(
    Object.entries(datasets).map(([member, name]) => [
      member,
      nullable(`Its counterpart in the ${name}; null: nothing there can be told to mean the same.`),
    ]),
  ),
});
const codebookSchema = object("Every field and code of the service.", {
  datasets: {
    type: "object",
    description: "The datasets that codes are compared with.",
    additionalProperties: { type: "string" },
  },
  record_types: list(
    "The record types.",
    object("One record type.", {
      type: string("Its name."),
      collection: string("Its plural: path, table and file name."),
      path: string("Where its list is."),
      description: string("What it is."),
      written_by: string("The least role that writes it."),
      fields: list("Its fields.", fieldSchema),
      parameters: list("The query parameters of its list.", namedSchema),
      expands: list("What `expand` adds to it.", namedSchema),
      columns: list("The columns of its table in CSV.", namedSchema),
      sorts: list("Its sort keys; the first is the default.", string("A sort key.")),
    }),
  ),
  shared_types: list(
    "Small types that fields of many records share.",
    object("One shared type.", {
      name: string("Its name."),
      description: string("What it is."),
      fields: list("Its fields.", fieldSchema),
    }),
  ),
  code_lists: list(
    "The code lists.",
    object("One code list.", {
      name: string("Its name."),
      description: string("What it is for."),
      codes: list("Its codes in their order.", codeSchema),
    }),
  ),
});

/** The page itself; pure. Anchors: a type, a type's field without brackets, a code list, a list's code. */
export function codebookPage(codebook: Codebook): Html {
  return layout({
    title: "Codebook",
    description: "Every field and code of the ceasefire record with its definition and its counterparts.",
    section: "/codebook",
    main: "manual",
    body: html`<nav class="contents" aria-label="Contents">${contents(codebook)}</nav>
<div class="manual-text">
<h1>Codebook</h1>
<p class="standfirst">Every field and every code, with its definition and what answers to it in ACLED, UCDP, ETH/PRIO and PA-X. The same <a href="/codebook.json">as JSON</a>.</p>
<p>Fields are read off the schemas that validate. <em>Null</em> means “not known”, never “none”. <em>Derived</em> fields are computed by the service; in a request they are accepted and ignored.</p>
${codebook.record_types.map(recordSection)}
${codebook.shared_types.map(
  ({ name, description, fields }) =>
    html`<section><h2 id="${name}">${name}</h2><p>${prose(description)}</p>${fieldTable(name, fields)}</section>`,
)}
${codebook.code_lists.map(listSection)}
${textSection()}
${searchSection()}
</div>`,
  });
}

function contents({ record_types, shared_types, code_lists }: Codebook): Html {
  const link = (id: string) => html`<li><a href="#${id}">${id}</a></li>`;
  return html`<details open><summary>Contents</summary>
<h2>Records</h2><ul>${record_types.map(({ type }) => link(type))}</ul>
<h2>Shared types</h2><ul>${shared_types.map(({ name }) => link(name))}</ul>
<h2>Code lists</h2><ul>${code_lists.map(({ name }) => link(name))}</ul>
<h2>Text</h2><ul>${link("text")}${link("search")}</ul></details>`;
}

function recordSection(record: CodebookRecord): Html {
  return html`<section><h2 id="${record.type}">${record.type}</h2>
<p>${prose(record.description)} Its list is <a href="${record.path}"><code>${record.path}</code></a>; it is written by the role ${record.written_by}.</p>
${fieldTable(record.type, record.fields)}
${namedTable(`Parameters of ${record.path}; sorts: ${record.sorts.join(", ")}`, "Parameter", record.parameters)}
${namedTable(`What expand= adds to ${withArticle(record.type)}`, "Fact", record.expands)}
${namedTable(`Columns of ${record.path}?format=csv`, "Column", record.columns)}
</section>`;
}

function fieldTable(owner: string, fields: readonly CodebookField[]): Html {
  return html`<table class="entries"><caption>Fields of ${owner}</caption><thead><tr><th scope="col">Field and type</th><th scope="col">Description</th></tr></thead><tbody>${fields.map((field) => fieldRow(owner, field))}</tbody></table>`;
}

function fieldRow(owner: string, field: CodebookField): Html {
  const anchor = `${owner}.${field.path.replaceAll("[]", "")}`;
  const marks = [field.list && "list", field.nullable && "may be null", field.derived && "derived"].filter(
    (mark) => mark !== false,
  );
  return html`<tr id="${anchor}"><th scope="row"><a class="path" href="#${anchor}">${wrapping(field.path)}</a><span class="kind">${kind(field)}${marks.map((mark) => html`<span class="aside">, ${mark}</span>`)}</span></th><td>${prose(field.description)}</td></tr>`;
}

/** Lets a long path break behind its dots and underscores, where a narrow window needs it. */
function wrapping(path: string): Html {
  return html`${path.split(/(?<=[._])/).map((part) => html`${part}<wbr>`)}`;
}

function kind({ type, codes, ref }: CodebookField): Html {
  if (codes !== null) return html`code of <a href="#${codes}">${codes}</a>`;
  if (ref !== null) return html`id of ${/^[aeiou]/.test(ref) ? "an" : "a"} <a href="#${ref}">${ref}</a>`;
  return type === "moment" || type === "range" ? html`<a href="#${type}">${type}</a>` : html`${type}`;
}

function namedTable(caption: string, head: string, entries: readonly Described[]): Html | null {
  if (entries.length === 0) return null;
  const rows = entries.map(
    ({ name, description }) =>
      html`<tr><th scope="row"><code>${wrapping(name)}</code></th><td>${prose(description)}</td></tr>`,
  );
  return html`<table class="entries"><caption>${caption}</caption><thead><tr><th scope="col">${head}</th><th scope="col">Description</th></tr></thead><tbody>${rows}</tbody></table>`;
}

function listSection({ name, description, codes }: CodebookList): Html {
  return html`<section><h2 id="${name}">${name}</h2><p>${prose(description)}</p>
<table class="entries"><caption>Codes of ${name}</caption><thead><tr><th scope="col">Code</th><th scope="col">Definition and counterparts</th></tr></thead><tbody>${codes.map((code) => codeRow(name, code))}</tbody></table></section>`;
}

const shortNames: { readonly [member in Counterpart]: string } = {
  acled: "ACLED",
  ucdp: "UCDP",
  eth_prio: "ETH/PRIO",
  pax: "PA-X",
};

function codeRow(owner: string, code: CodebookCode): Html {
  const anchor = `${owner}.${code.code}`;
  const counterparts = (["acled", "ucdp", "eth_prio", "pax"] as const).flatMap((member) => {
    const value = code[member];
    return value === null ? [] : [{ name: shortNames[member], title: datasets[member], value }];
  });
  return html`<tr id="${anchor}"><th scope="row"><a class="path" href="#${anchor}">${wrapping(code.code)}</a></th><td>${prose(code.definition)}${
    counterparts.length > 0 &&
    html`<dl class="counterparts">${counterparts.map(
      ({ name, title, value }) =>
        html`<div><dt><abbr title="${title}">${name}</abbr></dt><dd>${prose(value)}</dd></div>`,
    )}</dl>`
  }</td></tr>`;
}
