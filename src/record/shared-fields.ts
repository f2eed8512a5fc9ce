import { z } from "zod";
import { code, identifier, list, name, optional, ref, text } from "./field.ts";
import { citationRelation, externalIdRelation } from "./shared-codes.ts";

/** A source that speaks of a record or of a part of it. */
export const citation = z.strictObject({
  source: ref("source", "The source cited."),
  fields: list(
    identifier("A field of the record."),
    "The fields it speaks of; empty: the whole that it stands at.",
  ),
  relation: code(citationRelation).default("SUPPORTS"),
  quotation: optional(text("The words cited, as printed.")),
});

/** What another dataset calls the record. */
export const externalId = z.strictObject({
  dataset: identifier("The dataset, in lower-case letters with hyphens: ucdp-ged."),
  id: identifier("The dataset's own id for it."),
  relation: code(externalIdRelation).default("SAME"),
});

export const person = z.strictObject({
  name: name("The person's name as usually written in English."),
  office: optional(name("The office held at the time.")),
});

/** The sources of one statement inside a record. */
export function citations() {
  return list(citation, "The sources of this statement.");
}
