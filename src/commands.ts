import { readdir } from "node:fs/promises";
import path from "node:path";
import { Command } from "commander";
import type { Logger } from "pino";
import { seed } from "../seeds/seed.ts";
import { addKeyCommands, type KeyWork } from "./access/key-commands.ts";
import { migrationsDir } from "./assembly.ts";
import { refuseUnreadable } from "./backup/file.ts";
import { backupDatabase, restoreDatabase } from "./backup-commands.ts";
import { type Config, projectRoot, readConfig } from "./config.ts";
import { type Connection, connect } from "./database/client.ts";
import { isTaken } from "./database/data-lock.ts";
import { migrate } from "./database/migrate.ts";
import { pendingMigrations } from "./database/migration-state.ts";
import { isStartFailure, startFailure } from "./database/start-failure.ts";
import { createLogger } from "./http/observe.ts";
import {
  brokenSentence,
  headRemedy,
  headText,
  parseHead,
  type Verification,
  verifyLedger,
} from "./ledger/verify.ts";
import { progressLine } from "./progress.ts";
import { recordTypes } from "./record-types/index.ts";
import { type Database, migrateOptions, openDatabase, reachDatabase } from "./service.ts";

/** Where a command's own words go: what it did; and, on standard error, why it could not or what goes beside it. */
export interface Output {
  log(text: string): void;
  error(problem: unknown): void;
}

/** Runs one command of `ceasefire`, given the words after it; resolves to the exit code. */
export async function runCommand(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  output: Output,
): Promise<number> {
  try {
    await programFor(environment, output).parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    const sentence =
      isStartFailure(error) || (error instanceof Error && error.message.startsWith("The environment"));
    output.error(sentence && error instanceof Error ? error.message : error);
    return 1;
  }
}

function programFor(environment: NodeJS.ProcessEnv, output: Output): Command {
  const on = <Options>(work: Work<Options>, open = openDatabase) =>
    withDatabase(environment, output, work, open);
  const program = new Command("ceasefire")
    .description(
      "Runs and looks after a ceasefire tracker. Its settings are environment variables: see the README.",
    )
    .showHelpAfterError();
  program
    .command("serve")
    .description("start the service, as `npm start` does")
    .action(async () => {
      await import("./main.ts");
    });
  program
    .command("migrate")
    .description("apply the migrations the database lacks")
    .action(on(migrateDatabase));
  program
    .command("seed")
    .description("write the seed records that the database has never held")
    .option("--set <name>", "the folder of seeds to take", "nagorno-karabakh-2020")
    .action(on(seedDatabase));
  program
    .command("verify")
    .description(
      "check the ledger and its public chain: compute every digest and hash again, and name the first that differs",
    )
    .option(
      "--between <heads...>",
      "heads noted down earlier, of either chain, as position:hash: verify that each is still in its chain",
    )
    .action(on(verify, reachDatabase));
  addKeyCommands(program.command("keys"), (work) => on(onKeys(work, output), reachForKeys));
  program
    .command("backup")
    .description(
      "write everything that the database holds, as of one instant, also while a service runs on it",
    )
    .argument("[file]", "where to; a name in .gz is compressed; without one: standard output")
    .action(on(backupDatabase, reachDatabase));
  program
    .command("restore")
    .description("restore a backup into an empty database, all of it or nothing")
    .argument("<file>", "what `ceasefire backup` wrote")
    .action(async (file: string) => {
      await refuseUnreadable(file);
      await on(restoreDatabase)(file);
    });
  return program;
}

interface Tools {
  readonly config: Config;
  readonly database: Database;
  readonly log: Logger;
  readonly output: Output;
}

/**
 * What a command does with the database; resolves to the sentence that says what it did, or to none where it has said so
 * itself. It is given the command's argument where it has one, else its options.
 */
type Work<Options> = (options: Options, tools: Tools) => Promise<string | undefined>;

