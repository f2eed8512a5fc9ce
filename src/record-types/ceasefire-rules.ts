import type { Fault } from "../http/fault.ts";
import type { Bounds } from "../record/interval.ts";
import { endBeforeStart, selfReference } from "./rules.ts";

interface Reading {
  readonly adopted: boolean;
  readonly moment: Bounds | null;
}

/** What the rules between a ceasefire's fields look at. */
interface Ruled {
  readonly announced: Bounds | null;
  readonly expires: Bounds | null;
  readonly effective_readings: readonly Reading[];
  readonly parties: readonly { readonly declared: Bounds | null; readonly withdrew: Bounds | null }[];
  readonly ended: { readonly moment: Bounds | null } | null;
  readonly relations: readonly { readonly ceasefire: string }[];
}

/** The reading that filters and status go by, if one is adopted. */
export function adoptedReading<R extends Reading>(readings: readonly R[]): R | undefined {
  return readings.find((reading) => reading.adopted);
}

/** Rules between the fields of one ceasefire: at most one adopted reading, no end before its start, no relation to itself. */
export function ceasefireRules(own: Ruled, id: string): Fault[] {
  const effective = adoptedReading(own.effective_readings)?.moment ?? null;
  return [
    ...secondAdopted(own.effective_readings),
    ...endBeforeStart("/ended/moment", effective, own.ended?.moment ?? null),
    ...endBeforeStart("/expires", effective, own.expires),
    ...own.parties.flatMap(({ declared, withdrew }, place) =>
      endBeforeStart(`/parties/${place}/withdrew`, declared, withdrew),
    ),
    ...own.relations.flatMap(({ ceasefire }, place) =>
      selfReference(`/relations/${place}/ceasefire`, id, ceasefire),
    ),
  ];
}

function secondAdopted(readings: readonly Reading[]): Fault[] {
  const adopted = readings.flatMap((reading, place) => (reading.adopted ? [place] : []));
  return adopted.slice(1).map((place) => ({
    pointer: `/effective_readings/${place}/adopted`,
    code: "second_adopted_reading",
    message: `Reading ${adopted[0]} is adopted already; at most one may be. Set adopted to false here or there.`,
  }));
}
