import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { projectRoot } from "../src/config.ts";

/**
 * Completes package-lock.json with the packages of other platforms that a registry may not carry. npm leaves out what it
 * cannot look up, and `npm ci` then refuses the lock; with a name, a version and a platform they are passed over where they
 * do not fit, and found where they do. Run after every `npm install`.
 */

const packages = z.record(
  z.string(),
  z.looseObject({
    dev: z.boolean().optional(),
    optionalDependencies: z.record(z.string(), z.string()).optional(),
  }),
);
const lockSchema = z.looseObject({ packages });

const systems = [
  "aix",
  "android",
  "darwin",
  "freebsd",
  "linux",
  "netbsd",
  "openbsd",
  "openharmony",
  "sunos",
  "win32",
];
const processors = [
  "arm64",
  "arm",
  "ia32",
  "loong64",
  "mips64el",
  "ppc64",
  "riscv64",
  "s390x",
  "wasm32",
  "x64",
];

/** The platform that a package is for, read off its name: "@swc/core-linux-arm-gnueabihf" is for linux on arm. */
function platformOf(name: string): { readonly os: string[]; readonly cpu: string[] } | undefined {
  const words = name.replace("windows", "win32").split(/[/-]/);
  const os = systems.filter((system) => words.includes(system));
  const cpu = processors.filter((processor) =>
    words.some((word) => word === processor || (processor === "arm" && word.startsWith("armv"))),
  );
  return os.length === 0 || cpu.length === 0 ? undefined : { os, cpu };
}

const file = path.join(projectRoot, "package-lock.json");
const lock = lockSchema.parse(JSON.parse(await readFile(file, "utf8")));
let added = 0;
for (const { dev, optionalDependencies = {} } of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    const at = `node_modules/${name}`;
    const platform = platformOf(name);
    if (lock.packages[at] !== undefined || platform === undefined || !/^\d/.test(version)) continue;
    lock.packages[at] = { version, ...platform, ...(dev === true && { dev }), optional: true };
    added += 1;
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
await writeFile(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`package-lock.json: ${added} packages of other platforms were added.`);
