import { quoted } from "../http/excerpt.ts";
import type { Fault } from "../http/fault.ts";
import type { Bounds } from "../record/interval.ts";
import type { Belonging } from "../record/record-type.ts";
import type { responseKind, verdict, violationStatus } from "./codes/evidence.ts";
import { halfPoint, selfReference } from "./rules.ts";

type Status = (typeof violationStatus.values)[number];

interface Assessment {
  readonly assessor: string;
  readonly of: string;
  readonly verdict: (typeof verdict.values)[number];
  readonly on: Bounds | null;
}

/** What the rules between a violation's fields look at. */
interface Ruled {
  readonly claims: readonly {
    readonly claimant: string | null;
    readonly accused: readonly string[];
    readonly citations: readonly unknown[];
  }[];
  readonly locations: readonly {
    readonly latitude: number | null;
    readonly longitude: number | null;
    readonly geo_precision: string;
  }[];
  readonly counts: readonly { readonly min: number | null; readonly max: number | null }[];
  readonly responses: readonly {
    readonly actor: string;
    readonly kind: (typeof responseKind.values)[number];
    readonly violations: readonly string[];
  }[];
  readonly assessments: readonly Assessment[];
  readonly links: readonly { readonly violation: string }[];
}

/** Rules between the fields of one violation; who may be entered with an admission is told by `admissions`. */
export function violationRules(own: Ruled, id: string): Fault[] {
  return [
    ...uncited(own),
    ...own.locations.flatMap((location, place) => locationFaults(`/locations/${place}`, location)),
    ...own.counts.flatMap((counted, place) => minOverMax(`/counts/${place}`, counted)),
    ...own.links.flatMap(({ violation }, place) => selfReference(`/links/${place}/violation`, id, violation)),
    ...own.responses.flatMap(({ violations }, place) =>
      violations.flatMap((other, at) => selfReference(`/responses/${place}/violations/${at}`, id, other)),
    ),
  ];
}

function uncited({ claims }: Ruled): Fault[] {
  if (claims.some((claim) => claim.citations.length > 0)) return [];
  const message =
    "A report needs at least one claim with a citation: say where it is printed or who told it.";
  return [{ pointer: "/claims/0/citations", code: "uncited", message }];
}

function locationFaults(pointer: string, location: Ruled["locations"][number]): Fault[] {
  const faults = halfPoint(pointer, location);
  if (location.geo_precision === "UNLOCATED" && location.latitude !== null) {
    const message =
      "An UNLOCATED report has no point: leave out latitude and longitude, or say how precise they are.";
    faults.push({ pointer: `${pointer}/geo_precision`, code: "unlocated_with_point", message });
  }
  return faults;
}

function minOverMax(
  pointer: string,
  { min, max }: { readonly min: number | null; readonly max: number | null },
): Fault[] {
  if (min === null || max === null || min <= max) return [];
  return [
    {
      pointer: `${pointer}/min`,
      code: "min_over_max",
      message: `min is ${min} and max is ${max}; min must not exceed max.`,
    },
  ];
}

/** Only the accused or its office may be entered with an ADMISSION. */
export function admissions({ claims, responses }: Ruled): Belonging[] {
  const among = claims.flatMap((claim) => claim.accused);
  return responses.flatMap(({ actor, kind }, place) => {
    if (kind !== "ADMISSION") return [];
    const message = `${quoted(actor)} is neither accused here nor part of one who is; only the accused or its office may be entered with an ADMISSION.`;
    return [
      { actor, among, fault: { pointer: `/responses/${place}/actor`, code: "not_the_accused", message } },
    ];
  });
}

/**
 * The status of a violation, from this record alone (design: record.md): what assessors apart from the sides found of its
 * OCCURRENCE; else ADMITTED on an admission; else DISPUTED on a denial or counter-claim; else ALLEGED.
 */
export function statusOf(own: Ruled): Status {
  const found = assessed(own);
  if (found !== undefined) return found;
  const kinds = new Set(own.responses.map((response) => response.kind));
  if (kinds.has("ADMISSION")) return "ADMITTED";
  return kinds.has("DENIAL") || kinds.has("COUNTER_CLAIM") ? "DISPUTED" : "ALLEGED";
}

/** Each assessor's latest verdict; those of the sides and INCONCLUSIVE ones are set aside. */
function assessed({ claims, responses, assessments }: Ruled): Status | undefined {
  const sides = new Set([
    ...claims.flatMap((claim) => [...claim.accused, ...(claim.claimant === null ? [] : [claim.claimant])]),
    ...responses.map((response) => response.actor),
  ]);
  const latest = new Map<string, Assessment>();
  for (const assessment of inOrderOfTime(assessments)) {
    if (assessment.of !== "OCCURRENCE" || sides.has(assessment.assessor)) continue;
    latest.delete(assessment.assessor);
    latest.set(assessment.assessor, assessment);
  }
  const verdicts = [...latest.values()]
    .map(({ verdict }) => verdict)
    .filter((verdict) => verdict !== "INCONCLUSIVE");
  if (verdicts.includes("REFUTED") && verdicts.some((verdict) => verdict !== "REFUTED")) return "DISPUTED";
  return verdicts.at(-1);
}

/** By `on`, undated ones first, those of one time in the order of the list. */
function inOrderOfTime(assessments: readonly Assessment[]): Assessment[] {
  return [...assessments].sort((a, b) => {
    const [left, right] = [a.on?.earliest ?? "", b.on?.earliest ?? ""];
    return left < right ? -1 : left > right ? 1 : 0;
  });
}
