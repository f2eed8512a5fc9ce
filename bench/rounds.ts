import type pg from "pg";
import type { Contender, Missing } from "./contenders.ts";
import { copyByPsql, type ExportFigures, exportFormats, residentSize_mb, takeExport } from "./exports.ts";
import { type Line, median } from "./report.ts";
import { progress, sleep } from "./room.ts";
import { type Rate, type Sending, send, type Work } from "./traffic.ts";

/** One contender in a race: what it is asked, or why it is not there. */
export interface Entry {
  readonly name: string;
  readonly work: Work | Missing;
  /** How many times as fast as this the service has to be, or may be. */
  readonly goal?: NonNullable<Line["goal"]>;
}

export type Runner = Entry & { readonly work: Work };

/** One kind of work, as each contender is asked for it. The first is the service. */
export interface Race {
  readonly name: string;
  readonly entries: readonly Entry[];
}

export interface Plan extends Sending {
  readonly rounds: number;
  readonly seconds: number;
  /** Undefined: psql is there. */
  readonly psqlMissing: string | undefined;
}

/** The contenders of a race that are there. */
export function runnersOf(race: Race): Runner[] {
  return race.entries.flatMap((entry) => ("missing" in entry.work ? [] : [{ ...entry, work: entry.work }]));
}

/** Runs a race round by round, each contender in turn and the order reversed every other round; ratios are made within a round. */
export async function runRace(race: Race, plan: Plan, database: pg.Client): Promise<Line[]> {
  const runners = runnersOf(race);
  const rates = new Map<string, Rate[]>(race.entries.map(({ name }) => [name, []]));
  for (const { work } of runners) await send(work, Math.min(2, plan.seconds), plan);
  for (let round = 0; round < plan.rounds; round += 1) {
    const order = round % 2 === 0 ? runners : runners.toReversed();
    for (const { name, work } of order) {
      // After a checkpoint every page's first change is logged whole: nobody is to pay that for another.
      if (work.method === "POST") await database.query("CHECKPOINT");
      const rate = await send(work, plan.seconds, plan);
      if (rate.failed > 0) throw new Error(`${rate.failed} requests of "${race.name}" to ${name} failed.`);
      rates.get(name)?.push(rate);
      progress(`${race.name}, round ${round + 1}: ${name} ${Math.round(rate.perSecond)} a second`);
    }
  }
  return linesOf(race, rates);
}

function linesOf(race: Race, rates: ReadonlyMap<string, readonly Rate[]>): Line[] {
  const [service, ...others] = race.entries;
  const own = service === undefined ? [] : (rates.get(service.name) ?? []);
  return others.map(({ name, goal, work }) => {
    const theirs = rates.get(name) ?? [];
    const figures = theirs.map((rate, round) => (own[round]?.perSecond ?? Number.NaN) / rate.perSecond);
    return {
      work: race.name,
      against: name,
      figures,
      unit: "×",
      ...(goal !== undefined && { goal }),
      note:
        "missing" in work
          ? `not installed: ${work.missing}`
          : `${perSecond(own)} against ${perSecond(theirs)}`,
    };
  });
}

function perSecond(rates: readonly Rate[]): string {
  const rate = Math.round(median(rates.map((each) => each.perSecond)));
  return `${rate}/s (${median(rates.map((each) => each.median_ms)).toFixed(1)} ms)`;
}

const goals = { time: 1.1, firstByte_ms: 100, memory_mb: 60 };

/** Takes the whole export from a freshly started service, in turn with psql running the same statement. */
export async function runExports(service: Contender, databaseUrl: string, plan: Plan): Promise<Line[]> {
  const { pid } = service.child;
  if (pid === undefined) throw new Error("The service has no process.");
  await (await fetch(`${service.url}/v1/violations?limit=1`)).arrayBuffer();
  await sleep(2_000);
  const idle_mb = await residentSize_mb(pid);
  const lines: Line[] = [];
  for (const format of exportFormats) {
    const own: ExportFigures[] = [];
    const ratios: number[] = [];
    const copy = async () =>
      plan.psqlMissing === undefined ? await copyByPsql(databaseUrl, format, plan.signal) : undefined;
    for (let round = 0; round < plan.rounds; round += 1) {
      const psqlFirst = round % 2 === 1 ? await copy() : undefined;
      const taken = await takeExport(service.url, pid, format);
      const copied = psqlFirst ?? (await copy());
      own.push(taken);
      progress(`export as ${format}, round ${round + 1}: ${taken.time_s.toFixed(1)} s`);
      if (copied === undefined) continue;
      progress(`export as ${format}, round ${round + 1}: psql ${copied.time_s.toFixed(1)} s`);
      if (copied.bytes !== taken.bytes)
        throw new Error(`The export as ${format} has ${taken.bytes} bytes, psql's ${copied.bytes}.`);
      ratios.push(taken.time_s / copied.time_s);
    }
    lines.push(...exportLines(format, own, ratios, idle_mb, plan.psqlMissing));
  }
  return lines;
}

function exportLines(
  format: string,
  own: readonly ExportFigures[],
  ratios: readonly number[],
  idle_mb: number,
  psqlMissing: string | undefined,
): Line[] {
  const work = `export ${format}`;
  const time_s = median(own.map((each) => each.time_s));
  const size_mb = median(own.map((each) => each.bytes)) / 1e6;
  return [
    {
      work: `${work}: time`,
      against: "psql",
      figures: ratios,
      unit: "×",
      goal: { atMost: goals.time },
      note:
        `${time_s.toFixed(1)} s for ${size_mb.toFixed(0)} MB` +
        (psqlMissing === undefined ? "" : `; not installed: ${psqlMissing}`),
    },
    {
      work: `${work}: first byte`,
      against: "",
      figures: own.map((each) => each.firstByte_ms),
      unit: "ms",
      goal: { atMost: goals.firstByte_ms },
      note: "",
    },
    {
      work: `${work}: memory`,
      against: "idle",
      figures: own.map((each) => each.peak_mb - idle_mb),
      unit: "MB",
      goal: { atMost: goals.memory_mb },
      note: `idle at ${idle_mb.toFixed(0)} MB`,
    },
  ];
}
