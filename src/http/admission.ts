import { ProblemError } from "./problem.ts";
import type { Count, RateLimits } from "./rate-limits.ts";
import type { Exchange } from "./reply.ts";
import type { KeyHolder, Principal } from "./route.ts";

/** What is asked before anything is done for a request. */
export interface Admission {
  readonly rateLimits: RateLimits;
  /** Finds who holds a key. Called only where an Authorization header came. Throws ProblemError 401 for a dead key. */
  readonly identify: (authorization: string) => Promise<KeyHolder>;
}

const nobody: Principal = { key: null, name: null, role: "public" };

/**
 * Who is calling, counted for the key, or for the address where there is none. `counted` false leaves the request out of
 * the count; a dead key is counted wherever it is tried.
 *
 * @throws ProblemError 401 for a dead key, 429 over the rate
 */
export async function admit(exchange: Exchange, admission: Admission, counted: boolean): Promise<Principal> {
  const { rateLimits } = admission;
  const { authorization } = exchange.req.headers;
  if (authorization === undefined) {
    if (counted) spend(exchange, rateLimits.countAddress(exchange.req.ip));
    return nobody;
  }
  const refused = rateLimits.refuseGuess(exchange.req.ip);
  if (refused !== undefined) spend(exchange, refused);
  const principal = await identified(exchange, admission, authorization);
  if (counted) spend(exchange, rateLimits.countKey(principal.key));
  return principal;
}

async function identified(
  exchange: Exchange,
  { rateLimits, identify }: Admission,
  authorization: string,
): Promise<KeyHolder> {
  try {
    return await identify(authorization);
  } catch (error) {
    if (error instanceof ProblemError && error.status === 401)
      spend(exchange, rateLimits.countGuess(exchange.req.ip));
    throw error;
  }
}

/** From now on every answer to the request tells where its caller stands. */
function spend(exchange: Exchange, { headers, refusal }: Count): void {
  exchange.rateHeaders = headers;
  if (refusal !== undefined) throw refusal;
}
