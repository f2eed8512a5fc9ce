import compression from "compression";
import express, { type Express, type RequestHandler } from "express";
import type { Logger } from "pino";
import { databaseTrouble } from "./database/errors.ts";
import { mount } from "./http/mount.ts";
import { observe, type RequestLine } from "./http/observe.ts";
import { type ProblemError, problem } from "./http/problem.ts";
import { type Rates, rateLimits } from "./http/rate-limits.ts";
import { type Capacity, room } from "./http/room.ts";
import type { KeyHolder } from "./http/route.ts";
import { allRoutes, type RouteDeps } from "./routes.ts";

export interface AppDeps {
  readonly routes: RouteDeps;
  readonly logger: Logger;
  /** Told of every ended request. */
  readonly measure: (line: RequestLine) => void;
  /** PUBLIC_URL without a trailing slash. */
  readonly baseUrl: string;
  readonly trustProxy: number;
  readonly corsOrigins: readonly string[];
  readonly maxBody_bytes: number;
  /** Whether the database has room for writes. */
  readonly hasDiskRoom: () => boolean;
  readonly rates: Rates;
  readonly capacity: Capacity;
  identify(authorization: string): Promise<KeyHolder>;
  /** Aborted when the service stops. */
  readonly stopping: AbortSignal;
}

/** The deepest nesting of a JSON body. */
const MAX_DEPTH = 20;

/** How long an expensive request waits for a place before it is turned away. */
const PATIENCE_MS = 2_000;

/** The application: middleware in order, routes, errors. Reads no environment, opens no port. */
export function createApp(deps: AppDeps): Express {
  const app = express();
  app.set("trust proxy", deps.trustProxy);
  app.use(observe(deps.logger, deps.measure));
  app.use(compressed());
  app.use(refusedWithoutRoom(deps.hasDiskRoom));
  mount(app, allRoutes(deps.routes), {
    baseUrl: deps.baseUrl,
    logger: deps.logger,
    limits: { maxBody_bytes: deps.maxBody_bytes, maxDepth: MAX_DEPTH },
    corsOrigins: deps.corsOrigins,
    rateLimits: rateLimits(deps.rates),
    room: room(deps.capacity, PATIENCE_MS),
    identify: (authorization) => deps.identify(authorization),
    translateError,
    stopping: deps.stopping,
    elsewhere: [],
  });
  return app;
}

/** Compression for those who ask for it; it wraps every answer it sees, so the others pass it by. */
function compressed(): RequestHandler {
  const compress = compression();
  return (req, res, next) => {
    if (req.headers["accept-encoding"] === undefined) next();
    else compress(req, res, next);
  };
}

/** Methods that never write. */
export const reads: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

const noRoom = "The database has no room left. Nothing was written. Its operator has to make space.";

/** Refuses writes while the disk is nearly full, so that it never becomes quite full and reads go on. */
function refusedWithoutRoom(hasDiskRoom: () => boolean): RequestHandler {
  return (req, _res, next) => {
    if (reads.has(req.method) || hasDiskRoom()) next();
    else next(problem("service-unavailable", noRoom));
  };
}

/** What trouble with the database means to a caller; anything else is an internal error. */
function translateError(error: unknown): ProblemError | undefined {
  const trouble = databaseTrouble(error);
  if (trouble === undefined) return undefined;
  const details = {
    away: "The database cannot be reached at the moment. Try again after the time in Retry-After. A write may have been done before its answer was lost: sent again with the same Idempotency-Key or If-Match, it is not done twice.",
    "too-slow":
      "This question took too long and was given up. Narrow it with filters, or take format=ndjson.",
    full: noRoom,
  };
  return problem("service-unavailable", details[trouble], { cause: error });
}
