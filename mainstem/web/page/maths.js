// Sets maths by KaTeX, which is loaded when the first formula is there. What it cannot set stays as it is written.

import { h } from "./dom.js";
import { address } from "./http.js";

/** @typedef {{render(formula: string, element: HTMLElement, options: object): void}} Katex */

const MATHS = /\\\(([\s\S]+?)\\\)|\\\[([\s\S]+?)\\\]|\$\$([\s\S]+?)\$\$/g;
const OPTIONS = { throwOnError: true, trust: false, strict: "ignore", maxExpand: 200, maxSize: 20 };

const BEGINNING = /\\\(|\\\[|\$\$/;

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
 * Load what sets maths when words that come begin some: a style sheet restyles all that is there, so the sooner the less.
 * @param {string} words
 */
export function foreseeMaths(words) {
  if (BEGINNING.test(words)) katex().catch(() => {}); // who sets it is told
}

/**
 * Set the maths that is written in `element`; `rest` is awaited after each formula.
 * @param {Element} element
 * @param {() => Promise<void>} rest
 */
export async function setMaths(element, rest) {
  const texts = textsOf(element);
  if (!texts.length) return;
  const { render } = await katex();
  for (const text of texts) {
    for (const [place, source, display] of formulasIn(text)) {
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
}

/**
 * Each formula as a text node of its own, what is written between its marks, and whether it has a line of its own.
 * @param {Text} text
 * @returns {[Text, string, boolean][]}
 */
function formulasIn(text) {
  /** @type {[Text, string, boolean][]} */
  const found = [];
  let [rest, gone] = [text, 0];
  for (const { 0: whole, 1: inline, 2: display, 3: dollars, index } of text.data.matchAll(MATHS)) {
    const place = rest.splitText(index - gone);
    rest = place.splitText(whole.length);
    gone = index + whole.length;
    found.push([place, (inline ?? display ?? dollars).trim(), inline === undefined]);
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
    if (BEGINNING.test(text.data) && !text.parentElement?.closest("code, a, .maths")) texts.push(text);
  }
  return texts;
}
