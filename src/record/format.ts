import type { Readable } from "node:stream";
import type { Selection } from "./read.ts";
import type { RecordType } from "./record-type.ts";
import type { Table } from "./table.ts";

/** An export format: how a whole selection leaves as a stream. They stand in one registry, exchange/formats. */
export interface Format {
  /** As `format=` has it, and the file's ending. */
  readonly name: string;
  readonly mediaType: string;
  readonly description: string;
  /** The columns of a record's row, where this format has columns. */
  columns?(type: RecordType): readonly Column[];
  /**
   * The stream of a whole selection, cut at `limit` records, or of one of its child series. Errors after the first byte
   * end the stream; `signal` ends the statement.
   */
  open(selection: Selection, options: ExportOptions): Promise<Exported>;
}

/** One column as it is documented. */
interface Column {
  readonly name: string;
  readonly description: string;
}

export interface ExportOptions {
  readonly limit: number | undefined;
  /** The child table whose rows are wanted; absent: the records themselves. */
  readonly series?: Table;
  readonly signal: AbortSignal;
}

export interface Exported {
  readonly stream: Readable;
  /** The instant the data is as of. */
  readonly as_of: string;
}
