import { existsSync } from "node:fs";
import path from "node:path";
import { z } from "zod";

/** The folder of package.json, from the sources and from dist/ alike. */
export const projectRoot = findRoot(import.meta.dirname);

function findRoot(folder: string): string {
  return existsSync(path.join(folder, "package.json")) ? folder : findRoot(path.dirname(folder));
}

const list = z.string().transform((text) =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== ""),
);

const flag = z.enum(["true", "false"]).transform((text) => text === "true");
function whole(least: number, most: number) {
  const error = `is a whole number from ${least} to ${most}`;
  return z.coerce.number({ error }).int({ error }).min(least, { error }).max(most, { error });
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}

/** Every variable of the environment that the service reads. README's table is made from these descriptions. */
const variables = z.object({
  PORT: whole(0, 65_535).default(3000).describe("The port to listen on; 0 takes a free one."),
  HOST: z
    .string()
    .min(1)
    .default("127.0.0.1")
    .describe("The address to listen on; 0.0.0.0 for all, as in the container."),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(
      "Where the service is reached from outside, for links, Location and problem types. Default: http://HOST:PORT.",
    ),
  TRUST_PROXY: whole(0, 10)
    .default(0)
    .describe("How many proxies stand in front, whose X-Forwarded-For is believed."),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, "begins with postgresql://")
    .optional()
    .describe(
      "A PostgreSQL server (15 or newer) of your own. Unset: an embedded PostgreSQL 18 under DATA_DIR.",
    ),
  DATA_DIR: z
    .string()
    .min(1)
    .default(".data")
    .describe("Where the embedded database and the admin key are kept."),
  SEED: z
    .enum(["nagorno-karabakh-2020", "none"])
    .default("nagorno-karabakh-2020")
    .describe("The records to begin with; none: an empty database."),
  ADMIN_API_KEY: z
    .string()
    .min(16, "has at least 16 characters")
    .optional()
    .describe("A key with the role admin. Unset: one is made at the first start."),
  CORS_ORIGINS: list
    .refine(
      (origins) => origins.every(isOrigin),
      "holds origins such as https://desk.example, separated by commas",
    )
    .default([])
    .describe("Origins whose pages may write, separated by commas. Reads are open to all."),
  LOG_LEVEL: z
    .enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"])
    .default("info")
    .describe("What is logged."),
  METRICS_PORT: whole(1, 65_535)
    .optional()
    .describe("A port of its own for /metrics, on HOST, without a key. Unset: /metrics needs an admin key."),
  POOL_SIZE: whole(1, 500)
    .default(10)
    .describe("Connections to the database for requests; one more writes new records."),
  EXPORT_POOL_SIZE: whole(1, 50)
    .default(3)
    .describe("Connections to the database for exports, and so how many run at once."),
  STATEMENT_TIMEOUT_MS: whole(100, 3_600_000)
    .default(15_000)
    .describe("The longest a statement of a request may take."),
  EXPORT_TIMEOUT_MS: whole(1_000, 86_400_000).default(600_000).describe("The longest an export may take."),
  REQUEST_TIMEOUT_MS: whole(1_000, 3_600_000)
    .default(30_000)
    .describe("The longest a request may take to arrive."),
  IDLE_TIMEOUT_MS: whole(20_000, 3_600_000)
    .default(120_000)
    .describe("How long a connection may carry nothing, as when a client does not read its export."),
  SHUTDOWN_GRACE_MS: whole(0, 600_000)
    .default(10_000)
    .describe("How long requests in flight may take to finish when the service stops."),
  MAX_BODY_BYTES: whole(1_000, 100_000_000).default(1_000_000).describe("The longest request body."),
  RATE_LIMIT_PUBLIC_PER_MINUTE: whole(1, 1_000_000_000)
    .default(3_000)
    .describe("How many requests a minute are taken from one address (IPv6: one /64) without a key."),
  RATE_LIMIT_KEY_PER_MINUTE: whole(1, 1_000_000_000)
    .default(12_000)
    .describe("How many requests a minute are taken with one key."),
  MAX_EXPENSIVE: whole(1, 499)
    .optional()
    .describe(
      "How many searches, counts, summaries and lists of the past are answered at once; below POOL_SIZE. Default: half of it.",
    ),
  MAX_LISTENERS: whole(1, 100_000).default(1_000).describe("How many follow the stream of changes at once."),
  MIGRATE_ON_START: flag
    .default(true)
    .describe("Whether pending migrations are applied at start; false: they are only looked for."),
});

const environment = variables.refine(
  ({ MAX_EXPENSIVE, POOL_SIZE }) => MAX_EXPENSIVE === undefined || MAX_EXPENSIVE < POOL_SIZE,
  {
    path: ["MAX_EXPENSIVE"],
    error: "is below POOL_SIZE, so that connections are left for all other requests",
  },
);

export type Config = z.output<typeof environment>;

/** Name, description and default of every variable, for the README and its test. */
export function describedVariables(): { readonly name: string; readonly description: string }[] {
  return Object.entries(variables.shape).map(([name, schema]) => ({
    name,
    description: schema.description ?? "",
  }));
}

/** Reads the environment. Throws an Error that names every variable that is wrong, and what would be right. */
export function readConfig(env: { readonly [name: string]: string | undefined }): Config {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ""),
  );
  const read = environment.safeParse(given);
  if (read.success) return read.data;
  const faults = read.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new Error(`The environment is not right. ${faults.join("; ")}.`);
}
