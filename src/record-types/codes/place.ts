import { codeList } from "../../record/code-list.ts";

export const placeKind = codeList(
  "place_kind",
  "What kind of place this is. It says nothing of who controls it.",
  {
    COUNTRY: { definition: "The whole territory of a state within its internationally recognised borders." },
    REGION: {
      definition:
        "A division of the first level below the country, or an area larger than a district that is known by name without being a division, such as a historic or contested region.",
      acled: "admin1, where it is a division",
      ucdp: "adm_1, where it is a division",
    },
    DISTRICT: {
      definition:
        "A division below the first level that takes in several settlements, by whichever side's administrative map the source follows. Its seat is a settlement of its own.",
      acled: "admin2",
      ucdp: "adm_2",
    },
    CITY: {
      definition:
        "A settlement that has the rank of a city under the law that applies there; where law knows no such rank, one of 50,000 people or more.",
    },
    TOWN: {
      definition:
        "A settlement ranked as a town or urban settlement below a city; where law knows no such rank, one of 5,000 to 50,000 people.",
    },
    VILLAGE: {
      definition: "A rural settlement of any smaller size, a hamlet and a deserted village among them.",
    },
    FACILITY: {
      definition:
        "A built site with a name and one purpose: a hospital, airfield, base, bridge, crossing point, power station or monastery.",
    },
    WATER_BODY: { definition: "A sea, bay, strait, lake, reservoir or river with a name." },
    OTHER: {
      definition:
        "A named location of no other kind here, such as a mountain, height, valley, road, corridor or line of contact.",
    },
  },
);

/**
 * How closely a report places what it tells of, finest first. The scales of ACLED (geo_precision 1 to 3) and UCDP
 * (where_prec 1 to 7) are coarser or cut elsewhere, so that one of their values may answer to two codes here.
 */
export const geoPrecision = codeList(
  "geo_precision",
  "How closely this report places the act. It is the report's precision, not the place's.",
  {
    EXACT: {
      definition:
        "The report fixes the spot itself: coordinates, an address, a named building or position. The point given is that spot, to within about 100 metres.",
      acled: "geo_precision = 1",
      ucdp: "where_prec = 1",
    },
    SETTLEMENT: {
      definition: "The report names the city, town or village in which it happened, and no spot within it.",
      acled: "geo_precision = 1",
      ucdp: "where_prec = 1",
    },
    NEAR_SETTLEMENT: {
      definition:
        "The report places it near or outside one named settlement, up to about 25 km away. In the settlement itself is SETTLEMENT; in its direction is FRONT_SECTOR.",
      acled: "geo_precision = 2",
      ucdp: "where_prec = 2",
    },
    DISTRICT: {
      definition:
        "The report names only the district, or a village whose own position could not be found; a point given with it stands for the district as a whole.",
      acled: "geo_precision = 2",
      ucdp: "where_prec = 3",
    },
    REGION: {
      definition:
        "The report names only a region or a division of the first level; a point given stands for all of it.",
      acled: "geo_precision = 3",
      ucdp: "where_prec = 4",
    },
    FRONT_SECTOR: {
      definition:
        "The report names a stretch of a front, border, road or river, or an area without fixed bounds. The direction of a town belongs here, and so does one told by the compass if the front is clear; no point is given.",
      ucdp: "where_prec = 5",
    },
    UNLOCATED: {
      definition:
        "The report gives no location, or one no closer than the country, the theatre or the open sea. No point is given.",
      ucdp: "where_prec = 6 or 7",
    },
  },
);
