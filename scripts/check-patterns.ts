import { readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { parseSync } from "@swc/core";
import { check } from "recheck";
import { projectRoot } from "../src/config.ts";
import { isObject, type Json, type JsonObject, textOf } from "../src/record/json.ts";
import { listedFiles } from "./listed-files.ts";

/**
 * Finds regular expressions whose time grows faster than the length of the text: one long value would keep the event loop
 * from all other work. Checks the literals and constructor calls in src, and the patterns in openapi.json, which hold
 * those that zod makes for parameters and bodies. Files given as arguments are checked in place of those.
 */

interface Pattern {
  readonly place: string;
  readonly source: string;
  readonly flags: string;
}

/** The check counts steps. Its own limits of time are off, because their outcome depends on the load of the machine. */
const limits = {
  timeout: 60_000,
  attackTimeout: null,
  incubationTimeout: null,
  seedingTimeout: null,
};

/** The syntax tree of a source file. */
function treeOf(file: string): Json {
  return JSON.parse(JSON.stringify(parseSync(readFileSync(file, "utf8"), { syntax: "typescript" })));
}

function* nodesIn(value: Json): Generator<JsonObject> {
  if (isObject(value)) yield value;
  if (typeof value === "object" && value !== null)
    for (const part of Object.values(value)) yield* nodesIn(part);
}

function literalOf(node: JsonObject, file: string): Pattern[] {
  if (node.type !== "RegExpLiteral") return [];
  return [{ place: file, source: textOf(node.pattern), flags: textOf(node.flags) }];
}

/** Whether a node constructs a regular expression from text. */
function constructs({ type, callee }: JsonObject): boolean {
  return (
    ["NewExpression", "CallExpression"].includes(textOf(type)) &&
    isObject(callee) &&
    callee.value === "RegExp"
  );
}

/** Loads modules and records each regular expression that they construct from text meanwhile, with the line that does. */
async function constructedIn(files: readonly string[]): Promise<(Pattern & { readonly line: string })[]> {
  const found: (Pattern & { readonly line: string })[] = [];
  const original = globalThis.RegExp;
  globalThis.RegExp = new Proxy(original, {
    construct(target, [source, flags = ""]: [string, string?]) {
      const [line, place] = callerIn(files, new Error().stack ?? "");
      if (place !== undefined) found.push({ place, line, source, flags });
      return new target(source, flags);
    },
  });
  try {
    for (const file of files) await import(pathToFileURL(file).href);
  } finally {
    globalThis.RegExp = original;
  }
  return found;
}

/** The first line of a stack that lies in one of the files, and that file. */
function callerIn(files: readonly string[], stack: string): [line: string, file: string | undefined] {
  for (const line of stack.split("\n")) {
    const file = files.find((one) => line.includes(path.resolve(one)));
    if (file !== undefined) return [line, file];
  }
  return ["", undefined];
}

/**
 * All patterns of source files.
 *
 * @throws Error if a module constructs a regular expression after it is loaded, because the pattern cannot be known then
 */
async function patternsIn(files: readonly string[]): Promise<Pattern[]> {
  const nodes = new Map(files.map((file) => [file, [...nodesIn(treeOf(file))]]));
  const literals = [...nodes].flatMap(([file, list]) => list.flatMap((node) => literalOf(node, file)));
  const calls = [...nodes].map(([file, list]) => [file, list.filter(constructs).length] as const);
  const constructed = await constructedIn(calls.flatMap(([file, count]) => (count > 0 ? [file] : [])));
  for (const [file, count] of calls) {
    const lines = new Set(constructed.filter(({ place }) => place === file).map(({ line }) => line));
    if (lines.size < count)
      throw new Error(
        `${file} constructs a regular expression after it is loaded. Construct it in a constant of the module.`,
      );
  }
  return [...literals, ...constructed];
}

/** The patterns of the description's schemas, each once. */
function describedPatterns(file: string): Pattern[] {
  const description: Json = JSON.parse(readFileSync(file, "utf8"));
  const found = [...nodesIn(description)].flatMap(({ pattern }) =>
    typeof pattern === "string" ? [pattern] : [],
  );
  return [...new Set(found)].map((source) => ({ place: file, source, flags: "u" }));
}

async function faultOf({ place, source, flags }: Pattern): Promise<string[]> {
  const result = await check(source, flags, limits);
  if (result.status === "safe") return [];
  const pattern = `${path.relative(projectRoot, place)}: /${source}/${flags}`;
  if (result.status === "vulnerable")
    return [`${pattern} takes ${result.complexity.summary} time, as with ${result.attack.pattern}.`];
  return [`${pattern} cannot be checked (${result.error.kind}). Write it more simply.`];
}

const given = process.argv.slice(2);
const files =
  given.length > 0 ? given : listedFiles().filter((file) => /^src\/(?!generated\/).*\.tsx?$/.test(file));
const patterns = await patternsIn(files);
if (given.length === 0) patterns.push(...describedPatterns("openapi.json"));
const once = new Map(patterns.map((pattern) => [`/${pattern.source}/${pattern.flags}`, pattern]));
const faults = (await Promise.all([...once.values()].map(faultOf))).flat();
for (const fault of faults) console.error(fault);
console.log(`${once.size} regular expressions were checked.`);
process.exitCode = faults.length === 0 ? 0 : 1;
