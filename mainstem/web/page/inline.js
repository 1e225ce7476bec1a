// The inside of a line of Markdown: emphasis, code, links, citation marks. Text in, tree out; no DOM.
//
// A tree is a string, or {tag, attrs, children}. Tags come from this code alone, and what a model wrote only ever
// becomes text, or the address of a link that `safeUrl` let pass. Every step is linear in the text, so that no answer
// can hold up the page.

const DEEPEST = 12; // emphasis and links inside one another; deeper is left as it is written
const PLAIN = /[^\\`*_~[!<&\n]+/y;
const MARK = /\[(\d{1,4})\](?!\()/y;
const TARGET = /\(\s{0,9}<?((?:[^\s<>()]|\([^\s<>()]{0,300}\)){1,2000})>?(?:\s{1,9}(?:"[^"]{0,300}"|'[^']{0,300}'))?\s{0,9}\)/y;
const ANGLE = /<((?:https?:\/\/|mailto:)[^\s<>]{1,2000})>/y;
const BREAK = /<br ?\/?>/iy;
const ENTITY = /&(amp|lt|gt|quot|apos|nbsp|#39);/y;
const ADDRESS = /https?:\/\/[^\s<>"'`|]{1,2000}/g;
const ENTITIES = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0", "#39": "'" };
const SPACE = /\s/;
const WORD = /[\p{L}\p{N}]/u;
const PUNCTUATION = /[!-/:-@[-`{-~]/;

/** The address when it may be linked to: absolute, and http, https or mailto. Else null. */
export function safeUrl(address) {
  try {
    const url = new URL(address);
    return ["http:", "https:", "mailto:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** The trees of a text. `open`: more is to come, so what is not closed yet is shown as if it were. */
export function inline(text, { open = false, depth = 0 } = {}) {
  return new Scanner(text, open, depth).run();
}

class Scanner {
  constructor(text, open, depth) {
    this.text = text;
    this.open = open;
    this.depth = depth;
    this.at = 0;
    this.frames = [{ marker: "", children: [] }];
    this.unclosed = new Set();
  }

  run() {
    while (this.at < this.text.length) {
      const step = STEPS[this.text[this.at]];
      if (!step || !step.call(this)) this.plain();
    }
    while (this.frames.length > 1) this.leave();
    return this.frames[0].children;
  }

  match(pattern) {
    pattern.lastIndex = this.at;
    return pattern.exec(this.text);
  }

  put(node) {
    append(this.frames.at(-1).children, node);
  }

  plain() {
    const run = this.match(PLAIN)?.[0] ?? this.text[this.at];
    this.at += run.length;
    if (!run.includes("http") || this.depth > 0) return this.put(run);
    for (const node of linked(run)) this.put(node);
  }

  escape() {
    const next = this.text[this.at + 1];
    if (next === undefined || !PUNCTUATION.test(next)) return false;
    this.put(next);
    this.at += 2;
    return true;
  }

  code() {
    const ticks = /`+/y;
    const run = this.match(ticks)[0];
    const begin = this.at + run.length;
    const end = this.unclosed.has(run.length) ? -1 : closing(this.text, begin, run.length);
    if (end < 0) {
      this.unclosed.add(run.length);
      if (!this.open || begin === this.text.length) return this.literal(run);
    }
    const inside = this.text.slice(begin, end < 0 ? undefined : end).replace(/\n/g, " ");
    const padded = /^ .*[^ ].* $/.test(inside) ? inside.slice(1, -1) : inside;
    this.put({ tag: "code", children: [padded] });
    this.at = end < 0 ? this.text.length : end + run.length;
    return true;
  }

  literal(run) {
    this.put(run);
    this.at += run.length;
    return true;
  }

  bracket() {
    const mark = this.match(MARK);
    if (mark) {
      this.tie();
      this.put({ tag: "span", attrs: { class: "mark", "data-marker": mark[0] }, children: [mark[1]] });
      this.at += mark[0].length;
      return true;
    }
    return this.link(this.at, false);
  }

  /** A mark stays on the line of the words before it. */
  tie() {
    const children = this.frames.at(-1).children;
    const last = children.length - 1;
    if (typeof children[last] === "string") children[last] = children[last].replace(/ $/, "\u00a0");
  }

  image() {
    return this.text[this.at + 1] === "[" && this.link(this.at + 1, true);
  }

  /** A link, or an image's words as a link to it: nothing is ever loaded from elsewhere. */
  link(bracket, isImage) {
    const end = this.brackets().get(bracket);
    if (end === undefined || this.depth >= DEEPEST) return false;
    TARGET.lastIndex = end + 1;
    const target = TARGET.exec(this.text);
    if (!target && !(this.open && this.unfinished(end + 1))) return false;
    const label = this.text.slice(bracket + 1, end);
    const children = isImage ? [label || "image"] : inline(label, { depth: this.depth + 1 });
    this.put(anchor(target ? safeUrl(target[1]) : null, children));
    this.at = target ? TARGET.lastIndex : this.text.length;
    return true;
  }

  unfinished(at) {
    const rest = this.text.length - at < 2000 ? this.text.slice(at) : "";
    return rest[0] === "(" && !/[\s)]/.test(rest);
  }

  /** Which bracket closes which: one pass for all of them. */
  brackets() {
    this.pairs ??= paired(this.text);
    return this.pairs;
  }

  angle() {
    const found = this.match(ANGLE);
    if (found) this.put(anchor(safeUrl(found[1]), [found[1]]));
    const cut = found ?? this.match(BREAK);
    if (!cut) return false;
    if (!found) this.put({ tag: "br", children: [] });
    this.at += cut[0].length;
    return true;
  }

  entity() {
    const found = this.match(ENTITY);
    if (!found) return false;
    this.put(ENTITIES[found[1]]);
    this.at += found[0].length;
    return true;
  }

  newline() {
    const children = this.frames.at(-1).children;
    const before = children.at(-1);
    if (typeof before === "string" && /( {2,}|\\)$/.test(before)) {
      children[children.length - 1] = before.replace(/( +|\\)$/, "");
      this.put({ tag: "br", children: [] });
    }
    return this.literal("\n");
  }

  emphasis() {
    const char = this.text[this.at];
    let left = 1;
    while (this.text[this.at + left] === char) left += 1;
    const before = this.text[this.at - 1] ?? " ";
    const after = this.text[this.at + left] ?? " ";
    const opens = !SPACE.test(after) && (char === "*" || !WORD.test(before));
    const closes = !SPACE.test(before) && (char === "*" || !WORD.test(after));
    this.at += left;
    if (left > 3) return this.put(char.repeat(left)) ?? true;
    while (left > 0) left -= (closes && this.close(char, left)) || (opens && this.enter(char, left)) || this.give(char, left);
    return true;
  }

  close(char, most) {
    for (let index = this.frames.length - 1; index > 0; index -= 1) {
      const { marker } = this.frames[index];
      if (marker[0] !== char || marker.length > most) continue;
      while (this.frames.length > index + 1) this.leave(true);
      const { children } = this.frames.pop();
      this.put(children.length ? { tag: TAGS[marker], children } : marker + marker);
      return marker.length;
    }
    return 0;
  }

  enter(char, most) {
    const size = Math.min(2, most);
    if (this.frames.length > DEEPEST || !TAGS[char.repeat(size)]) return 0;
    this.frames.push({ marker: char.repeat(size), children: [] });
    return size;
  }

  give(char, left) {
    const half = this.open && this.at === this.text.length; // what it means is still to come
    if (!half) this.put(char.repeat(left));
    return left;
  }

  /** End the innermost emphasis that nothing closed: its marker was only text, or is still to be closed. */
  leave(sure = false) {
    const { marker, children } = this.frames.pop();
    if (this.open && !sure) {
      if (children.length) this.put({ tag: TAGS[marker], children });
      return;
    }
    this.put(marker);
    for (const child of children) this.put(child);
  }
}

