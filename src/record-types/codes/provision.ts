import { codeList } from "../../record/code-list.ts";

export const provisionKind = codeList(
  "provision_kind",
  "What a term of the ceasefire is about. A term that does two things is entered as two.",
  {
    PRISONER_EXCHANGE: {
      definition:
        "Sides hand over prisoners of war or captured fighters to each other. If only one side is to let people go, it is a RELEASE_OF_DETAINEES.",
      pax: "TjPrire > 0, where both sides release",
    },
    RETURN_OF_BODIES: { definition: "Remains of the dead are to be searched for, handed over or exchanged." },
    RELEASE_OF_DETAINEES: {
      definition:
        "People held by one side, fighters, civilians or hostages, are to be let go without an exchange.",
      pax: "TjPrire > 0, where one side releases",
    },
    HUMANITARIAN_ACCESS: {
      definition:
        "Relief goods or relief workers are to pass to people in need. Taking people out is EVACUATION.",
      pax: "DevHum > 0",
    },
    EVACUATION: {
      definition:
        "Civilians, wounded or fighters are to be let or brought out of a place under safe conduct.",
    },
    MONITORING: {
      definition:
        "Someone is charged with watching, verifying or recording whether the terms are kept. Troops placed between the sides are PEACEKEEPING.",
      eth_prio: "implement = 1, which takes in any mechanism of implementation",
    },
    WITHDRAWAL: {
      definition:
        "A side's forces are to leave named territory, or territory is to be handed over. Moving apart along a line that both keep to is SEPARATION_OF_FORCES.",
    },
    SEPARATION_OF_FORCES: {
      definition:
        "Forces are to keep to lines or to stay out of a zone between them, or to hold where they stand.",
    },
    WEAPONS_RESTRICTION: {
      definition:
        "Named weapons are to be pulled back, stored or not used in an area or at all, and stay with their owner. Giving them up is DISARMAMENT.",
    },
    PROHIBITED_ACT: {
      definition:
        "A named act other than placing weapons is forbidden: firing, overflight, laying mines, building positions, hostile broadcasts.",
    },
    DISARMAMENT: {
      definition: "Fighters are to give up their arms, be discharged, or be taken into another force.",
      eth_prio: "ddr > 0",
      pax: "SsrDdr > 0",
    },
    PEACEKEEPING: {
      definition:
        "Forces of a third party are to be deployed to stand between the sides or to keep a place or a road secure.",
      pax: "ImPK > 0",
    },
    NEGOTIATIONS: {
      definition:
        "Talks are to be opened, resumed or held in a certain form, on the conflict or on details of the terms.",
    },
    DISPLACED_RETURN: {
      definition: "Refugees or displaced people are to go back to their homes or be helped to do so.",
      pax: "GRef > 0, where return is provided for",
    },
    TRANSPORT: {
      definition:
        "A road, railway, corridor, port or border crossing is to be opened, built or kept safe for ordinary traffic, not for one relief operation.",
    },
    OTHER: { definition: "A term about something that none of the other kinds takes in." },
  },
);
