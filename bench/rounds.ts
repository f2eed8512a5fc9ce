import type pg from "pg";
import type { Contender } from "./contenders.ts";
import { copyByPsql, type ExportFigures, exportFormats, residentSize_mb, takeExport } from "./exports.ts";
import { type Line, median } from "./report.ts";
import { progress, sleep } from "./room.ts";
import { type Rate, send, type Work } from "./traffic.ts";

/** One kind of work, as each contender is asked for it. The first is the service. */
export interface Race {
  readonly name: string;
  readonly entries: readonly { readonly name: string; readonly work: Work; readonly goal?: number }[];
}

export interface Plan {
  readonly rounds: number;
  readonly seconds: number;
  readonly wrk: boolean;
}

/** Runs a race round by round, each contender in turn and the order reversed every other round; ratios are made within a round. */
export async function runRace(race: Race, plan: Plan, database: pg.Client): Promise<Line[]> {
  const rates = new Map<string, Rate[]>(race.entries.map(({ name }) => [name, []]));
  for (const { work } of race.entries) await send(work, Math.min(2, plan.seconds), plan.wrk);
  for (let round = 0; round < plan.rounds; round += 1) {
    const order = round % 2 === 0 ? race.entries : race.entries.toReversed();
    for (const { name, work } of order) {
      // After a checkpoint every page's first change is logged whole: nobody is to pay that for another.
      if (work.method === "POST") await database.query("CHECKPOINT");
      const rate = await send(work, plan.seconds, plan.wrk);
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
  return others.map(({ name, goal }) => {
    const theirs = rates.get(name) ?? [];
    const figures = own.map((rate, round) => rate.perSecond / (theirs[round]?.perSecond ?? Number.NaN));
    return {
      work: race.name,
      against: name,
      figures,
      unit: "×",
      ...(goal !== undefined && { goal: { atLeast: goal } }),
      note: `${perSecond(own)} against ${perSecond(theirs)}`,
    };
  });
}

function perSecond(rates: readonly Rate[]): string {
  const rate = Math.round(median(rates.map((each) => each.perSecond)));
  return `${rate}/s (${median(rates.map((each) => each.median_ms)).toFixed(1)} ms)`;
}

const goals = { time: 1.1, firstByte_ms: 100, memory_mb: 60 };

/** Takes the whole export from a freshly started service, in turn with psql running the same statement. */
export async function runExports(service: Contender, databaseUrl: string, rounds: number): Promise<Line[]> {
  const { pid } = service.child;
  if (pid === undefined) throw new Error("The service has no process.");
  await (await fetch(`${service.url}/v1/violations?limit=1`)).arrayBuffer();
  await sleep(2_000);
  const idle_mb = await residentSize_mb(pid);
  const lines: Line[] = [];
  for (const format of exportFormats) {
    const own: ExportFigures[] = [];
    const ratios: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const psqlFirst = round % 2 === 1 ? await copyByPsql(databaseUrl, format) : undefined;
      const taken = await takeExport(service.url, pid, format);
      const copied = psqlFirst ?? (await copyByPsql(databaseUrl, format));
      if (copied.bytes !== taken.bytes)
        throw new Error(`The export as ${format} has ${taken.bytes} bytes, psql's ${copied.bytes}.`);
      own.push(taken);
      ratios.push(taken.time_s / copied.time_s);
      progress(
        `export as ${format}, round ${round + 1}: ${taken.time_s.toFixed(1)} s, psql ${copied.time_s.toFixed(1)} s`,
      );
    }
    lines.push(...exportLines(format, own, ratios, idle_mb));
  }
  return lines;
}

function exportLines(
  format: string,
  own: readonly ExportFigures[],
  ratios: readonly number[],
  idle_mb: number,
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
      note: `${time_s.toFixed(1)} s for ${size_mb.toFixed(0)} MB`,
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
