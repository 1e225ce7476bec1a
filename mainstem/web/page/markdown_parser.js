// markdown-it, set up for what models write: CommonMark with tables, strikethrough and bare links, and no HTML.
//
// Ours beside it: citation marks, `<br>`, maths that is left as it is written, and text that is still being written.

import MarkdownIt from "./vendor/markdown-it.esm.min.mjs";

/** @import { Delimiter, StateBlock, StateCore, StateInline } from "./vendor/markdown-it.esm.min.mjs" */
/** @typedef {{words: string | null, trees?: page.Tree[]}} Meta What a block of words tells markdown_tree.js. */

/**
 * How a text is read. `open`: more is to come, so its last words are read as if they were closed. `known`: trees of words.
 * `begun`: it goes on with a block that began before it, which is no table; `midway`: in the middle of a paragraph.
 * `head`: how long the line may be that is the head of a table.
 * @typedef {{open?: boolean, known?: page.Words, begun?: boolean, midway?: boolean, head?: number}} Reading
 */

const DEEPEST = 24; // levels of quotes and lists; what lies deeper is a paragraph
const HEAD = 2000; // characters of a line that may be the head of a table
const UNCLOSED = 8; // emphasis inside one another that is closed before its end has come
const NUMBERS = String.raw`\^?\d{1,4}(?:[ \t]*[,;–-][ \t]*\^?\d{1,4})*`;
const CITATION = new RegExp(String.raw`\[${NUMBERS}\](?!\()|【${NUMBERS}(?:†[^】\n]{0,80})?】`, "y");
const BREAK = /<br ?\/?>/iy;
const MATHS = /\\\(.{0,2000}?\\\)|(?<!\S)\\\[.{0,2000}?\\\]|\$\$.{1,2000}?\$\$/sy;
const HIDING = /`+[^`\n]*`+|\\\([^\n]{0,500}?\\\)/g; // a bar in here divides no cells
const STAND_IN = "\0"; // for such a bar; the parser has replaced every other one by then

/**
 * The tokens of a text.
 * @param {string} text
 * @param {Reading} [given]
 */
export function parse(text, { open = false, known = new Map(), begun = false, midway = false, head = HEAD } = {}) {
  const lines = text.replace(/\r\n?/g, "\n");
  return parser.parse(lines, { open: open && !endsBlank(lines), known, begun, midway, head });
}

const parser = new MarkdownIt({ linkify: true });
parser.disable(["code", "lheading", "reference", "html_block", "html_inline"]);
parser.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false }).add("ftp:", null).add("//", null);
parser.validateLink = () => true; // links.js judges it: what is not followed keeps its words
parser.normalizeLinkText = (address) => address;
parser.core.ruler.after("normalize", "hide_bars", (state) => {
  state.src = state.src.replace(HIDING, (found) => found.replace(/(?<!\\)\|/g, STAND_IN));
});
parser.core.ruler.after("block", "show_bars", (state) => {
  for (const token of state.tokens) token.content = token.content.replaceAll(STAND_IN, "|");
});
parser.core.ruler.at("inline", inlines);
parser.block.ruler.at("table", tableOfShortHead(parser.block.ruler.getRules("")[0]), { alt: ["paragraph"] });
parser.block.ruler.before("table", "too_deep", tooDeep);
parser.block.ruler.before("fence", "maths", mathsBlock, { alt: ["paragraph"] });
parser.inline.ruler.before("escape", "maths", maths);
parser.inline.ruler.before("link", "citation", citation);
parser.inline.ruler.at("text", upToWideMarks(parser.inline.ruler.getRules("")[0]));
parser.inline.ruler.before("autolink", "break", lineBreak);
parser.inline.ruler2.after("balance_pairs", "unclosed", closeEmphasis);

/** Emphasis with `*` also beside punctuation, as it is written in languages that put no spaces between words. */
parser.inline.State = class extends parser.inline.State {
  /**
   * @param {number} start
   * @param {boolean} canSplitWord
   */
  scanDelims(start, canSplitWord) {
    const scanned = super.scanDelims(start, canSplitWord);
    if (!canSplitWord) return scanned;
    /** @param {string | undefined} character */
    const isSpace = (character) => character === undefined || /\s/.test(character);
    const [before, after] = [this.src[start - 1], this.src[start + scanned.length]];
    return { ...scanned, can_open: !isSpace(after), can_close: !isSpace(before) };
  }
};

/** @param {string} text */
function endsBlank(text) {
  const words = text.trimEnd().length;
  return text.indexOf("\n", text.indexOf("\n", words) + 1) > words;
}

// blocks

/**
 * @param {StateBlock} state
 * @param {number} start
 * @param {number} end
 * @param {boolean} silent
 */
function tooDeep(state, start, end, silent) {
  if (state.level < DEEPEST || silent) return false;
  let line = start + 1;
  while (goesOn(state, line, end)) line += 1;
  paragraph(state, start, line, "inline");
  return true;
}

/**
 * The rule for tables: the line of a paragraph that is settled in part is no head of one, so none is that long.
 * @param {(state: StateBlock, start: number, end: number, silent: boolean) => boolean} table
 * @returns {(state: StateBlock, start: number, end: number, silent: boolean) => boolean}
 */
function tableOfShortHead(table) {
  return (state, start, end, silent) => {
    const { begun, midway, head } = /** @type {Required<Reading>} */ (state.env);
    const isSettled = start === 0 && (midway || (begun && state.level === 0));
    return !isSettled && state.eMarks[start] - state.bMarks[start] <= head && table(state, start, end, silent);
  };
}

/**
 * Maths that begins with a line of its own, up to what closes it or a blank line: no maths has one.
 * @param {StateBlock} state
 * @param {number} start
 * @param {number} end
 * @param {boolean} silent
 */
function mathsBlock(state, start, end, silent) {
  const closing = { "\\[": "\\]", $$: "$$" }[lineAt(state, start)];
  if (!closing || silent) return Boolean(closing);
  let line = start + 1;
  while (goesOn(state, line, end) && !lineAt(state, line).endsWith(closing)) line += 1;
  paragraph(state, start, goesOn(state, line, end) ? line + 1 : line, "maths");
  return true;
}

/**
 * @param {StateBlock} state
 * @param {number} line
 * @param {number} end
 */
const goesOn = (state, line, end) => line < end && !state.isEmpty(line) && state.sCount[line] >= state.blkIndent;

/**
 * @param {StateBlock} state
 * @param {number} line
 */
const lineAt = (state, line) => state.src.slice(state.bMarks[line] + state.tShift[line], state.eMarks[line]).trimEnd();

/**
 * @param {StateBlock} state
 * @param {number} start
 * @param {number} end
 * @param {string} type
 */
function paragraph(state, start, end, type) {
  state.push("paragraph_open", "p", 1).map = [start, end];
  const words = state.push(type, "", 0);
  words.map = [start, end];
  words.children = [];
  words.content = state.getLines(start, end, state.blkIndent, false).trim();
  state.push("paragraph_close", "p", -1);
  state.line = end;
}

// inside of a block

/**
 * Parses the words of each block; those whose trees are known keep them. The last words may still be open.
 * @param {StateCore} state
 */
function inlines({ tokens, md, env }) {
  const last = tokens.findLast((token) => token.nesting >= 0); // an empty item behind them ends the words before it
  for (const token of tokens) {
    if (token.type !== "inline") continue;
    const isOpen = env.open && token === last;
    const trees = isOpen ? undefined : /** @type {page.Words} */ (env.known).get(token.content);
    token.meta = { words: isOpen ? null : token.content, trees };
    token.content = trees ? "" : isOpen ? closeEnd(token.content) : token.content;
    if (!trees) md.inline.parse(token.content, md, { isOpen }, token.children ?? []);
  }
}

/**
 * @param {RegExp} pattern
 * @param {StateInline} state
 */
function match(pattern, { src, pos }) {
  pattern.lastIndex = pos;
  return pattern.exec(src)?.[0];
}

/**
 * @param {StateInline} state
 * @param {boolean} silent
 * @param {string | false | undefined} found
 * @param {string} type
 * @param {string} [content]
 */
function put(state, silent, found, type, content = "") {
  if (!found) return false;
  if (!silent) state.push(type, "", 0).content = content;
  state.pos += found.length;
  return true;
}

/**
 * The rule for plain words, which also ends before `【`, where a mark may begin.
 * @param {(state: StateInline, silent: boolean) => boolean} plain
 * @returns {(state: StateInline & {wide?: number}, silent: boolean) => boolean}
 */
function upToWideMarks(plain) {
  return (state, silent) => {
    if (state.wide === undefined || (state.wide >= 0 && state.wide < state.pos)) state.wide = state.src.indexOf("【", state.pos);
    const { posMax, wide } = state;
    if (wide >= 0 && wide < posMax) state.posMax = wide;
    const found = plain(state, silent);
    state.posMax = posMax;
    return found;
  };
}

/**
 * @param {StateInline} state
 * @param {boolean} silent
 */
function citation(state, silent) {
  const found = "[【".includes(state.src[state.pos]) && match(CITATION, state);
  if (found && !silent) state.pending = state.pending.replace(/ $/, "\u00a0"); // it stays on the line of the words before it
  return put(state, silent, found, "citation", found || "");
}

/**
 * @param {StateInline} state
 * @param {boolean} silent
 */
function lineBreak(state, silent) {
  return put(state, silent, state.src[state.pos] === "<" && match(BREAK, state), "break");
}

/**
 * @param {StateInline} state
 * @param {boolean} silent
 */
function maths(state, silent) {
  if (!"\\$".includes(state.src[state.pos])) return false;
  const found = match(MATHS, state);
  return put(state, silent, found, "maths", found);
}

// what is still being written

/**
 * The words with code and a link's address closed; emphasis at the very end is yet to say what it means.
 * @param {string} text
 */
function closeEnd(text) {
  const ticks = unclosedCode(text);
  if (ticks) return text.endsWith(ticks) ? text : `${text}${text.endsWith("`") ? " " : ""}${ticks}`;
  if (/\[[^[\]]*\]\([^\s()<>]*$/.test(text.slice(-2000))) return `${text.slice(0, text.lastIndexOf("("))}(unfinished:)`;
  return text.slice(0, -3) + text.slice(-3).replace(/(?<!\\)[*_~]+$/, "");
}

/** @param {string} text */
function unclosedCode(text) {
  let open = "";
  for (const [ticks] of text.matchAll(/\\`|`+/g)) {
    if (!open && ticks[0] === "`") open = ticks;
    else if (ticks === open) open = "";
  }
  return open;
}

/**
 * Ends emphasis that nothing has ended yet, from the inside out.
 * @param {StateInline} state
 */
function closeEmphasis(state) {
  if (!state.env.isOpen) return;
  const openers = new Map(state.delimiters.map(({ end }, index) => [end, index]));
  /** @type {Delimiter[]} */
  const unclosed = [];
  for (let index = state.delimiters.length - 1; index >= 0 && unclosed.length < UNCLOSED; index -= 1) {
    const { open, end } = state.delimiters[index];
    const opener = openers.get(index);
    if (opener !== undefined) index = opener; // what stands inside of closed emphasis stays there
    else if (open && end < 0) unclosed.push(state.delimiters[index]);
  }
  for (const opener of unclosed) close(state, opener);
}

/**
 * @param {StateInline} state
 * @param {Delimiter} opener
 */
function close(state, opener) {
  state.push("text", "", 0).content = state.tokens[opener.token].content;
  opener.end = state.delimiters.push({ ...opener, token: state.tokens.length - 1, end: -1, open: false, close: true }) - 1;
}
