import { closest, distance } from "fastest-levenshtein";
import { z } from "zod";
import { excerpt, quoted } from "./excerpt.ts";
import { type Fault, FaultList } from "./fault.ts";

/** Where the parsed value came from; it decides whether a fault carries a JSON Pointer or a parameter's name. */
export type FaultPlace = "body" | "parameter";

export interface FaultContext {
  /** The schema that refused the value: with it, an unknown member's nearest known one can be named. */
  readonly schema?: z.ZodType;
  /** The value that was refused: with it, messages name what was found. */
  readonly value?: unknown;
  /** Pointer of the refused value inside the body, "" for the body itself. */
  readonly at?: string;
}

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** Codes beyond this many are not spelled out in a message; the codebook has them all. */
const maxListedCodes = 40;

/** One step of a JSON Pointer, escaped as RFC 6901 section 3 says. */
export function pointerStep(name: PropertyKey): string {
  return `/${String(name).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

/** Names longer than this are not compared with known ones, which are all shorter by far. */
const MAX_COMPARED_LENGTH = 100;

/** The known name nearest to a misspelt one, if it is near enough to be what was meant. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  if (known.length === 0 || name.length > MAX_COMPARED_LENGTH) return undefined;
  const lower = name.toLowerCase();
  const byLower = new Map(known.map((word) => [word.toLowerCase(), word]));
  const found = byLower.get(closest(lower, [...byLower.keys()]));
  if (found === undefined) return undefined;
  const limit = Math.max(2, Math.ceil(found.length / 2));
  return distance(lower, found.toLowerCase()) <= limit ? found : undefined;
}

/** " Did you mean `x`?", or nothing when no known name is near. */
export function suggestion(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return near === undefined ? "" : ` Did you mean \`${near}\`?`;
}

/**
 * Turns what zod found into faults with stable codes, places and sentences that say what would be right.
 * An issue made by `ctx.addIssue({ code: "custom", params: { code: "end_before_start" }, message })` keeps its
 * code and message. At most 100 faults are made; one more entry counts the others.
 */
export function zodFaults(
  error: { readonly issues: readonly Issue[] },
  place: FaultPlace,
  context: FaultContext = {},
): Fault[] {
  const found = new FaultList();
  for (const issue of error.issues) {
    if (found.isFull) found.count(issue.code === "unrecognized_keys" ? issue.keys.length : 1);
    else found.addAll(issueFaults(issue, [], place, context));
  }
  return found.faults();
}

function issueFaults(issue: Issue, base: Path, place: FaultPlace, context: FaultContext): Fault[] {
  const path = [...base, ...issue.path];
  if (issue.code === "unrecognized_keys") return unknownMembers(issue.keys, path, place, context);
  if (issue.code === "invalid_union") return unionFaults(issue, path, place, context);
  if (issue.code === "invalid_key") {
    return [
      fault(path, place, context, "invalid_key", `This name is not allowed: ${innerMessages(issue.issues)}.`),
    ];
  }
  const found = valueAt(context.value, path);
  const { code, message } = explain(issue, found);
  return [fault(path, place, context, code, message)];
}

function unknownMembers(
  keys: readonly string[],
  path: Path,
  place: FaultPlace,
  context: FaultContext,
): Fault[] {
  const known = context.schema === undefined ? [] : memberNames(schemasAt([context.schema], path));
  const found = new FaultList();
  for (const key of keys) {
    if (found.isFull) found.count(1);
    else found.add(fault([...path, key], place, context, "unknown_member", unknownMember(key, known, place)));
  }
  return found.faults();
}

function innerMessages(issues: readonly Issue[]): string {
  return excerpt(issues.map((issue) => issue.message).join("; "));
}

function fault(path: Path, place: FaultPlace, context: FaultContext, code: string, message: string): Fault {
  if (place === "parameter") return { parameter: String(path[0] ?? ""), code, message };
  return { pointer: `${context.at ?? ""}${path.map(pointerStep).join("")}`, code, message };
}

