import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { runCommand } from "../../src/commands.ts";
import { brokenSentence, type Head, headText } from "../../src/ledger/verify.ts";
import { at, bodies, changed, created, makeWorld, violationBody } from "../support/builders.ts";
import { asSuperuser, chainedAll, head, psqlStatement, verified } from "../support/ledger.ts";
import { type TestService, testService } from "../support/service.ts";

let service: TestService;

/** The newest three versions are those of one report, one after the other in the ledger. Before them is a RESTRICTED one. */
beforeEach(async () => {
  service = await testService();
  await makeWorld(service);
  await created(service, "violation", violationBody({ id: "hidden", visibility: "RESTRICTED" }));
  await created(service, "violation", violationBody({ id: "v" }));
  await changed(service, "violation", "v", { description: "Second version" });
  await service
    .as("editor")
    .delete(at("violation", "v"))
    .set({ "If-Match": "*", "Change-Reason": "Entered by mistake" });
  await chainedAll(service);
});

afterEach(async () => {
  await service.close();
});

async function positionOf(id: string, version: number): Promise<number> {
  const sql = "SELECT position::int FROM ledger WHERE id = $1 AND version = $2";
  return (await service.pool.query(sql, [id, version])).rows[0].position;
}

/** What everybody who verifies is told is broken, which has to be the same for all: the API, the command and psql. */
async function found(noted: readonly Head[] = []) {
  const heads = noted.map(headText);
  const { broken } = await verified(service, noted);
  const query = heads.length === 0 ? "" : `?between=${heads.join(",")}`;
  const answer = await service.as("analyst").get(`/v1/ledger${query}`).buffer(true);
  const told = JSON.parse(answer.text.trim().split("\n").at(-1) ?? "");
  expect(told).toMatchObject({ whole: broken === null });
  expect(told.broken).toEqual(broken && { ...broken, position: Number(broken.position) });
  const said: string[] = [];
  const output = {
    log: (text: string) => said.push(text),
    error: (text: unknown) => said.push(String(text)),
  };
  const between = heads.length === 0 ? [] : ["--between", ...heads];
  const environment = { DATABASE_URL: service.databaseUrl, LOG_LEVEL: "fatal" };
  expect(await runCommand(["verify", ...between], environment, output)).toBe(broken === null ? 0 : 1);
  if (broken !== null) expect(said).toEqual([brokenSentence(broken)]);
  return told.broken;
}

async function foundByPsql() {
  const { rows } = await service.pool.query(await psqlStatement(service));
  return rows.map(({ position, type, id, version }) => ({
    position: Number(position),
    version: { type, id, version },
  }));
}

const rehashPublic = `WITH RECURSIVE numbered AS (SELECT l.*, r.digest, row_number() OVER (ORDER BY l.position) AS place
    FROM ledger l JOIN revisions r USING (type, id, version) WHERE l.public_operation IS NOT NULL),
  walked AS (SELECT 0::bigint AS place, decode(repeat('00', 32), 'hex') AS hash, 0::bigint AS position
    UNION ALL SELECT n.place, sha256(convert_to(concat_ws(' ', encode(w.hash, 'hex'), encode(n.digest, 'hex'), n.type, n.id, n.version, n.public_operation), 'UTF8')),
      n.position FROM walked w JOIN numbered n ON n.place = w.place + 1)
  UPDATE ledger l SET public_position = w.place, public_hash = w.hash FROM walked w WHERE w.position = l.position`;
const rehash = [
  `WITH RECURSIVE walked AS (SELECT 0::bigint AS position, decode(repeat('00', 32), 'hex') AS hash
    UNION ALL SELECT l.position, sha256(w.hash || r.digest) FROM walked w JOIN ledger l ON l.position = w.position + 1 JOIN revisions r USING (type, id, version))
  UPDATE ledger l SET hash = w.hash FROM walked w WHERE w.position = l.position`,
  rehashPublic,
];
const redigest =
  "UPDATE revisions SET digest = revision_digest(salt, document, type, id, version, operation, recorded_at, author, reason, import)";
