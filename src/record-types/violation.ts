import { z } from "zod";
import {
  code,
  count,
  derived,
  latitude,
  list,
  longitude,
  nonEmptyList,
  optional,
  range,
  ref,
  text,
} from "../record/field.ts";
import { byCode, byRef, bySpan } from "../record/filter.ts";
import { said, span } from "../record/moment-field.ts";
import { recordType } from "../record/record-type.ts";
import { visibility } from "../record/shared-codes.ts";
import { citations } from "../record/shared-fields.ts";
import {
  assessmentSubject,
  claimCapacity,
  countUnit,
  population,
  responseKind,
  verdict,
  violationStatus,
} from "./codes/evidence.ts";
import { geoPrecision } from "./codes/place.ts";
import { linkKind, scope, targetKind, violationType, weaponKind } from "./codes/violation.ts";
import { violationStatusSql } from "./derived-sql.ts";
import { nearReports } from "./duplicate-queries.ts";
import {
  casualties,
  independentSources,
  violationBox,
  violationConflict,
  window,
} from "./violation-queries.ts";
import { admissions, statusOf, violationRules } from "./violation-rules.ts";

const claim = z.strictObject({
  claimant: optional(ref("actor", "Who says so; null where the source does not tell.")),
  capacity: code(claimCapacity),
  stated: optional(said("When it was said.")),
  accused: list(
    ref("actor", "An actor accused."),
    "Who is said to have done it; empty: the claim names nobody.",
  ),
  words: optional(text("What is claimed, in neutral words or quoted.")),
  citations: citations(),
});

const location = z.strictObject({
  place: optional(ref("place", "The place named, or the nearest that is on record.")),
  latitude: optional(latitude("Degrees north, WGS 84, of this report's own point; null: none of its own.")),
  longitude: optional(longitude("Degrees east, WGS 84, of this report's own point; null: none of its own.")),
  geo_precision: code(geoPrecision),
  words: optional(text("How the report describes the spot.")),
});

const casualtyClaim = z.strictObject({
  claimant: optional(ref("actor", "Who gives the figure; null where the source does not tell.")),
  stated: optional(said("When it was said.")),
  killed: optional(range("People said to have been killed.")),
  injured: optional(range("People said to have been injured.")),
  missing: optional(range("People said to be missing.")),
  of: optional(ref("actor", "Whose people; null: not said.")),
  population: code(population).default("UNSPECIFIED"),
  citations: citations(),
});

const counted = z.strictObject({
  of: code(countUnit),
  min: optional(count("The least counted.")),
  max: optional(count("The most counted.")),
  counted_by: optional(ref("actor", "Who counted.")),
  citations: citations(),
});

const response = z.strictObject({
  actor: ref("actor", "Who responds."),
  kind: code(responseKind),
  stated: optional(said("When it was said.")),
  words: optional(text("What is said, in neutral words or quoted.")),
  violations: list(ref("violation", "Another report it points to."), "Other reports that it points to."),
  citations: citations(),
});

const assessment = z.strictObject({
  assessor: ref("actor", "Who looked into it."),
  of: code(assessmentSubject),
  verdict: code(verdict),
  on: optional(said("When the finding was published.")),
  note: optional(text("What was found, in neutral words.")),
  citations: citations(),
});

/** The longest that any act may have lasted, by any version of any report: whatever the view, none that it shows lasted longer. */
const longestActSql =
  "(SELECT max(occurred_latest - occurred_earliest) FROM revisions WHERE type = 'violation')";

export const violation = recordType({
  type: "violation",
  collection: "violations",
  description:
    "A reported violation of a ceasefire: one alleged act as one side tells it, with every claim, figure, answer and finding.",
  fields: z.strictObject({
    ceasefire: optional(ref("ceasefire", "The ceasefire it is said to violate; null until linked.")),
    types: nonEmptyList(code(violationType), "What kind of act is alleged."),
    scope: code(scope).default("INCIDENT"),
    visibility: code(visibility),
    status: derived(code(violationStatus), violationStatus.description),
    description: optional(text("The report in one to three neutral sentences.")),
    weapons: list(
      z.strictObject({ kind: code(weaponKind), words: optional(text("How the source names it.")) }),
      "The weapons said to have been used.",
    ),
    targets: list(code(targetKind), "What is said to have been hit."),
    involved: list(
      ref("actor", "An actor named as taking part."),
      "Actors named as taking part, with no direction.",
    ),
    occurred: optional(span("When it is said to have happened.")),
    claims: nonEmptyList(claim, "Who says that it happened, and who is said to have done it."),
    locations: list(location, "Where it is said to have happened, as precisely as the report tells."),
    casualty_claims: list(
      casualtyClaim,
      "Every figure given, in the order given; a series, never one number.",
    ),
    counts: list(counted, "Explosions, shots and the like that were counted."),
    responses: list(response, "What the accused and others answered."),
    assessments: list(
      assessment,
      "What others found who looked into it afterwards. Editors alone change these.",
    ),
    links: list(
      z.strictObject({ kind: code(linkKind), violation: ref("violation", "The other report.") }),
      "How it stands to other reports.",
    ),
  }),
  nameOf: () => null,
  rules: violationRules,
  derive: (own) => ({ ...own, status: statusOf(own) }),
  rederived: { status: violationStatusSql },
  restsOn: "claims",
  belonging: admissions,
  filters: {
    ceasefire: byRef("ceasefire", { none: true }),
    conflict: violationConflict,
    type: byCode("types"),
    accused: byRef("claims.accused"),
    claimant: byRef("claims.claimant"),
    involved: byRef("involved"),
    status: byCode("status"),
    scope: byCode("scope"),
    weapon: byCode("weapons.kind"),
    place: byRef("locations.place"),
    bbox: violationBox,
    visibility: byCode("visibility"),
    occurred_from: bySpan(
      "from",
      "occurred",
      "Reports of acts that may have happened in the span asked for.",
      longestActSql,
    ),
    occurred_to: bySpan("to", "occurred", "Reports of acts that may have happened in the span asked for."),
  },
  sorts: { occurred: "occurred_earliest", updated_at: "updated_at" },
  indexes: [["ceasefire", "occurred_earliest"]],
  expands: { window, casualties, independent_sources: independentSources },
  duplicates: nearReports,
  writer: "analyst",
  guarded: { assessments: "editor" },
  example: {
    ceasefire: "nagorno-karabakh-2020-10-26",
    types: ["SHELLING_ARTILLERY_MISSILE"],
    visibility: "PUBLIC",
    description:
      "The Ministry of Defence of Azerbaijan reported artillery fire at its units near Safiyan, five minutes after the ceasefire took effect.",
    occurred: { start: { local: "2020-10-26T08:05", time_zone: "+04:00" } },
    claims: [
      {
        claimant: "azerbaijan-ministry-of-defence",
        capacity: "PARTY",
        accused: ["armenia"],
        citations: [
          {
            source: {
              kind: "NEWS",
              visibility: "PUBLIC",
              url: "http://www.today.az/news/politics/199328.html",
            },
          },
        ],
      },
    ],
    locations: [
      { place: "berdzor-lachin", geo_precision: "DISTRICT", words: "Safiyan village, Lachin district" },
    ],
    responses: [
      {
        actor: "artsakh-ministry-of-defence",
        kind: "GENERAL_DENIAL",
        words: "Says that it is strictly complying with the ceasefire.",
      },
    ],
  },
});
