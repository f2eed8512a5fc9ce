/** @type {import("jest").Config} */
export default {
  testEnvironment: "node",
  // Real databases on a busy machine: a test that hangs is still told from one that waits.
  testTimeout: 60_000,
  // The sources are a root as well: else files that no test imports would be missing from the coverage.
  roots: ["<rootDir>/src", "<rootDir>/tests"],
  testMatch: ["<rootDir>/tests/**/*.test.ts"],
  extensionsToTreatAsEsm: [".ts"],
  transform: {
    "^.+\\.ts$": [
      "@swc/jest",
      {
        jsc: { parser: { syntax: "typescript" }, target: "es2022" },
        module: { type: "es6" },
        sourceMaps: "inline",
      },
    ],
  },
  globalSetup: "<rootDir>/tests/support/global-setup.ts",
  globalTeardown: "<rootDir>/tests/support/global-teardown.ts",
  // Counts each ?? and each default by itself; "v8" leaves out the branches of functions that never ran.
  coverageProvider: "babel",
  coverageReporters: ["text-summary", "html"],
  collectCoverageFrom: ["src/**/*.ts", "!src/generated/**", "!src/web/**"],
  coverageThreshold: { global: { branches: 90 } },
};
