import { codeList } from "../../record/code-list.ts";

/** After ACLED's event and sub-event types, narrowed or added to where ceasefires forbid what ACLED does not count. */
export const violationType = codeList(
  "violation_type",
  "What is alleged to have been done. A report of several things has several types.",
  {
    SHELLING_ARTILLERY_MISSILE: {
      definition:
        "Indirect or long-range fire launched from the ground or from a ship: artillery, mortars, rockets, missiles, tank guns at a distance. What is dropped or launched from an aircraft or drone is AIR_OR_DRONE_STRIKE.",
      acled: "Explosions/Remote violence: Shelling/artillery/missile attack",
    },
    AIR_OR_DRONE_STRIKE: {
      definition:
        "An attack with weapons from an aeroplane, helicopter or uncrewed aircraft, one that flies into its target included. A flight on which nothing was fired or dropped is OVERFLIGHT.",
      acled: "Explosions/Remote violence: Air/drone strike",
    },
    ARMED_CLASH: {
      definition:
        "Armed sides fight each other at close range, and the report says that both fired. If it tells of fire from one side alone, it is SMALL_ARMS_FIRE or GROUND_ATTACK.",
      acled: "Battles: Armed clash",
    },
    SMALL_ARMS_FIRE: {
      definition:
        "One side fires rifles, machine guns, sniper rifles or hand-held grenade launchers from its positions, without moving forward.",
      acled: "Battles: Armed clash, or Violence against civilians: Attack where civilians were fired at",
    },
    GROUND_ATTACK: {
      definition:
        "Forces move forward under fire to take a position or ground, whether or not they succeed. Crossing a line without fighting is INCURSION.",
      acled: "Battles: Armed clash, Government regains territory or Non-state actor overtakes territory",
    },
    INCURSION: {
      definition:
        "Forces, scouts or saboteurs go across an agreed line or into a forbidden zone on land or water, and the report tells of no fighting.",
      acled: "Strategic developments: Non-violent transfer of territory, where ground was kept",
    },
    OVERFLIGHT: {
      definition:
        "A crewed or uncrewed aircraft flies where the ceasefire forbids it and attacks nothing, even if it was itself shot at.",
    },
    MINE_OR_IED: {
      definition:
        "A mine or an improvised bomb is laid, or one laid under the ceasefire goes off. Ordnance left from before is not a violation of it.",
      acled: "Explosions/Remote violence: Remote explosive/landmine/IED",
    },
    ABDUCTION: {
      definition: "People, fighters or civilians, are seized, held against their will or made to disappear.",
      acled: "Violence against civilians: Abduction/forced disappearance",
    },
    ATTACK_ON_CIVILIANS: {
      definition:
        "Unarmed people are attacked at close quarters: shot, beaten, stabbed or executed. Fire from afar that hits civilians keeps the type of its weapon, with CIVILIANS among the targets.",
      acled: "Violence against civilians: Attack",
      ucdp: "type_of_violence = 3",
    },
    SEXUAL_VIOLENCE: {
      definition: "Rape or another sexual act is inflicted by force or threat, on civilians or on captives.",
      acled: "Violence against civilians: Sexual violence",
    },
    LOOTING_OR_DESTRUCTION: {
      definition:
        "Property is taken, burnt or pulled down by people on the spot. Damage done by shells or bombs belongs to the type of that attack.",
      acled: "Strategic developments: Looting/property destruction",
    },
    FORTIFICATION: {
      definition:
        "Trenches, posts, barriers or bases are built, moved or strengthened where the ceasefire forbids it.",
      acled: "Strategic developments: Headquarters or base established, where a base was set up",
    },
    WEAPONS_IN_PROHIBITED_AREA: {
      definition:
        "Weapons or troops are seen where the ceasefire forbids their presence, without being used.",
    },
    MONITORS_OBSTRUCTED: {
      definition:
        "Those charged with watching the ceasefire are refused passage, threatened, jammed or kept from seeing. If they are attacked, the type of the attack is given as well.",
    },
    HUMANITARIAN_ACCESS_OBSTRUCTED: {
      definition:
        "Relief, evacuation, or an exchange of prisoners or bodies that the ceasefire provides for is blocked or held up.",
    },
    OTHER: {
      definition:
        "An act said to break the ceasefire that no other type takes in, or one the report calls a violation without saying what was done.",
    },
  },
);

