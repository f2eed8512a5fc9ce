import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { isObject, type Json, type JsonObject } from "../../src/record/json.ts";
import { recordTypes } from "../../src/record-types/index.ts";
import {
  at,
  bodies,
  changed,
  created,
  dataOf,
  expectProblem,
  makeWorld,
  sourceBody,
  violationBody,
  world,
} from "../support/builders.ts";
import { listening } from "../support/listening.ts";
import { type TestService, testService } from "../support/service.ts";

let service: TestService;

/** Reports with many equal sort keys, many without one, and ids in no order. */
const reports = Array.from({ length: 47 }, (_, place) => ({
  id: `r-${(place * 29) % 47}`,
  day: place % 3 === 0 ? null : 10 + (place % 4),
}));

beforeAll(async () => {
  service = await testService();
  await makeWorld(service);
  for (const { id, day } of reports) {
    const occurred = day === null ? null : { start: { local: `2020-10-${day}T12:00`, time_zone: "+00:00" } };
    await created(service, "violation", violationBody({ id, occurred, types: ["SMALL_ARMS_FIRE"] }));
  }
});

afterAll(async () => {
  await service.close();
});

const list = `${at("violation")}?type=SMALL_ARMS_FIRE`;

/** The ids of every page, as `page.next` leads from one to the next; `between` runs after each. */
async function walk(query: string, between: () => Promise<unknown> = async () => {}): Promise<Json[]> {
  const ids: Json[] = [];
  let next: string | null = null;
  for (let page = 0; page < 200; page += 1) {
    const answer = await service.as("public").get(`${query}${next === null ? "" : `&cursor=${next}`}`);
    ids.push(...dataOf(answer).map((record) => record.id ?? null));
    next = answer.body.page.next;
    if (next === null) return ids;
    await between();
  }
  throw new Error("The pages do not end.");
}

/** The ids as the list must have them: by day, those without one last, ties by id. */
function ordered(descending: boolean): string[] {
  const sign = descending ? -1 : 1;
  const byId = (a: string, b: string) => (a < b ? -sign : sign);
  return [...reports]
    .sort((a, b) => {
      if (a.day === b.day) return byId(a.id, b.id);
      if (a.day === null || b.day === null) return a.day === null ? 1 : -1;
      return sign * (a.day - b.day);
    })
    .map(({ id }) => id);
}

