import { createHash } from "node:crypto";
import { PrismaPg } from "@prisma/adapter-pg";
import type { Express } from "express";
import { pino } from "pino";
import request from "supertest";
import { seed } from "../../seeds/seed.ts";
import { makeKey } from "../../src/access/keys.ts";
import { assemble, routeDeps } from "../../src/assembly.ts";
import { type Connection, connect } from "../../src/database/client.ts";
import { PrismaClient } from "../../src/generated/prisma/client.ts";
import type { Rates } from "../../src/http/rate-limits.ts";
import type { Capacity } from "../../src/http/room.ts";
import type { Role, Route } from "../../src/http/route.ts";
import { startSequencer } from "../../src/ledger/sequencer.ts";
import { recordTypes } from "../../src/record-types/index.ts";
import { allRoutes } from "../../src/routes.ts";
import { cloneDatabase, silentLog } from "./postgres.ts";

/** The service on a database of its own, without a port: supertest opens one for each call. */
export interface TestService extends Connection {
  readonly app: Express;
  /** Every route of the app, for tests that walk them. */
  readonly routes: readonly Route[];
  readonly databaseUrl: string;
  /** A live key of each role that writes. */
  readonly keys: { readonly [role in Exclude<Role, "public">]: string };
  /** A call with a key of this role; "public": without. */
  as(role: Role): ReturnType<typeof request.agent>;
  close(): Promise<void>;
}

interface Wanted {
  /** Whether the seed records are written first. */
  readonly seeded?: boolean;
  /** Whether the database has room for writes. */
  readonly hasDiskRoom?: () => boolean;
  /** How long a stream of changes lasts; short, so that tests which walk all routes come to its end. */
  readonly streamLifetime_ms?: number;
  /** Out of reach unless a test is about them. */
  readonly rates?: Rates;
  readonly capacity?: Partial<Capacity>;
  /** A database that is there already, with the keys that open it; it is dropped in the end as one's own is. */
  readonly on?: {
    readonly database: Awaited<ReturnType<typeof cloneDatabase>>;
    readonly keys: TestService["keys"];
  };
}

const outOfReach: Rates = { publicPerMinute: 1_000_000_000, keyPerMinute: 1_000_000_000 };

/** Clones the migrated template and builds the app on it; call `close` when the file's tests are done. */
export async function testService({
  seeded = false,
  hasDiskRoom = () => true,
  streamLifetime_ms = 50,
  rates = outOfReach,
  capacity = {},
  on,
}: Wanted = {}): Promise<TestService> {
  const database = on?.database ?? (await cloneDatabase());
  const connection = await connect({
    databaseUrl: database.url,
    poolSize: 10,
    statementTimeout_ms: 15_000,
    log: silentLog,
  });
  const prisma = new PrismaClient({ adapter: new PrismaPg(connection.pool) });
  if (seeded) await seed(connection.pool, recordTypes, "nagorno-karabakh-2020");
  const keys = on?.keys ?? {
    analyst: await addKey(prisma, "analyst"),
    editor: await addKey(prisma, "editor"),
    admin: await addKey(prisma, "admin"),
  };
  const stopping = new AbortController();
  const sequencer = startSequencer(database.url, { info: () => undefined, warn: () => undefined });
  const { app, metrics, hub } = assemble({
    connection,
    sequencer,
    streamLifetime_ms,
    logger: pino({ level: "silent" }),
    baseUrl: "http://localhost",
    adminApiKey: undefined,
    trustProxy: 0,
    corsOrigins: ["https://desk.example"],
    maxBody_bytes: 1_000_000,
    hasDiskRoom,
    rates,
    capacity: { export: 3, heavy: 5, listener: 1_000, ...capacity },
    stopping: stopping.signal,
  });
  return {
    ...connection,
    app,
    routes: allRoutes(
      routeDeps(connection, metrics, {
        hub,
        streamLifetime_ms,
        adminKeyGiven: false,
        forgetKeys: () => undefined,
      }),
    ),
    databaseUrl: database.url,
    keys,
    as: (role) =>
      role === "public"
        ? request.agent(app)
        : request.agent(app).set("Authorization", `Bearer ${keys[role]}`),
    close: async () => {
      stopping.abort();
      await sequencer.stop();
      await connection.close();
      await database.drop();
    },
  };
}

async function addKey(prisma: PrismaClient, role: Exclude<Role, "public">): Promise<string> {
  const { key, sha256 } = makeKey();
  const id = `test-${role}-${createHash("sha256").update(key).digest("hex").slice(0, 8)}`;
  await prisma.api_keys.create({ data: { id, name: `desk-${role}`, role, key_sha256: sha256 } });
  return key;
}
