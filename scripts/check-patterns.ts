import { readFileSync } from "node:fs";
import path from "node:path";
import { parseSync } from "@swc/core";
import { check } from "recheck";
import { projectRoot } from "../src/config.ts";
import { isList, isObject, type Json, type JsonObject, textOf } from "../src/record/json.ts";
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

/** How long one pattern may take to check. */
const timeout_ms = 20_000;

/** What stands in a source file as a pattern; throws where a pattern is made of what only a run can tell. */
function patternsIn(file: string): Pattern[] {
  const tree: Json = JSON.parse(
    JSON.stringify(parseSync(readFileSync(file, "utf8"), { syntax: "typescript" })),
  );
  const nodes = [...nodesIn(tree)];
  const constants = new Map(nodes.flatMap(constantOf));
  return nodes.flatMap((node) => patternOf(node, file, constants));
}

function* nodesIn(value: Json): Generator<JsonObject> {
  if (isObject(value)) yield value;
  if (typeof value === "object" && value !== null)
    for (const part of Object.values(value)) yield* nodesIn(part);
}

function constantOf(node: JsonObject): [string, Json][] {
  if (node.type !== "VariableDeclarator" || !isObject(node.id) || !isObject(node.init ?? null)) return [];
  return [[textOf(node.id.value), node.init ?? null]];
}

function patternOf(node: JsonObject, file: string, constants: ReadonlyMap<string, Json>): Pattern[] {
  if (node.type === "RegExpLiteral")
    return [{ place: file, source: textOf(node.pattern), flags: textOf(node.flags) }];
  const isCall = node.type === "NewExpression" || node.type === "CallExpression";
  if (!isCall || !isObject(node.callee ?? null)) return [];
  if (!isObject(node.callee) || node.callee.value !== "RegExp" || !isList(node.arguments)) return [];
  const [source, flags = ""] = node.arguments.map((one) =>
    isObject(one) ? textAt(one.expression ?? null, constants) : undefined,
  );
  if (source === undefined || flags === undefined)
    throw new Error(`${file} makes a pattern at run time, which cannot be checked. Make it of constants.`);
  return [{ place: file, source, flags }];
}

/** The text of an expression that is made of literals and constants of the same file. */
function textAt(node: Json, constants: ReadonlyMap<string, Json>): string | undefined {
  if (!isObject(node)) return undefined;
  if (node.type === "StringLiteral") return textOf(node.value);
  if (node.type === "Identifier") return textAt(constants.get(textOf(node.value)) ?? null, constants);
  if (node.type === "TaggedTemplateExpression") return templateText(node.template ?? null, "raw", constants);
  return node.type === "TemplateLiteral" ? templateText(node, "cooked", constants) : undefined;
}

function templateText(
  node: Json,
  form: "raw" | "cooked",
  constants: ReadonlyMap<string, Json>,
): string | undefined {
  if (!isObject(node) || !isList(node.quasis) || !isList(node.expressions)) return undefined;
  const texts = node.quasis.map((quasi) => (isObject(quasi) ? textOf(quasi[form]) : ""));
  const values = node.expressions.map((one) => textAt(one, constants));
  if (values.includes(undefined)) return undefined;
  return texts.map((text, place) => `${text}${values[place] ?? ""}`).join("");
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
  const result = await check(source, flags, { timeout: timeout_ms });
  if (result.status === "safe") return [];
  const pattern = `${path.relative(projectRoot, place)}: /${source}/${flags}`;
  if (result.status === "vulnerable")
    return [`${pattern} takes ${result.complexity.summary} time, as with ${result.attack.pattern}.`];
  return [`${pattern} cannot be checked (${result.error.kind}). Write it more simply.`];
}

const given = process.argv.slice(2);
const files =
  given.length > 0 ? given : listedFiles().filter((file) => /^src\/(?!generated\/).*\.tsx?$/.test(file));
const patterns = [
  ...files.flatMap(patternsIn),
  ...(given.length > 0 ? [] : describedPatterns("openapi.json")),
];
const once = new Map(patterns.map((pattern) => [`/${pattern.source}/${pattern.flags}`, pattern]));
const faults = (await Promise.all([...once.values()].map(faultOf))).flat();
for (const fault of faults) console.error(fault);
console.log(`${once.size} regular expressions were checked.`);
process.exitCode = faults.length === 0 ? 0 : 1;
