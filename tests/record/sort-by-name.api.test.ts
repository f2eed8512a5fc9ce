import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { writeCursor } from "../../src/record/cursor.ts";
import type { Json } from "../../src/record/json.ts";
import {
  at,
  ceasefireBody,
  changed,
  created,
  expectProblem,
  idsOf,
  makeWorld,
  world,
} from "../support/builders.ts";
import { type TestService, testService } from "../support/service.ts";

/** In the order of a list by name. */
const names = [
  ...[
    "1st Brigade",
    "9th Brigade",
    "10th Brigade",
    "100th Brigade",
    "al-Qaeda",
    "Áland Guard",
    "“Alpha” Group",
  ],
  ...["apple", "Brigade 007", "Brigade 9", "Brigade ١٠", "Łódź Front", "Zebra", "zebu"],
];

let service: TestService;
const ids: Json[] = [];

beforeAll(async () => {
  service = await testService();
  await makeWorld(service);
  const made = new Map<string, Json>();
  for (const name of names.toReversed())
    made.set(name, (await created(service, "actor", { name, kind: "MEDIA" })).id);
  ids.push(...names.map((name) => made.get(name) ?? null));
});

afterAll(async () => {
  await service.close();
});

async function walk(path: string): Promise<Json[]> {
  const found: Json[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const answer = await service
      .as("public")
      .get(`${path}&limit=3${cursor === "" ? "" : `&cursor=${cursor}`}`);
    found.push(...answer.body.data.map(({ id, actor }: { id?: string; actor?: string }) => id ?? actor));
    cursor = answer.body.page.next;
  }
  return found;
}

test.each(["", "&as_of", "&known_at=2999-01-01"])(
  "a list by name follows the folded name and the value of numbers%s",
  async (clock) => {
    const now =
      clock === "&as_of" ? `&as_of=${(await service.as("public").get(at("actor"))).body.page.as_of}` : clock;
    const path = `${at("actor")}?kind=MEDIA${now}`;
    expect(await walk(`${path}&sort=name`)).toEqual(ids);
    expect(await walk(`${path}&sort=-name`)).toEqual(ids.toReversed());
    expect(await walk(path)).toEqual(ids);
  },
);

test("a list by name follows a change of the name", async () => {
  const [first = null] = ids;
  await changed(service, "actor", String(first), { name: "zzz" });
  expect((await walk(`${at("actor")}?kind=MEDIA`)).at(-1)).toBe(first);
  await changed(service, "actor", String(first), { name: names[0] ?? "" });
  expect(await walk(`${at("actor")}?kind=MEDIA`)).toEqual(ids);
});

test("names that sort alike go by id", async () => {
  const alike = await Promise.all(
    ["b-same", "a-same", "c-same"].map((id) =>
      created(service, "conflict", { id, name: id === "a-same" ? "SAME" : "same" }),
    ),
  );
  expect(alike).toHaveLength(3);
  expect((await walk(`${at("conflict")}?sort=name`)).filter((id) => String(id).endsWith("-same"))).toEqual([
    "a-same",
    "b-same",
    "c-same",
  ]);
});

test("brokers come in the order of their names", async () => {
  const brokers = ids.toReversed().map((actor) => ({ actor, role: "HOST" }));
  const { updated_at } = await created(service, "ceasefire", ceasefireBody("Brokered", { brokers }));
  for (const clock of ["", `as_of=${updated_at}`, "known_at=2999-01-01"])
    expect(await walk(`/v1/brokers?${clock}`)).toEqual(ids);
});

test("a cursor from before names had sort keys is refused", async () => {
  const cursor = writeCursor({ key: "Side A", id: world.side }, `${at("actor")}?sort=name`);
  const answer = await service.as("public").get(`${at("actor")}?sort=name&cursor=${cursor}`);
  expectProblem(answer, 400, "bad-request", ["?cursor"]);
  expect((await idsOf(service, `${at("actor")}?sort=name&limit=1`)).length).toBe(1);
});
