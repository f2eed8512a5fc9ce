import { z } from "zod";
import type { SqlContext } from "./sql.ts";

const BOX = /^-?\d+(\.\d+)?(,-?\d+(\.\d+)?){3}$/;

export interface Box {
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
}

/** `west,south,east,north` in degrees; a box with west > east crosses the antimeridian. */
export function boxSchema(description: string) {
  return z
    .string()
    .describe(
      `${description} west,south,east,north in degrees; west greater than east crosses the antimeridian.`,
    )
    .transform((text, context): Box => {
      const [west = Number.NaN, south = Number.NaN, east = Number.NaN, north = Number.NaN] = BOX.test(text)
        ? text.split(",").map(Number)
        : [];
      const sound =
        Math.abs(west) <= 180 && Math.abs(east) <= 180 && south >= -90 && north <= 90 && south <= north;
      if (sound) return { west, south, east, north };
      context.addIssue({
        code: "custom",
        message: "Give west,south,east,north in degrees with south ≤ north: 46.0,39.0,47.5,40.5.",
      });
      return z.NEVER;
    });
}

/** Whether the point in these two columns lies in the box. */
export function inBoxSql(row: string, box: Box, { params }: SqlContext): string {
  const [west, east] = [params.add(box.west), params.add(box.east)];
  const across = box.west > box.east ? "OR" : "AND";
  return `(${row}.latitude BETWEEN ${params.add(box.south)} AND ${params.add(box.north)}
    AND (${row}.longitude >= ${west} ${across} ${row}.longitude <= ${east}))`;
}