function unknownMember(key: string, known: readonly string[], place: FaultPlace): string {
  const what = place === "parameter" ? "query parameter" : "member";
  const near = suggestion(key, known);
  if (near !== "" || known.length === 0) return `There is no ${what} ${quoted(key)}.${near}`;
  return `There is no ${what} ${quoted(key)}. Known: ${known.join(", ")}.`;
}

/**
 * Of a union's branches, the one that was most likely meant is told: one whose outer type fits, with the fewest
 * faults. Telling all branches would bury the reader.
 */
function unionFaults(
  issue: z.core.$ZodIssueInvalidUnion,
  path: Path,
  place: FaultPlace,
  context: FaultContext,
): Fault[] {
  if ("discriminator" in issue && typeof issue.discriminator === "string") {
    const options = "options" in issue && Array.isArray(issue.options) ? issue.options.map(String) : [];
    const { code, message } = notAmong(valueAt(context.value, path), options);
    return [fault(path, place, context, code, message)];
  }
  const branches = issue.errors.filter((branch) => !branch.some(isOuterMismatch));
  const best = branches.toSorted((a, b) => a.length - b.length)[0];
  if (best !== undefined) return best.flatMap((inner) => issueFaults(inner, path, place, context));
  const values = issue.errors.flatMap((branch) =>
    branch.flatMap((inner) => (inner.code === "invalid_value" ? inner.values.map(String) : [])),
  );
  const found = valueAt(context.value, path);
  if (found === undefined) return [fault(path, place, context, "required", "This is required.")];
  if (values.length > 0 && typeof found === "string") {
    const { code, message } = notAmong(found, values);
    return [fault(path, place, context, code, message)];
  }
  const expected = issue.errors.flatMap((branch) =>
    branch.flatMap((inner) => (inner.code === "invalid_type" ? [typeName(inner.expected)] : [])),
  );
  const wanted = [...new Set(expected)].join(" or ");
  const message = wanted === "" ? issue.message : `Expected ${wanted}, found ${describe(found)}.`;
  return [fault(path, place, context, "wrong_type", message)];
}

function isOuterMismatch(issue: Issue): boolean {
  return issue.path.length === 0 && (issue.code === "invalid_type" || issue.code === "invalid_value");
}

interface Explained {
  readonly code: string;
  readonly message: string;
}

function explain(issue: Issue, found: unknown): Explained {
  switch (issue.code) {
    case "custom":
      return { code: customCode(issue.params), message: issue.message };
    case "invalid_type":
      return wrongType(issue, found);
    case "invalid_value":
      return notAmong(found, issue.values.map(String));
    case "too_big":
      return tooBig(issue);
    case "too_small":
      return tooSmall(issue);
    case "not_multiple_of":
      return { code: "not_multiple", message: `This must be a multiple of ${issue.divisor}.` };
    case "invalid_format":
      return { code: "invalid_format", message: formatMessage(issue, found) };
    default:
      return { code: "invalid", message: issue.message };
  }
}

function customCode(params: { readonly [name: string]: unknown } | undefined): string {
  return typeof params?.code === "string" ? params.code : "invalid";
}

function wrongType(issue: z.core.$ZodIssueInvalidType, found: unknown): Explained {
  // zod reports a missing member as a wrong type whose message ends so; the value itself is often not at hand.
  if (found === undefined && issue.message.endsWith("received undefined")) {
    return { code: "required", message: "This is required." };
  }
  if (typeof found === "number" && issue.expected === "int") {
    return { code: "wrong_type", message: `Expected a whole number, found ${found}.` };
  }
  const seen = found === undefined ? "" : `, found ${describe(found)}`;
  return { code: "wrong_type", message: `Expected ${typeName(issue.expected)}${seen}.` };
}

function notAmong(found: unknown, codes: readonly string[]): Explained {
  if (found === undefined) return { code: "required", message: `This is required: ${listCodes(codes)}.` };
  const seen = typeof found === "string" ? quoted(found) : describe(found);
  const near = typeof found === "string" ? suggestion(found, codes) : "";
  const sentence =
    codes.length === 1 ? `Only ${listCodes(codes)} is allowed here` : `Allowed: ${listCodes(codes)}`;
  return { code: "invalid_code", message: `${seen} is not allowed here. ${sentence}.${near}` };
}