const second = "WHERE id = 'v' AND version = 2";

/** What is done, where that shows, and what is said of it. */
interface Tampering {
  readonly what: string;
  readonly statements: readonly string[];
  readonly shows: readonly [type: string, id: string, version: number];
  /** The entry it shows at, where that is not the version's own. */
  readonly at?: readonly [id: string, version: number];
  readonly said: RegExp;
}

const notItsDigest = /is not what its digest was made of/;
const notItsHash = /hash is not made of the hash before and the version's digest/;

const tamperings: readonly Tampering[] = [
  {
    what: "one byte of one old document",
    statements: [
      "UPDATE revisions SET document = replace(document, 'ARMED_CLASH', 'ARMED_CLASs') WHERE id = 'v' AND version = 1",
    ],
    shows: ["violation", "v", 1],
    said: notItsDigest,
  },
  {
    what: "its author",
    statements: [`UPDATE revisions SET author = 'desk-editos' ${second}`],
    shows: ["violation", "v", 2],
    said: notItsDigest,
  },
  {
    what: "its reason",
    statements: ["UPDATE revisions SET reason = 'Entered by mistakE' WHERE id = 'v' AND version = 3"],
    shows: ["violation", "v", 3],
    said: notItsDigest,
  },
  {
    what: "its time",
    statements: [`UPDATE revisions SET recorded_at = recorded_at + interval '1 microsecond' ${second}`],
    shows: ["violation", "v", 2],
    said: notItsDigest,
  },
  {
    what: "its digest",
    statements: [`UPDATE revisions SET digest = set_byte(digest, 31, get_byte(digest, 31) # 1) ${second}`],
    shows: ["violation", "v", 2],
    said: notItsDigest,
  },
  {
    what: "a document and its digest along with it",
    statements: [`UPDATE revisions SET reason = 'x' ${second}`, `${redigest} ${second}`],
    shows: ["violation", "v", 2],
    said: notItsHash,
  },
  {
    what: "one byte of one hash of the ledger",
    statements: [`UPDATE ledger SET hash = set_byte(hash, 0, get_byte(hash, 0) # 1) ${second}`],
    shows: ["violation", "v", 2],
    said: notItsHash,
  },
  {
    what: "one version gone",
    statements: [`DELETE FROM revisions ${second}`],
    shows: ["violation", "v", 2],
    said: /The version of this entry is missing/,
  },
  {
    what: "one entry of the ledger gone",
    statements: [`DELETE FROM ledger ${second}`],
    shows: ["violation", "v", 3],
    said: /^Entries \d+ to \d+ are missing/,
  },
  {
    what: "one version gone with its entry",
    statements: [`DELETE FROM revisions ${second}`, `DELETE FROM ledger ${second}`],
    shows: ["violation", "v", 3],
    said: /^Entries \d+ to \d+ are missing/,
  },
  {
    what: "one version gone with its entry, and the chain closed over it",
    statements: [
      `DELETE FROM revisions ${second}`,
      `DELETE FROM ledger ${second}`,
      "UPDATE ledger SET position = position - 1 WHERE id = 'v' AND version = 3",
      ...rehash,
    ],
    shows: ["violation", "v", 3],
    at: ["v", 2],
    said: /A version before this one is missing/,
  },
  {
    what: "two entries of the ledger swapped",
    statements: [
      "ALTER TABLE ledger DROP CONSTRAINT ledger_position_positive",
      "UPDATE ledger SET position = -position WHERE id IN ('side-a', 'side-b')",
      `UPDATE ledger l SET position = (SELECT -o.position FROM ledger o WHERE o.id = CASE l.id WHEN 'side-a' THEN 'side-b' ELSE 'side-a' END AND o.position < 0)
         WHERE l.id IN ('side-a', 'side-b')`,
    ],
    shows: ["actor", "side-b", 1],
    at: ["side-a", 1],
    said: notItsHash,
  },
  {
    what: "two versions of a record swapped",
    statements: [
      "ALTER TABLE revisions DROP CONSTRAINT revisions_first_is_creation",
      "UPDATE revisions SET version = version + 10 WHERE id = 'v' AND version < 3",
      "UPDATE revisions SET version = 13 - version WHERE id = 'v' AND version > 10",
    ],
    shows: ["violation", "v", 1],
    said: notItsDigest,
  },
  {
    what: "the documents of two records swapped, with salts and digests",
    statements: [
      `UPDATE revisions r SET document = o.document, salt = o.salt, digest = o.digest FROM revisions o
         WHERE r.id IN ('side-a', 'side-b') AND o.id IN ('side-a', 'side-b') AND o.id <> r.id`,
    ],
    shows: ["actor", "side-a", 1],
    said: notItsDigest,
  },
  {
    what: "a text emptied as if redacted",
    statements: ["UPDATE revisions SET document = NULL, salt = NULL WHERE id = 'v' AND version = 1"],
    shows: ["violation", "v", 1],
    said: /no later version says that it was redacted/,
  },
  {
    what: "one public operation",
    statements: [`UPDATE ledger SET public_operation = 'create' ${second}`],
    shows: ["violation", "v", 2],
    said: /^The entry's public operation is create, and its version makes it update/,
  },
  {
    what: "one public operation, and the public chain computed again",
    statements: [`UPDATE ledger SET public_operation = 'create' ${second}`, rehashPublic],
    shows: ["violation", "v", 2],
    said: /^The entry's public operation is create, and its version makes it update/,
  },
  {
    what: "one public entry hidden, and the public chain closed over it",
    statements: [
      `UPDATE ledger SET public_operation = NULL, public_position = NULL, public_hash = NULL ${second}`,
      rehashPublic,
    ],
    shows: ["violation", "v", 2],
    said: /^The entry's public operation is none, and its version makes it update/,
  },
  {
    what: "one RESTRICTED version made a public entry",
    statements: [
      "ALTER TABLE ledger DROP CONSTRAINT ledger_public_whole",
      "UPDATE ledger SET public_operation = 'create' WHERE id = 'hidden'",
      "UPDATE ledger SET public_position = -public_position",
      rehashPublic,
    ],
    shows: ["violation", "hidden", 1],
    said: /^The entry's public operation is create, and its version makes it none/,
  },
  {
    what: "a record hidden by its column, and the public chain closed over it",
    statements: [
      "UPDATE revisions SET visibility = 'RESTRICTED' WHERE id = 'v'",
      "UPDATE ledger SET public_operation = NULL, public_position = NULL, public_hash = NULL WHERE id = 'v'",
    ],
    shows: ["violation", "v", 1],
    said: /^The version's visibility is not that of its document/,
  },
  {
    what: "one public number",
    statements: [`UPDATE ledger SET public_position = public_position + 1000 ${second}`],
    shows: ["violation", "v", 2],
    said: /^The entry's public number is \d+, and it must be \d+\./,
  },
  {
    what: "a public number given to a RESTRICTED version",
    statements: [
      "ALTER TABLE ledger DROP CONSTRAINT ledger_public_whole, DROP CONSTRAINT ledger_public_hash_whole",
      "UPDATE ledger SET public_position = 1000 WHERE id = 'hidden'",
    ],
    shows: ["violation", "hidden", 1],
    said: /^The entry's public number is 1000, and it must be none/,
  },
  {
    what: "two public entries in each other's place, and the public hashes computed again",
    statements: [
      "ALTER TABLE ledger DROP CONSTRAINT ledger_public_hash_whole",
      `UPDATE ledger SET public_position = -public_position WHERE id = 'v'`,
      `UPDATE ledger SET public_position = CASE version WHEN 1 THEN 1 - public_position WHEN 2 THEN -1 - public_position ELSE -public_position END WHERE id = 'v'`,
    ],
    shows: ["violation", "v", 1],
    said: /^The entry's public number is/,
  },
  {
    what: "one byte of one public hash",
    statements: [
      `UPDATE ledger SET public_hash = set_byte(public_hash, 0, get_byte(public_hash, 0) # 1) ${second}`,
    ],
    shows: ["violation", "v", 2],
    said: /^The entry's public hash is not made of/,
  },
];

