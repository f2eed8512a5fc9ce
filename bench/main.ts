import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs, promisify } from "node:util";
import pg from "pg";
import { startEmbedded } from "../src/database/embedded.ts";
import { type Contender, type Missing, startFloor, startPostgrest, startService } from "./contenders.ts";
import { copiedOf, loadViolations } from "./load.ts";
import { choiceOf, counts, sample, surroundings, types, violationBody } from "./records.ts";
import { type Line, table } from "./report.ts";
import { openRoom, progress, type Room } from "./room.ts";
import { type Plan, type Race, runExports, runnersOf, runRace } from "./rounds.ts";
import { compareRows } from "./same-rows.ts";
import { hasWrk } from "./traffic.ts";

const usage = `npm run bench -- [--rows 1000000] [--rounds 3] [--seconds 6]

Loads synthetic violations into a database of its own and measures the service beside PostgREST, a bare node:http
server and psql. With --rows 10000 and nothing else it is a smoke test: one short round of everything.`;

const smokeRows = 10_000;

/** Where PostgREST stores a report in one table and does nothing else. */
const bareTable = "/bare_violations";

type Options = Omit<Plan, "signal"> & { readonly rows: number };

async function main(): Promise<void> {
  const options = await readOptions();
  const room = await openRoom();
  try {
    const lines = await measure(room, options.rows, { ...options, signal: room.signal });
    console.log(
      `\n${options.rows.toLocaleString("en")} violations, ${options.rounds} interleaved rounds of ${options.seconds} s`,
    );
    console.log(`32 connections, Node ${process.version}, sent by ${options.wrk ? "wrk" : "autocannon"}\n`);
    console.log(table(lines));
  } finally {
    await room.close();
  }
}

