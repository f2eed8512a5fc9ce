/**
 * Common abbreviations of time zones, with what each may mean. Most have several meanings, and all name only one of the
 * offsets that a place has in a year.
 */
const abbreviations: { readonly [abbreviation: string]: string } = {
  ADT: "America/Halifax (-03:00) or Asia/Riyadh (+04:00)",
  AFT: "Asia/Kabul (+04:30)",
  AMT: "Asia/Yerevan (+04:00) or America/Manaus (-04:00)",
  AST: "Asia/Riyadh (+03:00) or America/Halifax (-04:00)",
  AZT: "Asia/Baku (+04:00)",
  BST: "Europe/London (+01:00) or Asia/Dhaka (+06:00)",
  BTT: "Asia/Thimphu (+06:00)",
  CAT: "Africa/Khartoum (+02:00) or Africa/Maputo (+02:00)",
  CDT: "America/Chicago (-05:00) or America/Havana (-04:00)",
  CEST: "Europe/Berlin (+02:00) or another zone of Central Europe",
  CET: "Europe/Berlin (+01:00) or another zone of Central Europe",
  COT: "America/Bogota (-05:00)",
  CST: "America/Chicago (-06:00), Asia/Shanghai (+08:00) or America/Havana (-05:00)",
  EAT: "Africa/Nairobi (+03:00) or Africa/Addis_Ababa (+03:00)",
  EDT: "America/New_York (-04:00)",
  EEST: "Europe/Kyiv (+03:00) or Asia/Beirut (+03:00)",
  EET: "Europe/Kyiv (+02:00), Asia/Beirut (+02:00) or Africa/Cairo (+02:00)",
  EST: "America/New_York (-05:00) or Australia/Sydney (+10:00)",
  GET: "Asia/Tbilisi (+04:00)",
  GST: "Asia/Dubai (+04:00) or Atlantic/South_Georgia (-02:00)",
  HST: "Pacific/Honolulu (-10:00)",
  IDT: "Asia/Jerusalem (+03:00)",
  IRST: "Asia/Tehran (+03:30)",
  IST: "Asia/Kolkata (+05:30), Asia/Jerusalem (+02:00) or Europe/Dublin (+01:00)",
  JST: "Asia/Tokyo (+09:00) or, for Jerusalem, Asia/Jerusalem (+02:00)",
  KST: "Asia/Seoul (+09:00)",
  MDT: "America/Denver (-06:00)",
  MET: "Europe/Berlin (+01:00) or another zone of Central Europe",
  MMT: "Asia/Yangon (+06:30)",
  MSD: "Europe/Moscow (+04:00)",
  MSK: "Europe/Moscow (+03:00, until 2014 at times +04:00)",
  MST: "America/Denver (-07:00), America/Phoenix (-07:00) or Asia/Yangon (+06:30)",
  NPT: "Asia/Kathmandu (+05:45)",
  PDT: "America/Los_Angeles (-07:00)",
  PHT: "Asia/Manila (+08:00)",
  PKT: "Asia/Karachi (+05:00)",
  PST: "America/Los_Angeles (-08:00) or Asia/Manila (+08:00)",
  SAST: "Africa/Johannesburg (+02:00)",
  SST: "Asia/Singapore (+08:00) or Pacific/Pago_Pago (-11:00)",
  TRT: "Europe/Istanbul (+03:00)",
  WAT: "Africa/Lagos (+01:00)",
  WEST: "Europe/Lisbon (+01:00)",
  WET: "Europe/Lisbon (+00:00)",
  WIB: "Asia/Jakarta (+07:00)",
};

/** Names of UTC that tzdata keeps for old programs. The record keeps one spelling. */
const NAMES_OF_UTC = /^(?:Etc\/)?(?:GMT|GMT[+-]?0|UCT|Greenwich|Universal|Zulu|Z)$/i;
/** `Etc/GMT+4` is UTC-04:00: POSIX counts offsets westward. */
const INVERTED = /^Etc\/GMT([+-])(\d{1,2})$/i;
const ABBREVIATION = /^[A-Z][A-Z0-9-]{1,8}$/;

/** What to write in place of a name that is no zone of one place; undefined for any other text. */
export function refusedName(zone: string): string | undefined {
  if (NAMES_OF_UTC.test(zone))
    return "may mean UTC or the clock of a place. Write UTC, or the zone of the place, such as Europe/London.";
  const inverted = INVERTED.exec(zone);
  if (inverted !== null) {
    const [, sign, hours = ""] = inverted;
    const offset = `${sign === "+" ? "-" : "+"}${hours.padStart(2, "0")}:00`;
    return `has an inverted sign: it is the offset ${offset}. Write ${offset}.`;
  }
  const meanings = abbreviations[zone.toUpperCase()];
  if (meanings !== undefined)
    return `is an abbreviation. Write the zone or the offset that the source means: ${meanings}.`;
  const place = ABBREVIATION.test(zone) && zone !== "UTC" ? zoneBehind(zone) : undefined;
  if (place === undefined) return undefined;
  return `is an abbreviation. Write the zone or the offset that the source means, such as ${place}.`;
}

/** The zone of a place that an abbreviation of tzdata, such as EST5EDT or PRC, links to. */
function zoneBehind(abbreviation: string): string | undefined {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: abbreviation }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

const SPELLED_OFFSET = /^(?:UTC|GMT)?([+\u2212-])(\d{1,2})(?::?(\d\d))?$/i;

/** The right form of an offset that is written otherwise, such as UTC+4, GMT+4 or +0400; undefined for any other text. */
export function spelledOffset(zone: string): string | undefined {
  const match = SPELLED_OFFSET.exec(zone);
  if (match === null) return undefined;
  const [, sign, hours = "", minutes = "00"] = match;
  const offset = `${sign === "+" ? "+" : "-"}${hours.padStart(2, "0")}:${minutes}`;
  return `is no offset in the form +HH:MM or UTC+HH:MM. Write ${offset} or UTC${offset}.`;
}
