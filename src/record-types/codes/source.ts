import { codeList } from "../../record/code-list.ts";

export const sourceKind = codeList(
  "source_kind",
  "What kind of publication or communication the source is.",
  {
    OFFICIAL_STATEMENT: {
      definition:
        "A text that a party, broker or government body issues in its own name: a communiqué, bulletin, decree, press release or the text of the agreement. A news item that quotes it is NEWS.",
    },
    NEWS: {
      definition:
        "An item of a news agency, newspaper, broadcaster or news site, whoever owns it, including one that copies another or quotes an official at length.",
    },
    NGO_REPORT: {
      definition:
        "A report of findings by an NGO or research body on what it gathered itself. A body with a mandate to watch the ceasefire writes a MONITOR_REPORT.",
    },
    MONITOR_REPORT: {
      definition:
        "A report by a mission, commission or force that the parties or an intergovernmental organisation charged with watching the ceasefire.",
    },
    SOCIAL_MEDIA: {
      definition:
        "A post, photograph or video put on a platform by its author. An official's post that serves as the statement of the office is an OFFICIAL_STATEMENT.",
    },
    DATASET: {
      definition:
        "An entry of a compiled collection of events, agreements or casualties, such as one row of ACLED or PA-X.",
    },
    INTERVIEW: {
      definition:
        "What a person told the writer of this record directly, in speech or in private writing. An interview that was printed elsewhere is NEWS.",
    },
    OTHER: {
      definition:
        "A source of no other kind here, such as a book, a court file, a satellite image or a letter.",
    },
  },
);