function listCodes(codes: readonly string[]): string {
  const shown = codes.slice(0, maxListedCodes).map((code) => (code === "" ? '""' : code));
  const more = codes.length - shown.length;
  return more > 0 ? `${shown.join(", ")} and ${more} more` : shown.join(", ");
}

function tooBig(issue: z.core.$ZodIssueTooBig): Explained {
  const most = `${issue.inclusive === false ? "less than" : "at most"} ${issue.maximum}`;
  if (issue.origin === "string") return { code: "too_long", message: `This may have ${most} characters.` };
  if (issue.origin === "array" || issue.origin === "set") {
    return { code: "too_many", message: `This may have ${most} items.` };
  }
  return { code: "too_large", message: `This must be ${most}.` };
}

function tooSmall(issue: z.core.$ZodIssueTooSmall): Explained {
  const least = `${issue.inclusive === false ? "more than" : "at least"} ${issue.minimum}`;
  if (issue.origin === "string") {
    if (Number(issue.minimum) === 1) return { code: "too_short", message: "This may not be empty." };
    return { code: "too_short", message: `This must have ${least} characters.` };
  }
  if (issue.origin === "array" || issue.origin === "set") {
    return { code: "too_few", message: `This must have ${least} items.` };
  }
  return { code: "too_small", message: `This must be ${least}.` };
}

const formats: { readonly [format: string]: string } = {
  date: "a date such as 2020-10-26",
  datetime: "a time with its zone, such as 2020-10-26T08:00:00Z (in a URL, + is written %2B)",
  url: "a full URL such as https://example.org/page",
  email: "an e-mail address",
};

function formatMessage(issue: z.core.$ZodIssueInvalidStringFormat, found: unknown): string {
  const wanted = formats[issue.format];
  // A schema's own words, given as `.regex(pattern, "…")`, say more than the pattern does.
  const says = wanted === undefined ? issue.message.replace(/\.?$/, ".") : `Expected ${wanted}.`;
  return typeof found === "string" ? `${quoted(found)}: ${says}` : says;
}

const typeNames: { readonly [type: string]: string } = {
  string: "a string",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "an object",
  record: "an object",
  array: "a list",
  null: "null",
};

function typeName(type: string): string {
  return typeNames[type] ?? type;
}

function describe(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string") return `the string ${quoted(value)}`;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return typeof value === "object" ? "an object" : "nothing";
}

function valueAt(value: unknown, path: Path): unknown {
  let here = value;
  for (const step of path) {
    if (typeof here !== "object" || here === null) return undefined;
    here = Object.getOwnPropertyDescriptor(here, step)?.value;
  }
  return here;
}

/** The object schemas a path may lead to: several below a union, none where the schema takes anything. */
function schemasAt(schemas: readonly z.core.$ZodType[], path: Path): readonly z.core.$ZodType[] {
  let here = schemas.flatMap(unwrapped);
  for (const step of path) here = here.flatMap((schema) => below(schema, step)).flatMap(unwrapped);
  return here;
}

function below(schema: z.core.$ZodType, step: PropertyKey): z.core.$ZodType[] {
  if (schema instanceof z.ZodObject) {
    const member: z.core.$ZodType | undefined = schema.shape[String(step)];
    return member === undefined ? [] : [member];
  }
  if (schema instanceof z.ZodArray) return [schema.element];
  if (schema instanceof z.ZodRecord) return [schema.valueType];
  return [];
}

function unwrapped(schema: z.core.$ZodType): z.core.$ZodType[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodLazy) {
    return unwrapped(schema.unwrap());
  }
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodReadonly) {
    return unwrapped(schema.unwrap());
  }
  // z.preprocess is a pipe whose first half takes anything; what it accepts is said by the second.
  if (schema instanceof z.ZodPipe)
    return unwrapped(schema.in instanceof z.ZodTransform ? schema.out : schema.in);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(unwrapped);
  return [schema];
}

function memberNames(schemas: readonly z.core.$ZodType[]): string[] {
  const names = schemas.flatMap((schema) => (schema instanceof z.ZodObject ? Object.keys(schema.shape) : []));
  return [...new Set(names)];
}
