import type pg from "pg";
import { parseIntoClientConfig } from "pg-connection-string";
import { codeOf, messageOf, startFailure } from "./start-failure.ts";

const oldestMajor = 15;

/** What a server says of itself. `version_number` is like 150004 for 15.4. */
export type ServerFacts = { version_number: number; encoding: string; read_only: boolean };

/** The sentence against a server that cannot be used, undefined for one that can. */
export function judgeServer({ version_number, encoding, read_only }: ServerFacts): string | undefined {
  const major = Math.floor(version_number / 10_000);
  if (major < oldestMajor) {
    return (
      `The PostgreSQL server is version ${major}, and ${oldestMajor} or newer is needed. ` +
      "Upgrade it, or unset DATABASE_URL to use the PostgreSQL that comes with the service."
    );
  }
  if (encoding !== "UTF8") {
    return (
      `The database is encoded in ${encoding}, and UTF8 is needed. ` +
      "Make one with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0 and name it in DATABASE_URL."
    );
  }
  if (read_only) {
    return "The PostgreSQL server is a standby, which takes no writes. Name the primary server in DATABASE_URL.";
  }
  return undefined;
}

/** Rejects with a sentence when the server cannot be reached or cannot be used. */
export async function assertServer(pool: pg.Pool, databaseUrl: string): Promise<void> {
  const { rows } = await pool
    .query<ServerFacts>(
      `SELECT current_setting('server_version_num')::int AS version_number,
              current_setting('server_encoding') AS encoding,
              pg_is_in_recovery() AS read_only`,
    )
    .catch((error: unknown) => {
      throw startFailure(describeConnectionFailure(error, databaseUrl), error);
    });
  const [facts] = rows;
  if (facts === undefined) throw new Error("The server gave no version.");
  const sentence = judgeServer(facts);
  if (sentence !== undefined) throw startFailure(sentence);
}

/** One or two sentences about why a server could not be reached and what to do. Never holds the password. */
export function describeConnectionFailure(error: unknown, databaseUrl: string): string {
  const { server, user, database } = namesIn(databaseUrl);
  const sentences: Record<string, string> = {
    ECONNREFUSED: `No PostgreSQL server answers at ${server}. Start it, or correct DATABASE_URL.`,
    ENOTFOUND: `The host of ${server} is not known. Correct the host in DATABASE_URL.`,
    EAI_AGAIN: `The host of ${server} could not be looked up. Correct the host in DATABASE_URL, or check the network.`,
    ENOENT: `There is no PostgreSQL socket at ${server}. Start the server, or correct DATABASE_URL.`,
    ETIMEDOUT: `${server} did not answer in time. Check the host and port in DATABASE_URL, and any firewall between.`,
    EHOSTUNREACH: `${server} cannot be reached from here. Check the host in DATABASE_URL, and the network.`,
    ECONNRESET: `${server} broke the connection off. Check that a PostgreSQL server listens there, and DATABASE_URL.`,
    "28P01": `The server at ${server} refused the password of user ${user}. Correct it in DATABASE_URL.`,
    "28000": `The server at ${server} does not let user ${user} in (${messageOf(error)}). Correct the user in DATABASE_URL, or allow it in pg_hba.conf.`,
    "3D000": `The server at ${server} has no database ${database}. Make it with CREATE DATABASE, or correct DATABASE_URL.`,
    "42501": `User ${user} may not use database ${database} at ${server}. Grant it CONNECT, or correct DATABASE_URL.`,
    "53300": `The server at ${server} has no connection left. Raise its max_connections, or close other clients.`,
    "57P03": `The server at ${server} is still starting or shutting down. Try again in a moment.`,
  };
  const code = /timeout/i.test(messageOf(error)) ? "ETIMEDOUT" : (codeOf(error) ?? "");
  return (
    sentences[code] ??
    `The PostgreSQL server at ${server} cannot be used (${messageOf(error)}). Check DATABASE_URL and the server's log.`
  );
}

function namesIn(databaseUrl: string): { server: string; user: string; database: string } {
  const url = parseDatabaseUrl(databaseUrl);
  return {
    server: url.host || url.searchParams.get("host") || "the default address",
    user: decodeURIComponent(url.username) || "of this process",
    database: decodeURIComponent(url.pathname.slice(1)) || "of that name",
  };
}

/** Reads DATABASE_URL; throws a sentence when it is not the address of a PostgreSQL database. */
export function parseDatabaseUrl(databaseUrl: string): URL {
  if (/^postgres(ql)?:\/\//.test(databaseUrl) && URL.canParse(databaseUrl)) return new URL(databaseUrl);
  throw startFailure(
    "DATABASE_URL is not the address of a PostgreSQL database. " +
      "It has the form postgresql://user:password@host:5432/database; a special character in the password is " +
      "written as % and its code, like %40 for @.",
  );
}

/**
 * Reads an address for connections, with the certificate files that it names. A client given the address itself would read
 * them for each connection, and throw where a pool catches nothing. Throws a sentence.
 */
export function readAddress(databaseUrl: string): pg.ClientConfig {
  parseDatabaseUrl(databaseUrl);
  try {
    return parseIntoClientConfig(databaseUrl);
  } catch (error) {
    throw startFailure(
      `DATABASE_URL cannot be used (${messageOf(error)}). Correct its parameters, or the file that it names.`,
      error,
    );
  }
}
