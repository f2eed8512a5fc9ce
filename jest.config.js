/** @type {import("jest").Config} */
export default {
  testEnvironment: "node",
  // Jest leaves one core idle by default. Most tests wait for the database, so each core runs a file.
  maxWorkers: "100%",
  // Tests use real databases and processes. The limit tells a test that hangs from one that waits on a busy machine.
  testTimeout: 120_000,
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