const TAGS = { "*": "em", _: "em", "**": "strong", __: "strong", "~~": "del" };
const { escape, code, bracket, image, angle, entity, newline, emphasis } = Scanner.prototype;
const STEPS = {
  "\\": escape, "`": code, "[": bracket, "!": image, "<": angle, "&": entity, "\n": newline,
  "*": emphasis, _: emphasis, "~": emphasis,
};

function append(children, node) {
  const last = children.length - 1;
  if (typeof node === "string" && typeof children[last] === "string") children[last] += node;
  else if (node !== "") children.push(node);
}

const words = (trees) => trees.map((tree) => (typeof tree === "string" ? tree : words(tree.children))).join("");

function anchor(href, children) {
  if (href === null) return { tag: "span", children };
  const attrs = { href, title: href, target: "_blank", rel: "noopener noreferrer nofollow" };
  const host = new URL(href).host || href;
  if (!words(children).includes(host)) attrs["data-host"] = host; // words must not hide where they lead
  return { tag: "a", attrs, children };
}

function closing(text, from, length) {
  const ticks = /`+/g;
  ticks.lastIndex = from;
  for (let found = ticks.exec(text); found; found = ticks.exec(text)) {
    if (found[0].length === length) return found.index;
  }
  return -1;
}

function paired(text) {
  const pairs = new Map();
  const waiting = [];
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === "[") waiting.push(at);
    else if (text[at] === "]" && waiting.length) pairs.set(waiting.pop(), at);
  }
  return pairs;
}

function* linked(text) {
  let done = 0;
  for (const found of text.matchAll(ADDRESS)) {
    const address = trimmed(found[0]);
    yield text.slice(done, found.index);
    yield anchor(safeUrl(address), [address]);
    done = found.index + address.length;
  }
  yield text.slice(done);
}

function trimmed(address) {
  const bare = address.replace(/[.,;:!?]{1,9}$/, "");
  return bare.endsWith(")") && !bare.includes("(") ? bare.slice(0, -1) : bare;
}
