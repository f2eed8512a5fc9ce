import { describe, expect, test } from "@jest/globals";
import pg from "pg";
import { formats } from "../../src/exchange/formats/index.ts";
import { codebook } from "../../src/pages/codebook.ts";
import { codebookPage } from "../../src/pages/codebook-page.ts";
import { codeLists } from "../../src/record-types/codes/index.ts";
import { recordTypes } from "../../src/record-types/index.ts";

/** Never connected: what a format documents needs no database. */
const pool = new pg.Pool();
const book = codebook(recordTypes, codeLists, formats({ pool, exportPool: pool }));
const page = codebookPage(book).markup;
const ids = new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));

describe("the codebook", () => {
  test("describes every field, parameter, expand and code", () => {
    const described = [
      ...book.record_types.flatMap(({ type, fields, parameters, expands, columns }) => [
        ...fields.map(({ path, description }) => [`${type}.${path}`, description]),
        ...[...parameters, ...expands, ...columns].map(({ name, description }) => [
          `${type} ${name}`,
          description,
        ]),
      ]),
      ...book.shared_types.flatMap(({ name, fields }) =>
        fields.map(({ path, description }) => [`${name}.${path}`, description]),
      ),
      ...book.code_lists.flatMap(({ name, codes }) =>
        codes.map(({ code, definition }) => [`${name}.${code}`, definition]),
      ),
    ];
    expect(described.length).toBeGreaterThan(400);
    expect(described.filter(([, description = ""]) => description.length < 4)).toEqual([]);
  });

  test("names the columns of every type's CSV", () => {
    const columns = (type: string) =>
      book.record_types.find((record) => record.type === type)?.columns.map(({ name }) => name);
    expect(columns("violation")).toEqual(expect.arrayContaining(["occurred_start_local", "killed_low"]));
    expect(book.record_types.filter((record) => record.columns.length === 0)).toEqual([]);
  });

  test("tells type, list, null, derivation, codes and reference of a field", () => {
    const violation = book.record_types.find(({ type }) => type === "violation");
    const field = (path: string) => violation?.fields.find((one) => one.path === path);
    expect(field("claims[].accused[]")).toMatchObject({ type: "ref", ref: "actor", list: true });
    expect(field("status")).toMatchObject({ type: "code", codes: "violation_status", derived: true });
    expect(field("occurred.start")).toMatchObject({
      type: "moment",
      moment_kind: "observed",
      nullable: false,
    });
    expect(field("casualty_claims[].killed")).toMatchObject({ type: "range", nullable: true });
    expect(field("occurred.start.local")).toBeUndefined();
    expect(book.shared_types.find(({ name }) => name === "moment")?.fields.map(({ path }) => path)).toEqual([
      "local",
      "until",
      "time_zone",
      "approximate",
      "words",
      "earliest",
      "latest",
    ]);
  });

  test("names only code lists and record types that it holds itself", () => {
    const lists = new Set(book.code_lists.map(({ name }) => name));
    const types = new Set(book.record_types.map(({ type }) => type));
    for (const { codes, ref } of book.record_types.flatMap(({ fields }) => fields)) {
      expect(codes === null || lists.has(codes)).toBe(true);
      expect(ref === null || types.has(ref)).toBe(true);
    }
  });

  test("holds a counterpart in each of the four datasets, and null where there is none", () => {
    const codes = book.code_lists.flatMap((list) => list.codes);
    for (const dataset of ["acled", "ucdp", "eth_prio", "pax"] as const) {
      expect(codes.some((code) => typeof code[dataset] === "string")).toBe(true);
      expect(codes.every((code) => code[dataset] === null || code[dataset] !== "")).toBe(true);
    }
  });
});

describe("its page", () => {
  test("has an anchor for every type, field, code list and code", () => {
    const wanted = [
      ...book.record_types.flatMap(({ type, fields }) => [
        type,
        ...fields.map(({ path }) => `${type}.${path.replaceAll("[]", "")}`),
      ]),
      ...book.code_lists.flatMap(({ name, codes }) => [name, ...codes.map(({ code }) => `${name}.${code}`)]),
    ];
    expect(wanted.filter((id) => !ids.has(id))).toEqual([]);
  });

  test("gives no id twice, and links to no anchor that is not there", () => {
    const all = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(all.length).toBe(ids.size);
    const links = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
    expect(links.filter((id) => !ids.has(id))).toEqual([]);
  });

  test("prints the counterpart beside the code", () => {
    expect(page).toContain("Explosions/Remote violence: Remote explosive/landmine/IED");
  });
});