async function readOptions(): Promise<Options> {
  const { values } = parseArgs({
    options: {
      rows: { type: "string", default: "1000000" },
      rounds: { type: "string" },
      seconds: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    process.exit();
  }
  const rows = Number(values.rows);
  const smoke = rows <= smokeRows;
  const rounds = Number(values.rounds ?? (smoke ? 1 : 3));
  const seconds = Number(values.seconds ?? (smoke ? 1 : 6));
  if (![rows, rounds, seconds].every((number) => Number.isInteger(number) && number >= 1))
    throw new Error(usage);
  const wrk = await hasWrk();
  if (!wrk)
    progress(
      "wrk is not installed (Debian: apt-get install wrk): autocannon sends, and slows what it measures.",
    );
  const psqlMissing = await promisify(execFile)("psql", ["--version"]).then(
    () => undefined,
    () => "psql (Debian: apt-get install postgresql-client)",
  );
  if (psqlMissing !== undefined)
    progress(`The exports have nothing beside them; not installed: ${psqlMissing}`);
  return { rows, rounds, seconds, wrk, psqlMissing };
}

/** Loads, starts all contenders on one database, sees that they give the same answers, and lets them run. */
async function measure(room: Room, rows: number, plan: Plan): Promise<Line[]> {
  const databaseUrl = await openDatabase(room);
  const key = randomBytes(24).toString("hex");
  progress("starting the service on an empty database");
  const service = await startService(room, databaseUrl, key);
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  room.onClose(() => client.end());
  await load(service, client, key, rows);
  await client.query(await readFile(path.join(import.meta.dirname, "peers.sql"), "utf8"));
  const contenders = {
    service,
    postgrest: await startPostgrest(room, databaseUrl),
    floor: await startFloor(room, databaseUrl),
  };
  const races = await makeRaces(room, contenders, key, rows);
  await compareAnswers(races);
  await compareRows(
    client,
    runnersOf(races[2]).filter(({ work }) => work.path !== bareTable),
  );
  const lines: Line[] = [];
  const [list, one, create] = races;
  lines.push(...(await runRace(list, plan, client)), ...(await runRace(one, plan, client)));
  const fresh = await startService(room, databaseUrl, key);
  lines.push(...(await runExports(fresh, databaseUrl, plan)));
  await fresh.stop();
  lines.push(...(await runRace(create, plan, client)));
  return lines;
}

async function openDatabase(room: Room): Promise<string> {
  progress("starting an embedded PostgreSQL");
  const quiet = () => undefined;
  const log = { debug: quiet, info: quiet, warn: progress, error: progress };
  const starting = startEmbedded({
    dataDir: path.join(room.folder, "data"),
    log,
    fallbackDirs: [path.join(room.folder, "elsewhere")],
  });
  // Known to the room before it runs, so that an interruption meanwhile does not leave it behind.
  room.onClose(async () => {
    const server = await starting.catch(() => undefined);
    await server?.stop();
  });
  const { url } = await starting;
  return url;
}

/** What surrounds the violations and one of them goes through the service; the others are copies of that one. */
async function load(service: Contender, client: pg.Client, key: string, rows: number): Promise<void> {
  for (const { path: to, body } of surroundings()) await post(`${service.url}${to}`, key, body);
  const original = await post(`${service.url}/v1/violations`, key, violationBody(sample));
  await loadViolations(client, original, rows);
}

async function post(url: string, key: string, body: unknown): Promise<string> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${key}` },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (response.status !== 201) throw new Error(`POST ${url} was answered ${response.status}: ${text}`);
  return response.headers.get("Location")?.split("/").at(-1) ?? "";
}

interface Contenders {
  readonly service: Contender;
  readonly postgrest: Contender | Missing;
  readonly floor: Contender;
}

/** The files that say what each contender is asked, in the form that it understands. */
async function writeQuestions(room: Room, rows: number) {
  const write = async (name: string, lines: readonly string[]) => {
    const file = path.join(room.folder, name);
    await writeFile(file, `${lines.join("\n")}\n`);
    return file;
  };
  const asked = Array.from({ length: 2_000 }, (_, at) => listQuery(at));
  const ids = Array.from({ length: 20_000 }, (_, at) => copiedOf((at * 7_919) % rows).id);
  const bodies = Array.from({ length: 100_000 }, (_, at) =>
    JSON.stringify(violationBody(choiceOf(rows + at))),
  );
  const to = (prefix: string, ends: readonly string[], more = "") =>
    ends.map((end) => `${prefix}${end}${more}`);
  return {
    lists: await write("lists", to("/v1/violations?", asked)),
    listsAsOf: await write("lists-as-of", to("/v1/violations?", asked, `&as_of=${new Date().toISOString()}`)),
    rpcLists: await write("rpc-lists", to("/rpc/violations?", asked)),
    ones: await write("ones", to("/v1/violations/", ids)),
    rpcOnes: await write("rpc-ones", to("/rpc/violation?id=", ids)),
    posts: await write("posts", bodies),
  };
}

/** The work of the three races: the same questions for all. */
async function makeRaces(
  room: Room,
  { service, postgrest, floor }: Contenders,
  key: string,
  rows: number,
): Promise<[Race, Race, Race]> {
  const { lists, listsAsOf, rpcLists, ones, rpcOnes, posts } = await writeQuestions(room, rows);
  const get = (contender: Contender | Missing, file: string) =>
    "missing" in contender ? contender : { url: contender.url, method: "GET" as const, file };
  const create = (contender: Contender | Missing, to: string) =>
    "missing" in contender
      ? contender
      : { url: contender.url, method: "POST" as const, file: posts, path: to };
  return [
    {
      name: "list of 50",
      entries: [
        { name: "service", work: get(service, lists) },
        { name: "PostgREST", work: get(postgrest, rpcLists), goal: { atLeast: 1.9 } },
        { name: "bare node:http + pg", work: get(floor, lists) },
        { name: "itself, as of an instant", work: get(service, listsAsOf), goal: { atMost: 3 } },
      ],
    },
    {
      name: "read by id",
      entries: [
        { name: "service", work: get(service, ones) },
        { name: "PostgREST", work: get(postgrest, rpcOnes), goal: { atLeast: 4 } },
        { name: "bare node:http + pg", work: get(floor, ones) },
      ],
    },
    {
      name: "POST one",
      entries: [
        { name: "service", work: { ...create(service, "/v1/violations"), key } },
        {
          name: "PostgREST, same rows",
          work: create(postgrest, "/rpc/create_violation"),
          goal: { atLeast: 1.3 },
        },
        { name: "PostgREST, one bare row", work: create(postgrest, bareTable), goal: { atLeast: 0.9 } },
        { name: "bare node:http + pg", work: create(floor, "/v1/violations") },
      ],
    },
  ];
}

/** The reports of one type under one ceasefire in the year from a day that moves through the whole span. */
function listQuery(at: number): string {
  const from = new Date(Date.UTC(2018, 0, 1 + ((at * 37) % 1_100)));
  const to = new Date(from.getTime() + 365 * 86_400_000);
  const parameters = {
    ceasefire: `bench-ceasefire-${(at * 13) % counts.ceasefires}`,
    type: types[at % types.length] ?? types[0],
    occurred_from: from.toISOString().slice(0, 19).concat("Z"),
    occurred_to: to.toISOString().slice(0, 19).concat("Z"),
  };
  return new URLSearchParams(parameters).toString();
}

/** Every contender must give the same records for the same question, or the race says nothing. */
async function compareAnswers(races: readonly Race[]): Promise<void> {
  for (const race of races) {
    const runners = runnersOf(race).filter(({ work }) => work.method === "GET");
    for (const line of [0, 777]) {
      const answers = await Promise.all(
        runners.map(async ({ work }) => {
          const asked = (await readFile(work.file, "utf8")).split("\n")[line] ?? "";
          return await recordsOf(`${work.url}${asked}`);
        }),
      );
      if (new Set(answers).size > 1)
        throw new Error(
          `The contenders' answers to "${race.name}" differ: they have ${answers.map((answer) => answer.length).join(", ")} characters.`,
        );
    }
  }
}

async function recordsOf(url: string): Promise<string> {
  const answer: unknown = await (await fetch(url)).json();
  return JSON.stringify(
    typeof answer === "object" && answer !== null && "data" in answer ? answer.data : answer,
  );
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
