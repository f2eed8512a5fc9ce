import { quoted } from "../http/excerpt.ts";
import type { Fault } from "../http/fault.ts";
import { type Bounds, compare } from "../record/interval.ts";

/** An end that lies surely before its start; where the two overlap nothing is said. */
export function endBeforeStart(pointer: string, start: Bounds | null, end: Bounds | null): Fault[] {
  if (start === null || end === null || compare(end, start) !== "BEFORE") return [];
  const message = `This lies before the start: ${end.latest} at the latest, against ${start.earliest} at the earliest. Correct one of the two.`;
  return [{ pointer, code: "end_before_start", message }];
}

/** A record that refers to itself where it can only mean another. */
export function selfReference(pointer: string, id: string, other: string | null): Fault[] {
  if (id === "" || other !== id) return [];
  return [
    {
      pointer,
      code: "refers_to_itself",
      message: `${quoted(id)} is this very record. Name another, or leave it out.`,
    },
  ];
}

/** A latitude without a longitude, or the other way round. */
export function halfPoint(
  pointer: string,
  point: { latitude: number | null; longitude: number | null },
): Fault[] {
  if ((point.latitude === null) === (point.longitude === null)) return [];
  const missing = point.latitude === null ? "latitude" : "longitude";
  return [
    {
      pointer: `${pointer}/${missing}`,
      code: "half_a_point",
      message: `Give both latitude and longitude, or neither; ${missing} is missing.`,
    },
  ];
}
