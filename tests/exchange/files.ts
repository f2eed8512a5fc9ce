import { parse } from "csv-parse/sync";
import type { Role } from "../../src/http/route.ts";
import { isObject, type JsonObject } from "../../src/record/json.ts";
import { dataOf } from "../support/builders.ts";
import type { TestService } from "../support/service.ts";

export type Row = { readonly [column: string]: string };

/** The rows of a CSV file by its header row. */
export async function csvRows(service: TestService, path: string, role: Role = "public"): Promise<Row[]> {
  return parseCsv(await fileText(service, path, role));
}

export function parseCsv(text: string): Row[] {
  return parse<Row>(text, { columns: true });
}

/** The text that a cell holds: without one apostrophe at the beginning and after each semicolon, tab and line break. */
export function textOfCell(cell: string): string {
  return cell.replace(/(^|[;\t\r\n])'/g, "$1");
}

/** The texts that a list in one cell holds. */
export function textsOfCell(cell: string): string[] {
  const parts = textOfCell(cell).match(/(?:[^;\\]|\\.)+/gs) ?? [];
  return parts.map((part) => part.replace(/\\(.)/gs, "$1"));
}

/** The objects of a file of JSON lines. */
export async function lines(
  service: TestService,
  path: string,
  role: Role = "public",
): Promise<JsonObject[]> {
  const text = await fileText(service, path, role);
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const value: unknown = JSON.parse(line);
      if (!isObject(value)) throw new Error(`No object: ${line}`);
      return value;
    });
}

/** The text of a streamed answer; throws with the problem where there is none. */
export async function fileText(service: TestService, path: string, role: Role): Promise<string> {
  const answer = await service
    .as(role)
    .get(path)
    .buffer(true)
    .parse((res, done) => {
      const chunks: Buffer[] = [];
      res.on("data", (chunk: Buffer) => chunks.push(chunk));
      res.on("end", () => done(null, Buffer.concat(chunks).toString("utf8")));
    });
  const text: unknown = answer.body;
  if (answer.status !== 200 || typeof text !== "string") throw new Error(`${answer.status} ${String(text)}`);
  return text;
}

/** Every record of a list, page by page. */
export async function allPages(
  service: TestService,
  path: string,
  role: Role = "public",
): Promise<JsonObject[]> {
  const found: JsonObject[] = [];
  for (let cursor = ""; ; ) {
    const answer = await service
      .as(role)
      .get(`${path}${path.includes("?") ? "&" : "?"}limit=20${cursor === "" ? "" : `&cursor=${cursor}`}`);
    found.push(...dataOf(answer));
    const next: unknown = answer.body.page.next;
    if (typeof next !== "string") return found;
    cursor = encodeURIComponent(next);
  }
}
