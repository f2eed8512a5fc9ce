import { writeFile } from "node:fs/promises";
import path from "node:path";
import { routeDeps, version } from "../src/assembly.ts";
import { projectRoot } from "../src/config.ts";
import { openPool } from "../src/database/client.ts";
import { createHub } from "../src/ledger/hub.ts";
import { committedDescription } from "../src/pages/openapi.ts";
import { createMetrics } from "../src/pages/operations.ts";
import { recordTypes } from "../src/record-types/index.ts";
import { allRoutes } from "../src/routes.ts";

// Writes openapi.json. A pool opens no connection before its first statement, and describing routes makes none.
const log = { debug: console.debug, info: console.info, warn: console.warn, error: console.error };
const pool = openPool("postgresql://localhost/unused", "openapi", 1, 0, log);
const routes = allRoutes(
  routeDeps(
    { pool, groupPool: pool, exportPool: pool, close: () => pool.end() },
    createMetrics({ requests: pool }),
    {
      hub: createHub(pool, () => () => undefined, console.error),
      streamLifetime_ms: 0,
      adminKeyGiven: false,
      forgetKeys: () => undefined,
    },
  ),
);
await writeFile(path.join(projectRoot, "openapi.json"), committedDescription(routes, recordTypes, version));
await pool.end();
