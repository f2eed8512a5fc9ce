import type { Service } from "./service.ts";

/** What a person who has started the service reads: where to go next, and where the key to write with is. */
export function welcome({ url, seeded, adminKey }: Service): string {
  const lines = [
    `Ceasefire tracker is ready: ${url}`,
    `  the attempts      ${url}/v1/ceasefires?expand=summary`,
    `  try every call    ${url}/docs`,
    `  every field       ${url}/codebook`,
  ];
  if (seeded > 0) lines.push(`  ${seeded} seed records were written.`);
  if (!adminKey.given && adminKey.file !== undefined)
    lines.push(`  to write, use the admin key in ${adminKey.file}`);
  if (!adminKey.given && adminKey.made !== undefined)
    lines.push(`  to write, use this admin key; it is shown only now: ${adminKey.made}`);
  return lines.join("\n");
}
