import type { Command } from "commander";
import type pg from "pg";
import { startFailure } from "../database/start-failure.ts";
import type { Fault } from "../http/fault.ts";
import { transaction } from "../record/store.ts";
import { textTable } from "../text-table.ts";
import { deadFromTheStart, keyFaults, keyRequest, keyRoles, lastAdminKey } from "./key-request.ts";
import { type ApiKey, createKey, listKeys, revokeKey } from "./key-store.ts";

/** What the commands need. */
interface Tools {
  readonly pool: pg.Pool;
  /** Whether the environment gives an admin key, so that none has to be left in the database. */
  readonly adminKeyGiven: boolean;
  /** Says something beside standard output, which is the command's answer alone. */
  readonly note: (text: string) => void;
}

/** What a command does, given its argument where it has one, else its options; resolves to what goes to standard output. */
export type KeyWork<Options> = (options: Options, tools: Tools) => Promise<string>;

/** Makes a command's action of its work. */
type Run = <Options>(work: KeyWork<Options>) => (options: Options) => Promise<void>;

/** Adds `list`, `create` and `revoke` to `ceasefire keys`; the same rules hold as at /v1/api-keys. */
export function addKeyCommands(keys: Command, run: Run): void {
  keys.description("list, make and revoke the keys that writing needs, also while a service runs");
  keys
    .command("list")
    .description("every key by when it was made, revoked and expired ones too")
    .action(run(list));
  keys
    .command("create")
    .description("make a key; standard output is the key alone, which is shown only this once")
    .option("--name <desk>", "the desk it is for; it appears in public revisions")
    .option("--role <role>", `what its holder may do: ${keyRoles.join(", ")}`)
    .option("--expires <instant>", "from when on it is dead, as 2027-01-01T00:00:00Z; left out: never")
    .action(run(create));
  keys
    .command("revoke")
    .description("revoke a key for good; what was written with it stays")
    .argument("<id>", "the key's id, as `ceasefire keys list` shows it")
    .action(run(revoke));
}

const PAGE = 500;

async function list(_options: unknown, { pool }: Tools): Promise<string> {
  const found: ApiKey[] = [];
  let after = { key: "-infinity", id: "" };
  for (;;) {
    const { keys } = await listKeys(pool, after, PAGE);
    found.push(...keys);
    const last = keys.at(-1);
    if (last === undefined || keys.length < PAGE) return textTable([headings, ...found.map(cells)]);
    after = { key: last.created_at, id: last.id };
  }
}

const headings = ["ID", "ROLE", "MADE", "LAST USED", "EXPIRES", "REVOKED", "NAME"];

/** The name comes last, for it may hold blanks; what would steer a terminal is taken out of it. */
function cells({ id, role, created_at, last_used_at, expires_at, revoked_at, name }: ApiKey): string[] {
  const times = [created_at, last_used_at, expires_at, revoked_at].map(toTheSecond);
  return [id, role, ...times, name.replaceAll(/\p{C}/gu, "�")];
}

function toTheSecond(instant: string | null): string {
  return instant === null ? "never" : `${instant.slice(0, "2026-11-23T14:00:00".length)}Z`;
}

interface CreateOptions {
  readonly name?: string;
  readonly role?: string;
  readonly expires?: string;
}

async function create({ name, role, expires }: CreateOptions, { pool, note }: Tools): Promise<string> {
  const body = { name, role, expires_at: expires };
  const faults = keyFaults(body);
  if (faults.length > 0) throw startFailure(faults.map(optionSentence).join(" "));
  const wanted = keyRequest.parse(body);
  const made = await createKey(pool, { ...wanted, expires_at: wanted.expires_at ?? null });
  if (made === undefined) throw startFailure(optionSentence(deadFromTheStart));
  const end = made.expires_at === null ? "never expires" : `expires at ${toTheSecond(made.expires_at)}`;
  note(`The key ${made.id} for ${made.name} (${made.role}) ${end}. It is shown only this once.`);
  return made.key;
}

/** A fault with the option it lies in: "--role: …". */
function optionSentence({ pointer, message }: Fault): string {
  return `--${pointer === "/expires_at" ? "expires" : pointer?.slice(1)}: ${message}`;
}

async function revoke(id: string, { pool, adminKeyGiven }: Tools): Promise<string> {
  const done = await transaction(pool, (client) => revokeKey(client, id, !adminKeyGiven));
  if (done === undefined)
    throw startFailure(`There is no key \`${id}\`. \`ceasefire keys list\` shows them all.`);
  if (done === "last admin key") throw startFailure(lastAdminKey);
  if (done !== "revoked") throw startFailure(`The key ${id} was revoked at ${toTheSecond(done.already)}.`);
  return `The key ${id} is revoked. A running service takes it for no more than a second longer.`;
}
