import { expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Role } from "../../src/http/route.ts";
import type { IsToCome } from "../../src/record/integrity.ts";
import { expandsOf } from "../../src/record/list-query.ts";
import { createRecord, transaction } from "../../src/record/store.ts";
import { recordTypes } from "../../src/record-types/index.ts";
import { at, makeWorld, world } from "../support/builders.ts";
import { knownBy } from "../support/known.ts";
import { questions } from "../support/questions.ts";
import { draftOf, histories, instants, type Saying } from "../support/sayings.ts";
import { type TestService, testService } from "../support/service.ts";

/** A service whose world was recorded as 2026 began. */
async function serviceAt2026(): Promise<TestService> {
  const service = await testService();
  await service.pool.query(
    `CREATE OR REPLACE FUNCTION recording_instant() RETURNS timestamptz LANGUAGE plpgsql VOLATILE AS $$
     BEGIN PERFORM pg_current_xact_id();
       RETURN timestamptz '2026-01-01T00:00:00Z' + interval '1 second' * coalesce(nullif(current_setting('test.second', true), ''), '0')::int; END $$`,
  );
  await makeWorld(service);
  return service;
}

/** Records a history, each record at its second. */
async function record(service: TestService, history: readonly Saying[]): Promise<void> {
  await transaction(service.pool, async (client) => {
    await client.query("SET CONSTRAINTS ALL DEFERRED");
    const open = history.filter(({ members }) => members.visibility !== "RESTRICTED");
    const isToCome: IsToCome = (type, id) =>
      open.some((other) => other.type === type && other.members.id === id);
    for (const { type, second, members } of history) {
      await client.query("SELECT set_config('test.second', $1, true)", [String(second)]);
      const literal = recordTypes.find((one) => one.type === type);
      if (literal === undefined) throw new Error(`There is no type ${type}.`);
      await createRecord(
        client,
        literal,
        draftOf(type, members),
        { author: null, reason: null },
        { isToCome },
      );
    }
  });
}

/** Takes away what of the world itself was not known before it was recorded. */
async function forgetWorld(service: TestService): Promise<void> {
  for (const path of [at("ceasefire", world.truce), at("source", world.source)])
    await service.as("editor").delete(path).set("If-Match", "*").expect(204);
}

const truces = ["truce-a", "truce-b", "truce-c", world.truce];
const words = ["artillery", "αρτιλλερια", "обстр", "gecen", "հրետանի", "dawn", "art", "a b"];
const statuses = ["ALLEGED", "DISPUTED", "ADMITTED", "CORROBORATED", "VERIFIED", "REFUTED"];

/** What is asked beside the questions that every type has. */
const more: readonly string[] = [
  ...truces.flatMap((id) => [
    `/v1/ceasefires/${id}/violations`,
    `/v1/ceasefires/${id}/history`,
    `/v1/violations?ceasefire=${id}&count=true`,
  ]),
  ...words.flatMap((word) =>
    recordTypes.map(({ type }) => `${at(type)}?q=${encodeURIComponent(word)}&limit=500`),
  ),
  ...statuses.map((status) => `/v1/violations?status=${status}&limit=500`),
  `/v1/violations?accused=${world.other}&claimant=${world.ministry}`,
  `/v1/violations?claimant=${world.side}&accused=${world.monitor}`,
  `/v1/violations?accused=${world.army}&limit=500`,
  "/v1/violations?ceasefire=none&limit=1",
  "/v1/sources?origin=source-a,kept-source-a",
  `/v1/ceasefires?broker=${world.side}&limit=500`,
  "/v1/ceasefires?active_at=2021-01-09&or_undecided=true",
  "/v1/ceasefires?effective_from=2020-12-15",
  `/v1/violations/casualty_claims?claimant=${world.side}`,
  "/v1/violations/casualty_claims?format=ndjson",
  ...recordTypes.map(
    ({ type, ...rest }) =>
      `${at(type)}?limit=500&format=ndjson&expand=${[...expandsOf({ type, ...rest }).keys()].join(",")}`,
  ),
];

const all = [...questions, ...more].filter((question) => !question.endsWith("/revisions"));

/**
 * An answer without the instants of the request. Of a record that is absent, and of a list that holds nothing, only that: a
 * record that was not known by an instant has an id here, and in the early database it has none.
 */
async function told(service: TestService, role: Role, question: string): Promise<string> {
  const { status, text } = await service.as(role).get(question).buffer(true);
  if (status === 404 || status === 410) return "absent";
  if (status === 400 && text.includes("unknown_reference")) return "nothing";
  if (status === 200 && text.startsWith('{"data":[],')) return "nothing";
  const timeless = text.replace(/"as_of":"20[0-9T:.-]*Z"/g, '"as_of":"then"');
  // A cursor is sealed to the question.
  return `${status} ${timeless.replace(/"next":"[^"]*"/, '"next":"more"')}`;
}

function withParameter(question: string, parameter: string): string {
  return `${question}${question.includes("?") ? "&" : "?"}${parameter}`;
}

/** Asks all that was recorded what was known by an instant, and what holds no more than that for everything. */
async function compare(whole: TestService, early: TestService, question: string, instant: string) {
  const known = withParameter(question, `known_at=${instant}`);
  const then = withParameter(known, "as_of=2026-10-01T00:00:00Z");
  // A summary's status is of the instant itself.
  const plain = question.includes("summary") ? known : question;
  for (const role of ["public", "editor"] as const) {
    const [answer, before, expected] = await Promise.all([
      told(whole, role, known),
      told(whole, role, then),
      told(early, role, plain),
    ]);
    expect({ known, role, answer }).toEqual({ known, role, answer: expected });
    expect({ then, role, answer: before }).toEqual({ then, role, answer: expected });
  }
}

/** So many questions a history are enough for one run; many runs ask them all. */
const ASKED = 30;
const asked = fc.shuffledSubarray(all, { minLength: ASKED, maxLength: ASKED });

test("known_at answers as a database does into which only what was known was written", async () => {
  await fc.assert(
    fc.asyncProperty(histories, fc.constantFrom(...instants), asked, async (history, instant, chosen) => {
      const [whole, early] = await Promise.all([serviceAt2026(), serviceAt2026()]);
      try {
        await record(whole, history);
        await record(early, knownBy(history, instant));
        if (instant < "2026") await forgetWorld(early);
        for (const question of chosen) await compare(whole, early, question, instant);
        for (const { type, members } of history)
          await compare(whole, early, at(type, String(members.id)), instant);
      } finally {
        await Promise.all([whole.close(), early.close()]);
      }
    }),
    { numRuns: Number(process.env.KNOWN_AT_RUNS ?? 1), endOnFailure: true },
  );
}, 3_600_000);
