/**
 * One code of a list: what it means here, and what answers to it in the datasets of the field. A dataset is named only
 * where its own coding can be told to mean this code; otherwise the member is absent, so that an import never guesses.
 */
export interface Code {
  readonly definition: string;
  /** Event and sub-event type, or column and value, in ACLED's event data. */
  readonly acled?: string;
  /** Column and value in UCDP's Georeferenced Event Dataset. */
  readonly ucdp?: string;
  /** Column and value in the ETH/PRIO Civil Conflict Ceasefire Dataset. */
  readonly eth_prio?: string;
  /** Column and value in the PA-X Peace Agreements Database. */
  readonly pax?: string;
}

/** A closed list of codes. `name` is the snake_case name of the list in the database and the codebook. */
export interface CodeList<C extends string> {
  readonly name: string;
  readonly description: string;
  readonly codes: Readonly<Record<C, Code>>;
  /** The codes in the order of their definition, which is the order in which they are shown and sorted. */
  readonly values: readonly [C, ...C[]];
}

/**
 * Makes a code list from its definitions. Throws if there are none, since neither a schema nor a database type can be
 * made of an empty list.
 */
export function codeList<const C extends string>(
  name: string,
  description: string,
  codes: Record<C, Code>,
): CodeList<C> {
  // Object.keys answers plain strings; the guard gives each its code's type back without an assertion.
  const [first, ...rest] = Object.keys(codes).filter((key): key is C => Object.hasOwn(codes, key));
  if (first === undefined) throw new Error(`The code list ${name} has no codes.`);
  return { name, description, codes, values: [first, ...rest] };
}
