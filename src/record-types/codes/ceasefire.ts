import { codeList } from "../../record/code-list.ts";

export const declarationType = codeList(
  "declaration_type",
  "How many sides bound themselves. Brokers and guarantors are not counted.",
  {
    UNILATERAL: {
      definition:
        "One side declares that it will stop, whatever the other does. If the other answers with a declaration of its own, that is a second ceasefire which RECIPROCATES this one.",
      pax: "Status = Unilateral document",
    },
    BILATERAL: {
      definition:
        "Two sides bind themselves to one arrangement, in one text or in matching statements made together.",
      pax: "Status = Multiparty signed/agreed, with two parties",
    },
    MULTILATERAL: {
      definition:
        "Three or more sides to the fighting bind themselves to one arrangement. A broker's signature beside those of two sides leaves it BILATERAL.",
      pax: "Status = Multiparty signed/agreed, with three or more parties",
    },
  },
);

export const purpose = codeList(
  "purpose",
  "A purpose that the text or the parties state. Several may hold at once.",
  {
    HUMANITARIAN: {
      definition:
        "To spare or reach people: relief, evacuation, medical work, exchange of prisoners or bodies, an epidemic or a disaster.",
      eth_prio: "p_humanitarian = 1",
    },
    PEACE_PROCESS: {
      definition:
        "To open, support or conclude talks on the conflict itself, or to carry out what such talks agreed.",
      eth_prio: "p_peaceprocess = 1",
    },
    HOLIDAY: {
      definition: "To keep a religious or national holiday, or a period of mourning or games.",
      eth_prio: "p_holiday = 1",
    },
    ELECTION: {
      definition: "To let a vote or a count of the population be held.",
      eth_prio: "p_election = 1",
    },
    OTHER: {
      definition:
        "A purpose is stated and is none of those listed, such as works on a power line or a water main.",
      eth_prio: "p_other = 1",
    },
    UNCLEAR: {
      definition: "No purpose is stated, or the statements cannot be told apart. It is given alone.",
      eth_prio: "p_unclear = 1",
    },
  },
);

export const ceasefireClass = codeList("ceasefire_class", "How far the text goes beyond a promise to stop.", {
  CESSATION_OF_HOSTILITIES: {
    definition:
      "The sides say that they will stop, and provide nothing by which compliance could be watched or enforced.",
    eth_prio: "ceasefire_class = 1",
  },
  PRELIMINARY: {
    definition:
      "The sides provide for compliance, by monitoring, verification, separation of forces or a joint commission, without settling how the forces are to be dissolved or integrated.",
    eth_prio: "ceasefire_class = 2",
  },
  DEFINITIVE: {
    definition:
      "The sides end the armed conflict for good by its terms: beyond provisions for compliance it disarms, demobilises, integrates or permanently withdraws forces.",
    eth_prio: "ceasefire_class = 3",
  },
});

export const ceasefireForm = codeList("ceasefire_form", "In what form the commitment was given.", {
  SIGNED: {
    definition: "The sides put their signatures to a text, on one sheet or on several of the same wording.",
    eth_prio: "written = 1 or 2",
    pax: "Status = Multiparty signed/agreed",
  },
  JOINT_STATEMENT: {
    definition:
      "One text was issued in the name of all sides, or by a broker with their stated consent, and no signature is seen.",
    pax: "Status = Multiparty signed/agreed",
  },
  SEPARATE_STATEMENTS: {
    definition:
      "Each side published a text of its own, alike in wording or not; also the single published text of one side acting alone.",
  },
  VERBAL: {
    definition:
      "The commitment was made in speech only, between commanders, by telephone or before the press, and no side published a text.",
    eth_prio: "written = 0, which also takes in statements that were published and not signed",
  },
  UNKNOWN: {
    definition: "The sources do not say in what form it was given, or contradict each other on it.",
    eth_prio: "written = -1",
  },
});

export const partyRole = codeList("party_role", "What this side of the fighting did towards the ceasefire.", {
  SIGNATORY: {
    definition: "It signed the text, or is named in a joint text as one of those who agreed it.",
    pax: "named in Part",
  },
  DECLARANT: {
    definition:
      "It bound itself by a statement of its own, written or spoken, without a text agreed between the sides.",
  },
  BOUND_NON_SIGNATORY: {
    definition:
      "It neither signed nor declared, and is nevertheless to observe the ceasefire: the text names it, or a side that answers for it agreed.",
  },
  EXCLUDED: {
    definition:
      "It takes part in the fighting, and the text or a party says that the ceasefire does not cover it.",
  },
  UNKNOWN: { definition: "It is named as a party, and no source says what it signed or declared." },
});

