import { describe, expect, test } from "@jest/globals";
import { z } from "zod";
import { nearest, pointerStep, zodFaults } from "../../src/http/faults.ts";

function faultsOf(schema: z.ZodType, value: unknown) {
  const parsed = schema.safeParse(value);
  return parsed.success ? [] : zodFaults(parsed.error, "body", { schema, value });
}

const claim = z.strictObject({
  claimant: z.string().nullish(),
  capacity: z.enum(["OFFICIAL", "LOCAL", "MEDIA"]),
  killed: z.number().int().min(0).optional(),
});
const record = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z-]+$/, "small letters and dashes only")
    .max(10),
  claims: z.array(claim).max(2).optional(),
  source: z.union([z.string(), z.strictObject({ title: z.string(), url: z.url().optional() })]).optional(),
  on: z.iso.date().optional(),
  link: z.discriminatedUnion("kind", [z.strictObject({ kind: z.literal("SAME") })]).optional(),
});

describe("zodFaults", () => {
  test("tells every fault at once, each with its pointer and a stable code", () => {
    const value = {
      id: "Not an id",
      extra: 1,
      claims: [{ capacity: "OFICIAL", killed: 1.5 }, { claimant: 3 }],
      on: "2020",
    };
    expect(
      faultsOf(record, value)
        .map(({ pointer, code }) => [pointer, code])
        .toSorted(),
    ).toEqual([
      ["/claims/0/capacity", "invalid_code"],
      ["/claims/0/killed", "wrong_type"],
      ["/claims/1/capacity", "required"],
      ["/claims/1/claimant", "wrong_type"],
      ["/extra", "unknown_member"],
      ["/id", "invalid_format"],
      ["/on", "invalid_format"],
    ]);
  });

  test("names the nearest known member below lists, options and unions", () => {
    const value = {
      id: "a",
      claims: [{ capacity: "LOCAL", claimnt: "x" }],
      source: { title: "t", ulr: "x" },
    };
    const messages = faultsOf(record, value).map(({ message }) => message);
    expect(messages).toEqual([
      "There is no member `claimnt`. Did you mean `claimant`?",
      "There is no member `ulr`. Did you mean `url`?",
    ]);
  });

  test("lists the known members where none is near", () => {
    const [only] = faultsOf(claim, { capacity: "LOCAL", zzzzzzzzzzzzzzz: 1 });
    expect(only?.message).toBe("There is no member `zzzzzzzzzzzzzzz`. Known: claimant, capacity, killed.");
  });

  test("lists the codes and names the nearest for a code that is not one", () => {
    const [only] = faultsOf(claim, { capacity: "official" });
    expect(only).toEqual({
      pointer: "/capacity",
      code: "invalid_code",
      message: "`official` is not allowed here. Allowed: OFFICIAL, LOCAL, MEDIA. Did you mean `OFFICIAL`?",
    });
  });

  test("tells the branch of a union that was meant, not all of them", () => {
    expect(faultsOf(record, { id: "a", source: { title: 1 } })).toEqual([
      { pointer: "/source/title", code: "wrong_type", message: "Expected a string, found 1." },
    ]);
  });

  test("names all types where no branch of a union fits", () => {
    expect(faultsOf(record, { id: "a", source: 5 })).toEqual([
      { pointer: "/source", code: "wrong_type", message: "Expected a string or an object, found 5." },
    ]);
  });

  test("tells a wrong discriminator as a code", () => {
    const [only] = faultsOf(record, { id: "a", link: { kind: "SAM" } });
    expect(only?.pointer).toBe("/link/kind");
    expect(only?.code).toBe("invalid_code");
    expect(only?.message).toContain("`SAME`");
  });

  test.each([
    [z.string().max(2), "abc", "too_long", "at most 2 characters"],
    [z.string().min(1), "", "too_short", "may not be empty"],
    [z.array(z.string()).max(1), ["a", "b"], "too_many", "at most 1 items"],
    [z.array(z.string()).min(1), [], "too_few", "at least 1 items"],
    [z.number().max(90), 91, "too_large", "at most 90"],
    [z.number().min(-90), -91, "too_small", "at least -90"],
    [z.number().multipleOf(5), 3, "not_multiple", "multiple of 5"],
    [z.boolean(), "true", "wrong_type", "Expected true or false, found the string `true`"],
    [z.string(), null, "wrong_type", "Expected a string, found null"],
    [z.record(z.string().max(1), z.string()), { ab: "x" }, "invalid_key", "not allowed"],
  ])("explains what %# asks for", (schema, value, code, words) => {
    const [only] = faultsOf(schema, value);
    expect(only?.code).toBe(code);
    expect(only?.message).toContain(words);
  });

  test("keeps code and words of a rule that a schema states itself", () => {
    const schema = z.string().superRefine((_text, ctx) => {
      ctx.addIssue({
        code: "custom",
        params: { code: "end_before_start" },
        message: "It ends before it starts.",
      });
    });
    expect(zodFaults(schema.safeParse("x").error ?? { issues: [] }, "body", { at: "/occurred" })).toEqual([
      { pointer: "/occurred", code: "end_before_start", message: "It ends before it starts." },
    ]);
  });

  test("names the parameter in place of a pointer", () => {
    const schema = z.strictObject({ limit: z.enum(["1", "2"]) });
    const error = schema.safeParse({ limit: "3" }).error ?? { issues: [] };
    expect(zodFaults(error, "parameter")[0]).toMatchObject({ parameter: "limit", code: "required" });
    expect(zodFaults(error, "parameter", { value: { limit: "3" } })[0]).toMatchObject({
      code: "invalid_code",
    });
  });
});

