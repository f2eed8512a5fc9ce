import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import http from "node:http";
import { settings } from "../src/exchange/copy.ts";
import { cellSql } from "../src/exchange/formats/cells.ts";
import { csvColumns } from "../src/exchange/formats/columns.ts";
import { rowsSql } from "../src/exchange/formats/rows.ts";
import { currentViewpoint } from "../src/record/sql.ts";
import { violation } from "../src/record-types/violation.ts";

export const exportFormats = ["csv", "ndjson"] as const;
export type ExportFormat = (typeof exportFormats)[number];

export interface ExportFigures {
  readonly time_s: number;
  readonly bytes: number;
  readonly firstByte_ms: number;
  /** The greatest resident size of the process while it ran. */
  readonly peak_mb: number;
}

/** Takes a whole export from the service, looking at the memory of its process every 20 ms. */
export async function takeExport(url: string, pid: number, format: ExportFormat): Promise<ExportFigures> {
  const started_ms = performance.now();
  let peak_mb = await residentSize_mb(pid);
  let looking = false;
  const watch = setInterval(() => {
    if (looking) return;
    looking = true;
    void residentSize_mb(pid).then((size_mb) => {
      peak_mb = Math.max(peak_mb, size_mb);
      looking = false;
    });
  }, 20);
  try {
    const request = http.get(`${url}/v1/violations?format=${format}`, { agent: false });
    const [response]: http.IncomingMessage[] = await once(request, "response");
    if (response?.statusCode !== 200)
      throw new Error(`format=${format} was answered ${response?.statusCode}.`);
    let bytes = 0;
    let firstByte_ms = 0;
    response.on("data", (chunk: Buffer) => {
      if (bytes === 0) firstByte_ms = performance.now() - started_ms;
      bytes += chunk.length;
    });
    await once(response, "end");
    if (!response.complete) throw new Error(`The export as ${format} broke off.`);
    return { time_s: (performance.now() - started_ms) / 1000, bytes, firstByte_ms, peak_mb };
  } finally {
    clearInterval(watch);
  }
}

/** The resident size of a process, from /proc. */
export async function residentSize_mb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) / 1024;
}

/** psql running the very statement of the service's export, in the same transaction settings and order. */
export async function copyByPsql(
  databaseUrl: string,
  format: ExportFormat,
  signal: AbortSignal,
): Promise<{ time_s: number; bytes: number }> {
  const statement = format === "csv" ? csvStatement() : ndjsonStatement();
  const options = "-c timezone=UTC -c jit=off -c random_page_cost=1.1";
  const started_ms = performance.now();
  const child = spawn("psql", [databaseUrl, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", statement], {
    env: { ...process.env, PGOPTIONS: options },
    stdio: ["ignore", "pipe", "inherit"],
    signal,
  });
  let bytes = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
  });
  const [code]: unknown[] = await once(child, "close");
  if (code !== 0) throw new Error(`psql ended with ${String(code)}.`);
  return { time_s: (performance.now() - started_ms) / 1000, bytes };
}

function csvStatement(): string {
  const values = settings();
  const rows = rowsSql(selection, { limit: undefined }, csvColumns(violation), cellSql, values);
  return `COPY (${withoutSettings(rows, values.texts)}) TO STDOUT WITH (FORMAT csv, HEADER true)`;
}

function ndjsonStatement(): string {
  const view = selection.viewpoint(settings());
  return `COPY (SELECT t.document FROM ${view.relation("violation")} t ORDER BY t.occurred_earliest, t.id LIMIT (SELECT NULL::bigint))
    TO STDOUT WITH (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')`;
}

/** The export reads its values from its transaction's settings; psql gets them written out. */
function withoutSettings(sql: string, texts: readonly string[]): string {
  return texts.reduce(
    (made, text, place) =>
      made.replaceAll(`current_setting('export.p${place + 1}')`, `'${text.replaceAll("'", "''")}'`),
    sql,
  );
}

const selection = {
  type: violation,
  viewpoint: currentViewpoint(false),
  conditions: [],
  given: new Set<string>(),
  sort: { column: "occurred_earliest", descending: false },
  fields: [],
  expand: [],
};
