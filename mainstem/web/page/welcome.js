// What the page says of itself: whose agent this is, what may be asked, and what its input looks like.

import { h, part, say } from "./dom.js";
import { get } from "./http.js";
import { suggestions } from "./suggestions.js";

/** @typedef {Pick<schemas.Info, "name" | "messages" | "documents"> & Partial<schemas.Info>} Served As much of `/info` as any server tells. */

const EXAMPLES = ["How do I resume a dropped stream?", "What is a law?", "How do I use my own graph?"];

/**
 * Fit the page to the graph that `/info` tells of.
 * @param {Served} info
 */
export function introduce(info) {
  say(/** @type {Element} */ (document.querySelector(".brand .name")), info.name);
  say(part("page-name"), info.name);
  say(part("about"), modelOf(info));
  part("shelf").hidden = !info.documents;
  const label = info.messages ? "Your question" : "The graph's input, as JSON";
  say(part("words-label"), label);
  const words = part("words", HTMLTextAreaElement);
  words.placeholder = label;
  words.classList.toggle("json", !info.messages);
  if (!info.messages) words.value = skeleton(info);
  say(/** @type {Element} */ (document.querySelector("#welcome h2")), info.documents ? "Ask your documents" : info.name);
  say(part("invitation"), invitation(info));
}

/**
 * Suggest what the user's own documents answer, or, where there are none, what the program's manual does.
 * `onAsk(question)`: it was chosen.
 * @param {(question: string) => void} onAsk
 */
export async function suggest(onAsk) {
  const list = /** @type {schemas.DocumentList} */ (await get("documents").catch(() => ({ collections: [] })));
  const own = suggestions(list);
  part("examples").replaceChildren(...(own.length ? own : EXAMPLES).map((text) => example(text, onAsk)));
}

/**
 * The model's name; of a script, its file alone.
 * @param {Served} info
 */
const modelOf = ({ model }) => (model ?? "").replace(/^scripted:.*[/\\]/, "scripted:");

/** @param {Served} info */
const skeleton = ({ inputs }) => (inputs ? JSON.stringify(Object.fromEntries(inputs.map((key) => [key, null])), null, 1) : "");

/** @param {Served} info */
function invitation({ messages, documents }) {
  if (!messages) return "Give it an input, and watch what it does with it.";
  return documents ? "Every answer is cited, and you can watch how it is found." : "Ask it something, and watch it work.";
}

/**
 * @param {string} text
 * @param {(question: string) => void} onAsk
 */
const example = (text, onAsk) => h("li", {}, h("button", { type: "button", dir: "auto", onclick: () => onAsk(text) }, text));
