import http from "node:http";
import { expect } from "@jest/globals";
import type { Role } from "../../src/http/route.ts";
import { dataOf } from "./builders.ts";
import { chainedAll } from "./ledger.ts";
import type { TestService } from "./service.ts";

/** A change, as pages and stream tell it. */
export interface Told {
  readonly cursor: string;
  readonly operation: string;
  readonly type: string;
  readonly id: string;
  readonly version: number;
}

export function toldOf(change: object): Told {
  const text = (name: string) => String(Object.entries(change).find(([key]) => key === name)?.[1]);
  return {
    cursor: text("cursor"),
    operation: text("operation"),
    type: text("type"),
    id: text("id"),
    version: Number(text("version")),
  };
}

/** A change in a few words: "update fed 2". */
export const short = ({ operation, id, version }: Told) => `${operation} ${id} ${version}`;

/** Every change of a feed from a cursor on, by pages of a few. */
export async function feed(service: TestService, role: Role, query = "", after?: string): Promise<Told[]> {
  await chainedAll(service);
  const found: Told[] = [];
  let from = after;
  for (;;) {
    const answer = await service
      .as(role)
      .get(`/v1/changes?limit=7${query}${from === undefined ? "" : `&after=${from}`}`);
    const page = dataOf(answer).map(toldOf);
    found.push(...page);
    if (answer.body.page.next === null) return found;
    expect(answer.body.page.next).toBe(page.at(-1)?.cursor);
    from = page.at(-1)?.cursor;
  }
}

/** Somebody who follows the stream. */
export interface Following {
  readonly told: Told[];
  readonly status: () => number;
  /** Stops reading and goes on, as a client that cannot keep up. */
  readonly pause: () => void;
  readonly resume: () => void;
  stop(): void;
  readonly ended: () => boolean;
}

/** Follows the stream as a browser's EventSource would. */
export function follow(
  service: TestService,
  port: number,
  role: Role,
  query = "",
  lastId?: string,
): Following {
  const told: Told[] = [];
  let status = 0;
  let ended = false;
  let stream: http.IncomingMessage | undefined;
  const headers = {
    ...(role !== "public" && { Authorization: `Bearer ${service.keys[role]}` }),
    ...(lastId !== undefined && { "Last-Event-ID": lastId }),
    "Accept-Encoding": "gzip",
  };
  const request = http.get(
    { port, host: "127.0.0.1", path: `/v1/changes/stream${query}`, headers },
    (answer) => {
      status = answer.statusCode ?? 0;
      stream = answer;
      let rest = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk: string) => {
        const events = `${rest}${chunk}`.split("\n\n");
        rest = events.pop() ?? "";
        for (const event of events) {
          const data = /^data: (.*)$/m.exec(event)?.[1];
          if (data !== undefined) told.push(toldOf(JSON.parse(data)));
        }
      });
      answer.on("close", () => {
        ended = true;
      });
    },
  );
  request.on("error", () => undefined);
  return {
    told,
    status: () => status,
    pause: () => stream?.pause(),
    resume: () => stream?.resume(),
    stop: () => request.destroy(),
    ended: () => ended,
  };
}
