interface Range {
  readonly type: string;
  readonly quality: number;
  /** 0 for anything, 1 for a whole top-level type, 2 for one media type. */
  readonly precision: number;
}

/**
 * Of the media types offered, the one an Accept header likes best (RFC 9110 section 12.5.1): the closest range says
 * how well each is liked, and the order of the offer decides between equals. Undefined: none is acceptable. A header
 * that is absent, or holds nothing that can be read, accepts anything.
 */
export function chooseMediaType(header: string | undefined, offered: readonly string[]): string | undefined {
  if (header === undefined || header === "*/*") return offered[0];
  const ranges = header.split(",").flatMap(readRange);
  if (ranges.length === 0) return offered[0];
  let best: string | undefined;
  let bestQuality = 0;
  for (const type of offered) {
    const quality = qualityOf(type, ranges);
    if (quality > bestQuality) {
      best = type;
      bestQuality = quality;
    }
  }
  return best;
}

function readRange(text: string): Range[] {
  const [name = "", ...parameters] = text.split(";");
  const type = name.trim().toLowerCase();
  if (!/^[^\s/]+\/[^\s/]+$/.test(type)) return [];
  const weight = parameters
    .map((parameter) => /^\s*q\s*=\s*([\d.]+)\s*$/i.exec(parameter)?.[1])
    .find(Boolean);
  const quality = weight === undefined ? 1 : Math.min(1, Number(weight));
  if (Number.isNaN(quality)) return [];
  return [{ type, quality, precision: type === "*/*" ? 0 : type.endsWith("/*") ? 1 : 2 }];
}

function qualityOf(offer: string, ranges: readonly Range[]): number {
  const type = (offer.split(";")[0] ?? "").trim().toLowerCase();
  let closest: Range | undefined;
  for (const range of ranges) {
    const fits =
      range.precision === 0 ||
      range.type === type ||
      (range.precision === 1 && type.startsWith(range.type.slice(0, -1)));
    if (fits && (closest === undefined || range.precision > closest.precision)) closest = range;
  }
  return closest?.quality ?? 0;
}
