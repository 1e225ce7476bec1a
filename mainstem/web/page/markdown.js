// Markdown that grows: what is settled is parsed once, only its end is parsed again. Text in, trees out; no DOM.

import { continued, LARGE, pieces } from "./block_pieces.js";
import { parse } from "./markdown_parser.js";
import { blocksOf, isList, isParagraph, isQuotation, isTable } from "./markdown_tree.js";
import { settledEnd } from "./settled_words.js";

/**
 * The blocks of a text, each `{line, starts, tree}` with the line where it begins and those where its items do.
 * `open`: more is to come, so the last block is shown as far as it is clear.
 * @param {string} text
 * @param {import("./markdown_parser.js").Reading & {kept?: page.Words}} [given]
 * @returns {page.Block[]}
 */
export function blocks(text, { kept = new Map(), ...reading } = {}) {
  return blocksOf(parse(text, reading), kept);
}

/**
 * Where of the tail what is settled ends. `again`: what the rest begins with, to be read as what it was; `midway`: it ends
 * in the middle of a paragraph.
 * @typedef {{end: number, again?: string, midway?: boolean}} Cut
 */

const QUOTED = /^ {0,3}> ?/gm;
const MARKER = 5; // characters at most that mark a line as quoted
const LONG = 2000; // characters of a block from which what is settled of it is not parsed again

export class IncrementalMarkdown {
  #tail = "";
  /** @type {page.Words} */
  #known = new Map(); // the trees of words that may be parsed again
  /** @type {page.Branch | null} */
  #begun = null; // what is settled of the block in which the tail begins
  #midway = false; // whether the tail begins in the middle of a paragraph
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
    if (from) this.#begin(null, { end: lineStart(this.#tail, from) });
    if (open && first === found.length - 1) this.#settle(found[first], from);
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
   * Leave out of the tail what is settled.
   * @param {page.Branch | null} begun
   * @param {Cut} cut
   */
  #begin(begun, { end, again = "", midway = false }) {
    const line = this.#tail.lastIndexOf("\n", end - 1) + 1;
    this.#line = midway ? end - line + (line ? 0 : this.#line) - again.length : 0;
    this.#begun = begun;
    this.#midway = midway;
    this.#tail = again + this.#tail.slice(end);
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
    return [{ ...first, tree: continued(this.#begun, first.tree, this.#midway) }, ...more];
  }

  /**
   * Leave out of the tail, which is one block, what of it is settled. `gone`: lines that left the tail since it was read.
   * @param {page.Block} block
   * @param {number} gone
   */
  #settle({ line, starts, tree }, gone) {
    const cut = this.#tail.length < this.long ? null : this.#cut(tree, [line, ...starts].map((each) => lineStart(this.#tail, each - gone)));
    const alone = cut?.end ? this.#alone(cut) : null;
    if (!cut || typeof tree !== "object" || alone?.tag !== tree.tag) return;
    const parts = pieces(this.#begun ? continued(this.#begun, alone, this.#midway) : alone, this.large);
    this.#begin(/** @type {page.Branch} */ (parts.pop()), cut);
    this.#pieces.push(...parts);
  }

  /**
   * Where of a block that begins at the first of `starts`, and its items at the others, the settled part ends.
   * @param {page.Tree} tree
   * @param {number[]} starts
   * @returns {Cut | null}
   */
  #cut(tree, starts) {
    const [start, ...items] = starts;
    const last = items.at(-1) ?? start;
    if (isParagraph(tree)) return { end: this.#wordsEnd(start), midway: true };
    if (isList(tree)) return { end: this.#lastItem(last) };
    if (isTable(tree)) return { end: this.#lastRow(), again: this.#tail.slice(start, this.#lineAfter(this.#lineAfter(start))) };
    if (!isQuotation(tree)) return null;
    const isLong = isParagraph(tree.children.at(-1)) && this.#tail.length - last > this.long;
    return isLong ? { end: this.#wordsEnd(last, MARKER), again: "> ", midway: true } : { end: items.at(-2) ?? 0 };
  }

  /**
   * The tail up to where it is settled, where that is one block.
   * @param {Cut} cut
   */
  #alone({ end, midway = false }) {
    const [alone, ...more] = blocks(this.#tail.slice(0, end).trimEnd(), this.#reading);
    if (typeof alone?.tree !== "object" || more.length) return null;
    const space = { tag: "p", children: [" "] };
    return midway ? continued(alone.tree, isParagraph(alone.tree) ? space : { tag: "blockquote", children: [space] }, true) : alone.tree;
  }

  get #reading() {
    return { head: this.head, begun: this.#begun !== null && !isTable(this.#begun), midway: this.#midway };
  }

  /**
   * Where the words of a paragraph that begins at `start` end that stay words: a line may be the head of a table until
   * the line behind it is known, or it is too long. `marker`: how many characters of a line may be none of its words.
   * @param {number} start
   */
  #wordsEnd(start, marker = 0) {
    const text = marker ? this.#tail.slice(start).replace(QUOTED, (mark) => " ".repeat(mark.length)) : this.#tail.slice(start);
    const settled = settledEnd(text, this.near);
    if (!settled) return 0;
    const end = start + settled;
    const line = this.#tail.lastIndexOf("\n", end - 1) + 1;
    const isLong = end - line + (line ? 0 : this.#line) > this.head + marker;
    return isLong || this.#tail.slice(end).split("\n").length > 2 ? end : 0;
  }

  /**
   * Where the last item begins, when its first line is there: none of those before it changes any more.
   * @param {number} start
   */
  #lastItem(start) {
    return this.#lineAfter(start) ? start : 0;
  }

  /** Where a table's last row begins. */
  #lastRow() {
    return this.#tail.trimEnd().lastIndexOf("\n") + 1;
  }

  /**
   * Where the next line begins; 0: not yet.
   * @param {number} at
   */
  #lineAfter(at) {
    return this.#tail.indexOf("\n", at) + 1;
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
