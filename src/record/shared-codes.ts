import { codeList } from "./code-list.ts";

export const recordType = codeList("record_type", "Which of the six kinds of record this is.", {
  conflict: {
    definition:
      "A war or armed confrontation between named sides, as the frame within which ceasefires are made.",
    ucdp: "one value of conflict_new_id",
    eth_prio: "one value of ucdp_acd_id",
    pax: "one value of UcdpCon",
  },
  actor: {
    definition:
      "A state, authority, armed group, organisation or office that is a party, a broker, a monitor or the author of a claim. A person is named by the office spoken for.",
    acled: "one value of actor1 or actor2",
    ucdp: "one value of side_a_new_id or side_b_new_id",
    eth_prio: "one value of ucdp_actor_id, or actor_name where that is -1",
  },
  place: {
    definition: "A location with a name of its own, whether or not its coordinates are known.",
    acled: "one value of location, admin1, admin2 or admin3",
    ucdp: "one value of where_coordinates, adm_1 or adm_2",
  },
  source: {
    definition:
      "One published item or private communication in which something on record is said. A copy of it elsewhere is a source of its own that names this one as its origin.",
    acled: "one entry of source",
    ucdp: "one entry of source_article",
    pax: "the document of one AgtId",
  },
  ceasefire: {
    definition:
      "One agreement or declaration to stop fighting, from its announcement to its end. A later text that repeats or extends it is a ceasefire of its own, related to this one.",
    acled: "Strategic developments: Agreement, where it is a ceasefire",
    eth_prio: "one value of uniq_id, over all its rows of actors",
    pax: "Stage = Cea; StageSub = Ceas",
  },
  violation: {
    definition:
      "One act alleged to break a ceasefire, as one side tells it, with everything said for and against. That it is on record says that it was reported, not that it took place.",
  },
});

export const operation = codeList("operation", "What was done to a record to make this version of it.", {
  create: { definition: "The record was entered; this is its first version." },
  update: {
    definition: "One or more members of the record were changed; the version before stays readable.",
  },
  delete: {
    definition:
      "The record was withdrawn from current answers; its earlier versions stay readable and its id stays taken.",
  },
  restore: {
    definition:
      "An earlier version was made the current one again, or a deleted record was brought back, as a new version.",
  },
  redact: {
    definition:
      "An administrator took the text of one version away for good; its hash, author, time and reason remain.",
  },
});

export const visibility = codeList(
  "visibility",
  "Who may read the record. There is no default: whoever writes decides.",
  {
    PUBLIC: { definition: "Anyone may read the record, without a key. It may refer to public records only." },
    RESTRICTED: {
      definition:
        "Only holders of a key may read the record; to others it does not exist. Chosen where publishing could endanger someone or break a confidence.",
    },
  },
);

export const citationRelation = codeList(
  "citation_relation",
  "How the source bears on what it is cited for.",
  {
    SUPPORTS: { definition: "The source says what the cited fields say, in the same or in narrower terms." },
    CONTRADICTS: {
      definition:
        "The source says something that cannot hold together with the cited fields. A source that is merely silent on them is not cited at all.",
    },
  },
);

export const externalIdRelation = codeList(
  "external_id_relation",
  "How this record relates to the entry that the other dataset keeps under that id.",
  {
    SAME: { definition: "Both stand for the same thing; no other record may be the same as that entry." },
    PART_OF: {
      definition:
        "This record is one part of what that entry covers, as one strike within an entry for a day's shelling.",
    },
    CONTAINS: {
      definition:
        "This record covers that entry and more, as a ceasefire entered there once for each of its actors.",
    },
  },
);
