import { type KeysDeps, keyRoutes } from "./access/key-routes.ts";
import { type ExchangeDeps, exchangeRoutes } from "./exchange/routes.ts";
import type { Route } from "./http/route.ts";
import { type ChangesDeps, changeRoutes } from "./ledger/change-routes.ts";
import { ledgerRoutes } from "./ledger/ledger-routes.ts";
import { type PageDeps, pageRoutes } from "./pages/routes.ts";
import type { ResourceDeps } from "./record/deps.ts";
import { resourceRoutes } from "./record/resource.ts";
import { brokersRoute } from "./record-types/brokers.ts";
import { recordTypes } from "./record-types/index.ts";

/** What the routes need, all together. */
export type RouteDeps = ResourceDeps & ExchangeDeps & ChangesDeps & KeysDeps & PageDeps;

/** Every route of the service: its table of contents. */
export function allRoutes(deps: RouteDeps): Route[] {
  const routes: Route[] = [
    ...recordTypes.flatMap((type) => resourceRoutes(deps, type)),
    brokersRoute(deps),
    ...exchangeRoutes(deps),
    ...changeRoutes(deps),
    ...ledgerRoutes(deps),
    ...keyRoutes(deps),
    ...pageRoutes(deps, () => routes),
  ];
  return routes;
}
