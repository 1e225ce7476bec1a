// Which pieces of code are comments, texts, numbers and keywords: enough to find one's way, in most languages. No DOM.

const LONGEST = 50_000; // characters of code that are coloured

const C_LIKE = "break case catch class const continue default do else enum export extends false final finally for function if implements import in instanceof interface let new null private protected public return static struct super switch this throw true try typeof var void while async await yield";
const KEYWORDS = {
  c: `${C_LIKE} char double float int long short signed unsigned sizeof typedef include define auto bool namespace template using virtual`,
  go: `${C_LIKE} chan defer fallthrough func go goto map nil package range select type`,
  python: "False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda match nonlocal not or pass raise return try while with yield",
  rust: `${C_LIKE} as crate dyn fn impl loop match mod move mut pub ref self trait type unsafe use where`,
  shell: "case do done elif else esac exit export fi for function if in local return then until while",
  sql: "all and as asc between by case cast create delete desc distinct drop else end exists from full group having in inner insert into is join left like limit not null offset on or order outer over partition right select set table then union update values when where with",
  data: "false null true yes no",
};
/** @type {Record<string, keyof typeof KEYWORDS>} */
const FAMILIES = { py: "python", python: "python", sh: "shell", bash: "shell", shell: "shell", zsh: "shell", console: "shell", sql: "sql", json: "data", yaml: "data", yml: "data", toml: "data", ini: "data", go: "go", rust: "rust", rs: "rust" };

const HASH = /#.*/;
const SLASH = /\/\/.*|\/\*[\s\S]*?(?:\*\/|$)/;
const DASH = /--.*|\/\*[\s\S]*?(?:\*\/|$)/;
/** @type {Record<keyof typeof KEYWORDS, RegExp>} */
const COMMENTS = { c: SLASH, go: SLASH, rust: SLASH, python: HASH, shell: /(?<=^|\s)#.*/m, sql: DASH, data: /(?<=^|\s)[#;].*/m };
const TEXTS = /"""[\s\S]*?(?:"""|$)|'''[\s\S]*?(?:'''|$)|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?|`(?:[^`\\]|\\.)*`?/;
const NUMBERS = /(?<![\w.])\d[\w.]*/;
const WORDS = /[A-Za-z_]\w*/;

/**
 * The pieces of `code` in order, each `[kind, words]`; kinds are `comment`, `text`, `number`, `keyword` and ``.
 * @param {string} code
 * @param {string} language as it is written behind the fence
 * @returns {[string, string][]}
 */
export function coloured(code, language) {
  if (!language || language === "text" || code.length > LONGEST) return [["", code]];
  const family = FAMILIES[language.toLowerCase()] ?? "c";
  const keywords = new Set(KEYWORDS[family].split(" "));
  const tokens = new RegExp(`(?<comment>${COMMENTS[family].source})|(?<text>${TEXTS.source})|(?<number>${NUMBERS.source})|(?<word>${WORDS.source})`, "gm");
  /** @type {[string, string][]} */
  const pieces = [];
  let end = 0;
  for (const { 0: words, index, groups } of code.matchAll(tokens)) {
    const kind = kindOf(groups ?? {}, keywords, family === "sql");
    if (!kind) continue;
    if (index > end) pieces.push(["", code.slice(end, index)]);
    pieces.push([kind, words]);
    end = index + words.length;
  }
  return [...pieces, ["", code.slice(end)]];
}

/**
 * @param {Record<string, string | undefined>} groups
 * @param {Set<string>} keywords
 * @param {boolean} anyCase
 */
function kindOf({ comment, text, number, word }, keywords, anyCase) {
  if (comment) return "comment";
  if (text) return "text";
  if (number) return "number";
  return word && keywords.has(anyCase ? word.toLowerCase() : word) ? "keyword" : "";
}
