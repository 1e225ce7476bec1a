// Markdown that grows: what is settled is parsed once, only its end is parsed again. Text in, trees out; no DOM.

import { parse } from "./markdown_parser.js";
import { blocksOf } from "./markdown_tree.js";

/**
 * The blocks of a text, each `{line, tree}` with the line where it begins.
 * `open`: more is to come, so the last block is shown as far as it is clear.
 */
export function blocks(text, { open = false, known = new Map(), kept = new Map() } = {}) {
  return blocksOf(parse(text, { open, known }), kept);
}

export class IncrementalMarkdown {
  #tail = "";
  #known = new Map(); // the trees of words that may be parsed again

  /** Takes the next words: the trees that are now settled, and those of the end that may still change. */
  add(text, { open = true } = {}) {
    this.#tail += text;
    const kept = new Map();
    const found = blocks(this.#tail, { open, known: this.#known, kept });
    this.#known = kept;
    const first = found.length - (open ? this.#moving(found) : 0);
    const trees = found.map((block) => block.tree);
    if (first < found.length) this.#tail = this.#tail.slice(lineStart(this.#tail, found[first].line));
    return { settled: trees.slice(0, first), moving: trees.slice(first) };
  }

  /** How many blocks at the end may still change: before it has two whole lines, one may yet belong to the block before it. */
  #moving(found) {
    const last = found.at(-1);
    const isSure = last && this.#tail.split("\n").length - 1 - last.line >= 2;
    return Math.min(found.length, isSure ? 1 : 2);
  }
}

function lineStart(text, line) {
  const breaks = /\r\n?|\n/g;
  for (let passed = 0; passed < line; passed += 1) breaks.exec(text);
  return breaks.lastIndex;
}
