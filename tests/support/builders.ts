import { expect } from "@jest/globals";
import type { Response } from "supertest";
import type { Role } from "../../src/http/route.ts";
import type { RecordTypeName } from "../../src/record/field.ts";
import { isList, isObject, type Json, type JsonObject } from "../../src/record/json.ts";
import { collectionOf } from "../../src/record/sql.ts";
import { allTables } from "../../src/record/table.ts";
import { recordTypes } from "../../src/record-types/index.ts";
import type { TestService } from "./service.ts";

/** A record as an answer carries it. */
export interface Doc extends JsonObject {
  readonly id: string;
  readonly version: number;
  readonly updated_at: string;
}

/** The records that `makeWorld` writes, by what they are; enough for any other to refer to. */
export const world = {
  conflict: "the-war",
  side: "side-a",
  ministry: "side-a-ministry",
  other: "side-b",
  army: "side-b-army",
  monitor: "the-monitor",
  region: "a-region",
  town: "a-town",
  source: "a-source",
  truce: "the-truce",
} as const;

/** Writes a conflict, two sides with an office each, a monitor, a town in a region, a source and a ceasefire. */
export async function makeWorld(service: TestService): Promise<void> {
  const actors: readonly JsonObject[] = [
    { id: world.side, name: "Side A", kind: "STATE", country_code: "AAA" },
    { id: world.ministry, name: "Ministry of A", kind: "GOVERNMENT_BODY", part_of: world.side },
    { id: world.other, name: "Side B", kind: "STATE", country_code: "BBB" },
    { id: world.army, name: "Army of B", kind: "GOVERNMENT_BODY", part_of: world.other },
    { id: world.monitor, name: "The Monitor", kind: "INTERGOVERNMENTAL" },
  ];
  await created(service, "conflict", { id: world.conflict, name: "The War" });
  for (const actor of actors) await created(service, "actor", actor);
  await created(service, "place", { id: world.region, names: [{ name: "A Region" }], kind: "REGION" });
  await created(service, "place", {
    id: world.town,
    names: [{ name: "A Town" }],
    part_of: world.region,
    latitude: 40,
    longitude: 46,
  });
  await created(service, "source", {
    id: world.source,
    kind: "NEWS",
    visibility: "PUBLIC",
    title: "A report",
  });
  await created(service, "ceasefire", {
    id: world.truce,
    ...ceasefireBody("The Truce"),
    effective_readings: [
      { kind: "TEXT", adopted: true, moment: { local: "2020-10-10T12:00", time_zone: "+04:00" } },
    ],
  });
}

/** A ceasefire with nothing but what is required. */
export function ceasefireBody(name: string, more: JsonObject = {}): JsonObject {
  return { name, conflict: world.conflict, declaration_type: "BILATERAL", form: "SIGNED", ...more };
}

/** A source with nothing but what is required, and a title. */
export function sourceBody(title: string, more: JsonObject = {}): JsonObject {
  return { kind: "NEWS", visibility: "PUBLIC", title, ...more };
}

/** One claim: side A accuses side B, in the one source of the world. */
export function claimBody(more: JsonObject = {}): JsonObject {
  return {
    capacity: "PARTY",
    claimant: world.side,
    accused: [world.other],
    citations: [{ source: world.source }],
    ...more,
  };
}

/** A report with one claim. */
export function violationBody(more: JsonObject = {}): JsonObject {
  return { types: ["ARMED_CLASH"], visibility: "PUBLIC", claims: [claimBody()], ...more };
}

/** A body of each type that stands in the world, told apart by a word. */
export const bodies: { readonly [type in RecordTypeName]: (word: string) => JsonObject } = {
  conflict: (word) => ({ name: `Conflict ${word}` }),
  actor: (word) => ({ name: `Actor ${word}`, kind: "STATE" }),
  place: (word) => ({ names: [{ name: `Place ${word}` }] }),
  source: (word) => sourceBody(`Source ${word}`),
  ceasefire: (word) => ceasefireBody(`Ceasefire ${word}`),
  violation: (word) => violationBody({ description: `Violation ${word}` }),
};

