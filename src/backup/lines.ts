const NEWLINE = 0x0a;
/** Far beyond what a version with the longest body makes; a file of another kind may have no line's end at all. */
const MAX_LINE_BYTES = 500_000_000;

/**
 * The lines of a stream of bytes, without their newlines. Holds one line at a time. Throws what `tooLong` makes for a line
 * that goes on and on.
 */
export async function* linesOf(source: AsyncIterable<Buffer>, tooLong: () => Error): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  let size_bytes = 0;
  for await (const chunk of source) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
      yield Buffer.concat([...parts, chunk.subarray(from, at)]);
      parts = [];
      size_bytes = 0;
      from = at + 1;
    }
    if (from === chunk.length) continue;
    parts.push(chunk.subarray(from));
    size_bytes += chunk.length - from;
    if (size_bytes > MAX_LINE_BYTES) throw tooLong();
  }
  if (parts.length > 0) yield Buffer.concat(parts);
}

const CHUNK_BYTES = 65_536;

/** Gathers small texts and lines into chunks that are worth a write. */
export async function* inChunks(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  let size_bytes = 0;
  for await (const part of source) {
    parts.push(part);
    size_bytes += part.length;
    if (size_bytes < CHUNK_BYTES) continue;
    yield Buffer.concat(parts);
    parts = [];
    size_bytes = 0;
  }
  if (parts.length > 0) yield Buffer.concat(parts);
}
