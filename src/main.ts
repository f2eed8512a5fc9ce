import { setFlagsFromString } from "node:v8";
import { readConfig } from "./config.ts";
import { isStartFailure } from "./database/start-failure.ts";
import { createLogger } from "./http/observe.ts";
import { startService } from "./service.ts";
import { welcome } from "./welcome.ts";

// By default the heap may double before old objects are collected. One burst of large bodies then left the process at
// 330 MB and more; with a third of growth it stays at 270 MB. npm run load:hostile measures it.
setFlagsFromString("--heap-growing-percent=30");

/** Starts the service, says where to go next, and stops it on SIGINT and SIGTERM. */
async function main(): Promise<void> {
  const config = readConfig(process.env);
  const logger = createLogger(config.LOG_LEVEL);
  const service = await startService(config, logger, (reason) => {
    logger.fatal({ err: reason }, "The embedded database is lost; the service ends.");
    process.exitCode = 1;
    process.kill(process.pid, "SIGTERM");
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      logger.info(`${signal}: requests in flight are finished, then the service ends.`);
      service.stop().then(
        () => process.exit(),
        () => process.exit(1),
      );
    });
  }
  console.log(welcome(service));
}

main().catch((error: unknown) => {
  const sentence =
    isStartFailure(error) || (error instanceof Error && error.message.startsWith("The environment"));
  console.error(sentence && error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
