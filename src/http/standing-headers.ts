import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import helmet, { type HelmetOptions } from "helmet";
import { isRead, readCors, writeCors } from "./cors.ts";

/** What decides which headers an answer carries whatever it says. */
interface Asked {
  readonly method: string;
  readonly origin: string | undefined;
  /** Whether an Authorization header came with the request. */
  readonly keyed: boolean;
}

/** Flat names and values of the headers every answer carries; `page` is true for HTML. */
export type StandingHeaders = (asked: Asked, page: boolean) => readonly string[];

/**
 * Prepares security, caching and CORS headers. helmet decides their values, but runs only here, once: as middleware
 * it would set a dozen headers one by one for every small answer.
 */
export function standingHeaders(options: {
  readonly baseUrl: string;
  readonly corsOrigins: readonly string[];
}): StandingHeaders {
  const allowed = new Set(options.corsOrigins);
  // Browsers heed it over TLS only; where the service is reached without, it would promise what is not so.
  const transport = options.baseUrl.startsWith("https:") && { maxAge: 31_536_000, includeSubDomains: false };
  const data = helmetHeaders({ ...dataPolicy, strictTransportSecurity: transport });
  const page = helmetHeaders({ ...pagePolicy, strictTransportSecurity: transport });
  const reads = [data, page].map((security) => [
    [...security, "Vary", "Authorization, Accept", "Cache-Control", "no-cache", ...readCors],
    [...security, "Vary", "Authorization, Accept", "Cache-Control", "private, no-store", ...readCors],
  ]);
  return (asked, isPage) => {
    if (isRead(asked.method)) return reads[isPage ? 1 : 0]?.[asked.keyed ? 1 : 0] ?? [];
    return [
      ...(isPage ? page : data),
      "Vary",
      "Authorization, Accept, Origin",
      "Cache-Control",
      asked.keyed ? "private, no-store" : "no-cache",
      ...writeCors(asked.origin, allowed),
    ];
  };
}

/** Data is never a document: nothing in it may run, whatever a browser takes it for. Any page may fetch it. */
const dataPolicy = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  },
  crossOriginResourcePolicy: { policy: "cross-origin" },
  crossOriginOpenerPolicy: false,
  originAgentCluster: false,
  referrerPolicy: false,
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xFrameOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false,
} satisfies HelmetOptions;

/** Pages load everything from here, so that they work offline and tell nobody else who reads them. */
const pagePolicy = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      // Charts and the API's description set styles on their elements.
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", "data:"],
      objectSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  },
  crossOriginResourcePolicy: { policy: "cross-origin" },
} satisfies HelmetOptions;

function helmetHeaders(options: HelmetOptions): string[] {
  const res = new ServerResponse(new IncomingMessage(new Socket()));
  helmet(options)(res.req, res, () => undefined);
  // Node keeps names in lower case; replies replace these headers by the spelling of RFC 9110.
  return res
    .getHeaderNames()
    .flatMap((name) => [
      name.replace(/\b[a-z]/g, (letter) => letter.toUpperCase()),
      String(res.getHeader(name)),
    ]);
}
