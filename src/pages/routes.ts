import type { Registry } from "prom-client";
import type { Route } from "../http/route.ts";
import type { CodeList } from "../record/code-list.ts";
import type { Format } from "../record/format.ts";
import type { RecordTypes } from "../record/inline.ts";
import type { Queryable } from "../record/sql.ts";
import { assetRoutes } from "./assets.ts";
import { codebook } from "./codebook.ts";
import { codebookRoutes } from "./codebook-page.ts";
import { docsRoutes } from "./docs.ts";
import { landingRoute } from "./landing.ts";
import { openapiRoute } from "./openapi.ts";
import { operationRoutes, type Readiness } from "./operations.ts";
import { problemRoutes } from "./problems.ts";
import { verificationRoute } from "./verification.ts";

export interface PageDeps {
  readonly pool: Queryable;
  readonly types: RecordTypes;
  readonly codeLists: readonly CodeList<string>[];
  /** The formats a list leaves in, beside json. */
  readonly formats: readonly Format[];
  /** The service's version, as package.json has it. */
  readonly version: string;
  /** Whether database and migrations are there; may reject where the database cannot be asked. */
  readonly ready: () => Promise<Readiness>;
  /** What /metrics shows: that of `createMetrics`. */
  readonly registry: Registry;
}

/** Every page, and what the service says of itself. `routes` is called later, and answers all routes, these included. */
export function pageRoutes(deps: PageDeps, routes: () => readonly Route[]): Route[] {
  const types = Object.values(deps.types);
  return [
    landingRoute({ database: deps.pool, ceasefire: deps.types.ceasefire, violation: deps.types.violation }),
    ...docsRoutes(),
    openapiRoute({ routes, types, version: deps.version }),
    ...codebookRoutes(codebook(types, deps.codeLists, deps.formats)),
    ...problemRoutes(),
    verificationRoute(),
    ...assetRoutes(),
    ...operationRoutes(deps),
  ];
}
