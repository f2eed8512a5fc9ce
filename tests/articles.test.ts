import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { problemTypes } from "../src/http/problem-types.ts";
import { describeService } from "../src/pages/openapi.ts";
import { isObject } from "../src/record/json.ts";
import { recordTypes } from "../src/record-types/index.ts";
import { at, bodies, created, makeWorld } from "./support/builders.ts";
import { type TestService, testService } from "./support/service.ts";

let service: TestService;

beforeAll(async () => {
  service = await testService();
  await makeWorld(service);
});

afterAll(async () => {
  await service.close();
});

/** Words that begin with a vowel letter and a consonant sound, and words that begin the other way round. */
const soundsLikeConsonant = /^(uni|us|one\b|once\b|euro)/i;
const soundsLikeVowel = /^(hour|honest)/i;
/** Before these words, `a` is the letter: the codebook says which letters search treats as equal. */
const afterLetter = /^(is|are|and)$/;

/** Every "a" before a vowel and every "an" before a consonant in a text. Abbreviations are spelled out when read, so they are left out. */
function wrongArticles(text: string): string[] {
  const found = [...text.matchAll(/\b([Aa]n?) (?=([A-Za-z][\w-]*))/g)];
  return found
    .filter(([, , word = ""]) => !/^[A-Z]{2}/.test(word) && !afterLetter.test(word))
    .filter(([, article = "", word = ""]) => {
      const isVowel = /^[aeiou]/i.test(word) ? !soundsLikeConsonant.test(word) : soundsLikeVowel.test(word);
      return isVowel !== (article.toLowerCase() === "an");
    })
    .map(([, article, word]) => `${article} ${word}`);
}

/** Every text in a JSON value. */
function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return isObject(value) ? Object.values(value).flatMap(textsIn) : [];
}

test("the description of the API has the right article before every word", () => {
  const summaries = service.routes.map(({ summary }) => summary);
  expect(summaries).toContain("Create an actor");
  expect(summaries).toContain("Create a ceasefire");
  const description = describeService(service.routes, recordTypes, "0", "http://localhost");
  expect(textsIn(description).flatMap(wrongArticles)).toEqual([]);
});

test("the codebook and the pages of problems have the right article before every word", async () => {
  const paths = [
    "/codebook",
    "/docs",
    "/problems",
    ...Object.keys(problemTypes).map((slug) => `/problems/${slug}`),
  ];
  for (const path of paths) {
    const { text } = await service.as("public").get(path).set("Accept", "text/html");
    expect({ path, wrong: wrongArticles(text.replaceAll(/<[^>]*>/g, "")) }).toEqual({ path, wrong: [] });
  }
});

test("problems have the right article before the type of a record", async () => {
  for (const { type } of recordTypes) {
    const { id } = await created(service, type, bodies[type]("named"));
    const answers = [
      await service
        .as("editor")
        .post(at(type))
        .send({ ...bodies[type]("named"), id }),
      await service.as("editor").post(at(type)).send({}),
      await service.as("public").get(at(type, "never-was")),
      await service.as("editor").delete(at(type, id)),
      await service.as("editor").get(`${at(type, id)}/revisions/9`),
    ];
    expect({ type, statuses: answers.map(({ status }) => status) }).toEqual({
      type,
      statuses: [409, 422, 404, 428, 404],
    });
    expect({ type, wrong: answers.flatMap(({ body }) => textsIn(body)).flatMap(wrongArticles) }).toEqual({
      type,
      wrong: [],
    });
  }
});
