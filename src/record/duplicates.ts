import type { z } from "zod";
import type { Json, JsonObject } from "./json.ts";
import type { Queryable } from "./sql.ts";

/** How a type finds the records that may tell of the same as one that was just created. */
export interface Duplicates {
  /** What is answered under `possible_duplicates`, described. */
  readonly answer: z.ZodType;
  /** A realistic answer, for the description of the API. */
  readonly example: Json;
  /** Finds them for the record as it was written; what comes of it is answered as JSON. */
  find(database: Queryable, document: JsonObject): Promise<unknown>;
}

/** The member of a creation's answer that names them. It is never stored; in a request it is ignored. */
export const duplicatesMember = "possible_duplicates";
