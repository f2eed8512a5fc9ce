import { readConfig } from "./config.ts";
import { isStartFailure } from "./database/start-failure.ts";
import { createLogger } from "./http/observe.ts";
import { type Service, startService } from "./service.ts";

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

function welcome({ url, seeded, adminKey }: Service): string {
  const lines = [
    `Ceasefire tracker is ready: ${url}`,
    `  the attempts      ${url}/v1/ceasefires?expand=summary`,
    `  try every call    ${url}/docs`,
    `  every field       ${url}/codebook`,
  ];
  if (seeded > 0) lines.push(`  ${seeded} seed records were written.`);
  if (!adminKey.given && adminKey.file !== undefined)
    lines.push(`  to write, use the admin key in ${adminKey.file}`);
  if (!adminKey.given && adminKey.made !== undefined)
    lines.push(`  to write, use this admin key; it is shown only now: ${adminKey.made}`);
  return lines.join("\n");
}

main().catch((error: unknown) => {
  const sentence =
    isStartFailure(error) || (error instanceof Error && error.message.startsWith("The environment"));
  console.error(sentence && error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