export const weaponKind = codeList(
  "weapon_kind",
  "What weapon the report names. The source's own words are kept beside it.",
  {
    ARTILLERY: {
      definition:
        "Guns or howitzers firing shells in an arc, towed or self-propelled; also artillery with no more said.",
    },
    ROCKET_ARTILLERY: {
      definition:
        "Unguided or guided rockets from multiple launchers, such as Grad or Smerch. With submunitions, CLUSTER_MUNITION is given as well.",
    },
    BALLISTIC_MISSILE: {
      definition:
        "A missile that the report calls ballistic, or names by a type that is, such as Scud or Iskander.",
    },
    MISSILE: {
      definition:
        "A missile of another or an unnamed type, launched from the ground or a ship, anti-tank missiles among them.",
    },
    MORTAR: { definition: "A mortar of any calibre, and its bombs." },
    DRONE: {
      definition:
        "An uncrewed aircraft that carries weapons or is itself one. One that only directs others' fire is not the weapon.",
    },
    CLUSTER_MUNITION: {
      definition:
        "A shell, rocket or bomb that the report says scatters submunitions; given beside what carried it, where that is known.",
    },
    SMALL_ARMS: {
      definition:
        "Rifles, sniper rifles, machine guns below 20 mm, pistols, and hand-held grenade launchers.",
    },
    AIRCRAFT: {
      definition: "An aeroplane or helicopter with a crew, and the bombs, rockets or guns it uses.",
    },
    MINE: {
      definition:
        "A mine or an improvised explosive device, against people or vehicles, on land or in water.",
    },
    LARGE_CALIBRE_GUN: {
      definition:
        "A gun of 20 mm or more fired directly, such as a tank's or an anti-aircraft gun; also where the report says large-calibre and no more.",
    },
    UNSPECIFIED: {
      definition: "Weapons were used, and the report does not say which: fire, shelling, an attack.",
    },
    OTHER: {
      definition:
        "A weapon is named that no other code takes in, such as an incendiary, a knife or a chemical agent.",
    },
  },
);

export const targetKind = codeList(
  "target_kind",
  "What is said to have been hit or aimed at. Several may hold.",
  {
    CIVILIANS: {
      definition:
        "People who take no part in the fighting, their homes and vehicles, or a settlement with no more said.",
      acled: "civilian_targeting = Civilian targeting, where civilians were the main or only target",
    },
    MILITARY: { definition: "Forces, positions, bases, military vehicles or stores of a side." },
    MEDICAL: { definition: "Hospitals, ambulances, medical staff at work, or a place marked as theirs." },
    INFRASTRUCTURE: {
      definition:
        "Works that serve the public: power, water, gas, roads, bridges, airports, schools, communications.",
    },
    RELIGIOUS_OR_CULTURAL: { definition: "Places of worship, cemeteries, monuments, museums or archives." },
    UNKNOWN: {
      definition: "The report does not say what was hit or aimed at. It is given alone.",
    },
  },
);

export const scope = codeList("scope", "Whether the record is one act or a total over several.", {
  INCIDENT: {
    definition:
      "One act, or one continuous run of acts that the source tells as one. Several places do not make it an AGGREGATE.",
  },
  AGGREGATE: {
    definition:
      "A total over a period or an area in which single acts are not told apart, such as a day's table. Kept out of the counts of incidents.",
  },
});

export const linkKind = codeList("link_kind", "How this reported violation relates to another.", {
  MIRRORS: {
    definition: "Both tell, or probably tell, of the same fighting, and each names another attacker.",
  },
  DUPLICATE_OF: {
    definition:
      "Both tell of the same act with the same attacker. The one that carries this link is left out of counts.",
  },
  PART_OF: {
    definition:
      "This act is contained in the other record, as an incident is in an AGGREGATE or a longer attack.",
  },
});
