import { createHash } from "node:crypto";
import type { Fault } from "./fault.ts";

/** A request with an Idempotency-Key: where it is repeated, the first answer is sent again. */
export interface RepeatableRequest {
  /** The public id of the API key that it came with: the names of several may be alike. */
  readonly principal: string;
  readonly key: string;
  /** SHA-256 of method, path, body and If-Match, which tells a repetition from another request with the same key. */
  readonly request_sha256: Buffer;
}

/** Bare, or in double quotes as a structured field. */
const keySyntax = /^(?:"([\x21\x23-\x7e]{1,255})"|([\x21\x23-\x7e]{1,255}))$/;

/**
 * What is wrong with an Idempotency-Key header. A route that writes either declares the header or refuses it, so that no
 * client relies on what is not done. Reads take any well-formed key: a repeated read changes nothing.
 */
export function idempotencyKeyFaults(
  header: string | undefined,
  route: { readonly method: string; readonly headers?: readonly string[] },
): Fault[] {
  if (header === undefined) return [];
  if (!keySyntax.test(header)) {
    const message = "An Idempotency-Key has 1 to 255 visible ASCII characters, such as a fresh UUID.";
    return [{ header: "Idempotency-Key", code: "invalid_header", message }];
  }
  if (route.method === "GET" || route.headers?.includes("Idempotency-Key") === true) return [];
  const message = "This call does not support Idempotency-Key. Leave the header out.";
  return [{ header: "Idempotency-Key", code: "unsupported_header", message }];
}

interface KeyedRequest {
  readonly method: string;
  /** Path and query as the client wrote them. */
  readonly url: string;
  readonly body: unknown;
  readonly ifMatch: string | undefined;
  readonly principal: string;
}

/** A request with its well-formed key. */
export function repeatableRequest(header: string, request: KeyedRequest): RepeatableRequest {
  const [, quoted, bare = ""] = keySyntax.exec(header) ?? [];
  const { method, url, body, ifMatch, principal } = request;
  const [path = ""] = url.split("?", 1);
  const lines = [path, JSON.stringify(body ?? null)];
  // A POST without a condition has the digest that earlier versions kept, so that its key outlasts an upgrade.
  if (method !== "POST") lines.push(method);
  if (ifMatch !== undefined) lines.push(`If-Match: ${ifMatch}`);
  const request_sha256 = createHash("sha256").update(lines.join("\n")).digest();
  return { principal, key: quoted ?? bare, request_sha256 };
}
