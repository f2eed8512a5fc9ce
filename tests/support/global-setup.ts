import { startTestServer } from "./postgres.ts";

declare global {
  var stopTestServer: (() => Promise<void>) | undefined;
}

/** Called by jest once, before the first test file. */
export default async function globalSetup(): Promise<void> {
  globalThis.stopTestServer = await startTestServer();
}
