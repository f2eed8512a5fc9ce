import { z } from "zod";
import { boxSchema, inBoxSql } from "../record/box.ts";
import {
  code,
  countryCode,
  language,
  latitude,
  longitude,
  name,
  nonEmptyList,
  optional,
  ref,
} from "../record/field.ts";
import { byCountry, byRef, rootCondition } from "../record/filter.ts";
import { recordType } from "../record/record-type.ts";
import { placeKind } from "./codes/place.ts";
import { halfPoint, selfReference } from "./rules.ts";

const placeName = z.strictObject({
  name: name("One name of the place, in any script."),
  language: optional(language("The language it is the name in, as a BCP 47 tag.")),
});

export const place = recordType({
  type: "place",
  collection: "places",
  description: "A named location. Both names of a contested place stand side by side, in alphabetical order.",
  fields: z.strictObject({
    names: nonEmptyList(
      placeName,
      "All names of the place; the sides' names of a contested one in alphabetical order.",
    ),
    kind: optional(code(placeKind)),
    part_of: optional(ref("place", "The larger place it lies in.")),
    country_code: optional(
      countryCode(
        "The internationally recognised state, as ISO 3166-1 alpha-3. Who controls it is a claim, not a code.",
      ),
    ),
    latitude: optional(latitude("Degrees north of the equator, WGS 84; null: not known.")),
    longitude: optional(longitude("Degrees east of Greenwich, WGS 84; null: not known.")),
  }),
  nameOf: (own) => own.names.map((named) => named.name).join(" "),
  rules: (own, id) => [...selfReference("/part_of", id, own.part_of), ...halfPoint("", own)],
  filters: {
    part_of: byRef("part_of"),
    country_code: byCountry("country_code"),
    bbox: () =>
      boxSchema("Places with a point in this box:").transform((box) =>
        rootCondition((row, context) => inBoxSql(row, box, context)),
      ),
  },
  sorts: { id: "id", updated_at: "updated_at" },
  expands: {},
  writer: "analyst",
  inline: { foundBy: ["names"] },
  example: {
    names: [
      { name: "Khankendi", language: "az" },
      { name: "Stepanakert", language: "hy" },
    ],
    kind: "CITY",
    country_code: "AZE",
    latitude: 39.8177,
    longitude: 46.7528,
  },
});
