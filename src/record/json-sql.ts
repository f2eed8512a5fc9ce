/**
 * JSON without blanks, as JSON.stringify writes it. PostgreSQL's own json_build_object, json_agg and json_object_agg put
 * blanks and line breaks between members. Every expression here is of type json; a value of type jsonb must be a scalar,
 * because jsonb is written with blanks.
 */

/** A value as JSON text: SQL's NULL is the JSON null. */
function valueText(value: string): string {
  return `coalesce(to_json(${value})::text, 'null')`;
}

/** The text of an object: member name to the SQL expression of its value. */
export function jsonObjectText(members: { readonly [name: string]: string }): string {
  const parts = Object.entries(members).map(
    ([name, value], place) => `'${place === 0 ? "" : ","}"${name}":', ${valueText(value)}`,
  );
  return `concat('{', ${parts.join(", ")}, '}')`;
}

/** An object: member name to the SQL expression of its value. Names need no escape, neither in JSON nor in SQL. */
export function jsonObjectSql(members: { readonly [name: string]: string }): string {
  return `${jsonObjectText(members)}::json`;
}

/** An aggregate: the values of all rows as a list, in an order. Without a row it is the empty list. */
export function jsonListSql(value: string, order: string): string {
  return `concat('[', string_agg(${valueText(value)}, ',' ORDER BY ${order}), ']')::json`;
}

/** An aggregate: an object with a member for each row, in the order of their names. Without a row it is the empty object. */
export function jsonMapSql(name: string, value: string): string {
  return `concat('{', string_agg(to_json(${name})::text || ':' || ${valueText(value)}, ',' ORDER BY ${name}), '}')::json`;
}
