// From the parser's tokens to trees: a string, or `{tag, attrs, children}`. No DOM, no HTML.
//
// Tags and attributes come from this code alone. What a model wrote only ever becomes text, or the address of a link
// that links.js let pass.

import { lineBlocks } from "./code_lines.js";
import { linkTree } from "./links.js";

/** @import { Token } from "./vendor/markdown-it.esm.min.mjs" */
/** @import { Meta } from "./markdown_parser.js" */
/** @typedef {{token: Token | null, children: page.Tree[]}} Frame */
/** @typedef {(children: page.Tree[], token: Token) => page.Tree} Make */

const DEEPEST = 48; // elements inside one another; what lies deeper is put beside
const UNDIRECTED = new Set(["pre", "hr"]);
const TASK = /^\[([ xX])\](?=\s)/;

/**
 * The blocks of a text's tokens, each with the line where it begins and those where its items or its own blocks do.
 * `kept` takes the trees of each block's words.
 * @param {Token[]} tokens
 * @param {page.Words} [kept]
 */
export function blocksOf(tokens, kept = new Map()) {
  /** @type {page.Block[]} */
  const found = [];
  /** @type {Token[]} */
  let block = [];
  let line = 0;
  for (const token of tokens) {
    if (token.level === 0 && token.nesting >= 0) [block, line] = [[], token.map?.[0] ?? line];
    block.push(token);
    if (token.level === 0 && token.nesting <= 0) for (const tree of treesOf(block, kept)) found.push({ line, starts: starts(block, line), tree: directed(tree) });
  }
  return found;
}

/**
 * @param {Token[]} block
 * @param {number} line
 */
const starts = (block, line) => block.filter(({ level, nesting }) => level === 1 && nesting >= 0).map(({ map }) => map?.[0] ?? line);

/**
 * Each block is read in the direction of its own words; code is read as it is written.
 * @param {page.Tree} tree
 * @returns {page.Tree}
 */
function directed(tree) {
  if (typeof tree === "string" || UNDIRECTED.has(tree.tag)) return tree;
  const { tag, attrs, children, ...rest } = tree;
  return { tag, attrs: { ...attrs, dir: "auto" }, children, ...rest };
}

/**
 * @param {Token[]} tokens
 * @param {page.Words} kept
 * @returns {page.Tree[]}
 */
function treesOf(tokens, kept) {
  /** @type {Frame[]} */
  const frames = [{ token: null, children: [] }];
  for (const token of tokens) {
    if (token.nesting > 0) frames.push({ token, children: [] });
    else if (token.nesting < 0 && frames.length > 1) leave(frames);
    else for (const tree of token.type === "inline" ? wordsOf(token, kept) : leaf(token, frames)) append(frames[frames.length - 1].children, tree);
  }
  while (frames.length > 1) leave(frames);
  return frames[0].children;
}

/**
 * The trees of a block's words; those that were made before are the same objects.
 * @param {Token} token
 * @param {page.Words} kept
 */
function wordsOf({ children, meta }, kept) {
  const { words, trees: known } = /** @type {Meta} */ (meta);
  const trees = known ?? treesOf(children ?? [], kept);
  if (words !== null) kept.set(words, trees);
  return trees;
}

/** @param {Frame[]} frames */
function leave(frames) {
  const isDeep = frames.length > DEEPEST;
  const { token, children } = /** @type {Frame} */ (frames.pop());
  const make = isDeep || !token ? undefined : ELEMENTS[token.type];
  for (const tree of make && token ? [make(children, token)] : children) append(frames[frames.length - 1].children, tree);
}

/**
 * @param {page.Tree[]} children
 * @param {page.Tree} tree
 */
function append(children, tree) {
  const last = children.length - 1;
  if (typeof tree === "string" && typeof children[last] === "string") children[last] += tree;
  else if (tree !== "") children.push(tree);
}

// elements

/**
 * @param {page.Tree | undefined} tree
 * @returns {tree is page.Branch}
 */
export function isParagraph(tree) {
  return typeof tree === "object" && tree.tag === "p";
}

/**
 * @param {page.Tree | undefined} tree
 * @returns {tree is page.Branch}
 */
export function isList(tree) {
  return typeof tree === "object" && ["ul", "ol"].includes(tree.tag);
}

/**
 * @param {page.Tree | undefined} tree
 * @returns {tree is page.Branch}
 */
export function isQuotation(tree) {
  return typeof tree === "object" && tree.tag === "blockquote";
}