describe("keyset pages", () => {
  test.each([
    ["occurred", false],
    ["-occurred", true],
  ])("sorted by %s give every record exactly once, records without a time last", async (sort, descending) => {
    for (const limit of [1, 3, 15, 16, 31, 46, 47, 48, 500])
      expect([limit, await walk(`${list}&sort=${sort}&limit=${limit}`)]).toEqual([
        limit,
        ordered(descending),
      ]);
  });

  test.each(["updated_at", "-updated_at"])("sorted by %s follow the times of writing", async (sort) => {
    const times = new Map<Json, string>();
    for (const record of dataOf(await service.as("public").get(`${list}&limit=500`)))
      times.set(record.id ?? null, String(record.updated_at));
    const found = (await walk(`${list}&sort=${sort}&limit=4`)).map((id) => times.get(id));
    const sorted = [...times.values()].sort();
    expect(found).toEqual(sort.startsWith("-") ? sorted.reverse() : sorted);
  });

  test.each(["occurred", "-occurred", "updated_at"])(
    "sorted by %s give what stood at the beginning exactly once while records are added",
    async (sort) => {
      const before = ordered(false);
      let number = 0;
      const added: string[] = [];
      const ids = await walk(`${list}&sort=${sort}&limit=5`, async () => {
        number += 1;
        if (number > 12) return;
        const id = `added-${sort.replace("-", "d-").replace("_", "-")}-${number}`;
        added.push(id);
        const start = { local: `2020-10-${10 + (number % 5)}T12:00`, time_zone: "+00:00" };
        const occurred = number % 4 === 0 ? null : { start };
        await created(service, "violation", violationBody({ id, occurred, types: ["SMALL_ARMS_FIRE"] }));
      });
      expect(new Set(ids).size).toBe(ids.length);
      expect(before.filter((id) => !ids.includes(id))).toEqual([]);
      for (const id of added) {
        await service.as("editor").delete(at("violation", id)).set("If-Match", '"1"');
      }
    },
  );

  test("of every type, by every sort in both directions, hold all records once", async () => {
    for (const { type, sorts } of recordTypes) {
      for (let number = 0; number < 4; number += 1)
        await created(service, type, bodies[type](`sorted ${number % 2}`));
      const all = dataOf(await service.as("public").get(`${at(type)}?limit=500`)).map(({ id }) => id);
      for (const key of Object.keys(sorts)) {
        const up = await walk(`${at(type)}?sort=${key}&limit=2`);
        expect([type, key, [...up].sort()]).toEqual([type, key, [...all].sort()]);
        const down = await walk(`${at(type)}?sort=-${key}&limit=3`);
        expect([type, key, [...down].sort()]).toEqual([type, key, [...all].sort()]);
        if (key === "name" || key === "id") expect(down).toEqual([...up].reverse());
      }
    }
  });

  test("carry a Link to the next page that keeps the query", async () => {
    const first = await service.as("public").get(`${list}&sort=-occurred&limit=2&count=true`);
    const link = /^<http:\/\/localhost(.*)>; rel="next"$/.exec(first.headers.link ?? "")?.[1] ?? "";
    const second = await service.as("public").get(link);
    expect(dataOf(second).map(({ id }) => id)).toEqual(ordered(true).slice(2, 4));
    expect(second.body.page).toMatchObject({ limit: 2, total: 47 });
    const last = await service.as("public").get(`${list}&limit=500`);
    expect([last.headers.link, last.body.page.next]).toEqual([undefined, null]);
  });

  test("carry a Link that can be followed, however long the accepted URL is", async () => {
    const { server, port } = await listening(service);
    const get = async (path: string) => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { Connection: "close" } });
      await answer.text();
      const link = /^<http:\/\/localhost(.*)>; rel="(next|cite-as)"$/.exec(answer.headers.get("link") ?? "");
      return { status: answer.status, link: link?.[1] ?? "" };
    };
    try {
      for (const comma of [",", "%2C"]) {
        for (const end of ["limit=1", "format=csv"]) {
          const pair = `${comma}${world.side}${comma}${world.other}`;
          const ids = `${world.side}${pair.repeat(Math.floor(8_050 / pair.length))}`;
          const page = await get(`${at("actor")}?id=${ids}&${end}`);
          expect([comma, end, page.status]).toEqual([comma, end, 200]);
          expect(page.link).toContain(`${world.side},${world.other}`);
          expect([comma, end, (await get(page.link)).status]).toEqual([comma, end, 200]);
        }
      }
      expect((await get(`${at("actor")}?id=${"a,".repeat(4_096)}`)).status).toBe(414);
    } finally {
      await server.close(0);
    }
  });

  test("say 304 while nothing on them has changed", async () => {
    const { id } = await created(service, "violation", violationBody({ types: ["ABDUCTION"] }));
    const path = `${at("violation")}?type=ABDUCTION`;
    const first = await service.as("public").get(path);
    const tag = first.headers.etag ?? "";
    expect((await service.as("public").get(path).set("If-None-Match", tag)).status).toBe(304);
    await changed(service, "violation", id, { description: "Changed" });
    expect((await service.as("public").get(path).set("If-None-Match", tag)).status).toBe(200);
  });

  test("change with the total, and with whether another page follows", async () => {
    const add = () => created(service, "violation", violationBody({ types: ["LOOTING_OR_DESTRUCTION"] }));
    await add();
    const path = `${at("violation")}?type=LOOTING_OR_DESTRUCTION&sort=updated_at&limit=1`;
    const tagOf = async (query: string) => (await service.as("public").get(query)).headers.etag;
    const [alone, counted] = [await tagOf(path), await tagOf(`${path}&count=true`)];
    await add();
    const followed = await tagOf(path);
    expect(followed).not.toBe(alone);
    await add();
    expect(await tagOf(path)).toBe(followed);
    expect(await tagOf(`${path}&count=true`)).not.toBe(counted);
  });
});

