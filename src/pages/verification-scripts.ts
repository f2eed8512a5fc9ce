/** Verifies the public chain with Node.js. The address goes into the lines as it is, so it holds no quotes. */
export function nodeScript(baseUrl: string): string {
  return `import { createHash } from "node:crypto";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";

const head = await (await fetch("${baseUrl}/v1/ledger/head")).json();
const noted = new Set([\`\${head.position}:\${head.hash}\`, ...process.argv.slice(2)]);
let position = 0;
let hash = "0".repeat(64);
noted.delete(\`\${position}:\${hash}\`);
const answer = await fetch("${baseUrl}/v1/ledger/public");
for await (const line of createInterface({ input: Readable.fromWeb(answer.body) })) {
  const entry = JSON.parse(line);
  const fields = [hash, entry.digest, entry.type, entry.id, entry.version, entry.operation];
  hash = createHash("sha256").update(fields.join(" ")).digest("hex");
  position += 1;
  if (entry.position !== position || entry.hash !== hash)
    throw new Error(\`Public entry \${position} does not follow from the entry before it.\`);
  noted.delete(\`\${position}:\${hash}\`);
}
if (noted.size > 0) throw new Error(\`The public chain does not have \${[...noted].join(", ")}.\`);
console.log(\`The public chain is whole. Its head is \${position}:\${hash}\`);`;
}

/** The same with the standard library of Python. */
export function pythonScript(baseUrl: string): string {
  return `import hashlib, json, sys, urllib.request

head = json.load(urllib.request.urlopen("${baseUrl}/v1/ledger/head"))
noted = {f"{head['position']}:{head['hash']}", *sys.argv[1:]}
position, digits = 0, "0" * 64
noted.discard(f"{position}:{digits}")
for line in urllib.request.urlopen("${baseUrl}/v1/ledger/public"):
    entry = json.loads(line)
    fields = [digits, *(str(entry[name]) for name in ("digest", "type", "id", "version", "operation"))]
    position, digits = position + 1, hashlib.sha256(" ".join(fields).encode()).hexdigest()
    if (entry["position"], entry["hash"]) != (position, digits):
        sys.exit(f"Public entry {position} does not follow from the entry before it.")
    noted.discard(f"{position}:{digits}")
if noted:
    sys.exit(f"The public chain does not have {', '.join(noted)}.")
print(f"The public chain is whole. Its head is {position}:{digits}")`;
}

/** Verifies both chains with psql alone: names the first entry that is wrong, or no row. */
export const psqlStatement = `WITH RECURSIVE walked AS (
  SELECT 0::bigint AS position, decode(repeat('00', 32), 'hex') AS hash,
    0::bigint AS public_position, decode(repeat('00', 32), 'hex') AS public_hash
  UNION ALL
  SELECT l.position, sha256(w.hash || r.digest),
    w.public_position + (l.public_operation IS NOT NULL)::int,
    CASE WHEN l.public_operation IS NULL THEN w.public_hash
      ELSE sha256(convert_to(concat_ws(' ', encode(w.public_hash, 'hex'), encode(r.digest, 'hex'),
        l.type, l.id, l.version, l.public_operation), 'UTF8')) END
  FROM walked w JOIN ledger l ON l.position = w.position + 1 JOIN revisions r USING (type, id, version))
SELECT l.position, l.type, l.id, l.version
FROM ledger l LEFT JOIN walked w USING (position) LEFT JOIN revisions r USING (type, id, version)
  LEFT JOIN revisions b ON b.type = l.type AND b.id = l.id AND b.version = l.version - 1
WHERE w.hash IS DISTINCT FROM l.hash
  OR (r.salt IS NOT NULL AND r.digest <> revision_digest(r.salt, r.document, r.type, r.id, r.version,
    r.operation, r.recorded_at, r.author, r.reason, r.import))
  OR (r.salt IS NULL AND NOT EXISTS (SELECT FROM revisions t
    WHERE t.type = l.type AND t.id = l.id AND t.version > l.version AND t.operation = 'redact'))
  OR (l.version > 1 AND NOT EXISTS (SELECT FROM ledger p
    WHERE p.type = l.type AND p.id = l.id AND p.version = l.version - 1 AND p.position < l.position))
  OR (r.document ~ '"visibility"\\s*:\\s*"RESTRICTED"') <> (r.visibility IS NOT DISTINCT FROM 'RESTRICTED')
  OR l.public_operation IS DISTINCT FROM CASE
    WHEN r.visibility = 'RESTRICTED' AND b.operation <> 'delete' AND b.visibility IS DISTINCT FROM 'RESTRICTED' THEN 'delete'
    WHEN r.visibility = 'RESTRICTED' THEN NULL
    WHEN r.operation <> 'delete' AND (b.operation IS NULL OR b.visibility = 'RESTRICTED') THEN 'create'
    ELSE r.operation END
  OR l.public_position IS DISTINCT FROM CASE WHEN l.public_operation IS NOT NULL THEN w.public_position END
  OR l.public_hash IS DISTINCT FROM CASE WHEN l.public_operation IS NOT NULL THEN w.public_hash END
ORDER BY l.position LIMIT 1;`;
