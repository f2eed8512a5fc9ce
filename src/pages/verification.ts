import { type Route, route } from "../http/route.ts";
import { type Html, html } from "./html.ts";
import { layout } from "./layout.ts";
import { pageAnswers, pageReply, pageRoute } from "./page.ts";
import { nodeScript, psqlStatement, pythonScript } from "./verification-scripts.ts";

/** The page that explains how the ledger is verified, by anyone and by the operator. */
export function verificationRoute(): Route {
  return route({
    ...pageRoute,
    path: "/verification",
    operation: "get_verification_page",
    summary: "How to verify the ledger",
    description:
      "How every version is sealed and chained, and how anyone verifies the public chain: with scripts that run as they are, and for the operator with one command or with psql alone.",
    answers: pageAnswers("The page."),
    handle: async (call) => pageReply(call, page(call.baseUrl)),
  });
}

function page(baseUrl: string): Html {
  return layout({
    title: "Verification",
    description: "How anyone can verify that no public version was changed or removed.",
    section: "/verification",
    body: html`<h1>Verification</h1>
<p class="standfirst">Every version of every record is an entry of the ledger, a chain of hashes. A head of the chain that you note down today proves later that no entry up to it was changed, removed or inserted.</p>
${chains()}
${forAnyone(baseUrl)}
${forOperators(baseUrl)}`,
  });
}

function chains(): Html {
  return html`<h2>How the entries are chained</h2>
<p>A version's <strong>digest</strong> is SHA-256 of a random salt, the version's text, and its author, time and reason. Digests are public. Salts are not: a text that was redacted could be guessed by trying texts against digest and salt. The operator has the salt and proves with it that a text belongs to a digest.</p>
<p>There are two chains. One has all versions and is for readers with a key. The <strong>public chain</strong> has only what everyone sees, numbered on its own, so that it does not show when a RESTRICTED record was written. A record that becomes RESTRICTED has a last public entry with the operation <code>delete</code>, and one that becomes PUBLIC has one with <code>create</code>. Such a deletion has the digest of the RESTRICTED version, which shows nothing of its text.</p>
<p>A <strong>public hash</strong> is SHA-256 of one line of text with six fields and one space between each two, without a line break: the public hash before (64 zeros before the first entry), the digest, the record's type, its id, the version's number, and the public operation. Hashes and digests are hexadecimal, in small letters.</p>
${block("The text of a public hash", "<hash before> <digest> violation nagorno-karabakh-2020-v33 1 create")}`;
}

function forAnyone(baseUrl: string): Html {
  return html`<h2>Verify the public chain, without a key</h2>
<p>Note down the head from time to time, where the operator cannot change it. The header <code>Ledger-Head</code> of every exported file has it as well, as position:hash.</p>
${block("Read the head", `curl -s '${baseUrl}/v1/ledger/head'`)}
<p>This script reads <a href="/v1/ledger/public">all public entries</a>, computes every hash again and prints the head. Give it the heads that you noted down, and it checks that the chain still has each: <code>node verify.mjs 412:5f70bf18…</code>. It ends with an error and names the entry where something is wrong.</p>
<h3>Node.js 20: verify.mjs</h3>
${block("A script for Node.js", nodeScript(baseUrl))}
<h3>Python 3: verify.py</h3>
${block("A script for Python", pythonScript(baseUrl))}`;
}

function forOperators(baseUrl: string): Html {
  return html`<h2>Verify everything, as the operator or with a key</h2>
<p>The command <code>ceasefire verify</code> checks both chains, every digest against its text, and every record as it is answered against its last version. <code>--between</code> takes heads of either chain.</p>
${block("The command", "ceasefire verify --between 412:5f70bf18… 530:0cf3d0f8…")}
<p>The same over HTTP, with a key:</p>
${block("The call", `curl -s '${baseUrl}/v1/ledger?between=412:5f70bf18…' -H 'Authorization: Bearer YOUR_KEY'`)}
<p>The same with psql alone, without this service. It answers no row where everything is right, else the first entry that is wrong. Heads that were noted down are then compared with the columns <code>hash</code> and <code>public_hash</code> of the table <code>ledger</code>.</p>
${block("A statement for psql", psqlStatement)}`;
}

function block(label: string, code: string): Html {
  return html`<pre tabindex="0" aria-label="${label}"><code>${code}</code></pre>`;
}