/** A merge patch of each type that changes one member. */
export const patches: { readonly [type in RecordTypeName]: (word: string) => JsonObject } = {
  conflict: (word) => ({ name: `Conflict ${word}` }),
  actor: (word) => ({ name: `Actor ${word}` }),
  place: (word) => ({ names: [{ name: `Place ${word}` }] }),
  source: (word) => ({ title: `Source ${word}` }),
  ceasefire: (word) => ({ name: `Ceasefire ${word}` }),
  violation: (word) => ({ description: `Violation ${word}` }),
};

/** Where the records of a type are found; with an id, one of them. */
export function at(type: RecordTypeName, id?: string): string {
  return `/v1/${collectionOf(type)}${id === undefined ? "" : `/${id}`}`;
}

/** Writes a record and answers it; throws with the problem where it is refused. */
export async function created(
  service: TestService,
  type: RecordTypeName,
  body: JsonObject,
  role: Role = "editor",
): Promise<Doc> {
  const answer = await service.as(role).post(at(type)).send(body);
  if (answer.status !== 201) throw new Error(`${answer.status} ${answer.text}`);
  return docOf(answer);
}

/** Changes a record by a merge patch against its present version; throws with the problem where it is refused. */
export async function changed(
  service: TestService,
  type: RecordTypeName,
  id: string,
  patch: JsonObject,
): Promise<Doc> {
  const answer = await service.as("editor").patch(at(type, id)).set("If-Match", "*").send(patch);
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
  return docOf(answer);
}

/** The record in an answer, without what the answer to a creation names beside it. */
export function docOf(answer: Response): Doc {
  const { possible_duplicates: _named, ...body }: JsonObject = answer.body;
  if (!isDoc(body)) throw new Error(`No record: ${answer.text}`);
  return body;
}

function isDoc(body: unknown): body is Doc {
  return isObject(body) && typeof body.id === "string" && typeof body.version === "number";
}

/** The records on a page. */
export function dataOf(answer: Response): JsonObject[] {
  const body: unknown = answer.body;
  if (answer.status !== 200 || !isObject(body) || !isList(body.data)) {
    throw new Error(`No page: ${answer.status} ${answer.text}`);
  }
  return body.data.filter(isObject);
}

/** The ids on the first page of a list, in its order. */
export async function idsOf(service: TestService, path: string, role: Role = "editor"): Promise<Json[]> {
  return dataOf(await service.as(role).get(path)).map((record) => record.id ?? null);
}

/** Holds an answer against a problem: its media type, status, kind, and each place that its errors name. */
export function expectProblem(
  answer: Response,
  status: number,
  slug: string,
  places?: readonly string[],
): void {
  const found = {
    status: answer.status,
    media: answer.headers["content-type"],
    type: answer.body.type,
    stated: answer.body.status,
    ...(places !== undefined && { places: placesOf(answer) }),
  };
  expect(found).toEqual({
    status,
    media: "application/problem+json",
    type: `http://localhost/problems/${slug}`,
    stated: status,
    ...(places !== undefined && { places: [...places].sort() }),
  });
}

/** Where the faults of a problem lie: pointers as they are, "?name" for parameters, "name:" for headers; each once. */
export function placesOf(answer: Response): string[] {
  const errors: unknown = answer.body.errors;
  const faults = isList(errors) ? errors.filter(isObject) : [];
  const places = faults.map(({ pointer, parameter, header }) =>
    typeof pointer === "string"
      ? pointer
      : typeof parameter === "string"
        ? `?${parameter}`
        : `${String(header)}:`,
  );
  return [...new Set(places)].sort();
}

/** How many rows each table of the record holds, to see that a refused request left nothing behind. */
export async function rowCounts(service: TestService): Promise<{ readonly [table: string]: number }> {
  const names = [
    ...recordTypes.flatMap((type) => allTables(type.table).map((table) => table.name)),
    "revisions",
    "same_as",
  ];
  const counts = names.map((name) => `(SELECT count(*)::int FROM ${name}) AS ${name}`);
  const { rows } = await service.pool.query<{ [table: string]: number }>(`SELECT ${counts.join(", ")}`);
  return rows[0] ?? {};
}
