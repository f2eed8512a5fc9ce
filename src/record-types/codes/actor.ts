import { codeList } from "../../record/code-list.ts";

export const actorKind = codeList(
  "actor_kind",
  "What kind of actor this is. It says nothing of legitimacy.",
  {
    STATE: {
      definition:
        "A member or observer state of the United Nations, as a whole. One of its ministries, forces or offices is a GOVERNMENT_BODY.",
      acled: "inter1 or inter2 = State forces (1), for its forces within its own territory",
      ucdp: "a side with a number in gwnoa or gwnob",
    },
    DE_FACTO_AUTHORITY: {
      definition:
        "A body that governs a territory and its people through civil institutions without being a member or observer state of the United Nations. An armed movement without such institutions is a NON_STATE_ARMED_GROUP.",
    },
    NON_STATE_ARMED_GROUP: {
      definition:
        "An organised group under arms that belongs to no state's forces: rebels, militias, coalitions of them. The forces of a DE_FACTO_AUTHORITY are a GOVERNMENT_BODY that is part of it.",
      acled: "inter1 or inter2 = Rebel group (2), Political militia (3) or Identity militia (4)",
      ucdp: "an organised side without a number in gwnoa or gwnob; Civilians is not one",
    },
    INTERGOVERNMENTAL: {
      definition:
        "An organisation whose members are states, or a mission, office or contact group it or several states have set up, such as the United Nations or a group of co-chairs.",
      acled: "inter1 or inter2 = External/Other forces (8), for its missions under arms",
    },
    NGO: {
      definition:
        "An organisation independent of governments and parties that works for a public purpose: relief, human rights, research. The International Committee of the Red Cross is entered here for want of a closer code.",
    },
    GOVERNMENT_BODY: {
      definition:
        "A ministry, armed force, prosecutor, ombudsman, municipality or office holder of a STATE or DE_FACTO_AUTHORITY, always entered as part of it.",
    },
    MEDIA: {
      definition:
        "A news agency, broadcaster, newspaper or journalist, where it speaks for itself. Where it passes on what a party said, the party is the actor and the outlet only the publisher.",
    },
    OTHER: {
      definition:
        "An actor that none of the other kinds takes in, such as a religious leader, a council of elders or a private company.",
    },
  },
);
