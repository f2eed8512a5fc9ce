import { createServer, type Server, type ServerOptions } from "../../src/http/server.ts";
import type { TestService } from "./service.ts";

/** Serves a test's service through the service's own server, on a free port; `server.close` ends it. */
export async function listening(
  service: Pick<TestService, "app">,
  options: Partial<ServerOptions> = {},
): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer(service.app, {
    baseUrl: "http://localhost",
    requestTimeout_ms: 30_000,
    headersTimeout_ms: 10_000,
    keepAliveTimeout_ms: 65_000,
    idleTimeout_ms: 120_000,
    ...options,
  });
  return { server, port: await server.listen(0, "127.0.0.1") };
}