describe("names", () => {
  test("escapes tilde and slash in a pointer", () => {
    expect(pointerStep("a/b~c")).toBe("/a~1b~0c");
  });

  test("suggests nothing that is too far away, and nothing of nothing", () => {
    expect(nearest("status", ["weapon", "limit"])).toBeUndefined();
    expect(nearest("status", [])).toBeUndefined();
    expect(nearest("LIMTI", ["weapon", "limit"])).toBe("limit");
  });
});

describe("the sentences", () => {
  const said = (schema: z.ZodType, value: unknown) => faultsOf(schema, value).map(({ message }) => message);

  test.each<[string, z.ZodType, unknown, string]>([
    ["less than", z.number().lt(5), 5, "This must be less than 5."],
    ["more than", z.number().gt(5), 5, "This must be more than 5."],
    ["at most characters", z.string().max(2), "abc", "This may have at most 2 characters."],
    ["at least characters", z.string().min(3), "a", "This must have at least 3 characters."],
    ["not empty", z.string().min(1), "", "This may not be empty."],
    ["at most items", z.array(z.string()).max(1), ["a", "b"], "This may have at most 1 items."],
    ["at least items", z.array(z.string()).min(1), [], "This must have at least 1 items."],
    ["a multiple", z.number().multipleOf(5), 7, "This must be a multiple of 5."],
    ["an object", z.object({}), 3, "Expected an object, found 3."],
    ["a string, found an object", z.string(), {}, "Expected a string, found an object."],
    ["a string, found a list", z.string(), [], "Expected a string, found a list."],
    ["a string, found null", z.string(), null, "Expected a string, found null."],
    ["a type without a word of ours", z.bigint(), true, "Expected bigint, found true."],
    ["a format", z.url(), "x", "`x`: Expected a full URL such as https://example.org/page."],
    ["a long text", z.email(), "y".repeat(140), `\`${"y".repeat(100)}…\`: Expected an e-mail address.`],
    ["one code only", z.literal("A"), 3, "3 is not allowed here. Only A is allowed here."],
    ["an empty code", z.enum(["", "B"]), "C", '`C` is not allowed here. Allowed: "", B.'],
  ])("say %s", (_name, schema, value, message) => {
    expect(said(schema, value)[0]).toContain(message);
  });

  test("list forty codes at most, and say how many there are beyond", () => {
    const codes = Array.from({ length: 45 }, (_none, place) => `CODE_${place}`);
    expect(said(z.enum(codes), "?")[0]).toMatch(/CODE_39 and 5 more\.$/);
  });

  test("of a union tell the branch that was meant, else what would do", () => {
    const either = z.union([z.number(), z.boolean()]);
    expect(said(either, "x")).toEqual(["Expected a number or true or false, found the string `x`."]);
    expect(said(z.object({ a: either }), {})).toEqual(["This is required."]);
    expect(said(z.union([z.literal("A"), z.literal("B")]), "C")[0]).toContain("Allowed: A, B.");
    const kinds = z.discriminatedUnion("kind", [
      z.object({ kind: z.literal("A") }),
      z.object({ kind: z.literal("B") }),
    ]);
    expect(faultsOf(kinds, { kind: "C" })).toMatchObject([{ pointer: "/kind", code: "invalid_code" }]);
  });

  test("point into records, and name a name that is not allowed", () => {
    const counts = z.record(z.string().regex(/^[A-Z]+$/, "capitals"), z.strictObject({ number: z.number() }));
    expect(faultsOf(counts, { ab: { number: 1 } })).toMatchObject([
      { pointer: "/ab", code: "invalid_key", message: "This name is not allowed: capitals." },
    ]);
    expect(faultsOf(counts, { AB: { numbr: 1, number: 1 } })).toMatchObject([
      { pointer: "/AB/numbr", message: "There is no member `numbr`. Did you mean `number`?" },
    ]);
  });

  test("of parameters give the parameter's name, whatever lies below it", () => {
    const query = z.strictObject({ limit: z.string() });
    const parsed = query.safeParse({ limt: "5" });
    const faults = parsed.success ? [] : zodFaults(parsed.error, "parameter");
    expect(faults).toMatchObject([
      { parameter: "limit", code: "required" },
      { parameter: "limt", message: "There is no query parameter `limt`." },
    ]);
  });

  test("do without the value where it is not at hand", () => {
    const parsed = z.object({ a: z.number() }).safeParse({ a: "x" });
    expect(parsed.success ? [] : zodFaults(parsed.error, "body")).toMatchObject([
      { pointer: "/a", message: "Expected a number." },
    ]);
    const format = z.object({ on: z.iso.date() }).safeParse({ on: "x" });
    expect(format.success ? [] : zodFaults(format.error, "body")).toMatchObject([
      { pointer: "/on", message: "Expected a date such as 2020-10-26." },
    ]);
    expect(faultsOf(z.string(), Symbol("x"))).toMatchObject([
      { message: "Expected a string, found nothing." },
    ]);
    expect(faultsOf(z.union([z.string().min(9), z.literal("A")]), 5)[0]?.message).toMatch(
      /^Expected a string/,
    );
  });
});

describe("the bounds of an error", () => {
  const thing = z.strictObject({ name: z.string().optional(), kind: z.enum(["A", "B"]).optional() });

  test("lists the first 100 faults, and counts the others in one entry", () => {
    const value = Object.fromEntries(Array.from({ length: 60_000 }, (_none, place) => [`m${place}`, 1]));
    const faults = faultsOf(thing, value);
    expect(faults).toHaveLength(101);
    expect(faults.slice(0, 100).every(({ code }) => code === "unknown_member")).toBe(true);
    expect(faults.at(-1)).toEqual({
      code: "more_faults",
      message: "59900 more faults were found.",
      unlisted: 59_900,
    });
  });

  test("repeats at most 100 characters of a name or value, and cuts no character in two", () => {
    const long = "🕊".repeat(5_000);
    const messages = faultsOf(thing, { [long]: 1, kind: long }).map(({ message }) => message);
    expect(messages).toHaveLength(2);
    for (const message of messages) {
      expect(message).toContain(`\`${"🕊".repeat(100)}…\``);
      expect(message).not.toContain("🕊".repeat(101));
    }
  });

  test("compares no long name with the known ones", () => {
    expect(nearest("n".repeat(101), ["n".repeat(100)])).toBeUndefined();
  });
});
