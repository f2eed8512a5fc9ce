import { afterAll, beforeAll, expect, test } from "@jest/globals";
import {
  at,
  bodies,
  changed,
  claimBody,
  created,
  expectProblem,
  violationBody,
} from "../support/builders.ts";
import { type TestService, testService } from "../support/service.ts";

const MAX_BYTES = 10_000_000;
/** A record of 720 KB. */
const citations = (mark: string) =>
  Array.from({ length: 240 }, () => ({ source: "the-source", quotation: mark.repeat(3_000) }));

let service: TestService;

beforeAll(async () => {
  service = await testService();
  await created(service, "source", { ...bodies.source("The source"), id: "the-source" });
  for (let place = 0; place < 15; place += 1) {
    const id = `large-${place}`;
    await created(service, "actor", { ...bodies.actor(`Large ${place}`), id, citations: citations("q") });
  }
});

afterAll(async () => {
  await service.close();
});

async function pagesFrom(first: string): Promise<string[][]> {
  const pages: string[][] = [];
  let next: string | null = null;
  do {
    const url: string = next === null ? first : `${first}&cursor=${next}`;
    const { body, text } = await service.as("public").get(url).buffer(true).expect(200);
    expect(text.length).toBeLessThanOrEqual(MAX_BYTES + 1_000);
    pages.push(body.data.map(({ id, version }: { id?: string; version: number }) => id ?? String(version)));
    next = body.page.next;
  } while (next !== null);
  return pages;
}

test("a page ends before 10 MB, and the next page continues after its last record", async () => {
  const ids = Array.from({ length: 15 }, (_, place) => `large-${place}`);
  for (const sort of ["name", "-name"]) {
    const pages = await pagesFrom(`${at("actor")}?q=large&limit=500&sort=${sort}`);
    expect(pages.length).toBe(2);
    expect(pages.flat()).toEqual(sort === "name" ? ids : ids.toReversed());
  }
});

test("a page of versions ends before 10 MB, and the next page continues", async () => {
  for (let place = 0; place < 8; place += 1)
    await changed(service, "actor", "large-0", { citations: citations(place % 2 === 0 ? "r" : "s") });
  const pages = await pagesFrom(`${at("actor", "large-0")}/revisions?limit=500`);
  expect(pages.length).toBe(2);
  expect(pages.flat()).toEqual(["1", "2", "3", "4", "5", "6", "7", "8", "9"]);
});

test("a record that passes 10 MB with its expand alone is refused with the remedy, in a list and by id", async () => {
  const accused = Array.from({ length: 15 }, (_, place) => `large-${place}`);
  const { id } = await created(
    service,
    "violation",
    violationBody({
      claims: [claimBody({ claimant: "large-0", accused, citations: [{ source: "the-source" }] })],
    }),
  );
  for (const url of [`${at("violation")}?id=${id}&expand=actors`, `${at("violation", id)}?expand=actors`]) {
    const answer = await service.as("public").get(url);
    expectProblem(answer, 400, "bad-request", ["?expand"]);
    expect(answer.body.detail).toContain("Expand fewer references");
  }
  await service.as("public").get(at("violation", id)).expect(200);
});
