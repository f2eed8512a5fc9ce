import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { at, created, makeWorld, violationBody } from "../support/builders.ts";
import { type TestService, testService } from "../support/service.ts";
import { fileText, parseCsv, type Row, textOfCell, textsOfCell } from "./files.ts";

const run = promisify(execFile);

let service: TestService;
let folder: string;
let actors: string;
let reports: string;

const formula = "=1+1";
const signs = ["=", "+", "-", "@", "＝", "＋", "－", "＠"];
const names = [
  ...signs.map((sign) => `${sign}1+1`),
  `a;${formula}`,
  `a, "${formula}`,
  `a"; "${formula}`,
  `'${formula}`,
  "plain",
];
const aliases = ["first", ...signs.map((sign) => `${sign}1+1`), "x;y"];
const zones = ["+04:00", "-03:30", "+00:00", "+14:00", "UTC", "Asia/Baku"];

beforeAll(async () => {
  service = await testService();
  folder = await mkdtemp(path.join(tmpdir(), "ceasefire-spreadsheets-"));
  await makeWorld(service);
  for (const [place, name] of names.entries())
    await created(service, "actor", { id: `named-${place}`, name, kind: "OTHER", aliases });
  for (const [place, time_zone] of zones.entries())
    await created(service, "violation", {
      id: `zoned-${place}`,
      ...violationBody({
        description: `first\n${formula}\tthen\t${formula}`,
        occurred: { start: { local: "2020-10-26T08:00", time_zone } },
        locations: [{ geo_precision: "EXACT", latitude: -12.5, longitude: -70.25 }],
      }),
    });
  actors = path.join(folder, "actors.csv");
  reports = path.join(folder, "reports.csv");
  await writeFile(actors, await fileText(service, `${at("actor")}?kind=OTHER&format=csv`, "public"));
  await writeFile(reports, await fileText(service, `${at("violation")}?format=csv`, "public"));
});
afterAll(async () => {
  await service.close();
  await rm(folder, { recursive: true, force: true });
});

/** What every program has to find in the two files. */
function expectKept(actorRows: readonly Row[], reportRows: readonly Row[]): void {
  expect(actorRows.map(({ name = "" }) => textOfCell(name)).sort()).toEqual([...names].sort());
  for (const { aliases: cell = "" } of actorRows) expect(textsOfCell(cell)).toEqual(aliases);
  const written = zones.map((zone) => zone.replace(/^[+-]/, "UTC$&"));
  expect(reportRows.map((row) => row.occurred_start_time_zone).sort()).toEqual(written.sort());
  for (const { latitude, longitude } of reportRows)
    expect([latitude, longitude]).toEqual(["-12.5", "-70.25"]);
}

describe("LibreOffice", () => {
  /** Converts files of which these characters, by their numbers, separate the cells, and reads what it makes. */
  async function convert(
    files: readonly string[],
    separators: string,
    to: "csv" | "fods",
  ): Promise<string[]> {
    const out = await mkdtemp(path.join(folder, "converted-"));
    const output = to === "csv" ? "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false" : to;
    const profile = pathToFileURL(path.join(folder, "profile")).href;
    const options = [
      `-env:UserInstallation=${profile}`,
      "--headless",
      `--infilter=Text - txt - csv (StarCalc):${separators},34,76,1`,
    ];
    await run("soffice", [...options, "--convert-to", output, "--outdir", out, ...files]);
    return await Promise.all(
      files.map((file) => readFile(path.join(out, `${path.basename(file, ".csv")}.${to}`), "utf8")),
    );
  }

  test.each(["44", "59", "9", "44/59/9"])(
    "runs no cell as a formula, whichever characters separate cells: %s",
    async (separators) => {
      const control = path.join(folder, "control.csv");
      await writeFile(control, `a,${formula}\na;${formula}\na\t${formula}\n`);
      const [bare, ...sheets] = await convert([control, actors, reports], separators, "fods");
      expect(bare).toContain("table:formula=");
      for (const sheet of sheets) expect(sheet).not.toContain("table:formula=");
    },
    60_000,
  );

  test("keeps texts, offsets and negative numbers", async () => {
    const [actorFile = "", reportFile = ""] = await convert([actors, reports], "44", "csv");
    expectKept(parseCsv(actorFile), parseCsv(reportFile));
  }, 60_000);
});

describe("pandas", () => {
  test("keeps texts and offsets, and reads numbers as numbers", async () => {
    const program = `import json, sys, pandas
frames = [pandas.read_csv(name) for name in sys.argv[1:]]
print(json.dumps([str(frames[1].latitude.dtype), str(frames[1].longitude.dtype)]
  + [frame.to_csv(index=False) for frame in frames]))`;
    const { stdout } = await run("/usr/bin/python3", ["-c", program, actors, reports]);
    const [latitude, longitude, actorFile, reportFile]: string[] = JSON.parse(stdout);
    expect([latitude, longitude]).toEqual(["float64", "float64"]);
    expectKept(parseCsv(actorFile ?? ""), parseCsv(reportFile ?? ""));
  }, 60_000);
});

describe("R", () => {
  test("keeps texts and offsets, and reads numbers as numbers", async () => {
    const program = `files <- commandArgs(trailingOnly = TRUE)
for (file in files) {
  frame <- read.csv(file, encoding = "UTF-8")
  if ("latitude" %in% names(frame)) stopifnot(is.numeric(frame$latitude), is.numeric(frame$longitude))
  write.csv(frame, paste0(file, ".r"), row.names = FALSE, na = "", qmethod = "double", fileEncoding = "UTF-8")
}`;
    await run("Rscript", ["-e", program, actors, reports], { env: { ...process.env, LC_ALL: "C.UTF-8" } });
    const [actorFile, reportFile] = await Promise.all(
      [actors, reports].map((file) => readFile(`${file}.r`, "utf8")),
    );
    expectKept(parseCsv(actorFile ?? ""), parseCsv(reportFile ?? ""));
  }, 60_000);
});
