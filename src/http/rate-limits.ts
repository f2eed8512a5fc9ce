import { isIPv4, isIPv6 } from "node:net";
import ipaddr from "ipaddr.js";
import { LRUCache } from "lru-cache";
import { type ProblemError, problem } from "./problem.ts";

/** How many requests are taken within a minute. */
export interface Rates {
  /** From one address without a key; as many keys of one address may turn out dead. */
  readonly publicPerMinute: number;
  /** With one key. */
  readonly keyPerMinute: number;
}

/** Where a caller stands once a request has been counted. */
export interface Count {
  /** RateLimit and RateLimit-Policy, flat, as writeHead takes them. */
  readonly headers: readonly string[];
  /** The 429 to answer with; undefined while the caller is within the rate. */
  readonly refusal: ProblemError | undefined;
}

/** Counts requests by their callers, in this process alone. `ip` is the client's address as Express has it. */
export interface RateLimits {
  /** Counts a request without a key. */
  readonly countAddress: (ip: string | undefined) => Count;
  /** Counts a request with a live key, by the key's id. */
  readonly countKey: (id: string) => Count;
  /** Counts a request with a dead key: for its address, and as a guess. */
  readonly countGuess: (ip: string | undefined) => Count;
  /**
   * What is said to a key before it is looked up, where too many from its address were dead: then also a right guess is
   * refused, for whoever guesses must not tell it from a wrong one. Undefined: look it up.
   */
  readonly refuseGuess: (ip: string | undefined) => Count | undefined;
}

const WINDOW_S = 60;

/** Callers counted at once. Whoever was longest not seen is forgotten for others, so that addresses without end cost no memory without end. */
const MAX_CALLERS = 100_000;

/** A caller's minute, from the first request on. */
interface Window {
  readonly ends_ms: number;
  taken: number;
  guesses: number;
}

/** One kind of caller: those without a key by address, or keys. */
interface Kind {
  readonly name: string;
  readonly limit: number;
  /** What a caller over the limit is told. */
  readonly rule: string;
  readonly windows: LRUCache<string, Window>;
}

export function rateLimits({ publicPerMinute, keyPerMinute }: Rates): RateLimits {
  const addresses = kind(
    "public",
    publicPerMinute,
    `From one address ${publicPerMinute} requests a minute are taken without a key; with a key ${keyPerMinute}.`,
  );
  const keys = kind("key", keyPerMinute, `With one key ${keyPerMinute} requests a minute are taken.`);
  return {
    countAddress: (ip) => counted(addresses, windowOf(addresses, callerAt(ip))),
    countKey: (id) => counted(keys, windowOf(keys, id)),
    countGuess: (ip) => {
      const window = windowOf(addresses, callerAt(ip));
      window.guesses += 1;
      return counted(addresses, window);
    },
    refuseGuess: (ip) => {
      const window = addresses.windows.get(callerAt(ip));
      if (window === undefined || window.guesses < publicPerMinute) return undefined;
      return window.ends_ms > performance.now() ? over(addresses, window, tooManyGuesses) : undefined;
    },
  };
}

const tooManyGuesses = "Too many keys sent from this address within a minute were dead ones.";

function kind(name: string, limit: number, rule: string): Kind {
  return { name, limit, rule, windows: new LRUCache({ max: MAX_CALLERS }) };
}

function windowOf({ windows }: Kind, caller: string): Window {
  const now_ms = performance.now();
  const open = windows.get(caller);
  if (open !== undefined && open.ends_ms > now_ms) return open;
  const fresh = { ends_ms: now_ms + WINDOW_S * 1000, taken: 0, guesses: 0 };
  windows.set(caller, fresh);
  return fresh;
}

function counted(kind: Kind, window: Window): Count {
  window.taken += 1;
  if (window.taken > kind.limit) return over(kind, window, kind.rule);
  return { headers: headersOf(kind, window, secondsLeft(window)), refusal: undefined };
}

function over(kind: Kind, window: Window, rule: string): Count {
  const wait_s = secondsLeft(window);
  const detail = `${rule} Wait ${wait_s} s.`;
  const refusal = problem("too-many-requests", detail, { headers: { "Retry-After": String(wait_s) } });
  return { headers: headersOf(kind, window, wait_s), refusal };
}

/** As draft-ietf-httpapi-ratelimit-headers has them: how many are left and for how many seconds, and out of what. */
function headersOf({ name, limit }: Kind, { taken }: Window, left_s: number): string[] {
  const state = `"${name}";r=${Math.max(0, limit - taken)};t=${left_s}`;
  return ["RateLimit", state, "RateLimit-Policy", `"${name}";q=${limit};w=${WINDOW_S}`];
}

/** Rounded up, so that whoever waits so long is not early. */
function secondsLeft({ ends_ms }: Window): number {
  return Math.max(1, Math.ceil((ends_ms - performance.now()) / 1000));
}

/**
 * Whom an address stands for. Of IPv6 the first 64 bits: one household or machine has the other 64 to itself. What a proxy
 * wrote that is no address counts as one caller.
 */
export function callerAt(ip: string | undefined): string {
  if (ip === undefined || isIPv4(ip)) return ip ?? "";
  if (!isIPv6(ip)) return "";
  const address = ipaddr.IPv6.parse(ip.split("%", 1)[0] ?? "");
  if (address.isIPv4MappedAddress()) return address.toIPv4Address().toString();
  return address.parts.slice(0, 4).join(":");
}
