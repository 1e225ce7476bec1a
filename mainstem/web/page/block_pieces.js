// A very long paragraph, list, table or quotation in pieces, one below the other: the browser passes over those that are not seen. No DOM.
//
// Where a piece ends depends on nothing behind it: those that are shown stay as they are while the block grows.

import { isParagraph, isTable } from "./markdown_tree.js";
import { SENTENCE } from "./settled_words.js";

export const LARGE = 8000; // characters of a piece, about: three screens of words
const CELL = 32; // characters that cost what a cell does
const DIVIDED = new Set(["p", "ul", "ol", "blockquote", "div"]);
const END = new RegExp(SENTENCE);

/**
 * What is shown of a block: itself, or its pieces. Each piece of a table has its head.
 * @param {page.Tree} tree
 * @returns {page.Tree[]}
 */
export function pieces(tree, large = LARGE) {
  if (typeof tree === "string" || !DIVIDED.has(tree.tag) || lengthOf(tree) < large) return [tree];
  const items = itemsOf(tree);
  const found = tree.tag === "p" ? inSentences(items, large) : inItems(tree.tag === "blockquote" ? items.flatMap((item) => pieces(item, large)) : items, large);
  if (found.length < 2) return [tree];
  let before = 0;
  return found.map((children) => {
    const attrs = before ? attributes(tree, before) : tree.attrs;
    before += children.length;
    return withItems({ ...tree, ...(attrs && { attrs }) }, children);
  });
}

/**
 * How many characters a tree has, about: a cell costs a browser more than its words.
 * @param {page.Tree} tree
 * @returns {number}
 */
export function lengthOf(tree) {
  if (typeof tree === "string") return tree.length;
  return tree.children.reduce((sum, child) => sum + lengthOf(child), tree.tag === "td" ? CELL : 0);
}

/**
 * A block and what goes on with it. `midway`: in the middle of its last paragraph.
 * @param {page.Branch} block
 * @param {page.Branch} rest
 * @param {boolean} midway
 * @returns {page.Branch}
 */
export function continued(block, rest, midway) {
  const [before, after] = [itemsOf(block), itemsOf(rest)];
  if (block.tag === "p") return { ...block, children: joined(before, after) };
  const [last, first] = [before.at(-1), after[0]];
  if (!midway || !isParagraph(last) || !isParagraph(first)) return withItems(block, [...before, ...after]);
  return withItems(block, [...before.slice(0, -1), continued(last, first, true), ...after.slice(1)]);
}

/**
 * What a block can be divided at: the items of a list, the rows of a table, what a quotation holds, words.
 * @param {page.Branch} block
 * @returns {page.Tree[]}
 */
function itemsOf(block) {
  if (!isTable(block)) return block.children;
  const [, body] = tableIn(block).children;
  return typeof body === "object" ? body.children : [];
}

/**
 * @param {page.Branch} block
 * @param {page.Tree[]} items
 * @returns {page.Branch}
 */
function withItems(block, items) {
  if (!isTable(block)) return { ...block, children: items };
  const table = tableIn(block);
  return { ...block, children: [{ ...table, children: [table.children[0], ...(items.length ? [{ tag: "tbody", children: items }] : [])] }] };
}

/** @param {page.Branch} block */
const tableIn = (block) => /** @type {page.Branch} */ (block.children[0]);

/**
 * The trees of `before`, then those of `after`; texts that meet become one.
 * @param {page.Tree[]} before
 * @param {page.Tree[]} after
 */
function joined(before, after) {
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
  return { ...attrs, class: tag === "div" ? "scroll goes-on" : "goes-on", ...(tag === "ol" && { start: String(Number(attrs?.start ?? 1) + before) }) };
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
