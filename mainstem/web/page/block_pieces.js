// A very long paragraph or list in pieces, one below the other: the browser passes over those that are not seen. No DOM.
//
// Where a piece ends depends on nothing behind it: those that are shown stay as they are while the block grows.

import { SENTENCE } from "./settled_words.js";

export const LARGE = 8000; // characters of a piece, about: three screens of words
const END = new RegExp(SENTENCE);

/**
 * What is shown of a block: itself, or its pieces.
 * @param {page.Tree} tree
 * @returns {page.Tree[]}
 */
export function pieces(tree, large = LARGE) {
  if (typeof tree === "string" || !["p", "ul", "ol"].includes(tree.tag) || lengthOf(tree) < large) return [tree];
  const found = tree.tag === "p" ? inSentences(tree.children, large) : inItems(tree.children, large);
  let before = 0;
  return found.map((children) => {
    const attrs = before ? attributes(tree, before) : tree.attrs;
    before += children.length;
    return { tag: tree.tag, ...(attrs && { attrs }), children };
  });
}

/**
 * @param {page.Tree} tree
 * @returns {number}
 */
export function lengthOf(tree) {
  return typeof tree === "string" ? tree.length : tree.children.reduce((sum, child) => sum + lengthOf(child), 0);
}

/**
 * The trees of `before`, then those of `after`; texts that meet become one.
 * @param {page.Tree[]} before
 * @param {page.Tree[]} after
 */
export function joined(before, after) {
  const [last, first] = [before.at(-1), after[0]];
  if (typeof last !== "string" || typeof first !== "string") return [...before, ...after];
  return [...before.slice(0, -1), last + first, ...after.slice(1)];
}

/**
 * The attributes of a piece that has so many children before it.
 * @param {page.Branch} block
 * @param {number} before
 */
function attributes({ tag, attrs }, before) {
  return { ...attrs, class: "goes-on", ...(tag === "ol" && { start: String(Number(attrs?.start ?? 1) + before) }) };
}

/**
 * @param {page.Tree[]} items
 * @param {number} large
 */
function inItems(items, large) {
  /** @type {page.Tree[][]} */
  const found = [];
  let size = large;
  for (const item of items) {
    if (size >= large) {
      found.push([]);
      size = 0;
    }
    found[found.length - 1].push(item);
    size += lengthOf(item);
  }
  return found;
}

/**
 * @param {page.Tree[]} words
 * @param {number} large
 */
function inSentences(words, large) {
  /** @type {page.Tree[][]} */
  const found = [[]];
  let size = 0;
  for (const tree of words) {
    let rest = tree;
    for (let end = sentenceEnd(rest, large - size); end && typeof rest === "string"; end = sentenceEnd(rest, large)) {
      found[found.length - 1].push(rest.slice(0, end));
      [rest, size] = [rest.slice(end), 0];
      found.push([]);
    }
    found[found.length - 1].push(rest);
    size += lengthOf(rest);
  }
  return found;
}

/**
 * Where the first sentence ends from `from` on; 0: nowhere yet.
 * @param {page.Tree} tree
 * @param {number} from
 */
function sentenceEnd(tree, from) {
  if (typeof tree !== "string" || tree.length < from) return 0;
  END.lastIndex = Math.max(0, from - 2);
  const found = END.exec(tree);
  return found ? found.index + 2 : 0;
}
