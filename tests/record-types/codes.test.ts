import { describe, expect, test } from "@jest/globals";
import { z } from "zod";
import { type CodeList, codeList } from "../../src/record/code-list.ts";
import { operation, recordType } from "../../src/record/shared-codes.ts";
import { verdict } from "../../src/record-types/codes/evidence.ts";
import { codeLists } from "../../src/record-types/codes/index.ts";
import { geoPrecision } from "../../src/record-types/codes/place.ts";
import { violationType } from "../../src/record-types/codes/violation.ts";

const lowerCaseLists: readonly CodeList<string>[] = [recordType, operation];
const everyCode = codeLists.flatMap((list) =>
  Object.entries(list.codes).map(([code, entry]) => ({ list, code, entry, label: `${list.name}.${code}` })),
);

function repeated(texts: readonly string[]): string[] {
  return texts.filter((text, index) => texts.indexOf(text) !== index);
}

describe("the code lists of the record", () => {
  test("take in every list that the record's fields and derived answers draw on", () => {
    expect(codeLists.map((list) => list.name).sort()).toEqual([
      "actor_kind",
      "assessment_subject",
      "broker_role",
      "ceasefire_class",
      "ceasefire_form",
      "ceasefire_relation_kind",
      "ceasefire_status",
      "citation_relation",
      "claim_capacity",
      "count_unit",
      "declaration_type",
      "end_kind",
      "external_id_relation",
      "geo_precision",
      "likeness",
      "link_kind",
      "operation",
      "party_role",
      "place_kind",
      "population",
      "position",
      "provision_kind",
      "purpose",
      "reading_kind",
      "record_type",
      "response_kind",
      "scope",
      "source_kind",
      "target_kind",
      "verdict",
      "violation_status",
      "violation_type",
      "visibility",
      "weapon_kind",
      "weekday",
    ]);
  });

  test("have snake_case names of their own, short enough for a database type", () => {
    const names = codeLists.map((list) => list.name);
    expect(repeated(names)).toEqual([]);
    expect(names.filter((name) => !/^[a-z]+(_[a-z]+)*$/.test(name) || name.length > 63)).toEqual([]);
  });

  test("are each described in a sentence that no other list has", () => {
    const descriptions = codeLists.map((list) => list.description);
    expect(descriptions.filter((text) => text.length < 20 || !text.endsWith("."))).toEqual([]);
    expect(repeated(descriptions)).toEqual([]);
  });

  test("give their values in the order of definition, each once", () => {
    for (const list of codeLists) {
      expect(list.values).toEqual(Object.keys(list.codes));
      expect(repeated(list.values)).toEqual([]);
    }
  });

  test("are never empty", () => {
    expect(() => codeList("nothing", "A list without codes.", {})).toThrow("nothing");
  });
});

describe("each code", () => {
  test("is written in capitals, or in small letters where it names a record type or an operation", () => {
    const misspelt = everyCode.filter(({ list, code }) => {
      const pattern = lowerCaseLists.includes(list) ? /^[a-z]+$/ : /^[A-Z]+(_[A-Z]+)*$/;
      return !pattern.test(code);
    });
    expect(misspelt.map(({ label }) => label)).toEqual([]);
  });

  test("is defined in whole sentences of at least 20 characters", () => {
    const undefinedCodes = everyCode.filter(({ entry }) => !/^[A-Z].{18,}\.$/.test(entry.definition));
    expect(undefinedCodes.map(({ label }) => label)).toEqual([]);
  });

  test("has a definition that no other code has", () => {
    expect(repeated(everyCode.map(({ entry }) => entry.definition))).toEqual([]);
  });

  test("names a counterpart in another dataset in words, or leaves it out", () => {
    const blank = everyCode.filter(({ entry: { acled, ucdp, eth_prio, pax } }) =>
      [acled, ucdp, eth_prio, pax].some((counterpart) => counterpart?.trim() === ""),
    );
    expect(blank.map(({ label }) => label)).toEqual([]);
  });

  test("points in its definition only to codes that exist", () => {
    const known = new Set(everyCode.map(({ code }) => code));
    const abbreviations = new Set(["ACLED", "ISO", "PA"]);
    const dangling = everyCode.flatMap(({ entry, label }) =>
      (entry.definition.match(/\b[A-Z]{2,}(?:_[A-Z]+)*\b/g) ?? [])
        .filter((word) => !known.has(word) && !abbreviations.has(word))
        .map((word) => `${label} names ${word}`),
    );
    expect(dangling).toEqual([]);
  });
});

describe("a list as a schema", () => {
  test("accepts its own codes and refuses those of another list", () => {
    const schema = z.enum(verdict.values);
    const parsed: "CORROBORATED" | "VERIFIED" | "REFUTED" | "INCONCLUSIVE" = schema.parse("VERIFIED");
    expect(parsed).toBe("VERIFIED");
    expect(schema.safeParse("ALLEGED").success).toBe(false);
  });
});

describe("the counterparts in other datasets", () => {
  test("answer to every value of UCDP's where_prec and ACLED's geo_precision", () => {
    const digits = (texts: (string | undefined)[]) =>
      [...new Set(texts.flatMap((text) => text?.match(/\d/g) ?? []))].sort();
    const precisions = Object.values(geoPrecision.codes);
    expect(digits(precisions.map((entry) => entry.ucdp))).toEqual(["1", "2", "3", "4", "5", "6", "7"]);
    expect(digits(precisions.map((entry) => entry.acled))).toEqual(["1", "2", "3"]);
  });

  test("name ACLED's sub-events as they are published", () => {
    const published = [
      "Explosions/Remote violence: Shelling/artillery/missile attack",
      "Explosions/Remote violence: Air/drone strike",
      "Explosions/Remote violence: Remote explosive/landmine/IED",
      "Battles: Armed clash",
      "Violence against civilians: Attack",
      "Violence against civilians: Abduction/forced disappearance",
      "Violence against civilians: Sexual violence",
      "Strategic developments: Looting/property destruction",
      "Strategic developments: Non-violent transfer of territory",
      "Strategic developments: Headquarters or base established",
    ];
    const given = Object.values(violationType.codes).flatMap((entry) => entry.acled ?? []);
    expect(published.filter((subEvent) => !given.some((text) => text.startsWith(subEvent)))).toEqual([]);
    expect(given.filter((text) => !published.some((subEvent) => text.startsWith(subEvent)))).toEqual([]);
  });
});
