import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "@jest/globals";
import { describedVariables, projectRoot, readConfig } from "../src/config.ts";

describe("the environment", () => {
  test("has a default for everything", () => {
    expect(readConfig({})).toMatchObject({
      PORT: 3000,
      HOST: "127.0.0.1",
      DATA_DIR: ".data",
      SEED: "nagorno-karabakh-2020",
      CORS_ORIGINS: [],
    });
  });

  test("takes an empty variable as one that is not set", () => {
    expect(readConfig({ PORT: "", DATABASE_URL: "" })).toMatchObject({ PORT: 3000 });
  });

  test("is refused whole, with every variable that is wrong named", () => {
    const wrong = {
      PORT: "http",
      DATABASE_URL: "mysql://x",
      SEED: "moon",
      ADMIN_API_KEY: "short",
      PUBLIC_URL: "localhost",
      CORS_ORIGINS: "https://desk.example/path",
    };
    const attempt = () => readConfig(wrong);
    for (const name of Object.keys(wrong)) expect(attempt).toThrow(new RegExp(`\\b${name}: `));
  });

  test("leaves connections for all that costs little", () => {
    expect(readConfig({ MAX_EXPENSIVE: "3", POOL_SIZE: "4" }).MAX_EXPENSIVE).toBe(3);
    expect(() => readConfig({ MAX_EXPENSIVE: "10" })).toThrow(/MAX_EXPENSIVE: is below POOL_SIZE/);
  });

  test("splits the origins whose pages may write", () => {
    expect(readConfig({ CORS_ORIGINS: "https://a.example, https://b.example" }).CORS_ORIGINS).toEqual([
      "https://a.example",
      "https://b.example",
    ]);
  });

  test("is told in the README variable by variable, in the same words", () => {
    const readme = readFileSync(path.join(projectRoot, "README.md"), "utf8");
    for (const { name, description } of describedVariables()) {
      const line = readme.split("\n").find((one) => one.startsWith(`| \`${name}\` |`)) ?? "";
      expect(line.replaceAll("`", "")).toContain(
        description.replace(/ Default: .*$/, "").replaceAll("`", ""),
      );
    }
    const told = [...readme.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, name]) => name);
    expect(told).toEqual(describedVariables().map(({ name }) => name));
  });
});
