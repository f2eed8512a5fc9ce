import { expect, test } from "@jest/globals";
import { killAndAudit } from "./run.ts";

test("nothing acknowledged is lost or doubled when service and database are killed among many writers", async () => {
  const outcome = await killAndAudit({
    serviceKills: 3,
    postgresKills: 1,
    writers: 8,
    cancelled: new AbortController().signal,
    report: () => undefined,
  });
  expect(outcome).toMatchObject({ found: [], failures: [] });
  expect(outcome.acknowledged).toBeGreaterThan(8);
  expect(outcome.starts).toBeGreaterThan(3);
}, 300_000);
