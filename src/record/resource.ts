import { z } from "zod";
import { etag, ifNoneMatch } from "../http/conditions.ts";
import { type Call, type Reply, type Route, route } from "../http/route.ts";
import { absent } from "./absent.ts";
import type { ResourceDeps } from "./deps.ts";
import { clockParameters, shapeParameters } from "./list-query.ts";
import { listRoutes } from "./list-routes.ts";
import { readOne, type Selection, type StandingReaders, standingReaders } from "./read.ts";
import type { RecordType } from "./record-type.ts";
import { revisionRoutes } from "./revision-routes.ts";
import { answerExample, idParams, schemaName, schemaRef } from "./schemas.ts";
import { type Standpoint, standpoint } from "./standpoint.ts";
import { writeRoutes } from "./write-routes.ts";

/** The standard calls of one record type; all six have the same. */
export function resourceRoutes(deps: ResourceDeps, type: RecordType): Route[] {
  return [
    ...listRoutes(deps, type),
    readRoute(deps, type),
    ...writeRoutes(deps, type),
    ...revisionRoutes(deps, type),
  ];
}

function readParameters(type: RecordType) {
  return { ...shapeParameters(type), ...clockParameters };
}

function readRoute(deps: ResourceDeps, type: RecordType): Route {
  const query = z.strictObject(readParameters(type));
  const standing = standingReaders(deps.pool, type);
  return route({
    method: "GET",
    path: `/v1/${type.collection}/{id}`,
    operation: `read_${type.type}`,
    tag: type.collection,
    summary: `Read one ${type.type}`,
    description: `The ${type.type} as it stands. Without \`fields\`, \`expand\` and \`known_at\` it carries the ETag that changes are made against.`,
    role: "public",
    params: idParams,
    query,
    headers: ["If-None-Match"],
    cost: (call) => (call.query.expand?.some(({ expand }) => expand.heavy) === true ? "heavy" : undefined),
    answers: {
      200: {
        description: `The ${type.type}.`,
        content: {
          "application/json": {
            schema: schemaRef(schemaName(type.type)),
            example: answerExample(type),
          },
        },
        headers: {
          ETag: "The version, for If-Match and If-None-Match.",
          "Data-As-Of": "The instant the answer is as of.",
        },
      },
      304: { description: "The version named in If-None-Match still stands." },
    },
    problems: [410],
    handle: (call) => read(deps, type, standing, call),
  });
}

type ReadQuery = z.output<z.ZodObject<ReturnType<typeof readParameters>>>;

async function read(
  deps: ResourceDeps,
  type: RecordType,
  standing: StandingReaders,
  call: Call<{ id: string }, ReadQuery>,
): Promise<Reply> {
  const { fields = [], expand = [] } = call.query;
  const { id } = call.params;
  const from = await standpoint(deps, call.principal, call.query);
  const isWhole = fields.length === 0 && expand.length === 0 && from.known === undefined;
  const found =
    isWhole && from.as_of === undefined
      ? await standing(from.withKey)(id)
      : await readOne(deps.pool, selectionOf(type, from, fields, expand), id);
  if (found === undefined) throw await absent(deps.pool, type, id, from);
  const stamp = { "Data-As-Of": found.as_of };
  if (!isWhole) return { status: 200, headers: stamp, body: found.document };
  const headers = { ...stamp, ETag: etag(found.version) };
  if (ifNoneMatch(call.header("If-None-Match"), headers.ETag)) return { status: 304, headers };
  return { status: 200, headers, body: found.document };
}

function selectionOf(
  type: RecordType,
  { viewpoint }: Standpoint,
  fields: Selection["fields"],
  expand: Selection["expand"],
): Selection {
  const sort = { column: "id", descending: false };
  return { type, viewpoint, conditions: [], given: new Set<string>(), sort, fields, expand };
}
