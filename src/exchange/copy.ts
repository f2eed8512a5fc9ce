import { PassThrough, pipeline } from "node:stream";
import type pg from "pg";
import { to as copyTo } from "pg-copy-streams";
import type { Exported } from "../record/format.ts";
import { only, type Params, stampSql } from "../record/sql.ts";

/** The two pools an export needs: COPY has connections of its own, and an export is ended from an ordinary one. */
export interface ExportDeps {
  readonly pool: pg.Pool;
  readonly exportPool: pg.Pool;
}

/** How the rows of a COPY are written. */
export type CopyForm = "csv" | "lines";

export const copyForms: { readonly [form in CopyForm]: string } = {
  // Postgres ends lines with LF. RFC 4180 has CRLF, but every reader takes both, and another pass over the bytes would
  // cost as much as making them.
  csv: "FORMAT csv, HEADER true",
  // As CSV with characters that JSON always escapes, so that no line is ever quoted and backslashes stay as they are.
  lines: "FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02'",
};

/**
 * The values of a COPY, which takes no parameters: they become settings of its transaction, and the statement reads
 * these. Numbers and booleans are typed; texts and lists of texts are text, as an untyped parameter would be.
 */
export interface Settings extends Params {
  /** What the settings are to hold, in order. */
  readonly texts: readonly string[];
}

export function settings(): Settings {
  const values: unknown[] = [];
  const texts: string[] = [];
  return {
    values,
    texts,
    add(value) {
      values.push(value);
      texts.push(settingText(value));
      const read = `current_setting('${settingName(texts.length)}')`;
      if (typeof value === "number") return `(${read}::float8)`;
      return typeof value === "boolean" ? `(${read}::boolean)` : read;
    },
  };
}

function settingName(place: number): string {
  return `export.p${place}`;
}

function settingText(value: unknown): string {
  if (Array.isArray(value)) return `{${value.map(quotedItem).join(",")}}`;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return `${value}`;
  throw new TypeError(
    `A setting cannot hold ${value === null ? "null" : `a value of type ${typeof value}`}.`,
  );
}

/** An item of an array in Postgres' own notation. */
function quotedItem(item: unknown): string {
  return `"${settingText(item).replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

/**
 * A LIMIT, also where there is none: it comes from a subquery, which the planner does not look into, so that it prefers
 * plans whose first rows come soon over those that sort everything first.
 */
export function limitSql(limit: number | undefined, params: Params): string {
  const text = params.add(limit === undefined ? "" : String(limit));
  return `LIMIT (SELECT nullif(${text}, '')::bigint)`;
}

interface Session {
  readonly as_of: string;
  readonly pid: number;
}

/**
 * Runs `COPY (query) TO STDOUT` and resolves to its bytes. The query and the instant told come from one snapshot. When the
 * stream is destroyed before its end, or `signal` is aborted, the statement is cancelled and its connection closed.
 */
export async function openCopy(
  deps: ExportDeps,
  form: CopyForm,
  query: string,
  { texts }: Settings,
  signal: AbortSignal,
): Promise<Exported> {
  const client = await deps.exportPool.connect();
  try {
    signal.throwIfAborted();
    const session = await begin(client, texts);
    const stream = copied(
      deps.pool,
      client,
      session,
      `COPY (${query}) TO STDOUT WITH (${copyForms[form]})`,
      signal,
    );
    return { stream, as_of: session.as_of };
  } catch (error) {
    client.release(true);
    throw error;
  }
}

/** Begins the transaction and gives it its values. Compiling expressions would delay the first byte. */
async function begin(client: pg.PoolClient, texts: readonly string[]): Promise<Session> {
  await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  const sets = texts.map((_text, place) => `, set_config('${settingName(place + 1)}', $${place + 1}, true)`);
  const found = await client.query<Session>(
    `SELECT ${stampSql("now()")} AS as_of, pg_backend_pid() AS pid,
      set_config('jit', 'off', true), set_config('random_page_cost', '1.1', true)${sets.join("")}`,
    [...texts],
  );
  return only(found);
}

function copied(
  pool: pg.Pool,
  client: pg.PoolClient,
  { pid }: Session,
  statement: string,
  signal: AbortSignal,
): PassThrough {
  const rows = client.query(copyTo(statement));
  const out = new PassThrough();
  // The connection's end is told to a stream that was destroyed long ago; unheard it would end the process.
  rows.on("error", () => undefined);
  const abort = () => out.destroy();
  signal.addEventListener("abort", abort, { once: true });
  pipeline(rows, out, (error) => {
    signal.removeEventListener("abort", abort);
    finish(pool, client, pid, error ?? undefined);
  });
  return out;
}

/** Gives the connection back. One whose COPY did not end is not used again; the server is told to stop working for it. */
function finish(pool: pg.Pool, client: pg.PoolClient, pid: number, error: Error | undefined): void {
  const ended =
    error === undefined ? client.query("COMMIT") : pool.query("SELECT pg_cancel_backend($1)", [pid]);
  ended.then(
    () => client.release(error !== undefined),
    () => client.release(true),
  );
}