/**
 * A table stands in what scrolls it.
 * @param {page.Tree | undefined} tree
 * @returns {boolean}
 */
export function isTable(tree) {
  return typeof tree === "object" && tree.tag === "div";
}

/** @type {(tag: string) => Make} */
const plain = (tag) => (children) => ({ tag, children });

/** @type {Record<string, Make | undefined>} */
const ELEMENTS = {
  paragraph_open: plain("p"),
  heading_open: (children, { tag }) => ({ tag: `h${Math.min(6, Number(tag[1]) + 2)}`, children }), // the page has h1, a question h2
  bullet_list_open: plain("ul"),
  ordered_list_open: (children, token) => list(children, token.attrGet("start")),
  list_item_open: item,
  blockquote_open: plain("blockquote"),
  table_open: (children) => ({ tag: "div", attrs: { class: "scroll", tabindex: "0" }, children: [{ tag: "table", children }] }),
  thead_open: plain("thead"),
  tbody_open: plain("tbody"),
  tr_open: plain("tr"),
  th_open: cell,
  td_open: cell,
  strong_open: plain("strong"),
  em_open: plain("em"),
  s_open: plain("del"),
  link_open: (children, token) => linkTree(String(token.attrGet("href")), children),
};

/**
 * @param {page.Tree[]} children
 * @param {string | number | null} start
 * @returns {page.Branch}
 */
function list(children, start) {
  return { tag: "ol", ...(start !== null && { attrs: { start: String(start) } }), children };
}

/**
 * An item's only paragraph needs no paragraph around it, however far the items stand apart: what is shown of an item
 * does not change with those behind it.
 * @param {page.Tree[]} children
 * @returns {page.Branch}
 */
function item(children) {
  const paragraphs = children.filter(isParagraph).length;
  const trees = isParagraph(children[0]) && paragraphs === 1 ? [...children[0].children, ...children.slice(1)] : children;
  const [first] = trees;
  const task = typeof first === "string" ? TASK.exec(first) : null;
  if (typeof first !== "string" || !task) return { tag: "li", children: trees };
  const box = { tag: "span", attrs: { class: "task" }, children: [task[1] === " " ? "☐" : "☑"] };
  return { tag: "li", children: [box, first.slice(task[0].length), ...trees.slice(1)] };
}

/**
 * @param {page.Tree[]} children
 * @param {Token} token
 * @returns {page.Branch}
 */
function cell(children, token) {
  const side = /(center|right)/.exec(String(token.attrGet("style") ?? ""))?.[0];
  return { tag: token.tag, attrs: side ? { class: side } : undefined, children };
}

// what holds no other elements

/** @type {Record<string, ((token: Token) => page.Tree[]) | undefined>} */
const LEAVES = {
  text: ({ content }) => [content],
  text_special: ({ content }) => [content],
  maths: ({ content }) => [content],
  softbreak: () => ["\n"],
  hardbreak: () => [{ tag: "br", children: [] }, "\n"],
  break: () => [{ tag: "br", children: [] }],
  hr: () => [{ tag: "hr", children: [] }],
  code_inline: ({ content }) => [{ tag: "code", children: [content] }],
  fence: code,
  citation: ({ content }) => [{ tag: "span", attrs: { class: "mark", "data-marker": content }, children: [content.slice(1, -1)] }],
};

/**
 * @param {Token} token
 * @param {Frame[]} frames
 * @returns {page.Tree[]}
 */
function leaf(token, frames) {
  return token.type === "image" ? [image(token, frames)] : (LEAVES[token.type]?.(token) ?? [token.content]);
}

/**
 * An image's words as a link to it: nothing is ever loaded from elsewhere.
 * @param {Token} token
 * @param {Frame[]} frames
 * @returns {page.Tree}
 */
function image(token, frames) {
  const words = token.content || "image";
  return frames.some((frame) => frame.token?.type === "link_open") ? words : linkTree(String(token.attrGet("src")), [words]);
}

/**
 * @param {Token} token
 * @returns {page.Tree[]}
 */
function code({ content, info }) {
  const language = /^[\w+#.-]{1,20}/.exec(info)?.[0];
  const attrs = { tabindex: "0", ...(language && { "data-language": language }) };
  const texts = lineBlocks([["", content.replace(/\n$/, "")]]).map(([[, text]]) => text);
  const children = texts.length > 1 ? texts.map((text) => ({ tag: "span", attrs: { class: "lines" }, children: [text] })) : texts;
  return [{ tag: "pre", attrs, children: [{ tag: "code", children }] }];
}
