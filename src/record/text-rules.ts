/**
 * The rules for names and texts, applied when they are written. Stored documents stay as they are.
 *
 * - Unicode normalization form C.
 * - Characters without an appearance are removed where nothing needs them: zero-width spaces, byte order marks, soft
 *   hyphens, joiners outside the scripts and emoji that use them.
 * - In names, blanks of every kind become one space, those at the ends go, and so do direction marks.
 * - More than 30 combining marks in a row are refused (the limit of Unicode's Stream-Safe Text Format, UAX 15), because
 *   the time that normalization takes grows with the square of their number.
 * - Control characters, bidirectional overrides and unpaired bidirectional controls are refused.
 * - There is at least one visible character.
 */

/** A running text in the form in which it is kept. */
export function normalizedText(text: string): string {
  if (!/[^\0-\x7f]/.test(text)) return text;
  const once = withNeededOnly(text);
  if (!/[\u200c\u200d]/.test(once) || withNeededOnly(once) === once) return once;
  // One joiner less can bring marks together that normalization orders anew: what the others stood for is lost.
  return withNeededOnly(once.replaceAll(/[\u200c\u200d]/g, ""));
}

function withNeededOnly(text: string): string {
  return text
    .replaceAll(UNNEEDED, "")
    .normalize("NFC")
    .replaceAll(SELECTOR_OR_TAG, keepNeeded)
    .normalize("NFC")
    .replaceAll(/([\u200c\u200d])[\u200c\u200d]+/g, "$1")
    .replaceAll(JOINER, keepNeeded)
    .normalize("NFC");
}

function keepNeeded(found: string, needed: string | undefined): string {
  return needed === undefined ? "" : found;
}

/** A name in the form in which it is kept. */
export function normalizedName(name: string): string {
  const visible = name.replaceAll(/[\u200e\u200f\u061c]/g, "");
  return normalizedText(visible)
    .replace(ENCLOSED, "$1")
    .replaceAll(/\p{White_Space}+/gu, " ")
    .replaceAll(/^ | $/g, "");
}

/** Why a text is refused. */
export interface TextFault {
  readonly code:
    | "too_many_marks"
    | "control_character"
    | "bidi_override"
    | "unpaired_bidi_control"
    | "no_visible_character";
  readonly message: string;
}

/** The fault that refuses a text as given, before it is normalized; undefined: none. */
export function marksFault(text: string): TextFault | undefined {
  if (!/[^\0-\x7f]/.test(text) || !TOO_MANY_MARKS.test(text)) return undefined;
  return {
    code: "too_many_marks",
    message: "More than 30 combining marks follow each other. Remove some of them.",
  };
}

/** What is wrong with a text in the form in which it is kept; undefined: nothing. */
export function textFault(text: string): TextFault | undefined {
  if (VISIBLE.test(text)) return controlFault(text);
  return { code: "no_visible_character", message: "Give at least one visible character." };
}

/** What is wrong with the control characters of a text; undefined: nothing. */
export function controlFault(text: string): TextFault | undefined {
  const [control] = CONTROL.exec(text) ?? [];
  if (control !== undefined) {
    const message = `The control character ${codePoint(control)} is not allowed. Remove it.`;
    return { code: "control_character", message };
  }
  if (!BIDI_CONTROL.test(text)) return undefined;
  const [override] = /[\u202d\u202e]/.exec(text) ?? [];
  if (override !== undefined) {
    const message = `The bidirectional override ${codePoint(override)} is not allowed: it shows text in another order than it is written in. Remove it.`;
    return { code: "bidi_override", message };
  }
  const unpaired = text
    .split(/[\n\r\u2029]/)
    .map(unpairedIn)
    .find((one) => one !== undefined);
  if (unpaired === undefined) return undefined;
  const message = `The bidirectional control ${codePoint(unpaired)} has no counterpart on its line. Remove it, or close U+2066 to U+2068 with U+2069, and U+202A and U+202B with U+202C.`;
  return { code: "unpaired_bidi_control", message };
}

/** The first bidirectional control of a line that is not opened or not closed. */
function unpairedIn(line: string): string | undefined {
  const open: string[] = [];
  for (const [control] of line.matchAll(/[\u202a-\u202c\u2066-\u2069]/g)) {
    const opener = closers.get(control);
    if (opener === undefined) open.push(control);
    else if (!opener.includes(open.pop() ?? "none")) return control;
  }
  return open[0];
}

const closers: ReadonlyMap<string, readonly string[]> = new Map([
  ["\u202c", ["\u202a", "\u202b"]],
  ["\u2069", ["\u2066", "\u2067", "\u2068"]],
]);

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}

