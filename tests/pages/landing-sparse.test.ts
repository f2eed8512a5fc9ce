import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { JsonObject } from "../../src/record/json.ts";
import { ceasefireBody, claimBody, created, makeWorld, violationBody, world } from "../support/builders.ts";
import { type TestService, testService } from "../support/service.ts";

let service: TestService;
let page = "";

const effect = { local: "2021-01-01T12:00", time_zone: "+04:00" };

function after(minutes: number, more: JsonObject = {}): JsonObject {
  const start = { local: `2021-01-01T12:${String(minutes).padStart(2, "0")}`, time_zone: "+04:00" };
  return violationBody({ ceasefire: "told", occurred: { start }, ...more });
}

beforeAll(async () => {
  service = await testService();
  await makeWorld(service);
  await created(service, "ceasefire", {
    id: "bare",
    ...ceasefireBody("Bare"),
    announced: { local: `${new Date().getUTCFullYear() + 1}-12-31`, time_zone: "+00:00" },
  });
  await created(service, "ceasefire", {
    id: "told",
    ...ceasefireBody("Told"),
    parties: [{ actor: world.side, role: "SIGNATORY" }],
    brokers: [{ actor: world.monitor, role: "MEDIATOR", people: [{ name: "A. Person" }] }],
    effective_readings: [
      { kind: "TEXT", adopted: true, moment: effect, words: "at noon" },
      { kind: "REPORTED", moment: effect },
      { kind: "ERROR", words: "at midnight", why: "No day is given." },
    ],
  });
  const both = [claimBody(), claimBody({ claimant: world.monitor, accused: [] })];
  const answer = (kind: string) => ({ actor: world.other, kind });
  await created(
    service,
    "violation",
    after(5, { claims: both, responses: ["DENIAL", "JUSTIFICATION"].map(answer) }),
  );
  await created(
    service,
    "violation",
    after(6, { claims: [claimBody({ claimant: null, accused: [] })], types: ["OTHER"] }),
  );
  await created(
    service,
    "violation",
    after(7, { claims: [claimBody({ accused: [] })], types: ["MINE_OR_IED"] }),
  );
  await created(
    service,
    "violation",
    violationBody({ ceasefire: "told", occurred: { start: { local: "2021-01-01", time_zone: "+04:00" } } }),
  );
  for (let made = 0; made < 11; made += 1)
    await created(service, "ceasefire", {
      id: `later-${made}`,
      ...ceasefireBody(`Later ${made}`),
      effective_readings: [
        { kind: "TEXT", adopted: true, moment: { local: "2022-01-01T12:00", time_zone: "+04:00" } },
      ],
    });
  page = (await service.as("public").get("/").expect(200)).text.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ");
});

afterAll(async () => {
  await service.close();
});

test.each([
  ["whom nobody names", "Brokered by Nobody is named. Between Nobody is named."],
  ["a party and a broker with its person", "The Monitor, mediator (A. Person)"],
  ["readings that say the same and that name no moment", "2 other readings: 1 of the same moment, 1 not"],
  ["a reading without words", "Without words,"],
  ["an error with its reason", "at midnight , which names no moment (error: No day is given.)"],
  ["two claimants of whom one names somebody", "Side A and The Monitor report"],
  [
    "a source that names no claimant",
    "A source that names no claimant reports an act of another kind and names nobody.",
  ],
  ["answers in words", "Side B denies it. Side B gives a reason for it."],
  [
    "one other report that may have come earlier",
    "1 other report may be of an act before the first of these: its time is known less well.",
  ],
  ["that no report is surely after", "No report is surely of an act after it took effect."],
  ["how many ceasefires there are beyond", "2 more ceasefires"],
])("the landing page tells %s", (_name, words) => {
  expect(page).toContain(words);
});
