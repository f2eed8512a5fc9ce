import { codeList } from "../../record/code-list.ts";

export const claimCapacity = codeList("claim_capacity", "In what capacity the claimant speaks.", {
  PARTY: {
    definition:
      "As a side to the fighting or one of its offices, its ombudsman and its prosecutor among them.",
  },
  MONITOR: {
    definition:
      "As a body charged with watching the ceasefire, a peacekeeping force that reports on it included. One that looks into the act afterwards makes an assessment instead.",
  },
  WITNESS: {
    definition: "As a person or organisation that saw or suffered the act and holds no office in it.",
  },
  MEDIA: {
    definition:
      "As an outlet on what its own staff saw or counted. Where it passes on another's words, that other is the claimant.",
  },
  DATASET: {
    definition: "As a compiled collection that enters the act without naming whose account it follows.",
  },
});

export const population = codeList(
  "population",
  "Which people a figure of killed, injured or missing counts.",
  {
    CIVILIAN: {
      definition:
        "People whom the claimant calls civilians, or tells of as such: residents, children, journalists, medical staff.",
      ucdp: "deaths_civilians",
    },
    MILITARY: {
      definition: "Members of a side's forces or of an armed group, as the claimant tells of them.",
      ucdp: "deaths_a for side_a, deaths_b for side_b",
    },
    UNSPECIFIED: {
      definition:
        "The claimant does not say who they were, or gives one total of civilians and fighters together.",
      acled: "fatalities",
      ucdp: "deaths_unknown; for totals, low, best and high",
    },
  },
);

export const countUnit = codeList("count_unit", "What is counted one by one in this figure.", {
  EXPLOSION: {
    definition:
      "A detonation seen or heard, whatever caused it; outgoing fire that was heard counts as well.",
  },
  BURST: { definition: "A run of automatic fire counted as one, however many rounds it held." },
  SHOT: { definition: "A single round from small arms, seen, heard or found." },
  PROJECTILE: {
    definition:
      "A shell, rocket, mortar bomb or missile that was fired or that landed. If only the sound was counted, it is an EXPLOSION.",
  },
  STRIKE: {
    definition:
      "An attack counted as one, such as one sortie or one salvo, however many projectiles were used.",
  },
  OVERFLIGHT: { definition: "A flight by one aircraft or drone over forbidden ground." },
  VIOLATION: {
    definition: "Whatever the counting body itself counts as one violation, by rules of its own.",
  },
});

export const responseKind = codeList("response_kind", "How an actor answers this report.", {
  DENIAL: {
    definition: "It says of this very act that it did not happen or that its side did not do it.",
  },
  GENERAL_DENIAL: {
    definition:
      "It says that its side keeps the ceasefire, or that such reports are false, without taking up this act. It does not make the report disputed.",
  },
  COUNTER_CLAIM: {
    definition:
      "It says of this act that someone else did it, or that the other side attacked on that occasion. An accusation about another occasion is a violation of its own.",
  },
  ADMISSION: {
    definition:
      "The accused, or an office of its, says that it did the act, with or without a reason. An act admitted to be wrong or called lawful is the same here.",
  },
  JUSTIFICATION: {
    definition:
      "It gives a reason for the act: retaliation, self-defence, a military target. If it also owns to the act, ADMISSION is entered beside it.",
  },
  REBUTTAL: {
    definition:
      "It answers an earlier response here, such as a denial, with arguments or evidence against it.",
  },
  RETRACTION: {
    definition: "It takes back what it had said earlier, as a claim or as a response, in whole or in part.",
  },
});

export const assessmentSubject = codeList("assessment_subject", "Which question an assessment answers.", {
  OCCURRENCE: {
    definition: "Whether the act took place at about the time and place alleged, whoever did it.",
  },
  ATTRIBUTION: { definition: "Who did it: whether the accused is the author of the act." },
  WEAPON: { definition: "What weapon or munition was used, whoever used it." },
  CASUALTIES: { definition: "How many people were killed, injured or are missing, and who they were." },
});

export const verdict = codeList("verdict", "To what result the assessor came.", {
  CORROBORATED: {
    definition:
      "The assessor found other evidence that agrees with the report, without having examined the act itself: matching accounts, footage not yet placed.",
  },
  VERIFIED: {
    definition:
      "The assessor examined the act itself, on the spot or through evidence tied to its time and place, and says that it is established. Agreement of accounts alone is CORROBORATED.",
  },
  REFUTED: {
    definition: "The assessor says that the evidence shows the report to be wrong on this question.",
  },
  INCONCLUSIVE: {
    definition:
      "The assessor looked into the question and says that it could not be answered. It changes no status.",
  },
});

export const violationStatus = codeList(
  "violation_status",
  "Where the report stands; derived from its own assessments and responses alone. A verdict counts if it is its assessor's latest on OCCURRENCE, is not INCONCLUSIVE, and the assessor is neither claimant, accused nor respondent here.",
  {
    CORROBORATED: {
      definition: "Verdicts count, none of them is REFUTED, and the latest is CORROBORATED.",
    },
    VERIFIED: {
      definition: "Verdicts count, none of them is REFUTED, and the latest is VERIFIED.",
    },
    REFUTED: { definition: "Verdicts count, and every one of them is REFUTED." },
    DISPUTED: {
      definition:
        "A counting verdict of REFUTED stands beside another that is not; or no verdict counts, nobody admits the act, and it met a DENIAL or COUNTER_CLAIM.",
    },
    ADMITTED: {
      definition: "No verdict counts, and the accused or an office of its has made an ADMISSION.",
    },
    ALLEGED: {
      definition:
        "No verdict counts, and nobody has admitted the act, denied it in particular or made a counter-claim.",
    },
  },
);

export const position = codeList(
  "position",
  "Where the act lies against one effective reading of its ceasefire; derived, never stored. Equal instants count as after.",
  {
    BEFORE: {
      definition: "It surely began and, as far as is known, ended no later than the ceasefire took effect.",
    },
    AFTER: {
      definition:
        "It surely began after the effect, before any end or expiry whose time is known, and within the hours of the schedule if there is one.",
    },
    ACROSS: {
      definition:
        "It surely began before the ceasefire took effect and surely went on after that. It is not counted as a first violation.",
    },
    AFTER_END: { definition: "It surely began when the ceasefire had already ended or expired." },
    OUTSIDE_HOURS: {
      definition:
        "It began while the ceasefire ran, and surely at an hour for which its schedule does not bind.",
    },
    UNDECIDED: {
      definition:
        "The bounds of the times overlap, or the reading has no moment, so that none of the other positions is sure.",
    },
  },
);
