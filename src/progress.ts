/** A line on a terminal that tells how far a command has come. Where nobody watches it says nothing. */
export interface ProgressLine {
  /** Tells it, though not more often than eyes can follow. */
  tell(done: number | bigint, of: number | bigint, what: string): void;
  /** Takes the line away, so that the command's last words stand alone. */
  clear(): void;
}

const PACE_MS = 100;

export function progressLine(
  terminal: Pick<NodeJS.WriteStream, "isTTY" | "write"> = process.stderr,
): ProgressLine {
  let told_ms = Number.NEGATIVE_INFINITY;
  return {
    tell(done, of, what) {
      if (!terminal.isTTY || performance.now() - told_ms < PACE_MS) return;
      told_ms = performance.now();
      terminal.write(`\r${done.toLocaleString("en")} of ${of.toLocaleString("en")} ${what}\u001b[K`);
    },
    clear() {
      if (told_ms > Number.NEGATIVE_INFINITY) terminal.write("\r\u001b[K");
    },
  };
}
