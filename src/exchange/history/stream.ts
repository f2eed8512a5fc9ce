import { Readable } from "node:stream";
import { csvLine, defused, zoneCell } from "../formats/cells.ts";
import { eventOf, type HistoryEvent, type RawEvent } from "./event.ts";

/** The lines of a stream of UTF-8 bytes, a batch for every chunk that ended at least one line. */
async function* linesOf(stream: Readable): AsyncGenerator<string[]> {
  stream.setEncoding("utf8");
  let rest = "";
  for await (const chunk of stream) {
    const lines = `${rest}${chunk}`.split("\n");
    rest = lines.pop() ?? "";
    if (lines.length > 0) yield lines;
  }
}

/** The events of a history, a batch at a time; the database's lines are what `eventsSql` makes. */
async function* eventsOf(stream: Readable): AsyncGenerator<HistoryEvent[]> {
  for await (const lines of linesOf(stream)) {
    yield lines.map((line) => {
      const raw: RawEvent = JSON.parse(line);
      return eventOf(raw);
    });
  }
}

/**
 * A stream of what is made from another. Closed before its first byte (a HEAD, a client that is gone), it never starts to
 * make anything, so that its source has to be closed here, and with it the statement and its connection.
 */
function madeFrom(source: Readable, made: AsyncGenerator<string>): Readable {
  return Readable.from(made).once("close", () => source.destroy());
}

/** The history as one JSON document: dated events in order of time, then those of which no time is known. */
export function jsonHistory(stream: Readable, ceasefire: string, as_of: string): Readable {
  async function* text() {
    let undated = false;
    let first = true;
    yield `{"ceasefire":${JSON.stringify(ceasefire)},"as_of":"${as_of}","data":[`;
    for await (const events of eventsOf(stream)) {
      let batch = "";
      for (const event of events) {
        if (event.at === null && !undated) {
          batch += '],"undated":[';
          undated = true;
          first = true;
        }
        batch += `${first ? "" : ","}${JSON.stringify(event)}`;
        first = false;
      }
      yield batch;
    }
    yield undated ? "]}" : '],"undated":[]}';
  }
  return madeFrom(stream, text());
}

interface HistoryColumn {
  readonly name: string;
  readonly description: string;
  of(event: HistoryEvent): string | number | null | undefined;
}

/** The columns of the history as CSV. */
export const historyColumns: readonly HistoryColumn[] = [
  {
    name: "at_earliest",
    description: "The first second at which it may have happened, UTC.",
    of: ({ at }) => at?.earliest,
  },
  {
    name: "at_latest",
    description: "The end of when it may have happened, UTC.",
    of: ({ at }) => at?.latest,
  },
  { name: "at_local", description: "Local date and time.", of: ({ at }) => at?.local },
  {
    name: "at_time_zone",
    description: "The zone of at_local; an offset as UTC+04:00.",
    of: ({ at }) => (at?.time_zone == null ? null : zoneCell(at.time_zone)),
  },
  {
    name: "dated_by",
    description: "record or publication; empty: undated.",
    of: ({ dated_by }) => dated_by,
  },
  { name: "kind", description: "What kind of event it is.", of: ({ kind }) => kind },
  { name: "summary", description: "The event in neutral words.", of: ({ summary }) => text(summary) },
  { name: "record_type", description: "ceasefire or violation.", of: ({ record }) => record.type },
  { name: "record_id", description: "The record's id.", of: ({ record }) => record.id },
  { name: "pointer", description: "Where in the record it stands.", of: ({ pointer }) => pointer },
  {
    name: "actors",
    description: "Who acts or is spoken of: ids joined by semicolons.",
    of: ({ actors }) => joined(actors.map(({ actor }) => actor)),
  },
  {
    name: "adopted",
    description: "Of a reading: whether filters and status go by it.",
    of: ({ adopted }) => (adopted === null ? null : String(adopted)),
  },
  { name: "status", description: "Of a violation: where the report stands.", of: ({ status }) => status },
  {
    name: "position",
    description: "Of a violation: where it lies against the adopted reading.",
    of: ({ position }) => position,
  },
  {
    name: "elapsed_min_s",
    description: "Of a violation: the fewest seconds from effect to start.",
    of: ({ elapsed_s }) => elapsed_s?.min,
  },
  {
    name: "elapsed_max_s",
    description: "Of a violation: the most seconds from effect to start.",
    of: ({ elapsed_s }) => elapsed_s?.max,
  },
  {
    name: "sources",
    description: "The sources' ids joined by semicolons.",
    of: ({ citations }) => joined(citations.map(({ source }) => source)),
  },
];

function text(value: string | null | undefined): string | null {
  return value === null || value === undefined ? null : defused(value);
}

function joined(ids: readonly string[]): string {
  return [...new Set(ids)].join(";");
}

/** The history as CSV: one row an event; rows without a time come last. */
export function csvHistory(stream: Readable): Readable {
  async function* lines() {
    yield csvLine(historyColumns.map(({ name }) => name));
    for await (const events of eventsOf(stream)) {
      yield events.map((event) => csvLine(historyColumns.map((column) => column.of(event)))).join("");
    }
  }
  return madeFrom(stream, lines());
}
