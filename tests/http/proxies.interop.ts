import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, rm, writeFile } from "node:fs/promises";
import net from "node:net";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { waitUntil } from "../../src/database/processes.ts";
import type { Server } from "../../src/http/server.ts";
import { at, bodies, created } from "../support/builders.ts";
import { listening } from "../support/listening.ts";
import { openTemporaryDir } from "../support/postgres.ts";
import { type TestService, testService } from "../support/service.ts";

/** A proxy: the program's arguments, and its configuration with everything that it writes in one folder. */
interface Proxy {
  readonly program: string;
  readonly args: (file: string) => readonly string[];
  readonly config: (folder: string, port: number, upstream: number) => string;
  /** The ETag that it makes of `"1"` when it compresses the answer. */
  readonly altered: string;
}

const nginx: Proxy = {
  program: "nginx",
  args: (file) => ["-e", "stderr", "-c", file],
  config: (folder, port, upstream) => `
    daemon off;
    worker_processes 1;
    pid ${folder}/pid;
    events {}
    http {
      access_log off;
      client_body_temp_path ${folder}/body;
      proxy_temp_path ${folder}/proxy;
      fastcgi_temp_path ${folder}/fastcgi;
      uwsgi_temp_path ${folder}/uwsgi;
      scgi_temp_path ${folder}/scgi;
      gzip on;
      gzip_types application/json;
      gzip_min_length 0;
      server {
        listen 127.0.0.1:${port};
        location / { proxy_pass http://127.0.0.1:${upstream}; }
      }
    }`,
  altered: 'W/"1"',
};

const modules = ["mpm_event", "authz_core", "proxy", "proxy_http", "filter", "deflate"];

const apache: Proxy = {
  program: "apache2",
  args: (file) => ["-f", file, "-D", "FOREGROUND"],
  config: (folder, port, upstream) => `
    ${modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join("\n")}
    ServerRoot ${folder}
    ServerName localhost
    DefaultRuntimeDir ${folder}
    PidFile ${folder}/pid
    ErrorLog ${folder}/error.log
    Listen 127.0.0.1:${port}
    ProxyPass / http://127.0.0.1:${upstream}/
    SetOutputFilter DEFLATE
    `,
  altered: '"1-gzip"',
};

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Starts a proxy, as a user without rights where this process runs as root. */
async function start(
  { program, args, config }: Proxy,
  folder: string,
  upstream: number,
): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const port = await freePort();
  const file = path.join(folder, "proxy.conf");
  await writeFile(file, config(folder, port, upstream));
  await chmod(folder, 0o777);
  const { PATH = "" } = process.env;
  const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const child = spawn(program, args(file), {
    ...nobody,
    cwd: folder,
    env: { PATH: `${PATH}:/usr/sbin` },
    stdio: ["ignore", "ignore", "inherit"],
  });
  await once(child, "spawn");
  return { child, url: `http://127.0.0.1:${port}` };
}

async function answers(url: string): Promise<boolean> {
  return await fetch(`${url}/healthz`).then(
    ({ ok }) => ok,
    () => false,
  );
}

describe.each([nginx, apache])("behind $program with compression", (proxy) => {
  let service: TestService;
  let server: Server;
  let folder: string;
  let child: ChildProcess | undefined;
  let url: string;

  beforeAll(async () => {
    service = await testService();
    const { server: upstream, port } = await listening(service);
    server = upstream;
    folder = await openTemporaryDir();
    ({ child, url } = await start(proxy, folder, port));
    expect(await waitUntil(() => answers(url), 10_000)).toBe(true);
  });

  afterAll(async () => {
    if (child !== undefined && child.exitCode === null) {
      child.kill("SIGTERM");
      await once(child, "close");
    }
    await server.close(0);
    await service.close();
    await rm(folder, { recursive: true, force: true });
  });

  function call(method: string, address: string, headers: { [name: string]: string }, body?: object) {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const own = { "Accept-Encoding": "gzip", Authorization: `Bearer ${service.keys.editor}` };
    const type = body === undefined ? {} : { "Content-Type": "application/json" };
    return fetch(`${url}${address}`, { method, headers: { ...own, ...type, ...headers }, ...sent });
  }

  test("an ETag that the proxy has altered changes and deletes the version that it was read with", async () => {
    const { id } = await created(service, "actor", bodies.actor(proxy.program));
    const address = at("actor", id);
    const read = await call("GET", address, {});
    expect([read.headers.get("content-encoding"), read.headers.get("etag")]).toEqual(["gzip", proxy.altered]);

    const same = await call("GET", address, { "If-None-Match": proxy.altered });
    expect(same.status).toBe(304);

    const changed = await call("PATCH", address, { "If-Match": proxy.altered }, { name: "Changed" });
    expect(changed.status).toBe(200);
    const stale = await call("PATCH", address, { "If-Match": proxy.altered }, { name: "Too late" });
    expect(stale.status).toBe(412);
    const newer = await call("GET", address, { "If-None-Match": proxy.altered });
    expect([newer.status, await newer.json()]).toMatchObject([200, { name: "Changed", version: 2 }]);

    const deleted = await call("DELETE", address, { "If-Match": changed.headers.get("etag") ?? "" });
    expect(deleted.status).toBe(204);
  });
});