describe("tampering", () => {
  test.each(tamperings)("with $what is named, with its place, by all who verify", async (tampering) => {
    const { statements, shows, said } = tampering;
    const [type, id, version] = shows;
    const position = await positionOf(...(tampering.at ?? [id, version]));
    expect([await found(), await foundByPsql()]).toEqual([null, []]);
    await asSuperuser(service, statements);
    const place = { position, version: { type, id, version } };
    expect(await found()).toEqual({ ...place, what: expect.stringMatching(said) });
    expect(await foundByPsql()).toEqual([place]);
  });

  test.each([
    ["changed", "UPDATE actors SET document = replace(document, 'STATE', 'MEDIA') WHERE id = 'side-a'"],
    ["taken away", "DELETE FROM actors WHERE id = 'side-a'"],
  ])("with a record's own row, %s, is named at its last version", async (_what, statement) => {
    const position = await positionOf("side-a", 1);
    await asSuperuser(service, [statement]);
    expect(await found()).toEqual({
      position,
      version: { type: "actor", id: "side-a", version: 1 },
      what: expect.stringMatching(/the row was changed/),
    });
  });

  test("with the visibility of a record's row is named at its last version", async () => {
    const position = await positionOf("hidden", 1);
    await asSuperuser(service, ["UPDATE violations SET visibility = 'PUBLIC' WHERE id = 'hidden'"]);
    expect(await found()).toEqual({
      position,
      version: { type: "violation", id: "hidden", version: 1 },
      what: expect.stringMatching(/the row was changed/),
    });
  });

  test("by a row that no version stands for is named", async () => {
    await asSuperuser(service, [
      `INSERT INTO actors SELECT (jsonb_populate_record(a, '{"id": "ghost"}')).* FROM actors a WHERE id = 'side-a'`,
    ]);
    expect(await found()).toMatchObject({
      version: null,
      what: expect.stringMatching(/^The actor ghost is answered and has no version/),
    });
  });

  test.each([
    ["the newest version and its entry", true],
    ["the newest entry alone", false],
  ])("with %s cut off shows against a head noted down before", async (_what, withVersion) => {
    const noted = await head(service);
    await created(service, "actor", { ...bodies.actor("newest"), id: "newest" });
    await chainedAll(service);
    const later = await head(service);
    expect(await found([noted, later])).toBeNull();
    await asSuperuser(service, [
      ...(withVersion
        ? ["DELETE FROM revisions WHERE id = 'newest'", "DELETE FROM actors WHERE id = 'newest'"]
        : []),
      "DELETE FROM ledger WHERE id = 'newest'",
    ]);
    expect(await found()).toBeNull();
    expect((await verified(service)).tail).toBe(withVersion ? 0 : 1);
    expect(await found([noted])).toBeNull();
    const what = `A head was noted at ${later.position}, and the ledger ends at ${noted.position}: entries are missing at its end.`;
    expect(await found([noted, later])).toEqual({ position: Number(later.position), version: null, what });
  });

  test("with everything made anew shows against a head noted down before, and at which entry", async () => {
    const noted = await head(service);
    await asSuperuser(service, [
      "UPDATE revisions SET reason = 'rewritten' WHERE id = 'the-war'",
      redigest,
      ...rehash,
    ]);
    expect([await found(), await foundByPsql()]).toEqual([null, []]);
    expect(await found([noted])).toEqual({
      position: Number(noted.position),
      version: { type: "violation", id: "v", version: 3 },
      what: expect.stringMatching(/^The noted head .* is in neither chain/),
    });
  });
});
