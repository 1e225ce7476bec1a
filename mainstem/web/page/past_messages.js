// A turn of which only the messages are there: its runs are not read yet, or no longer kept.

import { linkMarks, sources } from "./citations.js";
import { decorate } from "./decorate.js";
import { h } from "./dom.js";
import { callArguments, json, words } from "./format.js";
import { rendered } from "./markdown_view.js";
import { rawName } from "./rows.js";

/** @param {schemas.ThreadMessage[]} messages */
export function pastMessages(messages) {
  return messages.flatMap((message) => (message.role === "tool" ? [] : [...called(message), ...said(message)]));
}

/** @param {schemas.ThreadMessage} message */
function called({ tool_calls: calls }) {
  if (!calls?.length) return [];
  return [h("ol", { class: "rows past" }, calls.map(call))];
}

/** @param {Record<string, unknown>} call */
function call({ name, args }) {
  const [tool, given] = [/** @type {string} */ (name), /** @type {Record<string, unknown>} */ (args)];
  const icon = h("span", { class: "icon", "aria-hidden": "true" }, "·");
  const summary = h("summary", {}, icon, h("span", { class: "name" }, words(tool)), h("span", { class: "given" }, callArguments(given)));
  const inside = h("div", { class: "inside" }, rawName("Tool", tool), h("h3", {}, "Arguments"), h("pre", { tabindex: "0" }, json(given)));
  return h("li", { class: "row call" }, h("details", {}, summary, inside));
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
