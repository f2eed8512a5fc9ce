import { expect } from "@jest/globals";
import pg from "pg";
import { waitUntil } from "../../src/database/processes.ts";
import { type Head, type Verification, verifyLedger } from "../../src/ledger/verify.ts";
import type { TestService } from "./service.ts";

/** Walks the ledger to its end. */
export async function verified(service: TestService, noted: readonly Head[] = []): Promise<Verification> {
  const walk = verifyLedger(service.pool, noted);
  for (;;) {
    const { done, value } = await walk.next();
    if (done === true) return value;
  }
}

/** Waits until every version is in the ledger. */
export async function chainedAll(service: TestService): Promise<void> {
  const waiting = async () => (await verified(service)).tail === 0;
  expect(await waitUntil(waiting, 5_000)).toBe(true);
}

/** The end of the ledger, as everybody may note it down. */
export async function head(service: TestService): Promise<Head> {
  const { body } = await service.as("public").get("/v1/ledger/head");
  return { position: BigInt(body.position), hash: body.hash };
}

/** The statement by which the API says that psql alone verifies the ledger. */
export async function psqlStatement(service: TestService): Promise<string> {
  const { body } = await service.as("public").get("/openapi.json");
  const told = String(body.paths["/v1/ledger"].get.description);
  return told.slice(told.indexOf("WITH RECURSIVE"), told.indexOf(";\nNo row"));
}

/** Does what somebody with the whole database in their hands could do: no trigger and no foreign key stands in the way. */
export async function asSuperuser(service: TestService, statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: service.databaseUrl });
  await client.connect();
  try {
    await client.query("SET session_replication_role = replica");
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
