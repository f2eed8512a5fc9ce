import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type TestService, testService } from "../support/service.ts";

let seeded: TestService;
let empty: TestService;

beforeAll(async () => {
  [seeded, empty] = await Promise.all([testService({ seeded: true }), testService()]);
});

afterAll(async () => {
  await Promise.all([seeded.close(), empty.close()]);
});

async function landing(service: TestService): Promise<string> {
  return (
    await service
      .as("public")
      .get("/")
      .expect(200)
      .expect("Content-Type", /^text\/html/)
  ).text;
}

/** The part of the page that speaks of one ceasefire. */
async function attempt(id: string): Promise<string> {
  const page = await landing(seeded);
  const parts = page.split('<li><article aria-labelledby="');
  return parts.find((part) => part.startsWith(`${id}"`)) ?? "";
}

/** Markup as a reader sees it. */
function words(markup: string): string {
  return markup.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ");
}

describe("the landing page", () => {
  test("shows the three attempts in the order in which they took effect", async () => {
    const page = await landing(seeded);
    const places = ["2020-10-10", "2020-10-18", "2020-10-26"].map((day) =>
      page.indexOf(`id="nagorno-karabakh-${day}"`),
    );
    expect(places.every((place) => place > 0)).toBe(true);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  test.each([
    [
      "2020-10-10",
      "10 October 2020, 12:00 (UTC+04:00)",
      "10 October 2020, 08:00 UTC",
      "after 5 to 6 minutes",
    ],
    [
      "2020-10-18",
      "18 October 2020, 00:00 (UTC+04:00)",
      "17 October 2020, 20:00 UTC",
      "after 2 to 3 minutes",
    ],
    [
      "2020-10-26",
      "26 October 2020, 08:00 (UTC+04:00)",
      "26 October 2020, 04:00 UTC",
      "after 5 to 6 minutes",
    ],
  ])(
    "says of %s when it took effect, locally and in UTC, and when the first report came",
    async (day, local, utc, first) => {
      const part = await attempt(`nagorno-karabakh-${day}`);
      expect(words(part)).toContain(local);
      expect(words(part)).toContain(utc);
      const [, reports = ""] = part.split('<ol class="reports">');
      expect(words(reports).trim()).toMatch(new RegExp(`^${first} `));
    },
  );

  test("marks each disputed broker of the truce of 18 October, and none of the others'", async () => {
    const disputed = async (id: string) => (await attempt(id)).split(">disputed</a>").length - 1;
    expect(await disputed("nagorno-karabakh-2020-10-18")).toBe(3);
    expect(await disputed("nagorno-karabakh-2020-10-10")).toBe(0);
  });

  test("says who claimed and what was answered, and that a general denial is one", async () => {
    const text = words(await attempt("nagorno-karabakh-2020-10-26"));
    expect(text).toContain("Ministry of Defence of Azerbaijan reports shelling");
    expect(text).toContain("without speaking of this report");
  });

  test("counts the other readings of the time, apart by whether they mean the same moment", async () => {
    const record = await seeded.as("public").get("/v1/ceasefires/nagorno-karabakh-2020-10-26");
    const others = record.body.effective_readings.length - 1;
    expect(words(await attempt("nagorno-karabakh-2020-10-26"))).toContain(
      `${others} other readings: 3 of the same moment, ${others - 3} not`,
    );
  });

  test("draws each report from the least to the greatest distance from the effect", async () => {
    const bars = [
      ...(await attempt("nagorno-karabakh-2020-10-18")).matchAll(
        /class="bar" x1="([\d.]+)%" x2="([\d.]+)%"/g,
      ),
    ].map(([, from, to]) => [Number(from), Number(to)]);
    expect(bars).toHaveLength(3);
    const [[from = 0, to = 0] = []] = bars;
    const scale = (elapsed_s: number) => 2 + (95 * Math.log(elapsed_s / 60)) / Math.log(86_400);
    expect(from).toBeCloseTo(scale(120), 1);
    expect(to).toBeCloseTo(scale(180), 1);
  });

  test("keeps what is restricted to itself, and shows text that looks like markup as text", async () => {
    const before = await attempt("nagorno-karabakh-2020-10-26");
    const base = {
      ceasefire: "nagorno-karabakh-2020-10-26",
      types: ["OVERFLIGHT"],
      occurred: { start: { local: "2020-10-26T08:01", time_zone: "+04:00" } },
    };
    const report = (visibility: string, name: string) => ({
      ...base,
      visibility,
      claims: [
        {
          claimant: { name, kind: "OTHER" },
          capacity: "WITNESS",
          citations: [{ source: "nysepost-395326" }],
        },
      ],
    });
    await seeded
      .as("analyst")
      .post("/v1/violations")
      .send(report("RESTRICTED", "Hidden witness"))
      .expect(201);
    expect(await attempt("nagorno-karabakh-2020-10-26")).toBe(before);
    await seeded.as("analyst").post("/v1/violations").send(report("PUBLIC", "<img src=x>")).expect(201);
    const after = await attempt("nagorno-karabakh-2020-10-26");
    expect(after).toContain("&lt;img src=x&gt; reports overflight and names nobody.");
    expect(after).not.toContain("<img");
    expect(words(after)).toContain("after 1 to 2 minutes");
  });

  test("says how to begin where nothing is on record", async () => {
    const page = words(await landing(empty));
    expect(page).toContain("Nothing is on record yet");
    expect(page).toContain("/v1/conflicts");
  });
});
