import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import fc from "fast-check";
import { callerAt, rateLimits } from "../../src/http/rate-limits.ts";

let now_ms = 0;

beforeEach(() => {
  now_ms = 5_000;
  jest.spyOn(performance, "now").mockImplementation(() => now_ms);
});
afterEach(() => {
  jest.restoreAllMocks();
});

const rates = { publicPerMinute: 3, keyPerMinute: 5 };

describe("whom an address stands for", () => {
  test.each([
    ["203.0.113.7", "203.0.113.7"],
    ["::ffff:203.0.113.7", "203.0.113.7"],
    ["2001:db8:0:7:1::1", callerAt("2001:db8:0:7:ffff:ffff:ffff:ffff")],
    ["2001:DB8::1", callerAt("2001:db8:0:0:2::")],
    ["fe80::1%eth0", callerAt("fe80::2")],
    ["unknown", ""],
    ["203.0.113.7:4711", ""],
  ])("%s is %s", (ip, caller) => {
    expect(callerAt(ip)).toBe(caller);
  });

  test("is somebody else in the next 64 bits, and nobody where the connection is gone", () => {
    expect(callerAt("2001:db8:0:7::1")).not.toBe(callerAt("2001:db8:0:8::1"));
    expect(callerAt(undefined)).toBe("");
  });
});

describe("a caller's minute", () => {
  test("tells what is left, then refuses until it ends, and begins anew", () => {
    const { countAddress } = rateLimits(rates);
    const headers = (left: number, seconds: number) => [
      "RateLimit",
      `"public";r=${left};t=${seconds}`,
      "RateLimit-Policy",
      '"public";q=3;w=60',
    ];
    expect(countAddress("192.0.2.1")).toEqual({ headers: headers(2, 60), refusal: undefined });
    now_ms += 10_500;
    expect(countAddress("192.0.2.1")).toEqual({ headers: headers(1, 50), refusal: undefined });
    countAddress("192.0.2.1");
    const over = countAddress("192.0.2.1");
    expect(over.headers).toEqual(headers(0, 50));
    expect(over.refusal).toMatchObject({ slug: "too-many-requests", headers: { "Retry-After": "50" } });
    expect(over.refusal?.detail).toBe(
      "From one address 3 requests a minute are taken without a key; with a key 5. Wait 50 s.",
    );
    now_ms += 49_499;
    expect(countAddress("192.0.2.1").refusal?.headers).toEqual({ "Retry-After": "1" });
    now_ms += 1;
    expect(countAddress("192.0.2.1")).toEqual({ headers: headers(2, 60), refusal: undefined });
  });

  test("is its own: neither other addresses nor keys are counted with it", () => {
    const { countAddress, countKey } = rateLimits(rates);
    for (let request = 0; request < 9; request += 1) countAddress("192.0.2.1");
    expect(countAddress("192.0.2.2").refusal).toBeUndefined();
    expect(countKey("192.0.2.1").headers).toEqual([
      "RateLimit",
      '"key";r=4;t=60',
      "RateLimit-Policy",
      '"key";q=5;w=60',
    ]);
  });

  test("takes as many as the rate and no more, each minute from its first request on, whatever the order and the pauses", () => {
    const requests = fc.array(
      fc.record({
        caller: fc.constantFrom("192.0.2.1", "192.0.2.2"),
        pause_ms: fc.oneof(fc.constant(0), fc.nat(70_000)),
      }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(requests, (sent) => {
        const { countAddress } = rateLimits(rates);
        const minutes = new Map<string, { readonly began_ms: number; readonly requests: number }>();
        for (const { caller, pause_ms } of sent) {
          now_ms += pause_ms;
          const last = minutes.get(caller);
          const minute =
            last === undefined || now_ms >= last.began_ms + 60_000 ? { began_ms: now_ms, requests: 0 } : last;
          const requests = minute.requests + 1;
          minutes.set(caller, { ...minute, requests });
          expect(countAddress(caller).refusal === undefined).toBe(requests <= 3);
        }
      }),
    );
  });
});

describe("the count of callers", () => {
  test("stays bounded: the one longest not seen is forgotten, one who goes on asking is not", () => {
    const { countAddress } = rateLimits({ publicPerMinute: 100_000, keyPerMinute: 1 });
    const leftOf = (ip: string) => Number(/r=(\d+)/.exec(countAddress(ip).headers[1] ?? "")?.[1]);
    leftOf("192.0.2.1");
    leftOf("192.0.2.2");
    for (let other = 0; other < 100_000; other += 1) {
      countAddress(`10.${other >> 16}.${(other >> 8) & 255}.${other & 255}`);
      if (other % 1_000 === 0) leftOf("192.0.2.2");
    }
    expect(leftOf("192.0.2.1")).toBe(99_999);
    expect(leftOf("192.0.2.2")).toBe(99_898);
  });
});

describe("keys that turn out dead", () => {
  test("count for their address", () => {
    const { countAddress, countGuess } = rateLimits(rates);
    for (let request = 0; request < 3; request += 1) expect(countGuess("192.0.2.1").refusal).toBeUndefined();
    expect(countGuess("192.0.2.1").refusal).toMatchObject({ status: 429 });
    expect(countAddress("192.0.2.1").refusal).toMatchObject({ status: 429 });
    expect(countAddress("192.0.2.2").refusal).toBeUndefined();
  });

  test("end the guessing: after too many no key of the address is looked up for the rest of the minute", () => {
    const { countGuess, refuseGuess } = rateLimits(rates);
    for (let request = 0; request < 3; request += 1) {
      expect(refuseGuess("192.0.2.1")).toBeUndefined();
      countGuess("192.0.2.1");
    }
    expect(refuseGuess("192.0.2.1")).toMatchObject({
      headers: ["RateLimit", '"public";r=0;t=60', "RateLimit-Policy", '"public";q=3;w=60'],
      refusal: { status: 429, detail: expect.stringContaining("were dead ones. Wait 60 s.") },
    });
    expect(refuseGuess("192.0.2.2")).toBeUndefined();
    now_ms += 60_000;
    expect(refuseGuess("192.0.2.1")).toBeUndefined();
  });

  test("are told from requests without a key, which end nobody's use of a key", () => {
    const { countAddress, refuseGuess } = rateLimits(rates);
    for (let request = 0; request < 9; request += 1) countAddress("192.0.2.1");
    expect(refuseGuess("192.0.2.1")).toBeUndefined();
  });
});
