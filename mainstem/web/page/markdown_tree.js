// From the parser's tokens to trees: a string, or `{tag, attrs, children}`. No DOM, no HTML.
//
// Tags and attributes come from this code alone. What a model wrote only ever becomes text, or the address of a link
// that links.js let pass.

import { linkTree } from "./links.js";

const DEEPEST = 48; // elements inside one another; what lies deeper is put beside
const TASK = /^\[([ xX])\](?=\s)/;

/** The blocks of a text's tokens, each `{line, tree}` with the line where it begins. `kept` takes the trees of each block's words. */
export function blocksOf(tokens, kept = new Map()) {
  const found = [];
  let block = [];
  let line = 0;
  for (const token of tokens) {
    if (token.level === 0 && token.nesting >= 0) [block, line] = [[], token.map?.[0] ?? line];
    block.push(token);
    if (token.level === 0 && token.nesting <= 0) for (const tree of treesOf(block, kept)) found.push({ line, tree });
  }
  return found;
}

function treesOf(tokens, kept) {
  const frames = [{ token: null, children: [] }];
  for (const token of tokens) {
    if (token.nesting > 0) frames.push({ token, children: [] });
    else if (token.nesting < 0 && frames.length > 1) leave(frames);
    else for (const tree of token.type === "inline" ? wordsOf(token, kept) : leaf(token, frames)) append(frames[frames.length - 1].children, tree);
  }
  while (frames.length > 1) leave(frames);
  return frames[0].children;
}

/** The trees of a block's words; those that were made before are the same objects. */
function wordsOf({ children, meta }, kept) {
  const trees = meta.trees ?? treesOf(children, kept);
  if (meta.words !== null) kept.set(meta.words, trees);
  return trees;
}

function leave(frames) {
  const isDeep = frames.length > DEEPEST;
  const { token, children } = frames.pop();
  const make = isDeep || token.hidden ? undefined : ELEMENTS[token.type];
  for (const tree of make ? [make(children, token)] : children) append(frames.at(-1).children, tree);
}

function append(children, tree) {
  const last = children.length - 1;
  if (typeof tree === "string" && typeof children[last] === "string") children[last] += tree;
  else if (tree !== "") children.push(tree);
}

// elements

const plain = (tag) => (children) => ({ tag, children });

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
  link_open: (children, token) => linkTree(token.attrGet("href"), children),
};

function list(children, start) {
  return { tag: "ol", ...(start !== null && { attrs: { start: String(start) } }), children };
}

/** An item's only paragraph needs no paragraph around it. */
function item(children) {
  const paragraphs = children.filter((tree) => tree.tag === "p").length;
  const trees = children[0]?.tag === "p" && paragraphs === 1 ? [...children[0].children, ...children.slice(1)] : children;
  const task = typeof trees[0] === "string" && TASK.exec(trees[0]);
  if (!task) return { tag: "li", children: trees };
  const box = { tag: "span", attrs: { class: "task" }, children: [task[1] === " " ? "☐" : "☑"] };
  return { tag: "li", children: [box, trees[0].slice(task[0].length), ...trees.slice(1)] };
}

function cell(children, token) {
  const side = /(center|right)/.exec(token.attrGet("style") ?? "")?.[0];
  return { tag: token.tag, attrs: side && { class: side }, children };
}

// what holds no other elements

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

function leaf(token, frames) {
  return token.type === "image" ? [image(token, frames)] : (LEAVES[token.type]?.(token) ?? [token.content]);
}

/** An image's words as a link to it: nothing is ever loaded from elsewhere. */
function image(token, frames) {
  const words = token.content || "image";
  return frames.some((frame) => frame.token?.type === "link_open") ? words : linkTree(token.attrGet("src"), [words]);
}

function code({ content, info }) {
  const language = /^[\w+#.-]{1,20}/.exec(info)?.[0];
  const attrs = { tabindex: "0", ...(language && { "data-language": language }) };
  return [{ tag: "pre", attrs, children: [{ tag: "code", children: [content.replace(/\n$/, "")] }] }];
}
