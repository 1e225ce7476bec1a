// Markdown that grows on the page: settled blocks are made once, only the last one is brought up to date.

import { build, patch } from "./dom.js";
import { IncrementalMarkdown } from "./markdown.js";

export class MarkdownView {
  #markdown = new IncrementalMarkdown();
  /** @type {page.Tree[]} */
  #moving = [];
  #taken = 0;
  #closed = false;

  /** @param {HTMLElement} element */
  constructor(element) {
    this.element = element;
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
    this.#put([...settled, ...moving], moving);
  }

  /**
   * @param {page.Tree[]} trees
   * @param {page.Tree[]} moving
   */
  #put(trees, moving) {
    const from = this.element.childNodes.length - this.#moving.length;
    patch(this.element, this.#moving, trees, from);
    this.#moving = moving;
  }
}

/**
 * A text that is complete, as elements.
 * @param {string} text
 */
export function rendered(text) {
  const { settled } = new IncrementalMarkdown().add(text, { open: false });
  return settled.map(build);
}