/** A command on the database of the environment, which is stopped again afterwards where it is the embedded one. */
function withDatabase<Options>(
  environment: NodeJS.ProcessEnv,
  output: Output,
  work: Work<Options>,
  open: typeof openDatabase,
) {
  return async (options: Options): Promise<void> => {
    const config = readConfig(environment);
    // Standard output is the command's own: what it did, in one sentence.
    const log = createLogger(config.LOG_LEVEL, process.stderr);
    const database = await open(config, log, (reason) => log.fatal({ err: reason }, "The database is lost."));
    try {
      const said = await work(options, { config, database, log, output });
      if (said !== undefined) output.log(said);
    } finally {
      await database.embedded?.stop();
    }
  };
}

async function migrateDatabase(_options: object, { database, log }: Tools): Promise<string> {
  const done = await migrate(migrateOptions(database, log));
  return done.applied.length === 0
    ? "The database has every migration already."
    : `Applied ${done.applied.join(", ")}.`;
}

/** Work on the tables, on a connection of its own; a database that lacks migrations is refused. */
async function onTables<T>(
  { config, database, log }: Tools,
  work: (pool: Connection["pool"]) => Promise<T>,
): Promise<T> {
  const { pool, close } = await connect({
    databaseUrl: database.url,
    poolSize: 1,
    statementTimeout_ms: config.STATEMENT_TIMEOUT_MS,
    log,
  });
  try {
    const pending = await pendingMigrations(pool, migrationsDir);
    if (pending.length > 0)
      throw startFailure(`The database lacks ${pending.join(", ")}. Run \`ceasefire migrate\` first.`);
    return await work(pool);
  } finally {
    await close();
  }
}

/** A command on keys, as work on the database. */
function onKeys<Options>(work: KeyWork<Options>, output: Output): Work<Options> {
  return (options, tools) =>
    onTables(tools, (pool) =>
      work(options, {
        pool,
        adminKeyGiven: tools.config.ADMIN_API_KEY !== undefined,
        note: (text) => output.error(text),
      }),
    );
}

/** As reachDatabase; of a service that runs out of reach, in another container, the sentence names the calls. */
const reachForKeys: typeof openDatabase = async (config, log, onExit) => {
  try {
    return await reachDatabase(config, log, onExit);
  } catch (error) {
    const taken = config.DATABASE_URL === undefined && (await isTaken(path.resolve(config.DATA_DIR)));
    if (!isStartFailure(error) || !taken) throw error;
    throw startFailure(`${error.message} Or ask that service: its keys are managed at /v1/api-keys.`, error);
  }
};

async function seedDatabase({ set }: { readonly set: string }, tools: Tools): Promise<string> {
  await refuseUnknownSet(set);
  return await onTables(tools, async (pool) => `Wrote ${await seed(pool, recordTypes, set)} seed records.`);
}

async function verify(
  { between = [] }: { readonly between?: readonly string[] },
  tools: Tools,
): Promise<string> {
  const noted = between.map((text) => {
    const head = parseHead(text);
    if (head === undefined) throw startFailure(`\`${text}\` is no head. ${headRemedy}`);
    return head;
  });
  const found = await onTables(tools, (pool) => walked(verifyLedger(pool, noted)));
  if (found.broken !== null) throw startFailure(brokenSentence(found.broken));
  const redacted =
    found.redacted === 0 ? "" : ` ${found.redacted} versions are redacted; their digests stand.`;
  const tail = found.tail === 0 ? "" : ` ${found.tail} versions are not chained yet.`;
  const heads = `The head is ${headText(found.head)}. The public head is ${headText(found.public_head)}.`;
  return `All ${found.checked} entries are whole. ${heads}${redacted}${tail}`;
}

/** Goes through a walk to its result, telling how far it has come where somebody watches. */
async function walked(walk: ReturnType<typeof verifyLedger>): Promise<Verification> {
  const line = progressLine();
  for (;;) {
    const { done, value } = await walk.next();
    if (done !== true) line.tell(value.checked, value.of, "entries");
    else {
      line.clear();
      return value;
    }
  }
}

async function refuseUnknownSet(name: string): Promise<void> {
  const entries = await readdir(path.join(projectRoot, "seeds"), { withFileTypes: true });
  const sets = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  if (!sets.includes(name))
    throw startFailure(`There are no seeds named ${name}. There are: ${sets.join(", ")}.`);
}
