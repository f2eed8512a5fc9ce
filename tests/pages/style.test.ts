import { expect, test } from "@jest/globals";
import { style } from "../../src/pages/style.ts";

/** WCAG 2.2: relative luminance of "#rrggbb". */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function colours(block: string | undefined): ReadonlyMap<string, string> {
  return new Map(
    [...(block ?? "").matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name = "", hex = ""]) => [name, hex]),
  );
}

const [light, dark] = [...style.matchAll(/:root \{([^}]*)\}/g)].map(([, block]) => colours(block));

test.each([
  ["light", light],
  ["dark", dark],
])("every text reaches 4.5 to 1 against what it stands on, %s", (_scheme, palette) => {
  const pairs = [
    ...["paper", "raised", "sunken"].flatMap((ground) => [
      ["ink", ground],
      ["quiet", ground],
      ["accent", ground],
    ]),
    ["mark-ink", "mark"],
    ["ink", "mark"],
    ["quiet", "mark"],
    ["paper", "accent"],
  ];
  for (const [ink = "", ground = ""] of pairs) {
    const ratio = contrast(palette?.get(ink) ?? "", palette?.get(ground) ?? "");
    expect({ ink, ground, enough: ratio >= 4.5 }).toEqual({ ink, ground, enough: true });
  }
});

test("asks nobody else for anything: no import and no address", () => {
  expect(style).not.toMatch(/@import|url\(|https?:/);
});
