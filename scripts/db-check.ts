import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { missingSql } from "./kept-schema.ts";
import { recordsSchema } from "./prisma-schema.ts";

/** Compares the schema with the newest migration; resolves to the exit code. */
async function main(): Promise<number> {
  const prismaDir = path.join(path.dirname(fileURLToPath(import.meta.url)), "..", "prisma");
  if ((await readFile(path.join(prismaDir, "records.prisma"), "utf8")) !== recordsSchema()) {
    console.error(
      "prisma/records.prisma is not what the record literals say. Run `npm run db:diff -- name`.",
    );
    return 1;
  }
  const sql = await missingSql(prismaDir);
  if (sql === undefined) return 0;
  console.error(
    "prisma/*.prisma and the newest migration disagree. Run `npm run db:diff -- name` to write what is missing:\n\n" +
      sql,
  );
  return 1;
}

process.exitCode = await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  return 1;
});
