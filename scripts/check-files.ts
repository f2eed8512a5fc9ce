import { readFileSync } from "node:fs";
import { listedFiles } from "./listed-files.ts";

/** A file longer than this is two files. Data, and what a program writes, may be longer. */
const mostLines = 400;
const written = /^(src\/generated|seeds|prisma)\/|^openapi\.json$|^package-lock\.json$/;

/** The sentences against the files of the repository, those not yet committed included; none when all is well. */
function faults(): string[] {
  return [
    ...listedFiles()
      .filter((file) => /\.tsx?$/.test(file) && !written.test(file))
      .flatMap(tooLong),
    ...addresses(),
  ];
}

function tooLong(file: string): string[] {
  const lines = readFileSync(file, "utf8").split("\n").length - 1;
  return lines < mostLines ? [] : [`${file} has ${lines} lines; fewer than ${mostLines} are wanted.`];
}

/** A download address in the lock file would tie every installation to one registry. */
function addresses(): string[] {
  const found = readFileSync("package-lock.json", "utf8").match(/"resolved": *"[^"]*/g) ?? [];
  if (found.length === 0) return [];
  return [
    `package-lock.json names ${found.length} download addresses: npm config set omit-lockfile-registry-resolved.`,
  ];
}

const found = faults();
for (const fault of found) console.error(fault);
process.exitCode = found.length === 0 ? 0 : 1;
