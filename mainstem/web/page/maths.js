// Sets maths by KaTeX, which is loaded when the first formula is there. What it cannot set stays as it is written.

import { h } from "./dom.js";
import { address } from "./http.js";

/** @typedef {{render(formula: string, element: HTMLElement, options: object): void}} Katex */

const MATHS = /\\\(([\s\S]+?)\\\)|\\\[([\s\S]+?)\\\]|\$\$([\s\S]+?)\$\$/g;
const OPTIONS = { throwOnError: true, trust: false, strict: "ignore", maxExpand: 200, maxSize: 20 };

/** @type {Promise<Katex> | null} */
let loading = null;

/** @returns {Promise<Katex>} */
function katex() {
  loading ??= load();
  return loading;
}

async function load() {
  document.head.append(h("link", { rel: "stylesheet", href: address("vendor/katex.min.css").href }));
  await import("./vendor/katex.min.js");
  return /** @type {Katex} */ (Reflect.get(globalThis, "katex"));
}

/**
 * Set the maths that is written in `element`; `rest` is awaited after each formula.
 * @param {Element} element
 * @param {() => Promise<void>} rest
 */
export async function setMaths(element, rest) {
  const found = formulasIn(element);
  if (!found.length) return;
  const { render } = await katex();
  for (const [place, source, display] of found) {
    const shown = h("span", { class: "maths", "data-source": place.data });
    try {
      render(source, shown, { ...OPTIONS, displayMode: display });
    } catch {
      continue; // no maths after all, or more than KaTeX knows
    }
    place.replaceWith(shown);
    await rest();
  }
}

/**
 * Each formula as a text node of its own, what is written between its marks, and whether it has a line of its own.
 * @param {Element} element
 * @returns {[Text, string, boolean][]}
 */
function formulasIn(element) {
  /** @type {[Text, string, boolean][]} */
  const found = [];
  for (const text of textsOf(element)) {
    let [rest, gone] = [text, 0];
    for (const { 0: whole, 1: inline, 2: display, 3: dollars, index } of text.data.matchAll(MATHS)) {
      const place = rest.splitText(index - gone);
      rest = place.splitText(whole.length);
      gone = index + whole.length;
      found.push([place, (inline ?? display ?? dollars).trim(), inline === undefined]);
    }
  }
  return found;
}

/** @param {Element} element */
function textsOf(element) {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  /** @type {Text[]} */
  const texts = [];
  while (walker.nextNode()) {
    const text = /** @type {Text} */ (walker.currentNode);
    if (!text.parentElement?.closest("code, a, .maths") && MATHS.test(text.data)) texts.push(text);
    MATHS.lastIndex = 0;
  }
  return texts;
}
