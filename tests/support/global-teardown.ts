/** Called by jest once, after the last test file. The setup runs in the same process and leaves the function behind. */
export default async function globalTeardown(): Promise<void> {
  await globalThis.stopTestServer?.();
}
