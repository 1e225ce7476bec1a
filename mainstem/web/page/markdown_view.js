// Markdown that grows on the page: settled blocks are made once, only the last one is brought up to date.
//
// Blocks stand in parts, and the browser passes over a part that is not seen as a whole: with each block for itself, a
// frame cost more the longer the answer was.

import { LARGE, lengthOf } from "./block_pieces.js";
import { h, patch } from "./dom.js";
import { IncrementalMarkdown } from "./markdown.js";
import { foreseeMaths } from "./maths.js";

const FULL = 24; // settled blocks of a part
const EACH_KIND = "# a\n\nb *c* **d** `e` [f](g) https://h [1]\n\n- i\n- [ ] j\n\n1. k\n\n> l\n\n| m |\n|---|\n| n |\n\n---\n\n```js\no\n```\n";

export class MarkdownView {
  #markdown = new IncrementalMarkdown();
  /** @type {page.Tree[]} */
  #moving = [];
  /** @type {HTMLElement} */
  #part; // the last one
  #size = 0; // characters of the settled blocks in it
  #taken = 0;
  #closed = false;

  /** @param {HTMLElement} element */
  constructor(element) {
    this.element = element;
    this.#part = element.appendChild(part());
  }

  /** How many characters are shown. */
  get shown() {
    return this.#taken;
  }

  /**
   * Show `text`, which begins with what was shown before. `open`: more is to come. `most`: how many characters more are
   * shown.
   * @param {string} text
   * @param {{open?: boolean, most?: number}} [given]
   */
  show(text, { open = true, most = Infinity } = {}) {
    const end = Math.min(text.length, this.#taken + most);
    const isLast = !open && end === text.length;
    if (this.#closed || (end === this.#taken && !isLast)) return;
    this.#closed = isLast;
    foreseeMaths(text.slice(Math.max(0, this.#taken - 1), end));
    const { settled, moving } = this.#markdown.add(text.slice(this.#taken, end), { open: !isLast });
    this.#taken = end;
    this.#put(settled, moving);
  }

  /**
   * @param {page.Tree[]} settled
   * @param {page.Tree[]} moving
   */
  #put(settled, moving) {
    const from = this.#part.childNodes.length - this.#moving.length;
    const room = Math.max(this.#room(settled, from), this.#moving.length); // what is shown already stays where it is
    const trees = settled.length > room ? settled.slice(0, room) : [...settled, ...moving];
    patch(this.#part, this.#moving, trees, from);
    this.#moving = settled.length > room ? [] : moving;
    if (from + settled.length >= FULL || this.#size >= LARGE) this.#begin();
    if (settled.length > room) this.#put(settled.slice(room), moving);
  }

  /**
   * How many of the blocks the part takes until it is full.
   * @param {page.Tree[]} blocks
   * @param {number} from
   */
  #room(blocks, from) {
    let taken = 0;
    for (; taken < blocks.length && from + taken < FULL && this.#size < LARGE; taken += 1) this.#size += lengthOf(blocks[taken]);
    return taken;
  }

  /** Begin a part with what is not settled. */
  #begin() {
    const last = [...this.#part.childNodes].slice(this.#part.childNodes.length - this.#moving.length);
    this.#part = this.element.appendChild(part(last));
    this.#size = 0;
  }
}

/** Show one of each kind where nobody sees it: what reads Markdown is compiled by then, and the first words wait for nothing. */
export function prepareMarkdown() {
  const view = new MarkdownView(h("div"));
  view.show(EACH_KIND);
  view.show(EACH_KIND, { open: false });
  return view.element;
}

/** @param {Node[]} [blocks] */
const part = (blocks = []) => h("div", { class: "part" }, blocks);

/**
 * A text that is complete, as elements.
 * @param {string} text
 */
export function rendered(text) {
  const whole = h("div");
  new MarkdownView(whole).show(text, { open: false });
  return [...whole.children].filter((each) => each.firstChild);
}