const VISIBLE = /(?![\u2800\u{1d159}])[\p{L}\p{N}\p{P}\p{S}\p{Co}]/u;
/** Characters that normalization of a text removes do not separate marks. */
const IGNORABLE = String.raw`\p{Default_Ignorable_Code_Point}`;
const TOO_MANY_MARKS = new RegExp(
  `(?:^|(?!${IGNORABLE})\\P{M})${IGNORABLE}*(?:(?!${IGNORABLE})\\p{M}${IGNORABLE}*){31}`,
  "u",
);
const BIDI_CONTROL = /[\u202a-\u202e\u2066-\u2069]/;
/** Controls other than tab and line breaks, the anchors of interlinear annotations, and noncharacters. */
const CONTROL = /(?![\t\n\r\u0085])[\p{Cc}\ufff9-\ufffb\p{Noncharacter_Code_Point}]/u;
/** A whole text between two bidirectional controls, which change nothing of it. */
const ENCLOSED = /^\s*[\u202a\u202b\u2066-\u2068]([^\u202a-\u202e\u2066-\u2069]*)[\u202c\u2069]\s*$/;

const JOINERS = String.raw`\u200c\u200d`;
const SELECTORS_AND_TAGS = String.raw`\u180b-\u180f\ufe00-\ufe0f\u{e0020}-\u{e007f}\u{e0100}-\u{e01ef}`;
const DIRECTION_CONTROLS = String.raw`\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069`;
const UNNEEDED = new RegExp(
  `(?![${JOINERS}${SELECTORS_AND_TAGS}${DIRECTION_CONTROLS}])\\p{Default_Ignorable_Code_Point}`,
  "gu",
);

/** A variation selector after what has variants, a selector of an emoji, or the tags of a flag. */
const SELECTOR_OR_TAG = needed(SELECTORS_AND_TAGS, [
  String.raw`[\ufe00-\ufe0f](?<=[\p{Extended_Pictographic}\p{Sm}\p{So}\p{sc=Han}\p{sc=Myanmar}\p{sc=Phags_Pa}].)`,
  String.raw`\ufe0f(?<=[0-9#*]\ufe0f)(?=\u20e3)`,
  String.raw`[\u{e0100}-\u{e01ef}](?<=\p{sc=Han}.)`,
  String.raw`[\u180b-\u180f](?<=(?=\p{L})\p{sc=Mongolian}.)`,
  String.raw`[\u{e0020}-\u{e007e}]{1,16}\u{e007f}(?<=\u{1f3f4}[\u{e0020}-\u{e007e}]{1,16}\u{e007f})`,
]);

/** Letters of scripts whose letters join: all of them, and those that join to the letter after them. */
const JOINING = String.raw`(?=\p{L})[\p{sc=Arabic}\p{sc=Syriac}\p{sc=Mandaic}\p{sc=Mongolian}\p{sc=Nko}\p{sc=Phags_Pa}\p{sc=Adlam}\p{sc=Hanifi_Rohingya}]`;
const JOINING_ON = String.raw`(?![\u0621-\u0625\u0627\u0629\u062f-\u0632\u0648\u0671-\u0677\u0688-\u0699\u06c0\u06c3-\u06cb\u06cd\u06cf\u06d2\u06d3\u06d5\u06ee\u06ef\u0710\u0715-\u0719\u071e\u0728\u072a\u072c])${JOINING}`;
/** The signs that take the vowel from a consonant in the scripts of India and South-East Asia. */
const VIRAMA = String.raw`[\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d3b\u0d3c\u0d4d\u0dca\u0f84\u1039\u103a\u1714\u1734\u17d2\u1a60\u1b44\u1baa\u1bab\ua806\ua8c4\ua953\ua9c0\uaaf6\uabed\u{11046}\u{110b9}\u{11133}\u{11134}\u{111c0}]`;

/**
 * Where joiners are needed (UAX 31, UTS 51): the zero-width non-joiner between letters that would join, or between a
 * virama and a letter; the zero-width joiner at the end of joined letters, beside a virama, or inside an emoji.
 */
const JOINER = needed(JOINERS, [
  String.raw`\u200c(?<=${JOINING_ON}\p{Mn}*\u200c)(?=\p{Mn}*${JOINING})`,
  String.raw`\u200c(?<=${VIRAMA}\u200c)(?=\p{L})`,
  String.raw`\u200d(?<=${JOINING_ON}\p{Mn}*\u200d)(?!\p{Mn}*${JOINING})`,
  String.raw`\u200d(?<=${VIRAMA}\u200d)`,
  String.raw`\u200d(?<=\p{L}\u200d)(?=${VIRAMA})`,
  String.raw`\u200d(?<=\p{Extended_Pictographic}(?:\ufe0f|\p{Emoji_Modifier})?\u200d)(?=\p{Extended_Pictographic})`,
]);

/** Finds characters, and captures those that stand where one of the patterns says that they are needed. */
function needed(characters: string, patterns: readonly string[]): RegExp {
  return new RegExp(`(${patterns.join("|")})|[${characters}]`, "gu");
}
