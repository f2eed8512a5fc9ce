import http from "node:http";
import type { Route } from "../../src/http/route.ts";

/** One request as it goes over the network. */
export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: { readonly [name: string]: string };
  readonly body?: string | undefined;
}

export interface Answered {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** Sends one request and reads the whole answer; of a stream without an end, only its head. */
export function send(port: number, agent: http.Agent, sent: Sent): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const { method, path, headers, body } = sent;
    const request = http.request({ port, host: "127.0.0.1", agent, method, path, headers }, (answer) => {
      const type = String(answer.headers["content-type"] ?? "");
      const status = answer.statusCode ?? 0;
      if (type === "text/event-stream") {
        answer.destroy();
        resolve({ status, type, text: "" });
        return;
      }
      const parts: Buffer[] = [];
      answer.on("data", (part: Buffer) => parts.push(part));
      answer.on("end", () => resolve({ status, type, text: Buffer.concat(parts).toString("utf8") }));
      answer.on("error", reject);
    });
    request.on("error", reject);
    request.end(body);
  });
}

/** Units that make a long value when they are repeated: each has slowed down some pattern or some message. */
export const longUnits: readonly string[] = [
  "T",
  "1",
  "2020-",
  " ",
  "\t",
  ",",
  "a,",
  '"',
  "'",
  "-",
  "a-",
  ":",
  "a:",
  ".",
  "1.",
  "/",
  "W/",
  '"x",',
  "=",
  ";q=",
  "%",
  "%25",
  "%00",
  "%F0%9F%95%8A",
  "+04:00",
  "\\",
  "(",
];

/** A unit repeated to this length. */
export function longValue(unit: string, length: number): string {
  return unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
}

/** JSON texts of about 1 MB or less, each of which once made a large answer or much work. */
export function hostileBodies(example: unknown): { readonly [name: string]: string } {
  const around = typeof example === "object" && example !== null && !Array.isArray(example) ? example : {};
  const member = (made: object) => JSON.stringify({ ...around, ...made });
  const lists = Object.entries(around).filter(([, value]) => Array.isArray(value));
  const inEveryList = (value: unknown) => member(Object.fromEntries(lists.map(([name]) => [name, value])));
  const texts = Object.entries(around).filter(([, value]) => typeof value === "string");
  const inEveryText = (text: string) => member(Object.fromEntries(texts.map(([name]) => [name, text])));
  return {
    "60,000 unknown members": member(numbered(60_000, (place) => [`m${place}`, 1])),
    "400 unknown members with names of 2,000 characters": member(
      numbered(400, (place) => [`${place}${"𝄞".repeat(600)}`, 1]),
    ),
    "lists of 60,000 numbers": inEveryList(Array(60_000 / Math.max(1, lists.length)).fill(1)),
    "lists of 60,000 empty objects": inEveryList(
      Array(60_000)
        .fill({})
        .slice(0, 60_000 / (lists.length || 1)),
    ),
    "lists of 400 empty objects": inEveryList(Array(400).fill({})),
    "lists of lists": inEveryList(Array(400).fill({ accused: Array(400 / (lists.length || 1)).fill(1) })),
    "new records without end": inEveryList(
      Array(200).fill({
        accused: Array(200).fill({}),
        citations: Array(200 / (lists.length || 1)).fill({ source: {} }),
      }),
    ),
    "texts of 100,000 characters": inEveryText("x".repeat(900_000 / Math.max(1, texts.length))),
    "texts of control characters": inEveryText("\u0001".repeat(100_000 / Math.max(1, texts.length))),
    "60,000 NULs": member({ words: Array(60_000).fill("\0") }),
    "60,000 numbers that are too large": member({ words: Array(60_000).fill(1e300) }),
    "60,000 members of one name": `{${Array(60_000).fill('"a":1').join(",")}}`,
    "deep nesting": `${"[".repeat(400_000)}${"]".repeat(400_000)}`,
    "deep objects": '{"a":'.repeat(150_000),
    "a list where an object belongs": JSON.stringify(
      Array(15_000).fill({ op: "test", path: "/name", value: "x" }),
    ),
    "operations on members that do not exist": JSON.stringify(
      Array(900).fill({ op: "test", path: `/${"n".repeat(900)}`, value: "x" }),
    ),
    "a long text that is no JSON": "x".repeat(900_000),
  };
}

function numbered(count: number, entry: (place: number) => [string, unknown]): object {
  return Object.fromEntries(Array.from({ length: count }, (_none, place) => entry(place)));
}

/** An id of the seed for each collection. */
const seeded: { readonly [collection: string]: string } = {
  conflicts: "nagorno-karabakh-2020",
  actors: "armenia",
  places: "khankendi-stepanakert",
  sources: "nysepost-395326",
  ceasefires: "nagorno-karabakh-2020-10-26",
  violations: "nagorno-karabakh-2020-v33",
};

/** A path of the route: with this text in place of every parameter, or of a record of the seed. */
export function pathOf(route: Route, text?: string): string {
  const id = text ?? seeded[route.path.split("/")[2] ?? ""] ?? "none";
  return route.path.replace("{version}", "1").replace(/\{\w+\}/g, id);
}
