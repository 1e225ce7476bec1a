// Markdown that grows on the page: settled blocks are made once, only the last one is brought up to date.
//
// Blocks stand in parts, and the browser passes over a part that is not seen as a whole: with each block for itself, a
// frame cost more the longer the answer was.

import { build, h, patch } from "./dom.js";
import { IncrementalMarkdown } from "./markdown.js";

const FULL = 24; // settled blocks of a part

export class MarkdownView {
  #markdown = new IncrementalMarkdown();
  /** @type {page.Tree[]} */
  #moving = [];
  /** @type {HTMLElement} */
  #part; // the last one
  #taken = 0;
  #closed = false;

  /** @param {HTMLElement} element */
  constructor(element) {
    this.element = element;
    this.#part = element.appendChild(part());
  }

  /**
   * Show all of `text`, which begins with what was shown before. `open`: more is to come.
   * @param {string} text
   * @param {{open?: boolean}} [given]
   */
  show(text, { open = true } = {}) {
    if (this.#closed || (open && text.length === this.#taken)) return;
    const { settled, moving } = this.#markdown.add(text.slice(this.#taken), { open });
    this.#taken = text.length;
    this.#closed = !open;
    this.#put(settled, moving);
  }

  /**
   * @param {page.Tree[]} settled
   * @param {page.Tree[]} moving
   */
  #put(settled, moving) {
    const from = this.#part.childNodes.length - this.#moving.length;
    const room = Math.max(FULL - from, this.#moving.length); // what is shown already stays where it is
    const trees = settled.length > room ? settled.slice(0, room) : [...settled, ...moving];
    patch(this.#part, this.#moving, trees, from);
    this.#moving = settled.length > room ? [] : moving;
    if (from + settled.length >= FULL) this.#begin();
    if (settled.length > room) this.#put(settled.slice(room), moving);
  }

  /** Begin a part with what is not settled. */
  #begin() {
    const last = [...this.#part.childNodes].slice(this.#part.childNodes.length - this.#moving.length);
    this.#part = this.element.appendChild(part(last));
  }
}

/** @param {Node[]} [blocks] */
const part = (blocks = []) => h("div", { class: "part" }, blocks);

/**
 * A text that is complete, as elements.
 * @param {string} text
 */
export function rendered(text) {
  const { settled } = new IncrementalMarkdown().add(text, { open: false });
  const parts = Array.from({ length: Math.ceil(settled.length / FULL) }, (_, index) => settled.slice(index * FULL, (index + 1) * FULL));
  return parts.map((trees) => part(trees.map(build)));
}
