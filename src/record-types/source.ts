import { z } from "zod";
import { code, date, language, name, optional, ref, url } from "../record/field.ts";
import { byCode, byRef, byText } from "../record/filter.ts";
import { said } from "../record/moment-field.ts";
import { recordType } from "../record/record-type.ts";
import { visibility } from "../record/shared-codes.ts";
import { sourceKind } from "./codes/source.ts";
import { selfReference } from "./rules.ts";

export const source = recordType({
  type: "source",
  collection: "sources",
  description:
    "Something published, or a private communication, that says what a record records. What is not known of it is null.",
  fields: z.strictObject({
    kind: code(sourceKind),
    visibility: code(visibility),
    title: optional(name("The title as printed.")),
    author: optional(name("Who wrote it, as printed.")),
    publisher: optional(name("Who published it.")),
    url: optional(url("Where it was published.")),
    language: optional(language("The language it is written in, as a BCP 47 tag.")),
    published: optional(said("When it was published.")),
    accessed: optional(date("The day it was read for this record.")),
    archive_url: optional(url("A copy in a public archive.")),
    affiliated_with: optional(ref("actor", "The actor whose voice it is: labelled, not weighed.")),
    origin: optional(
      ref("source", "The source that it repeats; three outlets with one origin are one source."),
    ),
    licence: optional(name("The licence it is published under: CC BY 4.0.")),
  }),
  nameOf: (own) =>
    own.publisher === null ? own.title : `${own.publisher} ${own.title ?? own.published?.local ?? ""}`.trim(),
  rules: ({ origin }, id) => selfReference("/origin", id, origin),
  filters: {
    kind: byCode("kind"),
    affiliated_with: byRef("affiliated_with"),
    origin: byRef("origin"),
    publisher: byText("publisher"),
    visibility: byCode("visibility"),
  },
  sorts: { published: "published_earliest", updated_at: "updated_at" },
  expands: {},
  writer: "analyst",
  inline: { foundBy: ["url"], closestBy: ["visibility", "title", "publisher", "published"] },
  example: {
    kind: "NEWS",
    visibility: "PUBLIC",
    publisher: "TASS",
    url: "https://tass.com/world/1211395",
    language: "en",
    published: { local: "2020-10-12" },
  },
});
