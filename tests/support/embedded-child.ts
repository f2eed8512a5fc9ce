import { startEmbedded } from "../../src/database/embedded.ts";
import { silentLog } from "./postgres.ts";

// Run by a test in a process of its own: starts a database, says where, and then waits to be killed.
const [dataDir, fallbackDir] = process.argv.slice(2);
if (dataDir === undefined || fallbackDir === undefined) throw new Error("Two folders are needed.");
try {
  const { url } = await startEmbedded({
    dataDir,
    log: silentLog,
    durable: false,
    fallbackDirs: [fallbackDir],
  });
  console.log(JSON.stringify({ url }));
} catch (error) {
  console.log(JSON.stringify({ error: error instanceof Error ? error.message : String(error) }));
}
