import type { RecordTypeName } from "../record/field.ts";
import type { RecordType } from "../record/record-type.ts";
import { actor } from "./actor.ts";
import { ceasefire } from "./ceasefire.ts";
import { conflict } from "./conflict.ts";
import { place } from "./place.ts";
import { source } from "./source.ts";
import { violation } from "./violation.ts";

/** The six record types, those that others refer to first. */
export const recordTypes: readonly RecordType[] = [conflict, actor, place, source, ceasefire, violation];

/** A record type by its name. */
export const recordTypeOf: { readonly [type in RecordTypeName]: RecordType } = {
  conflict,
  actor,
  place,
  source,
  ceasefire,
  violation,
};
