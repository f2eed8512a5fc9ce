import { z } from "zod";
import { code, countryCode, list, name, optional, ref } from "../record/field.ts";
import { byCode, byCountry, byRef } from "../record/filter.ts";
import { recordType } from "../record/record-type.ts";
import { actorKind } from "./codes/actor.ts";
import { selfReference } from "./rules.ts";

export const actor = recordType({
  type: "actor",
  collection: "actors",
  description:
    "A state, armed group, organisation or office that is a party, a broker, a monitor or a claimant.",
  fields: z.strictObject({
    name: name("The actor's usual name in English."),
    aliases: list(name("Another name, in any script."), "Other names the actor goes by, in any script."),
    kind: code(actorKind),
    part_of: optional(ref("actor", "The actor it belongs to: a ministry to its state.")),
    country_code: optional(countryCode("The state it is or belongs to, as ISO 3166-1 alpha-3.")),
  }),
  nameOf: (own) => own.name,
  rules: ({ part_of }, id) => selfReference("/part_of", id, part_of),
  filters: { kind: byCode("kind"), part_of: byRef("part_of"), country_code: byCountry("country_code") },
  sortsBy: "name",
  sorts: { name: "sort_name", updated_at: "updated_at" },
  expands: {},
  writer: "analyst",
  inline: { foundBy: ["name"] },
  example: {
    name: "Ministry of Defence of Azerbaijan",
    aliases: ["Azərbaycan Respublikasının Müdafiə Nazirliyi"],
    kind: "GOVERNMENT_BODY",
    part_of: "azerbaijan",
    country_code: "AZE",
  },
});
