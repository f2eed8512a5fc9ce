import { z } from "zod";
import { name, optional } from "../record/field.ts";
import { moment } from "../record/moment-field.ts";
import { recordType } from "../record/record-type.ts";
import { endBeforeStart } from "./rules.ts";

export const conflict = recordType({
  type: "conflict",
  collection: "conflicts",
  description: "A war or armed confrontation, within which ceasefires are agreed.",
  fields: z.strictObject({
    name: name("The conflict's usual name in English."),
    started: optional(moment("observed", "When the fighting began.")),
    ended: optional(moment("observed", "When the fighting ended; null while nobody says that it has.")),
  }),
  nameOf: (own) => own.name,
  rules: ({ started, ended }) => endBeforeStart("/ended", started, ended),
  filters: {},
  sortsBy: "name",
  sorts: { name: "sort_name", updated_at: "updated_at" },
  expands: {},
  writer: "editor",
  example: {
    name: "Second Nagorno-Karabakh War",
    started: { local: "2020-09-27", time_zone: "+04:00" },
    ended: { local: "2020-11-10", time_zone: "+04:00" },
  },
});