describe("a cursor", () => {
  const next = async (query: string) => String((await service.as("public").get(query)).body.page.next);

  test("of another list, filter or sort is refused", async () => {
    const cursor = await next(`${list}&limit=2`);
    expect((await service.as("public").get(`${list}&limit=9&count=true&cursor=${cursor}`)).status).toBe(200);
    for (const other of [
      `${at("violation")}?type=ARMED_CLASH`,
      `${at("violation")}?limit=2`,
      `${list}&sort=-occurred`,
      `${list}&scope=INCIDENT`,
      `${at("source")}?limit=2`,
      `${at("ceasefire", world.truce)}/violations?type=SMALL_ARMS_FIRE`,
    ]) {
      const answer = await service.as("public").get(`${other}&cursor=${cursor}`);
      expectProblem(answer, 400, "bad-request", ["?cursor"]);
    }
  });

  test("that was forged or cut is refused", async () => {
    const cursor = await next(`${list}&limit=2`);
    const [body, seal] = JSON.parse(Buffer.from(cursor, "base64url").toString());
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const forged = [
      encode([body.replace(/"\]$/, 'x"]'), seal]),
      encode([body, `${seal}x`]),
      encode([body]),
      encode({ body, seal }),
      encode(null),
      cursor.slice(0, -3),
      "x",
      "%00",
      `${"A".repeat(2_001)}`,
      "",
    ];
    for (const wrong of forged) {
      const answer = await service.as("public").get(`${list}&cursor=${wrong}`);
      expectProblem(answer, 400, "bad-request", ["?cursor"]);
    }
  });
});

describe("the parameters of a page", () => {
  test.each(["0", "501", "-1", "1.5", "ten", "", "99999999999"])("limit=%s is refused", async (limit) => {
    expectProblem(await service.as("public").get(`${at("actor")}?limit=${limit}`), 400, "bad-request", [
      "?limit",
    ]);
  });

  test("limit is 50 where none is given, and 500 is taken", async () => {
    expect((await service.as("public").get(at("actor"))).body.page.limit).toBe(50);
    expect((await service.as("public").get(`${at("actor")}?limit=500`)).body.page.limit).toBe(500);
  });

  test("count tells all that match, on any page, and only when it is asked for", async () => {
    const page = (await service.as("public").get(`${list}&limit=2&count=true`)).body.page;
    expect(page.total).toBe(47);
    expect((await service.as("public").get(`${list}&count=false`)).body.page).not.toHaveProperty("total");
    expectProblem(await service.as("public").get(`${list}&count=yes`), 400, "bad-request", ["?count"]);
  });

  test("given twice is refused, as is a sort by what is no key", async () => {
    expectProblem(await service.as("public").get(`${at("actor")}?limit=1&limit=2`), 400, "bad-request", [
      "?limit",
    ]);
    for (const sort of ["kind", "name,id", "--name", "", "constructor", "-__proto__", "toString"])
      expectProblem(await service.as("public").get(`${at("actor")}?sort=${sort}`), 400, "bad-request", [
        "?sort",
      ]);
  });

  test("fields picks members in the order of the shape, without an ETag", async () => {
    for (const path of [`${at("violation", "r-1")}?`, `${at("violation")}?id=r-1&`]) {
      const answer = await service.as("public").get(`${path}fields=types,id`);
      const [record] = Array.isArray(answer.body.data) ? answer.body.data : [answer.body];
      expect(JSON.stringify(record)).toBe('{"id":"r-1","types":["SMALL_ARMS_FIRE"]}');
      expect(answer.headers).not.toHaveProperty("etag");
      expectProblem(await service.as("public").get(`${path}fields=id,typs`), 400, "bad-request", ["?fields"]);
    }
  });
});

describe("expand", () => {
  /** A record of each type that refers to something in every way its shape allows at the top. */
  const referring: { readonly [type: string]: JsonObject } = {
    actor: { ...bodies.actor("refers"), id: "refers", part_of: world.side },
    place: { ...bodies.place("refers"), id: "refers", part_of: world.region },
    source: sourceBody("Refers", { id: "refers", origin: world.source, affiliated_with: world.side }),
    ceasefire: {
      ...bodies.ceasefire("refers"),
      id: "refers",
      relations: [{ kind: "REAFFIRMS", ceasefire: world.truce }],
    },
    violation: violationBody({
      id: "refers",
      ceasefire: world.truce,
      links: [{ kind: "MIRRORS", violation: "r-1" }],
    }),
    conflict: { ...bodies.conflict("refers"), id: "refers", citations: [{ source: world.source }] },
  };
  const singles: { readonly [type: string]: JsonObject } = {
    actor: { part_of: world.side },
    place: { part_of: world.region },
    source: { origin: world.source, affiliated_with: world.side },
    ceasefire: { conflict: world.conflict },
    violation: { ceasefire: world.truce },
    conflict: {},
  };
  const all: { readonly [type: string]: { readonly [collection: string]: readonly string[] } } = {
    actor: { actors: [world.side], sources: [] },
    place: { places: [world.region], sources: [] },
    source: { sources: [world.source], actors: [world.side] },
    ceasefire: {
      ceasefires: [world.truce],
      conflicts: [world.conflict],
      actors: [],
      places: [],
      sources: [],
    },
    violation: {
      ceasefires: [world.truce],
      violations: ["r-1"],
      actors: [world.side, world.other],
      places: [],
      sources: [world.source],
    },
    conflict: { sources: [world.source] },
  };

  test.each(recordTypes.map(({ type }) => type))(
    "of a %s gives each record referred to, in full",
    async (type) => {
      await created(service, type, referring[type] ?? {});
      const names = [...Object.keys(singles[type] ?? {}), ...Object.keys(all[type] ?? {})];
      const expanded = async (path: string) => {
        const { body } = await service.as("public").get(path);
        const record: unknown = Array.isArray(body.data) ? body.data[0] : body;
        if (!isObject(record) || !isObject(record.expanded)) throw new Error(JSON.stringify(body));
        return record.expanded;
      };
      const one = await expanded(`${at(type, "refers")}?expand=${names.join(",")}`);
      expect(await expanded(`${at(type)}?id=refers&expand=${names.join(",")}`)).toEqual(one);
      expect(Object.keys(one).sort()).toEqual([...names].sort());
      for (const [name, id] of Object.entries(singles[type] ?? {}))
        expect([name, isObject(one[name] ?? null) && one[name]]).toEqual([
          name,
          expect.objectContaining({ id, version: 1 }),
        ]);
      for (const [name, ids] of Object.entries(all[type] ?? {}))
        expect([name, one[name]]).toEqual([
          name,
          ids.map((id) => expect.objectContaining({ id, version: 1 })),
        ]);
    },
  );

  test("answers null for a reference that is not there, and keeps picked fields beside it", async () => {
    const path = `${at("violation", "r-1")}?fields=id&expand=ceasefire,window`;
    const { text } = await service.as("public").get(path);
    expect(JSON.parse(text)).toEqual({ id: "r-1", expanded: { ceasefire: null, window: null } });
  });

  test("refuses what is not known, naming what is", async () => {
    const answer = await service.as("public").get(`${at("actor", world.side)}?expand=windw`);
    expectProblem(answer, 400, "bad-request", ["?expand"]);
    expect(answer.body.errors[0].message).toContain("part_of");
  });
});
