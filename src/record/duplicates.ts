import DataLoader from "dataloader";
import type { z } from "zod";
import type { Json, JsonObject } from "./json.ts";
import type { Queryable } from "./sql.ts";

/** How a type finds the records that may tell of the same as one that was just created. */
export interface Duplicates {
  /** What is answered under `possible_duplicates`, described. */
  readonly answer: z.ZodType;
  /** A realistic answer, for the description of the API. */
  readonly example: Json;
  /** Finds them for each of some records as they were written; what comes of it is answered as JSON. */
  find(database: Queryable, documents: readonly JsonObject[]): Promise<readonly unknown[]>;
}

/** The member of a creation's answer that names them. It is never stored; in a request it is ignored. */
export const duplicatesMember = "possible_duplicates";

/** Finds what may tell of the same as a record that was just written. */
export type FindDuplicates = (document: JsonObject) => Promise<unknown>;

const MAX_FOUND_AT_ONCE = 32;

/** A finder for one record, which finds those of several requests by one question, where records were written together. */
export function duplicatesFinder(database: Queryable, duplicates: Duplicates): FindDuplicates {
  const loader = new DataLoader<JsonObject, unknown>(
    async (documents) => [...(await duplicates.find(database, documents))],
    { cache: false, maxBatchSize: MAX_FOUND_AT_ONCE },
  );
  return (document) => loader.load(document);
}
