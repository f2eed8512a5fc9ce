import { z } from "zod";
import { notModified, tagDescription } from "../http/conditional.ts";
import { problem } from "../http/problem.ts";
import { type Route, route } from "../http/route.ts";
import { readCursor, writeCursor } from "../record/cursor.ts";
import type { RecordsDeps } from "../record/deps.ts";
import {
  clockParameters,
  DEFAULT_PAGE_LIMIT,
  pageCursorSchema,
  pageLimitSchema,
} from "../record/list-query.ts";
import { taggedPage } from "../record/page-reply.ts";
import { listSchema } from "../record/schemas.ts";
import { looksBack, standpoint } from "../record/standpoint.ts";
import { readBrokers } from "./broker-queries.ts";
import { brokerRole } from "./codes/ceasefire.ts";

const broker = {
  type: "object",
  description: "An actor in a broker's role.",
  properties: {
    actor: { type: "string", description: "The actor's id." },
    name: { type: "string", description: "The actor's name." },
    ceasefires: {
      type: "array",
      description: "What it brokered, by when that took effect.",
      items: {
        type: "object",
        description: "One ceasefire brokered.",
        properties: {
          ceasefire: { type: "string", description: "The ceasefire's id." },
          role: { type: "string", enum: brokerRole.values, description: brokerRole.description },
          disputed: { type: "boolean", description: "Whether sources differ over this role." },
        },
        required: ["ceasefire", "role", "disputed"],
        additionalProperties: false,
      },
    },
  },
  required: ["actor", "name", "ceasefires"],
  additionalProperties: false,
};

/** The schemas that the brokers' call refers to. */
export const brokerSchemas = {
  Broker: broker,
  BrokerList: listSchema({ $ref: "#/components/schemas/Broker" }, "A page of brokers."),
};

/** Actors in a broker's role, with the ceasefires they brokered. */
export function brokersRoute(deps: RecordsDeps): Route {
  return route({
    method: "GET",
    path: "/v1/brokers",
    operation: "list_brokers",
    tag: "ceasefires",
    summary: "List brokers",
    description:
      "Every actor that some source names as a broker, with what it brokered and whether that is disputed, by name.",
    role: "public",
    params: z.strictObject({}),
    query: z.strictObject({
      ...clockParameters,
      limit: pageLimitSchema,
      cursor: pageCursorSchema,
    }),
    headers: ["If-None-Match"],
    answers: {
      200: {
        description: "A page of brokers.",
        content: { "application/json": { schema: { $ref: "#/components/schemas/BrokerList" }, example } },
        headers: { ETag: tagDescription },
      },
      ...notModified,
    },
    cost: ({ query }) => (looksBack(query) ? "heavy" : undefined),
    async handle(call) {
      const { query, principal } = call;
      const { limit = DEFAULT_PAGE_LIMIT } = query;
      const from = await standpoint(deps, principal, query);
      const bound = `brokers?sort=sort_name&as_of=${query.as_of ?? ""}&known_at=${query.known_at ?? ""}`;
      const after = query.cursor === undefined ? { key: "", id: "" } : readCursor(query.cursor, bound);
      if (after === undefined) {
        const message = "This cursor does not belong here. Take page.next of the page before.";
        throw problem("bad-request", message, {
          errors: [{ parameter: "cursor", code: "foreign_cursor", message }],
        });
      }
      const page = await readBrokers(
        deps.pool,
        from.viewpoint,
        { key: after.key ?? "", id: after.id },
        limit,
      );
      const next = page.next === null ? null : writeCursor(page.next, bound);
      return taggedPage(call, { data: page.data, limit, next, as_of: page.as_of });
    },
  });
}

const example = {
  data: [
    {
      actor: "russia",
      name: "Russia",
      ceasefires: [{ ceasefire: "nagorno-karabakh-2020-10-10", role: "MEDIATOR", disputed: false }],
    },
  ],
  page: { limit: 50, next: null, as_of: "2026-11-23T14:00:00.123456Z" },
};
