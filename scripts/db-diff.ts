import { writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { missingSql, writeMigration } from "./kept-schema.ts";
import { recordsSchema } from "./prisma-schema.ts";

const usage =
  "Usage: npm run db:diff -- name [--empty]\n" +
  "Writes a migration from the newest one to the present prisma/*.prisma. The name has small letters, digits and _.\n" +
  "With --empty it writes one even when the schema has not changed, for SQL by hand.";

/** Writes a new migration folder; resolves to the exit code. */
async function main(args: string[]): Promise<number> {
  const names = args.filter((arg) => arg !== "--empty");
  const [name] = names;
  if (name === undefined || names.length > 1 || !/^[a-z0-9_]+$/.test(name)) {
    console.error(usage);
    return 2;
  }
  const prismaDir = path.join(path.dirname(fileURLToPath(import.meta.url)), "..", "prisma");
  await writeFile(path.join(prismaDir, "records.prisma"), recordsSchema());
  const sql = await missingSql(prismaDir);
  if (sql === undefined && !args.includes("--empty")) {
    console.log(
      "The schema agrees with the newest migration; nothing was written (--empty writes one all the same).",
    );
    return 0;
  }
  const folder = await writeMigration(prismaDir, name, sql ?? "-- The schema is unchanged.\n", new Date());
  console.log(`Wrote prisma/migrations/${folder}. Read its SQL before it is kept.`);
  return 0;
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  return 1;
});
