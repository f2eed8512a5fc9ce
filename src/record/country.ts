import { iso31661, iso31661Alpha2ToAlpha3, iso31663 } from "iso-3166";

/** Codes that ISO 3166-1 leaves to its users, such as XKX. */
const USER_ASSIGNED = /^(?:AA[A-Z]|Q[M-Z][A-Z]|X[A-X][A-Z]|ZZ[A-Z])$/;

/** Codes that are assigned today, and those of countries that no longer exist (ISO 3166-3), of which acts are recorded too. */
const assigned: ReadonlySet<string> = new Set([
  ...iso31661.map(({ alpha3 }) => alpha3),
  ...iso31663.map(({ from }) => from.alpha3),
]);

const alpha2ToAlpha3: ReadonlyMap<string, string> = new Map(Object.entries(iso31661Alpha2ToAlpha3));
const byName: ReadonlyMap<string, string> = new Map(
  iso31661.map(({ name, alpha3 }) => [name.toLowerCase(), alpha3]),
);

/** Whether ISO 3166-1 assigns an alpha-3 code, assigned it once, or leaves it to its users. */
export function isCountryCode(code: string): boolean {
  return assigned.has(code) || USER_ASSIGNED.test(code);
}

/** " Did you mean `AZE`?" for an alpha-2 code or an English name; nothing for any other text. */
export function countrySuggestion(text: string): string {
  const code = alpha2ToAlpha3.get(text.toUpperCase()) ?? byName.get(text.toLowerCase());
  return code === undefined ? "" : ` Did you mean \`${code}\`?`;
}
