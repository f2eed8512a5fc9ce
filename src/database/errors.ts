import pg from "pg";

/** What went wrong below a request, as far as a caller may act on it. */
export type DatabaseTrouble = "away" | "too-slow" | "full";

/** SQLSTATE classes and codes that pass by themselves once the server is back (appendix A of its manual); 08P01 is our own fault. */
const away = /^(08(?!P01)|57P0|53300)/;
const awayCodes = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ENOTFOUND",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "EAI_AGAIN",
]);
const awayMessages =
  /Connection terminated|Query read timeout|timeout exceeded when trying to connect|Client has encountered a connection error|not queryable/;

/** Tells a database that is away, too slow or full from other errors; undefined for those. */
export function databaseTrouble(error: unknown): DatabaseTrouble | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  if (code === "53100") return "full";
  if (code === "57014") return "too-slow";
  if (error instanceof pg.DatabaseError) return away.test(code) ? "away" : undefined;
  if (awayCodes.has(code) || awayMessages.test(error.message)) return "away";
  return error.cause === undefined ? undefined : databaseTrouble(error.cause);
}
