import { createHash } from "node:crypto";
import type { z } from "zod";
import { chained, digestOf, GENESIS, publicChained } from "../ledger/chain.ts";
import { headText } from "../ledger/verify.ts";
import {
  anyHeader,
  anyLine,
  type End,
  type Entry,
  FORMAT_VERSION,
  type Header,
  type RowLine,
  type VersionLine,
} from "./format.ts";

/** A line that was read and found right. */
type Line = Header | VersionLine | RowLine | End;

/** Goes along with the lines of a backup, as they are written and as they are read, and finds the first that is wrong. */
export interface Check {
  /**
   * Checks a line, given without its newline, and returns it. An entry without a public hash gets it. Throws what `fault`
   * makes.
   */
  take(text: Buffer): Line;
  /** The last line that the lines so far call for. */
  end(): End;
  /** Throws where the last line has not come. */
  finish(): void;
}

/** What to throw where a line (from 1) is wrong. */
export type Fault = (line: number, what: string) => Error;

/**
 * Every digest is computed again from its version, and every hash of both chains from the one before, so that a whole backup
 * can be restored, and a changed one is refused with the place. Memory does not grow with the lines. Whether an entry has the
 * right public operation follows from the versions before it: the verification at the end of a restore checks that.
 */
export function checker(fault: Fault): Check {
  const sum = createHash("sha256");
  const walk: Walk = {
    header: undefined,
    position: 0,
    hash: GENESIS,
    public_position: 0,
    public_hash: GENESIS,
    versions: 0,
    unchained: 0,
    rows: 0,
  };
  let number = 0;
  let ended = false;
  const end = (): End => ({
    line: "end",
    versions: walk.versions,
    entries: walk.position,
    rows: walk.rows,
    sha256: sum.copy().digest("hex"),
  });
  return {
    end,
    take(text) {
      number += 1;
      const line = withPublicHash(read(text, number, fault), walk);
      const wrong = ended ? "stands behind the last line" : (step(walk, line) ?? ending(line, end, walk));
      if (wrong !== undefined) throw fault(number, wrong);
      if (line.line === "end") ended = true;
      else sum.update(text).update("\n");
      return line;
    },
    finish() {
      if (!ended) throw fault(number + 1, "is missing: the backup is cut off");
    },
  };
}

interface Walk {
  header: Header | undefined;
  /** Of the last entry. */
  position: number;
  hash: Buffer;
  /** Of the last public entry. */
  public_position: number;
  public_hash: Buffer;
  versions: number;
  unchained: number;
  rows: number;
}

function read(text: Buffer, number: number, fault: Fault): Line {
  const value = parsed(text);
  if (number === 1) refuseOtherFormat(value, fault);
  if (value === undefined) throw fault(number, "is no whole JSON: the backup is cut off or damaged there");
  const line = anyLine.safeParse(value);
  if (line.success) return line.data;
  throw fault(number, `is not as a backup's lines are (${issuesOf(line.error)})`);
}

/** A backup of a release before the public chain lacks the public hashes: they are computed. */
function withPublicHash(line: Line, walk: Walk): Line {
  if (line.line !== "version" || line.entry === null || line.entry.public_hash !== undefined) return line;
  const hash = publicHash(walk, line);
  const public_hash = hash === null ? null : `\\x${hash.toString("hex")}`;
  return { ...line, entry: { ...line.entry, public_hash } };
}

/** The public hash that the next entry must have; null where it is not a public entry. */
function publicHash({ public_hash }: Walk, { entry, row }: VersionLine): Buffer | null {
  if (entry === null || entry.public_operation === null) return null;
  const { type, id, version, digest } = row;
  return publicChained(public_hash, bytesOf(digest), {
    type,
    id,
    version,
    operation: entry.public_operation,
  });
}

function parsed(text: Buffer): unknown {
  try {
    return JSON.parse(text.toString("utf8"));
  } catch {
    return undefined;
  }
}

function refuseOtherFormat(value: unknown, fault: Fault): void {
  const header = anyHeader.safeParse(value);
  if (!header.success)
    throw fault(1, "does not say that this is a backup of a ceasefire tracker; `ceasefire backup` makes one");
  const { format_version, service_version } = header.data;
  if (format_version !== FORMAT_VERSION)
    throw fault(
      1,
      `says format ${format_version}, and this release reads format ${FORMAT_VERSION}; restore it with release ${service_version}`,
    );
}

function issuesOf(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
}

/** Goes on to a line; says what is wrong with it otherwise. */
function step(walk: Walk, line: Line): string | undefined {
  if (line.line === "header") {
    if (walk.header !== undefined) return "is a second beginning";
    walk.header = line;
  } else if (line.line === "row") walk.rows += 1;
  else if (line.line === "version") return stepVersion(walk, line);
  return undefined;
}

function stepVersion(walk: Walk, line: VersionLine): string | undefined {
  const { entry, row } = line;
  const named = `(${row.type} ${row.id}, version ${row.version})`;
  const digest = bytesOf(row.digest);
  // The text of a redacted version is gone with its salt; its digest is taken as it stands.
  if (
    row.salt !== null &&
    !digestOf(bytesOf(row.salt), row.document, { ...row, at: row.recorded_at }).equals(digest)
  )
    return `holds a text, or tells of it, what its digest was not made of ${named}`;
  walk.versions += 1;
  if (entry === null) {
    walk.unchained += 1;
    return undefined;
  }
  if (entry.position !== walk.position + 1 || walk.unchained > 0)
    return `is out of the ledger's order: entry ${entry.position} follows entry ${walk.position} ${named}`;
  const hash = chained(walk.hash, digest);
  if (!hash.equals(bytesOf(entry.hash)))
    return `has a hash that is not made of the one before and the version's digest ${named}`;
  walk.position = entry.position;
  walk.hash = hash;
  return publicStep(walk, line, entry, named);
}

function publicStep(
  walk: Walk,
  line: VersionLine,
  { public_position, public_hash }: Entry,
  named: string,
): string | undefined {
  const hash = publicHash(walk, line);
  if (public_position !== (hash === null ? null : walk.public_position + 1))
    return `has another public number than the one that follows ${walk.public_position} ${named}`;
  if (bytesOf(public_hash ?? "").toString("hex") !== (hash?.toString("hex") ?? ""))
    return `has a public hash that is not made of the one before, the version's digest and the entry ${named}`;
  if (hash === null) return undefined;
  walk.public_position += 1;
  walk.public_hash = hash;
  return undefined;
}

/** What is wrong with the last line, or with the lines before it. */
function ending(line: Line, end: () => End, { header, position, hash }: Walk): string | undefined {
  if (line.line !== "end") return undefined;
  const expected = end();
  if (line.sha256 !== expected.sha256)
    return "has another SHA-256 than the lines before it: one of them was changed or is missing";
  const head = position === 0 ? null : headText({ position: BigInt(position), hash: hash.toString("hex") });
  const same =
    line.versions === expected.versions && line.entries === expected.entries && line.rows === expected.rows;
  if (same && header?.head === head && header.versions === line.versions) return undefined;
  return "counts other lines than stand before it, or the first line tells of another head";
}

/** The bytes that PostgreSQL writes as `\x…`. */
function bytesOf(text: string): Buffer {
  return Buffer.from(text.slice(2), "hex");
}
