import fc from "fast-check";

const element = fc.constantFrom(
  '"1"',
  '"2"',
  'W/"1"',
  '"1-gzip"',
  'W/"2;br"',
  '"x"',
  '""',
  '"',
  "1",
  "*",
  "W/",
  "",
  " ",
  "\t",
);

/** Header values that are lists of entity tags, or nearly so: with empty elements, blanks, and tags as proxies alter them. */
export const entityTagLists = fc.oneof(
  fc.constantFrom('"1"', 'W/"1"', '"2"'),
  fc
    .tuple(fc.array(element, { maxLength: 6 }), fc.constantFrom(",", ", ", " ,", " "))
    .map(([tags, between]) => tags.join(between)),
  fc
    .tuple(element, fc.constantFrom(2_000, 4_000))
    .map(([tag, times]) => `${tag},`.repeat(times).slice(0, 8_000)),
);
