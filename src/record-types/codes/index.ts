import type { CodeList } from "../../record/code-list.ts";
import * as shared from "../../record/shared-codes.ts";
import * as actor from "./actor.ts";
import * as ceasefire from "./ceasefire.ts";
import * as evidence from "./evidence.ts";
import * as likeness from "./likeness.ts";
import * as place from "./place.ts";
import * as provision from "./provision.ts";
import * as source from "./source.ts";
import * as violation from "./violation.ts";

/**
 * Every code list of the record, for the codebook, the data package and the database's types. Made from all that the
 * files export, so that a new list joins by itself.
 */
export const codeLists: readonly CodeList<string>[] = [
  shared,
  actor,
  place,
  source,
  ceasefire,
  provision,
  violation,
  evidence,
  likeness,
].flatMap((lists): CodeList<string>[] => Object.values(lists));
