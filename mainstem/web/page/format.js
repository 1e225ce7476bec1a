// How numbers and values are said. No DOM.

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const plain = new Intl.NumberFormat("en", { maximumFractionDigits: 6 });

/** @param {number} value */
export const count = (value) => whole.format(value);

/** @param {number} value */
export const number = (value) => plain.format(value);

/**
 * `1 step`, `2 steps`.
 * @param {number} value
 * @param {string} noun
 */
export const many = (value, noun) => `${count(value)} ${noun}${value === 1 ? "" : "s"}`;

/** @param {number | null | undefined} value */
export function seconds(value) {
  if (value === undefined || value === null) return "";
  const left = Math.max(0, value);
  if (left < 0.0005) return "< 1 ms";
  if (left < 0.0995) return `${Math.round(left * 1000)} ms`;
  if (left < 9.95) return `${left.toFixed(left < 1 ? 2 : 1)} s`;
  if (left < 59.5) return `${Math.round(left)} s`;
  return `${Math.floor(left / 60)} min ${Math.round(left % 60)} s`;
}

/** @param {number | null | undefined} value */
export function cost(value) {
  if (value === undefined || value === null) return "";
  if (value === 0) return "$0";
  if (value >= 0.01) return `$${value.toFixed(value < 1 ? 3 : 2)}`;
  return `$${value.toFixed(Math.min(20, 1 - Math.floor(Math.log10(value))))}`; // toPrecision turns to 2.7e-8
}

/**
 * A name from code as people read it: `search_documents` becomes `search documents`.
 * @param {string} name
 */
export const words = (name) => String(name).replace(/[_-]+/g, " ").trim();

/** @param {string} text */
export function oneLine(text, most = 120) {
  const line = String(text).slice(0, most * 4).replace(/\s+/g, " ").trim();
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
}

/**
 * What a call was made with, in a line: the value alone where there is only one.
 * @param {Record<string, unknown> | null | undefined} args
 */
export function callArguments(args) {
  const entries = Object.entries(args ?? {});
  if (entries.length === 1 && typeof entries[0][1] === "string") return oneLine(entries[0][1]);
  return oneLine(entries.map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`).join(", "));
}

// eslint-disable-next-line no-control-regex -- they are what is looked for
const unseen = /[\0-\x08\v-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/**
 * `text` with what commands or reorders it written out: a call must not look like another one.
 * @param {string} text
 */
export const exact = (text) => String(text).replace(unseen, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** @param {unknown} value */
export const json = (value) => JSON.stringify(value, null, 2) ?? String(value);

/**
 * Where in a document: `page 3`, `line 12`, or nothing.
 * @param {{page?: number, line?: number} | undefined} locator
 */
export function place(locator) {
  if (locator?.page) return `page ${locator.page}`;
  return locator?.line ? `line ${locator.line}` : "";
}

/** @param {string} iso */
export function when(iso) {
  const then = new Date(iso);
  if (Number.isNaN(then.getTime())) return "";
  const today = new Date().toDateString() === then.toDateString();
  return today
    ? then.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })
    : then.toLocaleDateString([], { day: "numeric", month: "short" });
}
