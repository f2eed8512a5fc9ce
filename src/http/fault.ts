import { excerpt, excerptOfSteps } from "./excerpt.ts";

/** One fault of a request, with its place: a JSON Pointer into the body, a query or path parameter, or a header. */
export interface Fault {
  readonly pointer?: string;
  readonly parameter?: string;
  readonly header?: string;
  /** snake_case, stable: "unknown_member", "required", "invalid_code" … */
  readonly code: string;
  /** A sentence that names the value and the remedy. */
  readonly message: string;
  /** Set only on an entry that stands for faults that a list leaves out: their number. */
  readonly unlisted?: number;
}

/** How many faults an answer lists. */
const MAX_LISTED = 100;
/** How long all listed faults together may be as JSON. */
const MAX_LISTED_BYTES = 40_000;
/** How long one sentence may be. The values in it are cut before; this holds for whatever else it lists. */
const MAX_SENTENCE_LENGTH = 4_000;

/**
 * Collects faults. It keeps the first 100 and counts the others, so that its size has a bound. A caller need not make a
 * fault for a full list, and may stop once the list overflows.
 */
export class FaultList {
  readonly #listed: Fault[] = [];
  #unlisted = 0;

  get isFull(): boolean {
    return this.#listed.length >= MAX_LISTED;
  }

  /** Whether more faults were found than are listed. */
  get overflows(): boolean {
    return this.#unlisted > 0;
  }

  /** How many faults were found, listed or not. */
  get found(): number {
    return this.#listed.length + this.#unlisted;
  }

  add(fault: Fault): void {
    if (fault.unlisted !== undefined) this.count(fault.unlisted);
    else if (this.isFull) this.count(1);
    else this.#listed.push(fault);
  }

  addAll(faults: Iterable<Fault>): void {
    for (const fault of faults) this.add(fault);
  }

  /** Counts faults that are not listed. */
  count(faults: number): void {
    this.#unlisted += faults;
  }

  /** The listed faults and, where there are more, one entry that stands for those. */
  faults(): Fault[] {
    if (this.#unlisted === 0) return [...this.#listed];
    const message = `${this.#unlisted} more faults were found.`;
    return [...this.#listed, { code: "more_faults", message, unlisted: this.#unlisted }];
  }
}

/** The faults that one answer lists, and the number of those that it does not list. */
export interface ListedFaults {
  readonly listed: readonly Fault[];
  readonly unlisted: number;
}

/** Cuts a list of faults to what one answer holds. */
export function listFaults(faults: Iterable<Fault>): ListedFaults {
  const all = new FaultList();
  all.addAll(faults);
  const listed: Fault[] = [];
  let size_bytes = 0;
  for (const fault of all.faults()) {
    if (fault.unlisted !== undefined) break;
    const short = shortened(fault);
    size_bytes += Buffer.byteLength(JSON.stringify(short));
    if (size_bytes > MAX_LISTED_BYTES) break;
    listed.push(short);
  }
  return { listed, unlisted: all.found - listed.length };
}

function shortened(fault: Fault): Fault {
  const { pointer, parameter } = fault;
  return {
    ...fault,
    ...(pointer !== undefined && { pointer: excerptOfSteps(pointer) }),
    ...(parameter !== undefined && { parameter: excerpt(parameter) }),
    message: shortSentence(fault.message),
  };
}

/** A sentence of an error, cut where it is longer than an answer may be. */
export function shortSentence(text: string): string {
  return text.length <= MAX_SENTENCE_LENGTH ? text : `${text.slice(0, MAX_SENTENCE_LENGTH)}…`;
}
