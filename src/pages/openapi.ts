import { keySchemas } from "../access/key-routes.ts";
import { openapiDocument } from "../http/openapi.ts";
import { type JsonSchema, type Route, route } from "../http/route.ts";
import { changeSchemas } from "../ledger/change-routes.ts";
import type { RecordType } from "../record/record-type.ts";
import { recordSchemas, revisionSchemas } from "../record/schemas.ts";
import { brokerSchemas } from "../record-types/brokers.ts";
import { serviceName } from "./layout.ts";
import { pageRoute, tagged } from "./page.ts";

/** What the tags of routes other than the records' own stand for. */
const tagTexts: { readonly [tag: string]: string } = {
  brokers: "Who brought ceasefires about.",
  pages: "Pages for people, and the service's description of itself for programs.",
  operations: "Whether the service is well, for those who run it.",
  changes: "Every creation, update and deletion, in the order of the ledger.",
  ledger: "The chain of all revisions and the chain of the public ones, and their verification.",
  keys: "The keys that writing needs.",
  analysis: "Figures over many records, each with the query it comes from.",
  exchange: "Imports from other datasets, and the whole record as a package.",
};

const description = `The record of ceasefires: who brokered each, when it took effect by every account, and every reported violation with its claims, denials and sources.

A record is a claim with a claimant and a source; the service does not say who broke a ceasefire. Precision is never invented: null is "not known", 0 is "said to be none". Every version stays readable.

Reading needs no key. Every field and code is defined in the [codebook](/codebook); every kind of problem is explained under [/problems](/problems).`;

/**
 * The whole service as an OpenAPI 3.1 document. `baseUrl` without a trailing slash. Throws where a route's tag is not
 * explained, so that no group of calls goes without a word.
 */
export function describeService(
  routes: readonly Route[],
  types: readonly RecordType[],
  version: string,
  baseUrl: string,
): JsonSchema {
  const named = new Map([
    ...types.map((type) => [type.collection, type.description] as const),
    ...Object.entries(tagTexts),
  ]);
  const tags = [...new Set(routes.map(({ tag }) => tag))].map((name) => {
    const text = named.get(name);
    if (text === undefined) throw new Error(`The tag ${name} is not explained in pages/openapi.ts.`);
    return { name, description: text };
  });
  return openapiDocument(routes, {
    title: serviceName,
    version,
    description,
    baseUrl,
    schemas: Object.assign(
      { ...revisionSchemas, ...brokerSchemas, ...changeSchemas, ...keySchemas },
      ...types.map(recordSchemas),
    ),
    tags,
    contact: { name: serviceName, url: `${baseUrl}/` },
    licence: { name: "Apache-2.0", identifier: "Apache-2.0" },
  });
}

/** The text of the committed openapi.json, written for a service on its default port. */
export function committedDescription(
  routes: readonly Route[],
  types: readonly RecordType[],
  version: string,
): string {
  return `${JSON.stringify(describeService(routes, types, version, "http://localhost:3000"), null, 2)}\n`;
}

interface DescriptionSource {
  readonly types: readonly RecordType[];
  readonly version: string;
  /** Every route of the service, this one included. */
  readonly routes: () => readonly Route[];
}

/** GET /openapi.json, made once for the address that the service has. */
export function openapiRoute({ routes, types, version }: DescriptionSource): Route {
  let made: { readonly baseUrl: string; readonly body: string } | undefined;
  return route({
    ...pageRoute,
    path: "/openapi.json",
    operation: "get_openapi",
    summary: "This description",
    description: "The API as an OpenAPI 3.1 document, generated from the schemas that validate.",
    answers: {
      200: {
        description: "The document.",
        content: {
          "application/json": {
            schema: {
              type: "object",
              description: "An OpenAPI 3.1 document.",
              required: ["openapi", "info", "paths"],
            },
            example: { openapi: "3.1.0", info: { title: serviceName, version }, paths: {} },
          },
        },
      },
      304: { description: "Unchanged since the ETag that `If-None-Match` names." },
    },
    handle: async (call) => {
      if (made?.baseUrl !== call.baseUrl)
        made = {
          baseUrl: call.baseUrl,
          body: JSON.stringify(describeService(routes(), types, version, call.baseUrl)),
        };
      return tagged(call, { mediaType: "application/json", body: made.body });
    },
  });
}
