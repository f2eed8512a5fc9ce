import { z } from "zod";
import {
  code,
  flag,
  list,
  name,
  nonEmptyList,
  optional,
  ref,
  text,
  timeOfDay,
  timeZone,
} from "../record/field.ts";
import { byCode, byRef, bySpan } from "../record/filter.ts";
import { moment, said } from "../record/moment-field.ts";
import { recordType } from "../record/record-type.ts";
import { citations, person } from "../record/shared-fields.ts";
import { activeAt, orUndecided, summary } from "./ceasefire-queries.ts";
import { adoptedReading, ceasefireRules } from "./ceasefire-rules.ts";
import {
  brokerRole,
  ceasefireClass,
  ceasefireForm,
  ceasefireRelationKind,
  declarationType,
  endKind,
  partyRole,
  purpose,
  readingKind,
  weekday,
} from "./codes/ceasefire.ts";
import { provisionKind } from "./codes/provision.ts";
import { adoptedSql } from "./derived-sql.ts";

const party = z.strictObject({
  actor: ref("actor", "The party."),
  role: code(partyRole),
  signatories: list(person, "Who signed or agreed on its behalf."),
  declared: optional(moment("observed", "When this party declared it; each side may do so at its own time.")),
  withdrew: optional(moment("observed", "When this party withdrew from it.")),
});

const broker = z.strictObject({
  actor: ref("actor", "The broker."),
  role: code(brokerRole),
  people: list(person, "Who acted on its behalf."),
  disputed: flag("Whether sources differ over who brokered it in this role."),
  citations: citations(),
});

const monitor = z.strictObject({
  actor: ref("actor", "Who is to watch over it."),
  mandate: optional(text("What the monitor is charged with.")),
});

const effectiveReading = z.strictObject({
  words: optional(text("What the source says of when it took effect, in its own words.")),
  moment: optional(
    moment("prescribed", "The moment the source's words amount to; null where they name none."),
  ),
  kind: code(readingKind),
  adopted: flag("Whether this is the reading that filters and status go by; at most one is."),
  why: optional(text("Why it is adopted, or what is wrong with it.")),
  citations: citations(),
});

const provision = z.strictObject({
  kind: code(provisionKind),
  text: text("What is agreed, in neutral words."),
  due: optional(moment("prescribed", "By when it is to be done.")),
  obliged: list(ref("actor", "An actor bound by it."), "The actors bound by it."),
});

export const ceasefire = recordType({
  type: "ceasefire",
  collection: "ceasefires",
  description:
    "An agreement or declaration to stop fighting, with who brokered it, when it took effect by every account, and its end.",
  fields: z.strictObject({
    name: name("The name it is known by."),
    conflict: ref("conflict", "The conflict it is to stop."),
    declaration_type: code(declarationType),
    purposes: list(code(purpose), "What it is for; several may hold."),
    ceasefire_class: optional(code(ceasefireClass)),
    form: code(ceasefireForm),
    coverage: optional(
      z
        .strictObject({
          places: list(ref("place", "A place it holds in."), "The places it holds in."),
          partial: optional(
            z.boolean().describe("Whether it covers only part of the conflict's territory or forces."),
          ),
          words: optional(text("How the text describes what it covers.")),
        })
        .describe("Where and for whom it holds."),
    ),
    announced: optional(said("When it was made public.")),
    expires: optional(
      moment("expiry", "When it ends by its own terms; to the day: the instant that day ends."),
    ),
    parties: list(party, "Who agreed, declared, is bound or left out."),
    brokers: list(broker, "Who brought it about, by every account."),
    monitors: list(monitor, "Who is to watch over it."),
    effective_readings: list(effectiveReading, "What each source says of when it took effect."),
    schedule: optional(
      z
        .strictObject({
          days: nonEmptyList(code(weekday), "The days of the week on which it holds."),
          from: timeOfDay("From when on such a day."),
          to: timeOfDay("Until when on such a day; before `from`: into the next day."),
          time_zone: timeZone("The zone of these hours: an IANA name or an offset."),
        })
        .describe("In force only within these hours: a daily humanitarian pause. Null: round the clock."),
    ),
    ended: optional(
      z
        .strictObject({
          moment: optional(moment("observed", "When it ended; null where nobody says.")),
          how: code(endKind),
          citations: citations(),
        })
        .describe("Its end; null while nobody speaks of one."),
    ),
    provisions: list(provision, "What is agreed beside the fire's ceasing."),
    relations: list(
      z.strictObject({
        kind: code(ceasefireRelationKind),
        ceasefire: ref("ceasefire", "The other ceasefire."),
      }),
      "How it stands to other ceasefires.",
    ),
  }),
  nameOf: (own) => own.name,
  rules: ceasefireRules,
  computed: {
    effective_earliest: {
      description: "The earliest bound of the adopted reading of its effect.",
      of: (own) => adoptedReading(own.effective_readings)?.moment?.earliest ?? null,
      again: adoptedSql("earliest"),
    },
    effective_latest: {
      description: "The latest bound of the adopted reading of its effect.",
      of: (own) => adoptedReading(own.effective_readings)?.moment?.latest ?? null,
      again: adoptedSql("latest"),
    },
  },
  filters: {
    conflict: byRef("conflict"),
    party: byRef("parties.actor"),
    broker: byRef("brokers.actor"),
    purpose: byCode("purposes"),
    declaration_type: byCode("declaration_type"),
    ceasefire_class: byCode("ceasefire_class"),
    active_at: activeAt,
    or_undecided: orUndecided,
    effective_from: bySpan(
      "from",
      "effective",
      "Ceasefires that took effect, by the adopted reading, at a time that may lie in the span asked for.",
    ),
    effective_to: bySpan(
      "to",
      "effective",
      "Ceasefires that took effect, by the adopted reading, at a time that may lie in the span asked for.",
    ),
  },
  sorts: { effective: "effective_earliest", updated_at: "updated_at" },
  indexes: [["conflict", "effective_earliest"]],
  expands: { summary },
  writer: "editor",
  example: {
    id: "nagorno-karabakh-2020-10-26",
    name: "Washington ceasefire of 26 October 2020",
    conflict: "nagorno-karabakh-2020",
    declaration_type: "BILATERAL",
    purposes: ["HUMANITARIAN"],
    ceasefire_class: "CESSATION_OF_HOSTILITIES",
    form: "JOINT_STATEMENT",
    announced: { local: "2020-10-25", time_zone: "America/New_York" },
    parties: [
      {
        actor: "armenia",
        role: "DECLARANT",
        signatories: [{ name: "Zohrab Mnatsakanyan", office: "Minister of Foreign Affairs" }],
      },
      {
        actor: "azerbaijan",
        role: "DECLARANT",
        signatories: [{ name: "Jeyhun Bayramov", office: "Minister of Foreign Affairs" }],
      },
    ],
    brokers: [{ actor: "united-states", role: "FACILITATOR" }],
    effective_readings: [
      {
        words: "08:00 a.m. local time (12:00 a.m. EDT) on October 26, 2020",
        moment: { local: "2020-10-26T08:00", time_zone: "+04:00" },
        kind: "TEXT",
        adopted: true,
        why: "The words of the statement itself.",
      },
    ],
    relations: [{ kind: "REAFFIRMS", ceasefire: "nagorno-karabakh-2020-10-10" }],
  },
});
