// The blocks of Markdown: headings, lists, tables, code, quotes. Text in, trees out (see inline.js); no DOM.

import { inline } from "./inline.js";

const DEEPEST = 8; // quotes and lists inside one another; deeper is left as it is written
const FENCE = /^ {0,3}(`{3,}|~{3,})[ \t]*([^`]*)$/;
const HEADING = /^ {0,3}(#{1,6})(?:[ \t]+(.*))?$/;
const RULE = /^ {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$/;
const QUOTE = /^ {0,3}> ?/;
const ITEM = /^( *)([-*+]|\d{1,9}[.)])(?:( +)(.*)|)$/;
const DIVIDER = /^ {0,3}\|?[ \t]*:?-+:?[ \t]*(\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/;
const BLANK = /^[ \t]*$/;

/**
 * The blocks of a text, each `{start, tree}` with the place where it begins.
 * `open`: more is to come, so the last block is shown as far as it is clear.
 */
export function blocks(text, { open = false, depth = 0 } = {}) {
  const reader = new Reader(text, open, depth);
  const found = [];
  while (reader.skip()) {
    const start = reader.starts[reader.at];
    found.push({ start, tree: reader.block() });
  }
  return found;
}

/** A text that grows. What is settled is parsed once; only its end is parsed again. */
export class Growing {
  #tail = "";

  /** Takes the next words: the trees that are now settled, and those of the end that may still change. */
  add(text, { open = true } = {}) {
    this.#tail += text;
    const found = blocks(this.#tail, { open });
    const trees = found.map((block) => block.tree);
    const moving = open ? this.#moving(found) : 0;
    const first = found.length - moving;
    if (moving) this.#tail = this.#tail.slice(found[first].start);
    return { settled: trees.slice(0, first), moving: trees.slice(first) };
  }

  /** How many blocks at the end may still change: a line that is not whole may yet belong to the block before it. */
  #moving(found) {
    const last = found.at(-1);
    const half = last && !this.#tail.includes("\n", last.start);
    return Math.min(found.length, half ? 2 : 1);
  }
}

class Reader {
  constructor(text, open, depth) {
    this.lines = text.split("\n");
    this.open = open;
    this.depth = depth;
    this.at = 0;
    this.starts = [];
    let start = 0;
    for (const [index, line] of this.lines.entries()) {
      this.starts.push(start);
      start += line.length + 1;
      if (line.endsWith("\r")) this.lines[index] = line.slice(0, -1);
      if (line.includes("\t")) this.lines[index] = this.lines[index].replace(/^\t+/, (tabs) => "    ".repeat(tabs.length));
    }
  }

  skip() {
    while (this.at < this.lines.length && BLANK.test(this.lines[this.at])) this.at += 1;
    return this.at < this.lines.length;
  }

  block() {
    const line = this.lines[this.at];
    if (FENCE.test(line)) return this.fence(FENCE.exec(line));
    if (HEADING.test(line)) return this.heading(HEADING.exec(line));
    if (RULE.test(line)) return this.rule();
    if (this.depth < DEEPEST && QUOTE.test(line)) return this.quote();
    if (this.depth < DEEPEST && ITEM.test(line)) return this.list();
    if (this.isTable()) return this.table();
    return this.paragraph();
  }

  /** Whether what is read now is the end of a text that still grows. */
  get last() {
    return this.open && this.at >= this.lines.length;
  }

  inline(text) {
    return inline(text, { open: this.last });
  }

  inside(lines) {
    return blocks(lines.join("\n"), { open: this.last, depth: this.depth + 1 }).map((block) => block.tree);
  }

  fence([, mark, info]) {
    const end = new RegExp(`^ {0,3}${mark[0]}{${mark.length},}[ \\t]*$`);
    const begin = (this.at += 1);
    while (this.at < this.lines.length && !end.test(this.lines[this.at])) this.at += 1;
    const code = this.lines.slice(begin, this.at).join("\n");
    this.at += 1;
    const language = /^[\w+#.-]{1,20}/.exec(info)?.[0];
    const attrs = { tabindex: "0", ...(language && { "data-language": language }) };
    return { tag: "pre", attrs, children: [{ tag: "code", children: [code] }] };
  }

  heading([, marks, words = ""]) {
    this.at += 1;
    const tag = `h${Math.min(6, marks.length + 2)}`; // the page has h1, a question h2
    return { tag, children: this.inline(words.replace(/(^|[ \t])#+[ \t]*$/, "").trim()) };
  }

  rule() {
    this.at += 1;
    return { tag: "hr", children: [] };
  }

  quote() {
    const lines = [];
    while (this.at < this.lines.length && !BLANK.test(this.lines[this.at])) {
      if (!QUOTE.test(this.lines[this.at]) && this.begins(this.lines[this.at])) break;
      lines.push(this.lines[this.at].replace(QUOTE, ""));
      this.at += 1;
    }
    return { tag: "blockquote", children: this.inside(lines) };
  }

  list() {
    const first = ITEM.exec(this.lines[this.at]);
    const ordered = /\d/.test(first[2]);
    const items = [];
    while (this.at < this.lines.length && this.continues(first)) items.push(this.item());
    const start = ordered ? Number.parseInt(first[2], 10) : 1;
    return { tag: ordered ? "ol" : "ul", ...(start !== 1 && { attrs: { start: String(start) } }), children: items };
  }

  continues(first) {
    const next = ITEM.exec(this.lines[this.at]);
    return next !== null && !RULE.test(this.lines[this.at]) && next[2].at(-1) === first[2].at(-1);
  }

  item() {
    const [, indent, mark, gap = " ", rest = ""] = ITEM.exec(this.lines[this.at]);
    const width = indent.length + mark.length + Math.min(gap.length, 4);
    const lines = [rest];
    let after = (this.at += 1);
    for (; this.at < this.lines.length && this.belongs(width, after); this.at += 1) {
      const line = this.lines[this.at];
      lines.push(BLANK.test(line) ? "" : line.slice(Math.min(width, line.search(/\S/))));
      if (!BLANK.test(line)) after = this.at + 1;
    }
    while (lines.length > 1 && lines.at(-1) === "") lines.pop();
    return { tag: "li", children: tight(this.inside(lines)) };
  }

  /** Whether this line goes on with an item whose words stand at `width`; `after`: the line behind its last words. */
  belongs(width, after) {
    const line = this.lines[this.at];
    if (BLANK.test(line)) return true;
    if (line.search(/\S/) >= Math.min(width, 2) && !(ITEM.test(line) && line.search(/\S/) < width)) return true;
    return this.at === after && !this.begins(line);
  }

  begins(line) {
    return FENCE.test(line) || HEADING.test(line) || RULE.test(line) || QUOTE.test(line) || ITEM.test(line);
  }

  isTable() {
    const next = this.lines[this.at + 1];
    if (next === undefined || !this.lines[this.at].includes("|") || !DIVIDER.test(next)) return false;
    return cells(next).length === cells(this.lines[this.at]).length;
  }

  table() {
    const align = cells(this.lines[this.at + 1]).map(alignment);
    const head = this.row("th", this.lines[this.at], align);
    const rows = [];
    for (this.at += 2; this.at < this.lines.length && this.lines[this.at].includes("|"); this.at += 1) {
      rows.push(this.row("td", this.lines[this.at], align));
    }
    const table = { tag: "table", children: [{ tag: "thead", children: [head] }, { tag: "tbody", children: rows }] };
    return { tag: "div", attrs: { class: "scroll", tabindex: "0" }, children: [table] };
  }

  row(tag, line, align) {
    const given = cells(line);
    const cell = (side, index) => {
      const attrs = side ? { class: side } : undefined;
      return { tag, attrs, children: inline(given[index] ?? "", { open: this.open }) };
    };
    return { tag: "tr", children: align.map(cell) };
  }

  paragraph() {
    const lines = [this.lines[this.at].trimStart()];
    this.at += 1;
    while (this.at < this.lines.length && !BLANK.test(this.lines[this.at]) && !this.interrupts()) {
      lines.push(this.lines[this.at].trimStart());
      this.at += 1;
    }
    return { tag: "p", children: this.inline(lines.join("\n").replace(/\s+$/, "")) };
  }

  interrupts() {
    const line = this.lines[this.at];
    if (this.isTable()) return true;
    return this.begins(line) && !/^ *\d*[2-9][.)]/.test(line) && !(ITEM.test(line) && this.depth >= DEEPEST);
  }
}

/** An item's only paragraph needs no paragraph around it. */
function tight(trees) {
  const paragraphs = trees.filter((tree) => tree.tag === "p").length;
  if (trees[0]?.tag !== "p" || paragraphs > 1) return trees;
  return [...trees[0].children, ...trees.slice(1)];
}

/** A row's cells; a bar behind a backslash or in code is text. */
function cells(line) {
  const found = line.trim().replace(/^\|/, "").match(/(?:\\.|`[^`]*`|[^|\\`]|[\\`])*(?:\||$)/g) ?? [];
  const texts = found.map((cell) => cell.replace(/\|$/, "").trim().replaceAll("\\|", "|"));
  if (texts.at(-1) === "" && texts.length > 1) texts.pop();
  return texts;
}

function alignment(cell) {
  if (/^:-+:$/.test(cell)) return "center";
  return cell.endsWith(":") ? "right" : "";
}
