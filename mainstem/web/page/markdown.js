// Markdown that grows: what is settled is parsed once, only its end is parsed again. Text in, trees out; no DOM.

import { joined, LARGE, pieces } from "./block_pieces.js";
import { parse } from "./markdown_parser.js";
import { blocksOf, isList, isParagraph } from "./markdown_tree.js";
import { settledEnd } from "./settled_words.js";

/**
 * The blocks of a text, each `{line, last, tree}` with the line where it begins and, of a list, where its last item does.
 * `open`: more is to come, so the last block is shown as far as it is clear.
 * @param {string} text
 * @param {import("./markdown_parser.js").Reading & {kept?: page.Words}} [given]
 * @returns {page.Block[]}
 */
export function blocks(text, { kept = new Map(), ...reading } = {}) {
  return blocksOf(parse(text, reading), kept);
}

const LONG = 2000; // characters of a block from which what is settled of it is not parsed again

export class IncrementalMarkdown {
  #tail = "";
  /** @type {page.Words} */
  #known = new Map(); // the trees of words that may be parsed again
  /** @type {page.Branch | null} */
  #begun = null; // what is settled of the paragraph or the list in which the tail begins
  #line = 0; // characters of the line in which the tail begins that are settled
  /** @type {page.Tree[]} */
  #pieces = []; // of that block, before `#begun`: settled since the last words
  #returned = false; // whether the last words end with a carriage return

  /**
   * `long`, `near`: from which length a block settles in parts, and how many characters at the end of a paragraph do not;
   * `head`: how long a table's head may be; `large`: of a piece.
   * @param {{long?: number, near?: number, head?: number, large?: number}} [given]
   */
  constructor({ long = LONG, near = undefined, head = LONG, large = LARGE } = {}) {
    this.long = long;
    this.near = near;
    this.head = head;
    this.large = large;
  }

  /**
   * Takes the next words: the trees that are now settled, and those of the end that may still change.
   * @param {string} text
   * @param {{open?: boolean}} [given]
   */
  add(text, { open = true } = {}) {
    this.#take(text);
    const found = this.#blocks(open);
    const first = found.length - (open ? this.#moving(found) : 0);
    const [settled, moving] = [found.slice(0, first), found.slice(first)].map((all) => all.flatMap(({ tree }) => pieces(tree, this.large)));
    settled.unshift(...this.#pieces.splice(0));
    const from = first > 0 && moving.length ? found[first].line : 0;
    if (from) this.#begin(null, lineStart(this.#tail, from));
    if (open && first === found.length - 1) this.#settle(found[first].tree, found[first].last - from);
    return { settled, moving };
  }

  /** How many characters are parsed again with the next words. */
  get pending() {
    return this.#tail.length;
  }

  /** @param {string} text */
  #take(text) {
    const words = this.#returned && text.startsWith("\n") ? text.slice(1) : text;
    if (text) this.#returned = text.endsWith("\r");
    this.#tail += words.replace(/\r\n?/g, "\n");
  }

  /**
   * @param {page.Branch | null} begun
   * @param {number} from
   */
  #begin(begun, from) {
    const line = this.#tail.lastIndexOf("\n", from - 1) + 1;
    this.#line = begun && from ? from - line + (line ? 0 : this.#line) : 0;
    this.#begun = begun;
    this.#tail = this.#tail.slice(from);
  }

  /**
   * @param {boolean} open
   * @returns {page.Block[]}
   */
  #blocks(open) {
    /** @type {page.Words} */
    const kept = new Map();
    const found = blocks(this.#tail, { ...this.#reading, open, known: this.#known, kept });
    this.#known = kept;
    const [first, ...more] = found;
    if (!this.#begun || typeof first?.tree !== "object") return found;
    return [{ ...first, tree: { ...this.#begun, children: joined(this.#begun.children, first.tree.children) } }, ...more];
  }

  /**
   * Leave out of the tail, which is one block, what of it is settled.
   * @param {page.Tree} tree
   * @param {number} last the line where the last item of a list begins
   */
  #settle(tree, last) {
    const end = this.#tail.length < this.long ? 0 : isParagraph(tree) ? this.#wordsEnd() : isList(tree) ? this.#lastItem(last) : 0;
    const alone = end ? this.#alone(end) : null;
    if (typeof tree !== "object" || alone?.tag !== tree.tag) return;
    const { children, ...block } = this.#begun ?? { ...alone, children: [] };
    const parts = pieces({ ...block, children: joined(children, alone.children) }, this.large);
    this.#begin(/** @type {page.Branch} */ (parts.pop()), end);
    this.#pieces.push(...parts);
  }

  /**
   * The tail up to `end`, where that is one block.
   * @param {number} end
   */
  #alone(end) {
    const [alone, ...more] = blocks(this.#tail.slice(0, end).trimEnd(), this.#reading);
    if (typeof alone?.tree !== "object" || more.length) return null;
    return isParagraph(alone.tree) ? { ...alone.tree, children: joined(alone.tree.children, [" "]) } : alone.tree;
  }

  get #reading() {
    return { head: this.head, begun: this.#begun !== null };
  }

  /** Where words end that stay words: a line may be the head of a table until the line behind it is known, or it is too long. */
  #wordsEnd() {
    const end = settledEnd(this.#tail, this.near);
    const line = this.#tail.lastIndexOf("\n", end - 1) + 1;
    const isLong = end - line + (line ? 0 : this.#line) > this.head;
    return isLong || this.#tail.slice(end).split("\n").length > 2 ? end : 0;
  }

  /**
   * Where the last item begins, when its first line is there: none of those before it changes any more.
   * @param {number} line
   */
  #lastItem(line) {
    return this.#tail.split("\n").length - 1 > line ? lineStart(this.#tail, line) : 0;
  }

  /**
   * How many blocks at the end may still change: before it has two whole lines, one may yet belong to the block before it.
   * @param {page.Block[]} found
   */
  #moving(found) {
    const last = found.at(-1);
    const isSure = last && (this.#tail.split("\n").length - 1 - last.line >= 2 || this.#isLong(last));
    return Math.min(found.length, isSure ? 1 : 2);
  }

  /** @param {page.Block} block */
  #isLong({ line, tree }) {
    return isParagraph(tree) && this.#tail.length - lineStart(this.#tail, line) > this.long;
  }
}

/**
 * @param {string} text
 * @param {number} line
 */
function lineStart(text, line) {
  let start = 0;
  for (let passed = 0; passed < line; passed += 1) start = text.indexOf("\n", start) + 1;
  return start;
}
