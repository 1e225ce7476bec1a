// A turn of which only the messages are there: its runs are not read yet, or no longer kept.

import { linkMarks, sources } from "./citations.js";
import { decorate } from "./decorate.js";
import { h } from "./dom.js";
import { callArguments } from "./format.js";
import { rendered } from "./markdown_view.js";

/** @param {schemas.ThreadMessage[]} messages */
export function pastMessages(messages) {
  return messages.flatMap((message) => (message.role === "tool" ? [] : [...called(message), ...said(message)]));
}

/** @param {schemas.ThreadMessage} message */
function called({ tool_calls: calls }) {
  if (!calls?.length) return [];
  /** @param {Record<string, unknown>} call */
  const line = (call) => h("li", { class: "row call" }, h("span", { class: "icon", "aria-hidden": "true" }, "·"), h("code", { class: "name" }, /** @type {string} */ (call.name)), h("span", { class: "given" }, callArguments(/** @type {Record<string, unknown>} */ (call.args))));
  return [h("ol", { class: "rows past" }, calls.map(line))];
}

/** @param {schemas.ThreadMessage} message */
function said({ text, steering, citations = [] }) {
  if (!text) return [];
  if (steering) return [h("p", { class: "steering", dir: "auto" }, text)];
  const cited = /** @type {page.Cited[]} */ (citations);
  const prose = h("div", { class: "prose speech" }, rendered(text));
  linkMarks(prose, cited, text);
  decorate(prose);
  return [prose, h("section", { class: "sources" }, sources(cited))];
}
