import { freePort, type Postmaster, type ServerPlan, startServer, stopServer } from "./postmaster.ts";
import { sleep } from "./processes.ts";
import { messageOf, startFailure } from "./start-failure.ts";

const firstPause_ms = 200;
const longestPause_ms = 10_000;
const restartLimit = 8;
/** A server that ran this long before it died is not one that cannot start. */
const steady_ms = 60_000;

/** A server that is started again when it dies. Its port stays the same. */
export type Supervisor = {
  port: number;
  /** Stops the server, does the work, and starts the server again even if the work fails. */
  whileStopped<T>(work: () => Promise<T>): Promise<T>;
  stop(): Promise<void>;
};

/**
 * Starts the server and keeps it running.
 * @param onGivenUp called once when the server died and could not be started again in eight tries
 */
export async function supervise(plan: ServerPlan, onGivenUp: (reason: Error) => void): Promise<Supervisor> {
  const { server: first, port } = await startOnFreePort(plan);
  let current: Postmaster | undefined = first;
  let startedAt = performance.now();
  let wanted = true;
  let restarting: Promise<void> | undefined;
  let failures = 0;

  const restart = async (): Promise<void> => {
    while (wanted) {
      if (failures >= restartLimit) {
        onGivenUp(startFailure("The database died and could not be started again. See the log for why."));
        return;
      }
      await sleep(Math.min(firstPause_ms * 2 ** failures, longestPause_ms));
      if (!wanted) return;
      failures += 1;
      try {
        watch(await startServer(plan, port));
        plan.log.info("The database is running again.");
        return;
      } catch (error) {
        plan.log.error(messageOf(error));
      }
    }
  };
  const watch = (server: Postmaster): void => {
    current = server;
    startedAt = performance.now();
    void server.exited.then((lastLines) => {
      if (current === server) current = undefined;
      if (!wanted) return;
      plan.log.error(`The database server ended by itself and is started again. It wrote: ${lastLines}`);
      if (performance.now() - startedAt > steady_ms) failures = 0;
      restarting = restart();
    });
  };
  const halt = async (): Promise<void> => {
    wanted = false;
    await restarting;
    const server = current;
    if (server === undefined) return;
    await stopServer(plan, server.pid);
    await server.exited;
  };
  // A process that ends without stopping the database takes it along.
  const endWithProcess = (): void => {
    if (current !== undefined) signalAtExit(current.pid);
  };
  process.on("exit", endWithProcess);
  watch(first);

  return {
    port,
    stop: async () => {
      await halt();
      process.off("exit", endWithProcess);
    },
    whileStopped: async (work) => {
      await halt();
      try {
        return await work();
      } finally {
        wanted = true;
        watch(await startServer(plan, port));
      }
    },
  };
}

/** Another program may take the free port before the server does; then another one is tried. */
async function startOnFreePort(plan: ServerPlan): Promise<{ server: Postmaster; port: number }> {
  const port = await freePort();
  try {
    return { server: await startServer(plan, port), port };
  } catch (error) {
    if (!/could not (bind|create any TCP)/i.test(messageOf(error))) throw error;
    const other = await freePort();
    return { server: await startServer(plan, other), port: other };
  }
}

function signalAtExit(pid: number): void {
  try {
    process.kill(pid, "SIGINT");
  } catch {
    // It has ended already.
  }
}
