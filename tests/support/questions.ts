import type { Response } from "supertest";
import type { Role } from "../../src/http/route.ts";
import { expandsOf } from "../../src/record/list-query.ts";
import { allTables } from "../../src/record/table.ts";
import { recordTypes } from "../../src/record-types/index.ts";
import { at } from "./builders.ts";
import type { TestService } from "./service.ts";

/** A ceasefire of the seeds. */
export const truce = "nagorno-karabakh-2020-10-10";

/** Questions whose answers lie in every table, column and expression that an instant can be asked of. */
export const questions: readonly string[] = [
  ...recordTypes.flatMap((type) => {
    const list = at(type.type);
    const series = allTables(type.table).filter(({ parent }) => parent !== null);
    return [
      `${list}?limit=500&count=true`,
      `${list}?limit=500&sort=-updated_at`,
      `${list}?limit=500&expand=${[...expandsOf(type).keys()].join(",")}`,
      `${list}?format=csv`,
      `${list}?format=ndjson`,
      ...series.map(({ name }) => `${list}/${name.slice(type.collection.length + 1)}`),
    ];
  }),
  `/v1/ceasefires/${truce}/history`,
  `/v1/ceasefires/${truce}/history?format=csv`,
  `/v1/ceasefires/${truce}/violations?limit=500&sort=-occurred`,
  `/v1/ceasefires/${truce}?expand=summary`,
  `/v1/ceasefires/${truce}/revisions`,
  "/v1/brokers?limit=500",
  "/v1/violations?accused=armenia&claimant=azerbaijan&limit=500",
  "/v1/violations?bbox=46,39,47.5,40.5&status=DISPUTED,ALLEGED&limit=500",
  "/v1/violations?conflict=nagorno-karabakh-2020&type=SHELLING_ARTILLERY_MISSILE&occurred_from=2020-10-12&limit=500",
  "/v1/violations?external_id=nagorno-karabakh-2020:V06&place=nagorno-karabakh&scope=INCIDENT",
  "/v1/violations?q=stepanakert&involved=armenia",
  "/v1/ceasefires?broker=russia&party=armenia&active_at=2020-10-20&or_undecided=true&purpose=HUMANITARIAN",
  "/v1/places?country_code=AZE&part_of=nagorno-karabakh&limit=500",
  "/v1/actors?part_of=armenia&kind=GOVERNMENT_BODY&limit=500",
  "/v1/sources?affiliated_with=azerbaijan&limit=500",
];

/** The answer to a question, which has to be one. */
export async function ask(service: TestService, role: Role, question: string): Promise<Response> {
  const answer = await service.as(role).get(question).buffer(true);
  if (answer.status !== 200) throw new Error(`${question}: ${answer.status} ${answer.text}`);
  return answer;
}
