import { isList, isObject, type Json, type JsonObject, textOf, valueAt } from "../../src/record/json.ts";
import { world } from "./builders.ts";
import type { Saying } from "./sayings.ts";

/**
 * What of a history was known by an instant, told record by record and not by the shape as the service does it: what the
 * database is held against into which only that was written.
 */
export function knownBy(history: readonly Saying[], instant: string): Saying[] {
  const knowing = new Knowing(history, Date.parse(instant));
  return history.flatMap((saying) => {
    const members = knowing.cut(saying);
    return members === undefined ? [] : [{ ...saying, members }];
  });
}

const FIRST_SECOND = Date.parse("2026-01-01T00:00:00Z");

class Knowing {
  readonly #history: readonly Saying[];
  readonly #instant: number;
  /** Of every source when it was published, and when it was recorded. */
  readonly #sources: ReadonlyMap<
    string,
    { readonly published: number | undefined; readonly recorded: number }
  >;

  constructor(history: readonly Saying[], instant: number) {
    this.#history = history;
    this.#instant = instant;
    const dated = history
      .filter(({ type }) => type === "source")
      .map(({ members, second }) => {
        const times = { published: latestOf(members.published), recorded: recordedAt(second) };
        return [textOf(members.id), times] as const;
      });
    this.#sources = new Map([...dated, [world.source, { published: undefined, recorded: recordedAt(0) }]]);
  }

  /** What is left of a record; undefined: nobody knew of it. */
  cut(saying: Saying): JsonObject | undefined {
    if (!this.#stands(saying)) return undefined;
    const { type, members } = saying;
    const general = { ...members, citations: this.#citations(members.citations) };
    switch (type) {
      case "source":
        return { ...general, origin: this.#source(members.origin) ? (members.origin ?? null) : null };
      case "conflict":
        return { ...general, started: this.#passed(members.started), ended: this.#passed(members.ended) };
      case "ceasefire":
        return { ...general, ...this.#ceasefire(saying) };
      case "violation":
        return { ...general, ...this.#violation(saying) };
      default:
        return general;
    }
  }

  #ceasefire(saying: Saying): JsonObject {
    const { brokers, effective_readings, ended, parties, relations } = saying.members;
    return {
      parties: list(parties).map((party) => ({
        ...party,
        declared: this.#passed(party.declared),
        withdrew: this.#passed(party.withdrew),
      })),
      brokers: this.#said(saying, brokers),
      effective_readings: this.#said(saying, effective_readings),
      ended: this.#said(saying, isObject(ended) ? [ended] : [])[0] ?? null,
      relations: list(relations).filter(({ ceasefire }) => this.#record("ceasefire", ceasefire)),
    };
  }

  #violation(saying: Saying): JsonObject {
    const { assessments, casualty_claims, ceasefire, claims, counts, links, responses } = saying.members;
    return {
      ceasefire: this.#record("ceasefire", ceasefire) ? (ceasefire ?? null) : null,
      claims: this.#said(saying, claims),
      casualty_claims: this.#said(saying, casualty_claims),
      counts: this.#said(saying, counts),
      responses: this.#said(saying, responses).map((response) => ({
        ...response,
        violations: items(response.violations).filter((other) => this.#record("violation", other)),
      })),
      assessments: this.#said(saying, assessments),
      links: list(links).filter(({ violation }) => this.#record("violation", violation)),
    };
  }

  #stands({ type, members, second }: Saying): boolean {
    if (type === "violation") return this.#said({ type, members, second }, members.claims).length > 0;
    if (type === "source") return this.#source(members.id);
    if (type !== "ceasefire") return true;
    const cited = [
      members,
      ...list(members.brokers),
      ...list(members.effective_readings),
      ...list([members.ended ?? null]),
    ];
    return this.#by(latestOf(members.announced) ?? this.#published(cited) ?? recordedAt(second));
  }

  #record(type: string, id: Json | undefined): boolean {
    const found = this.#history.find((other) => other.type === type && other.members.id === id);
    return found !== undefined && this.#stands(found);
  }

  #source(id: Json | undefined): boolean {
    const source = this.#sources.get(textOf(id));
    return source !== undefined && this.#by(source.published ?? source.recorded);
  }

  /** The items known of a list, with the sources known of each. */
  #said({ second }: Saying, value: Json | undefined): JsonObject[] {
    return list(value)
      .filter((item) =>
        this.#by(latestOf(item.stated) ?? latestOf(item.on) ?? this.#published([item]) ?? recordedAt(second)),
      )
      .map((item) => ({ ...item, citations: this.#citations(item.citations) }));
  }

  #citations(value: Json | undefined): JsonObject[] {
    return list(value).filter(({ source }) => this.#source(source));
  }

  /** When the earliest of the sources cited was published. */
  #published(citing: readonly JsonObject[]): number | undefined {
    const dates = citing
      .flatMap(({ citations }) => list(citations))
      .flatMap(({ source }) => this.#sources.get(textOf(source))?.published ?? []);
    return dates.length === 0 ? undefined : Math.min(...dates);
  }

  #passed(moment: Json | undefined): Json {
    const latest = latestOf(moment);
    return moment !== undefined && latest !== undefined && this.#by(latest) ? moment : null;
  }

  #by(time: number): boolean {
    return time <= this.#instant;
  }
}

function recordedAt(second: number): number {
  return FIRST_SECOND + 1000 * second;
}

function latestOf(moment: Json | undefined): number | undefined {
  const latest = valueAt(moment, ["latest"]);
  return typeof latest === "string" ? Date.parse(latest) : undefined;
}

function items(value: Json | undefined): readonly Json[] {
  return isList(value) ? value : [];
}

function list(value: Json | undefined): JsonObject[] {
  return items(value).filter(isObject);
}
