// What is done with an answer's words when they are all there: code is coloured and can be copied, maths is set.

import { copyButton } from "./copy_button.js";
import { h } from "./dom.js";
import { coloured } from "./code_colours.js";
import { setMaths } from "./maths.js";

/**
 * Once, when nothing is written into `element` any more.
 * @param {Element} element
 */
export function decorate(element) {
  for (const pre of element.querySelectorAll("pre")) decorateCode(pre);
  setMaths(element);
  orderHeadings(element);
}

/**
 * A heading is at most one level below the one before it, for who goes from heading to heading; its look stays.
 * @param {Element} element
 */
function orderHeadings(element) {
  let before = 2; // the question's
  for (const heading of element.querySelectorAll("h3, h4, h5, h6")) {
    before = Math.min(Number(heading.tagName[1]), before + 1);
    heading.setAttribute("aria-level", String(before));
  }
}

/** @param {HTMLPreElement} pre */
function decorateCode(pre) {
  const code = pre.firstElementChild ?? pre;
  const text = code.textContent;
  const pieces = coloured(text, pre.dataset.language ?? "");
  code.replaceChildren(...pieces.map(([kind, words]) => (kind ? h("span", { class: `code-${kind}` }, words) : words)));
  const block = h("div", { class: "code-block" });
  pre.replaceWith(block);
  block.append(pre, copyButton("Copy code", () => text));
}
