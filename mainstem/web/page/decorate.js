// What is done with an answer's words when they are all there: code is coloured and can be copied, maths is set.

import { copyButton } from "./copy_button.js";
import { h } from "./dom.js";
import { lineBlocks } from "./code_lines.js";
import { coloured } from "./code_colours.js";
import { inFrames } from "./frames.js";
import { setMaths } from "./maths.js";

/**
 * Once, when nothing is written into `element` any more: little by little, so that a long answer holds no frame up.
 * @param {Element} element
 */
export async function decorate(element) {
  orderHeadings(element);
  for (const pre of element.querySelectorAll("pre")) await decorateCode(pre);
  await setMaths(element, inFrames);
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
async function decorateCode(pre) {
  const code = pre.firstElementChild ?? pre;
  const text = code.textContent;
  const block = h("div", { class: "code-block" });
  pre.replaceWith(block);
  block.append(pre, copyButton("Copy code", () => text));
  await inFrames();
  const pieces = coloured(text, pre.dataset.language ?? "");
  if (pieces.some(([kind]) => kind)) await colour(code, lineBlocks(pieces));
}

/**
 * @param {Element} code which shows the same blocks of lines, or the only one
 * @param {[string, string][][]} blocks
 */
async function colour(code, blocks) {
  const places = blocks.length > 1 ? [...code.children] : [code];
  for (const [index, pieces] of blocks.entries()) {
    await inFrames();
    places[index].replaceChildren(...pieces.map(([kind, words]) => (kind ? h("span", { class: `code-${kind}` }, words) : words)));
  }
}
