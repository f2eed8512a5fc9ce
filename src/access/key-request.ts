import { z } from "zod";
import type { Fault } from "../http/fault.ts";
import { zodFaults } from "../http/faults.ts";
import { nameText } from "../record/field.ts";

export const keyRoles = ["analyst", "editor", "admin"] as const;

/** A key as it is asked for, by a call or a command. */
export const keyRequest = z
  .strictObject({
    name: nameText(100).describe(
      "The desk it is for. It appears in public revisions: name desks, not persons.",
    ),
    role: z.enum(keyRoles).describe("What its holder may do, each role including those before it."),
    expires_at: z.iso
      .datetime({ offset: true })
      .nullish()
      .describe("From when on it is dead (RFC 3339); null or left out: never."),
  })
  .describe("A key to be made.");

/** What is wrong with a request for a key. */
export function keyFaults(body: unknown): Fault[] {
  const read = keyRequest.safeParse(body);
  return read.success ? [] : zodFaults(read.error, "body", { schema: keyRequest, value: body });
}

/** The fault of a key whose end has come already, which only the database's clock can tell. */
export const deadFromTheStart: Fault = {
  pointer: "/expires_at",
  code: "in_the_past",
  message: "A key that is dead from the start helps nobody. Give an instant to come, or leave it out.",
};

/** Why the last live admin key is not revoked. */
export const lastAdminKey = "Without this key nobody could make another. Make a new admin key first.";