/** After the use of these words in the United Nations' guidance on mediation and in PA-X's record of third parties. */
export const brokerRole = codeList(
  "broker_role",
  "What a third party is said to have done for the ceasefire. Of several roles the source's own word decides.",
  {
    MEDIATOR: {
      definition:
        "It took part in the talks with the sides' consent and put forward or drafted terms. One that only brought the sides into contact is a FACILITATOR.",
      eth_prio: "named in mediator_send",
    },
    FACILITATOR: {
      definition:
        "It brought the sides into contact, carried messages or chaired meetings, and is not said to have proposed terms.",
    },
    HOST: { definition: "It gave the venue, and nothing more is said of it than that." },
    GUARANTOR: {
      definition:
        "It undertook towards the sides to see that the terms are kept, by forces, funds or its word. One that only watches is entered among the monitors.",
    },
    WITNESS: {
      definition:
        "It attended or signed to attest that the agreement was made, without undertaking anything.",
      pax: "named in ThrdPart as having witnessed",
    },
  },
);

export const readingKind = codeList("reading_kind", "On what this reading of the effective time rests.", {
  TEXT: {
    definition:
      "It is what the text of the ceasefire itself says, as printed, whether or not a zone or a date is given.",
  },
  REPORTED: {
    definition:
      "It is what a report says of the time, or how it converts the text to another zone, without being shown to be wrong.",
  },
  ERROR: {
    definition:
      "It is a reading that the text or plain arithmetic shows to be mistaken, kept because others may have followed it. It is never the adopted one.",
  },
});

export const endKind = codeList("end_kind", "How the ceasefire ended, as the sources say.", {
  COLLAPSED: {
    definition:
      "Fighting resumed to such a degree that a party, broker or monitor said that it no longer held; no side gave notice.",
  },
  EXPIRED: { definition: "The time for which it was made ran out and it was not extended." },
  SUPERSEDED: {
    definition: "A later agreement or declaration took its place, whether or not it still held.",
  },
  TERMINATED: {
    definition:
      "A side ended it by notice, declaration or withdrawal. Fighting alone, without such words, is COLLAPSED.",
  },
  UNKNOWN: {
    definition: "A source treats it as ended, and none says how or when it came to that.",
    eth_prio: "ended = -1",
  },
});

export const ceasefireRelationKind = codeList(
  "ceasefire_relation_kind",
  "How this ceasefire relates to an earlier or parallel one.",
  {
    REAFFIRMS: {
      definition:
        "It commits the sides again to what the other had already said, without changing its terms or its end.",
      pax: "Stage = Ren",
    },
    SUPERSEDES: { definition: "It takes the place of the other, which has no force from then on." },
    EXTENDS: {
      definition: "It keeps the other in force beyond the time set for it; the two count as one spell.",
      pax: "an extension, in the tracker Ceasefires in a Time of Covid-19",
    },
    RECIPROCATES: {
      definition:
        "It is one side's own declaration in answer to the other side's, made without a common text.",
      pax: "a reciprocation, in the tracker Ceasefires in a Time of Covid-19",
    },
  },
);

export const weekday = codeList("weekday", "A day of the week on which the hours of the schedule apply.", {
  MONDAY: { definition: "The first day of the week in ISO 8601, in the schedule's own time zone." },
  TUESDAY: { definition: "The second day of the week in ISO 8601, in the schedule's own time zone." },
  WEDNESDAY: { definition: "The third day of the week in ISO 8601, in the schedule's own time zone." },
  THURSDAY: { definition: "The fourth day of the week in ISO 8601, in the schedule's own time zone." },
  FRIDAY: { definition: "The fifth day of the week in ISO 8601, in the schedule's own time zone." },
  SATURDAY: { definition: "The sixth day of the week in ISO 8601, in the schedule's own time zone." },
  SUNDAY: { definition: "The seventh day of the week in ISO 8601, in the schedule's own time zone." },
});

export const ceasefireStatus = codeList(
  "ceasefire_status",
  "Where the ceasefire stands at a given instant, by its adopted reading; derived, never stored.",
  {
    ANNOUNCED: { definition: "It has surely been announced and has surely not yet taken effect." },
    IN_FORCE: {
      definition:
        "It has surely taken effect and surely neither ended nor expired. It says nothing of whether it is being kept.",
    },
    ENDED: { definition: "The first to come of its end and its expiry surely lies in the past." },
    UNDECIDED: {
      definition:
        "What is known leaves it open: the bounds of a moment take in the instant asked about, no adopted reading has a moment, or it ended at a time nobody gives.",
    },
  },
);
