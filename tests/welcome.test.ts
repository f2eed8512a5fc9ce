import { expect, test } from "@jest/globals";
import type { Service } from "../src/service.ts";
import { welcome } from "../src/welcome.ts";

function told(more: Partial<Service>): string {
  return welcome({
    port: 3000,
    url: "http://localhost:3000",
    seeded: 0,
    adminKey: { given: true },
    stop: async () => undefined,
    ...more,
  });
}

test("whoever has started the service reads where to go next", () => {
  expect(told({}).split("\n")).toEqual([
    "Ceasefire tracker is ready: http://localhost:3000",
    expect.stringContaining("/v1/ceasefires?expand=summary"),
    expect.stringContaining("/docs"),
    expect.stringContaining("/codebook"),
  ]);
  expect(told({ seeded: 3 })).toContain("3 seed records were written.");
});

test("a key is named by its file, or told once; a given one is not spoken of", () => {
  expect(told({ adminKey: { given: false, file: "/data/admin-key", made: undefined } })).toContain(
    "the admin key in /data/admin-key",
  );
  expect(told({ adminKey: { given: false, file: undefined, made: "cft_x" } })).toMatch(
    /shown only now: cft_x$/,
  );
  expect(told({ adminKey: { given: false, file: undefined, made: undefined } })).not.toMatch(/key/);
});
