import { codeList } from "../../record/code-list.ts";

/** In what a report agrees with one that has just been written; of several kinds of one sort only the closest is told. */
export const likeness = codeList(
  "likeness",
  "In what an older report agrees with a new one, so that it may tell of the same act; told when the new one is created, never stored.",
  {
    SAME_TIME: {
      definition: "The bounds of both starts overlap, so that both may have begun at the same time.",
    },
    NEAR_TIME: {
      definition:
        "One surely began before the other, and the acts overlap or lie within six hours of one another.",
    },
    SAME_PLACE: { definition: "Both name the same place, smaller than a country." },
    PART_OF_PLACE: {
      definition: "The place that one names lies in the one that the other names, which is no country.",
    },
    NEAR_PLACE: { definition: "The points given, or those of the places named, lie within 15 km." },
    SAME_ACCUSED: {
      definition: "Both accuse the same side: the same actor, or offices and forces of the same one.",
    },
    SAME_CLAIMANT: {
      definition:
        "Both are told by the same side: by the same actor, or by offices and forces of the same one.",
    },
    OTHER_SIDE: {
      definition:
        "The side that tells the one is accused in the other, and they accuse no side in common: it may be the other side's account, to be linked as MIRRORS.",
    },
    SAME_TYPE: { definition: "Both tell of an act of the same type." },
    SAME_SOURCE: { definition: "Both cite the same source in their claims." },
    SAME_EXTERNAL_ID: {
      definition: "Both are told to be, to hold or to belong to the same thing in another dataset.",
    },
  },
);
