import { startFailure } from "../database/start-failure.ts";
import { checker } from "./check.ts";
import type { Header, RowLine, VersionLine } from "./format.ts";
import { linesOf } from "./lines.ts";

/** A backup whose first line was read. */
export interface Backup {
  readonly header: Header;
  /** The lines between the first and the last, each checked; ends only where the last line agrees with all of them. */
  readonly lines: AsyncGenerator<VersionLine | RowLine>;
  /** Lets go of the source, read to its end or not. */
  close(): Promise<unknown>;
}

/** Begins to read a backup. Rejects, and its lines throw, with a sentence that names the line and what is wrong with it. */
export async function readBackup(name: string, source: AsyncIterable<Buffer>): Promise<Backup> {
  const fault = (line: number, what: string) =>
    startFailure(`Line ${line} of ${name} ${what}. Nothing was restored.`);
  const check = checker(fault);
  const texts = linesOf(source, () => fault(1, "goes on for ever: this is no backup of a ceasefire tracker"));
  const first = await texts.next();
  if (first.done === true) throw startFailure(`${name} is empty. Nothing was restored.`);
  const header = check.take(first.value);
  if (header.line !== "header") throw fault(1, "is not the beginning of a backup");
  return { header, lines: rest(), close: () => texts.return(undefined) };

  async function* rest(): AsyncGenerator<VersionLine | RowLine> {
    for await (const text of texts) {
      const line = check.take(text);
      if (line.line === "version" || line.line === "row") yield line;
    }
    check.finish();
  }
}

/** The sentence against a backup of a database that this release does not know; undefined where it knows it. */
export function strangerThan(
  known: readonly string[],
  { migrations, service_version }: Header,
): string | undefined {
  const newer = migrations.filter((name) => !known.includes(name));
  if (newer.length === 0) return undefined;
  return (
    `The backup was made by release ${service_version}, whose database had the migrations ${newer.join(", ")}; this release lacks them. ` +
    "Restore it with that release or a newer one. Nothing was restored."
  );
}
