const failures = new WeakSet<Error>();

/**
 * An error whose message is one or two sentences for the person who starts the service: what is wrong and what to do.
 * Nothing but the message needs to be printed; the cause keeps what was thrown first.
 */
export function startFailure(sentence: string, cause?: unknown): Error {
  const failure = new Error(sentence, cause === undefined ? {} : { cause });
  failure.name = "StartFailure";
  failures.add(failure);
  return failure;
}

/** True for an error made by {@link startFailure}: print its message, leave the stack out. */
export function isStartFailure(value: unknown): value is Error {
  return value instanceof Error && failures.has(value);
}

/** The message of whatever was thrown; the code stands in where a system error has no message. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message === "" ? (codeOf(error) ?? error.name) : error.message;
}

/** The `code` of a Node or PostgreSQL error (`ENOENT`, `42P01`), undefined where there is none. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
