// Markdown that grows: what is settled is parsed once, only its end is parsed again. Text in, trees out; no DOM.

import { parse } from "./markdown_parser.js";
import { blocksOf, isParagraph } from "./markdown_tree.js";
import { settledEnd } from "./settled_words.js";

/**
 * The blocks of a text, each `{line, tree}` with the line where it begins.
 * `open`: more is to come, so the last block is shown as far as it is clear.
 * @param {string} text
 * @param {{open?: boolean, known?: page.Words, kept?: page.Words}} [given]
 * @returns {page.Block[]}
 */
export function blocks(text, { open = false, known = new Map(), kept = new Map() } = {}) {
  return blocksOf(parse(text, { open, known }), kept);
}

/** @type {{text: string, children: page.Tree[]}} */
const NOTHING = { text: "", children: [] };
const LONG = 2000; // characters of a paragraph from which its settled words are not parsed again

export class IncrementalMarkdown {
  #tail = "";
  /** @type {page.Words} */
  #known = new Map(); // the trees of words that may be parsed again
  #begun = NOTHING; // what is settled of the paragraph in which the tail begins

  /**
   * `long`, `near`: from which length a paragraph's words settle, and how many at its end do not.
   * @param {{long?: number, near?: number}} [given]
   */
  constructor({ long = LONG, near = undefined } = {}) {
    this.long = long;
    this.near = near;
  }

  /**
   * Takes the next words: the trees that are now settled, and those of the end that may still change.
   * @param {string} text
   * @param {{open?: boolean}} [given]
   */
  add(text, { open = true } = {}) {
    this.#tail += text;
    const found = this.#blocks(open);
    const first = found.length - (open ? this.#moving(found) : 0);
    const trees = found.map((block) => block.tree);
    if (first > 0 && first < found.length) this.#begin(NOTHING, lineStart(this.#tail, found[first].line));
    if (open && isParagraph(trees[first]) && first === found.length - 1) this.#settle();
    return { settled: trees.slice(0, first), moving: trees.slice(first) };
  }

  /** How many characters are parsed again with the next words. */
  get pending() {
    return this.#tail.length;
  }

  /**
   * @param {{text: string, children: page.Tree[]}} begun
   * @param {number} from
   */
  #begin(begun, from) {
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
    const found = blocks(this.#tail, { open, known: this.#known, kept });
    this.#known = kept;
    const { text, children } = this.#begun;
    if (!text) return found;
    const [end, ...more] = found;
    if (end && isParagraph(end.tree)) return [{ line: 0, tree: { tag: "p", children: joined(children, end.tree.children) } }, ...more];
    this.#tail = text + this.#tail; // it became a table
    this.#begun = NOTHING;
    return this.#blocks(open);
  }

  /** Leave out of the tail what of its paragraph is settled. */
  #settle() {
    const end = this.#tail.length < this.long ? 0 : settledEnd(this.#tail, this.near);
    const [alone, ...more] = end ? blocks(this.#tail.slice(0, end - 1)) : [];
    if (!alone || !isParagraph(alone.tree) || more.length) return;
    const children = joined(joined(this.#begun.children, alone.tree.children), [" "]);
    this.#begin({ text: this.#begun.text + this.#tail.slice(0, end), children }, end);
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
 * Trees in a row; texts that meet become one.
 * @param {page.Tree[]} before
 * @param {page.Tree[]} after
 */
function joined(before, after) {
  const [last, first] = [before.at(-1), after[0]];
  if (typeof last !== "string" || typeof first !== "string") return [...before, ...after];
  return [...before.slice(0, -1), last + first, ...after.slice(1)];
}

/**
 * @param {string} text
 * @param {number} line
 */
function lineStart(text, line) {
  const breaks = /\r\n?|\n/g;
  for (let passed = 0; passed < line; passed += 1) breaks.exec(text);
  return breaks.lastIndex;
}
