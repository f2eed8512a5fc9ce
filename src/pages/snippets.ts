/** Lines to copy, for one tool. */
interface Snippet {
  readonly tool: string;
  readonly note: string;
  readonly code: string;
}

/** What a reader pastes to have the data at once. The address goes into the lines as it is, so it holds no quotes. */
export function snippets(baseUrl: string): readonly Snippet[] {
  const csv = `${baseUrl}/v1/violations?format=csv`;
  const list = `${baseUrl}/v1/ceasefires?expand=summary`;
  return [
    {
      tool: "curl",
      note: "Every ceasefire with its summary, as JSON.",
      code: `curl -s '${list}'`,
    },
    {
      tool: "R",
      note: "Every report as a data frame, one row each.",
      code: `reports <- read.csv("${csv}")`,
    },
    {
      tool: "Python",
      note: "The same with nothing but the standard library.",
      code: [
        "import csv, io, urllib.request",
        `answer = urllib.request.urlopen("${csv}")`,
        'reports = list(csv.DictReader(io.TextIOWrapper(answer, "utf-8-sig")))',
        'print(len(reports), "reports")',
      ].join("\n"),
    },
    {
      tool: "Google Sheets",
      note: "In a cell; the service must be reachable from outside.",
      code: `=IMPORTDATA("${csv}")`,
    },
    {
      tool: "Excel, LibreOffice",
      note: "Excel: Data, From Web. LibreOffice: Sheet, External Links. Then this address.",
      code: csv,
    },
  ];
}
