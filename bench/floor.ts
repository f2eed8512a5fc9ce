import http, { type IncomingMessage, type ServerResponse } from "node:http";
import pg from "pg";

/**
 * The least a Node service could do: node:http and pg, with JSON text made by Postgres. No validation, keys, logging,
 * visibility beyond a WHERE, or problems. What the service costs above this is what it does for its users.
 */
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });

const list = `SELECT '{"data":[' || coalesce(string_agg(document, ',' ORDER BY occurred_earliest, id), '') || ']}' AS text
  FROM (SELECT v.id, v.occurred_earliest FROM violations v
    WHERE v.visibility = 'PUBLIC' AND v.ceasefire = $1 AND v.types && ARRAY[$2::violation_type]
      AND v.occurred_latest >= $3::timestamptz AND (v.occurred_latest > $3::timestamptz OR v.occurred_earliest = v.occurred_latest)
      AND v.occurred_earliest < $4::timestamptz
    ORDER BY v.occurred_earliest, v.id LIMIT 50) AS chosen JOIN (SELECT id, document FROM violations) AS page USING (id)`;

async function answer(req: IncomingMessage): Promise<string | undefined> {
  if (req.method === "POST") {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk);
    return await textOf("create", "SELECT bench.create_violation($1::jsonb)::text AS text", [
      Buffer.concat(chunks).toString(),
    ]);
  }
  const url = new URL(req.url ?? "/", "http://localhost");
  if (url.pathname !== "/v1/violations") {
    const id = url.pathname.slice("/v1/violations/".length);
    const one = "SELECT document AS text FROM violations WHERE id = $1 AND visibility = 'PUBLIC'";
    return await textOf("one", one, [id]);
  }
  const names = ["ceasefire", "type", "occurred_from", "occurred_to"];
  return await textOf(
    "list",
    list,
    names.map((name) => url.searchParams.get(name)),
  );
}

async function textOf(name: string, text: string, values: unknown[]): Promise<string | undefined> {
  const { rows } = await pool.query<{ text: string }>({ name, text, values });
  return rows[0]?.text;
}

function send(res: ServerResponse, status: number, body: string): void {
  res.writeHead(status, { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) });
  res.end(body);
}

const server = http.createServer((req, res) => {
  answer(req).then(
    (body) => send(res, body === undefined ? 404 : req.method === "POST" ? 201 : 200, body ?? "{}"),
    (error: unknown) => send(res, 500, JSON.stringify(String(error))),
  );
});
server.listen(Number(process.env.PORT), "127.0.0.1");
