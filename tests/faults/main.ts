import { parseArgs } from "node:util";
import { killAndAudit } from "./run.ts";

// Kills the service and its database among many writers, and says whether anything acknowledged was lost. The tests hold a
// short form of the same. Ends at once, and leaves nothing behind, on SIGINT and SIGTERM.
const { values } = parseArgs({
  options: {
    "service-kills": { type: "string", default: "50" },
    "postgres-kills": { type: "string", default: "10" },
    writers: { type: "string", default: "32" },
  },
});
const cancel = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => cancel.abort(new Error(`${signal}: the run was ended before its result.`)));
}
const began = performance.now();
try {
  const { found, failures, ...figures } = await killAndAudit({
    serviceKills: Number(values["service-kills"]),
    postgresKills: Number(values["postgres-kills"]),
    writers: Number(values.writers),
    cancelled: cancel.signal,
    report: (line) => console.error(line),
  });
  for (const failure of failures) console.error(failure);
  for (const fault of found) console.error(fault);
  const took_s = Math.round((performance.now() - began) / 1_000);
  console.log(JSON.stringify({ ...figures, failures: failures.length, found: found.length, took_s }));
  process.exitCode = found.length + failures.length === 0 ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
