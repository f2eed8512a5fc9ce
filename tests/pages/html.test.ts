import { expect, test } from "@jest/globals";
import { html } from "../../src/pages/html.ts";

test("escapes whatever could end a text or a quoted attribute", () => {
  const text = `<script>alert("1" & '2')</script>`;
  expect(html`<p title="${text}">${text}</p>`.markup).toBe(
    '<p title="&lt;script&gt;alert(&quot;1&quot; &amp; &#39;2&#39;)&lt;/script&gt;">&lt;script&gt;alert(&quot;1&quot; &amp; &#39;2&#39;)&lt;/script&gt;</p>',
  );
});

test("leaves what it has made itself as it is, alone and in lists", () => {
  const items = ["a", "<b>"].map((item) => html`<li>${item}</li>`);
  expect(html`<ul>${items}</ul>`.markup).toBe("<ul><li>a</li><li>&lt;b&gt;</li></ul>");
});

test("takes no object for markup that only looks like it", () => {
  const forged = JSON.parse('{"markup":"<script>"}');
  expect(html`<p>${forged}</p>`.markup).toBe("<p></p>");
});

test("leaves nothing for null, undefined and false, and writes 0", () => {
  expect(html`${null}${undefined}${false}${0}`.markup).toBe("0");
});
