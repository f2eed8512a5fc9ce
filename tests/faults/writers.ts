import { randomUUID } from "node:crypto";
import { sleep } from "../../src/database/processes.ts";
import { isObject, type JsonObject } from "../../src/record/json.ts";
import { docTextOf } from "../support/answers.ts";
import { adminKey } from "./keeper.ts";

/** A version that the service said it has written. */
interface Acknowledged {
  readonly id: string;
  readonly version: number;
  /** The answer's body, byte for byte. */
  readonly text: string;
}

/** What a crowd of writers has done. Every write carries a word of its own, by which it is found again. */
export interface Ledger {
  readonly acknowledged: Map<string, Acknowledged>;
  /** Words of writes whose answer never came and was not asked for again: they may be there, once, or not. */
  readonly abandoned: Set<string>;
  /** Answers that no fault explains. */
  readonly surprises: string[];
  /** How often a request was sent again. */
  retried: number;
}

export interface Crowd {
  readonly done: Ledger;
  /** Lets every writer end the write it has begun, by asking until it is answered. */
  finish(): Promise<void>;
}

/** One in so many lost answers is not asked for again. */
const abandonOneIn = 10;
/** One in so many answers to a write is lost on its way, kills or none, so that what is asked again was often done already. */
const loseOneIn = 5;
/** How long an answer is waited for before it counts as lost. */
const lost_ms = 20_000;
/** How many records all writers change in turns, so that they meet. */
const sharedRecords = 4;

/** Sets writers at work on the violations of a service, each with one request at a time, until they are told to finish. */
export function setToWork(url: string, writers: number, cancelled: AbortSignal): Crowd {
  const finishing = new AbortController();
  const over = AbortSignal.any([finishing.signal, cancelled]);
  const crowd: Site = {
    url,
    over,
    cancelled,
    shared: [],
    done: { acknowledged: new Map(), abandoned: new Set(), surprises: [], retried: 0 },
  };
  const all = Promise.all(Array.from({ length: writers }, () => keepWriting(crowd)));
  return {
    done: crowd.done,
    finish: async () => {
      finishing.abort();
      await all;
    },
  };
}

interface Site {
  readonly url: string;
  readonly over: AbortSignal;
  readonly cancelled: AbortSignal;
  readonly done: Ledger;
  /** Ids of records that every writer changes. */
  readonly shared: string[];
}

async function keepWriting(site: Site): Promise<void> {
  const own: string[] = [];
  while (!site.over.aborted) {
    const chance = Math.random();
    const [of = own] = chance < 0.2 ? [site.shared] : [];
    const id = of[Math.floor(Math.random() * of.length)];
    if (id !== undefined && chance < 0.6) await change(site, id);
    else {
      const made = await create(site);
      if (made === undefined) continue;
      own.push(made);
      if (site.shared.length < sharedRecords) site.shared.push(made);
    }
  }
}

/** A report that cites a source which is written along with it, in the same transaction. */
function report(word: string): JsonObject {
  const source = { kind: "NEWS", visibility: "PUBLIC", title: `Source of ${word}` };
  const claims = [{ capacity: "MEDIA", accused: [], citations: [{ source }] }];
  return { types: ["ARMED_CLASH"], visibility: "PUBLIC", description: word, claims };
}

/** Creates a report, once, however often it has to ask; resolves to its id. */
async function create(site: Site): Promise<string | undefined> {
  const word = randomUUID();
  const headers = { "Idempotency-Key": word, "Content-Type": "application/json" };
  const answer = await untilAnswered(site, word, "/v1/violations", {
    method: "POST",
    headers,
    body: JSON.stringify(report(word)),
  });
  if (answer === undefined) return undefined;
  if (answer.status === 201) return acknowledge(site, word, docTextOf(answer));
  surprise(site, `POST ${answer.status} ${answer.text}`);
  return undefined;
}

/** Changes a report, once, against whatever version it has. */
async function change(site: Site, id: string): Promise<void> {
  const word = randomUUID();
  const path = `/v1/violations/${id}`;
  while (!site.cancelled.aborted) {
    const now = await untilAnswered(site, undefined, path, { method: "GET" });
    if (now === undefined) return;
    const version = versionIn(now.text);
    if (version === undefined) {
      surprise(site, `GET ${now.status} ${now.text}`);
      return;
    }
    const answer = await untilAnswered(site, word, path, {
      method: "PATCH",
      headers: { "If-Match": `"${version}"`, "Content-Type": "application/merge-patch+json" },
      body: JSON.stringify({ description: word }),
    });
    if (answer === undefined) return;
    if (answer.status === 200) acknowledge(site, word, answer.text);
    else if (answer.status !== 412) surprise(site, `PATCH ${answer.status} ${answer.text}`);
    if (answer.status !== 412) return;
    // Somebody was first: it may have been this very change, whose answer was lost.
    const next = await untilAnswered(site, undefined, `${path}/revisions/${version + 1}`, { method: "GET" });
    // Not told which of the two it was: it may be there, and need not.
    if (next === undefined) site.done.abandoned.add(word);
    if (next?.text.includes(word) === true) {
      acknowledge(site, word, next.text);
      return;
    }
  }
}

interface Sent {
  readonly method: "GET" | "POST" | "PATCH";
  readonly headers?: { readonly [name: string]: string };
  readonly body?: string;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

/**
 * Sends a request until it is answered by more than "not now". Undefined where that never came: the writer was cancelled,
 * or gave a write (with a word) up after its answer was lost.
 */
async function untilAnswered(
  site: Site,
  word: string | undefined,
  path: string,
  request: Sent,
): Promise<Answer | undefined> {
  for (let attempt = 0; !site.cancelled.aborted; attempt += 1) {
    if (attempt > 0) site.done.retried += 1;
    const answer = await send(`${site.url}${path}`, request);
    const lost = word !== undefined && attempt === 0 && Math.random() * loseOneIn < 1;
    if (!lost && answer !== undefined && answer.status !== 503 && !isStillRunning(answer)) return answer;
    if (word !== undefined && attempt === 0 && Math.random() * abandonOneIn < 1) {
      site.done.abandoned.add(word);
      return undefined;
    }
    await sleep(100 + Math.random() * 200);
  }
  if (word !== undefined) site.done.abandoned.add(word);
  return undefined;
}

/** The answer, read to its end; undefined where the connection broke before. */
async function send(address: string, request: Sent): Promise<Answer | undefined> {
  try {
    const headers = { ...request.headers, Authorization: `Bearer ${adminKey}` };
    const answer = await fetch(address, { ...request, headers, signal: AbortSignal.timeout(lost_ms) });
    return { status: answer.status, text: await answer.text() };
  } catch {
    return undefined;
  }
}

function isStillRunning({ status, text }: Answer): boolean {
  return status === 409 && text.includes("/still-running");
}

function acknowledge(site: Site, word: string, text: string): string | undefined {
  const id = membersOf(text).id;
  const version = versionIn(text);
  if (typeof id !== "string" || version === undefined) {
    surprise(site, `No record: ${text}`);
    return undefined;
  }
  site.done.acknowledged.set(word, { id, version, text });
  return id;
}

function surprise(site: Site, what: string): void {
  site.done.surprises.push(what.slice(0, 500));
}

function versionIn(text: string): number | undefined {
  const { version } = membersOf(text);
  return typeof version === "number" ? version : undefined;
}

function membersOf(text: string): JsonObject {
  const read: unknown = JSON.parse(text);
  return isObject(read) ? read : {};
}
