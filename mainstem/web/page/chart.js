// From a tool's result to a table, and from a table to a chart that says it at a glance. Trees as in markdown_tree.js; no DOM.

/** @typedef {Pick<page.Table, "columns" | "rows">} Rows */
/** @typedef {Pick<page.Choice, "values" | "series">} Split */

import { number, oneLine } from "./format.js";

const MOST_BARS = 40;
const MOST_POINTS = 2000;
const MOST_SERIES = 6;
const BAR = 18; // height of a bar, GROUPED where several stand together
const GROUPED = 12;
const GAP = 8;
const LEGEND = 110; // width of a name in the legend
const KEY = /^(.*[_\s])?(id|key|code|zip)$/i; // numbers that are no amounts
const HIGH = 220; // height of a line chart

/**
 * The table in an artifact: `{columns, rows, truncated}`. Null when there is none.
 * @param {unknown} artifact
 * @returns {page.Table | null}
 */
export function tableOf(artifact) {
  if (isRecord(artifact) && Array.isArray(artifact.columns) && Array.isArray(artifact.rows) && artifact.rows.every(Array.isArray)) {
    const columns = artifact.columns.map((column) => String(column?.name ?? column));
    return { columns, rows: artifact.rows, truncated: Boolean(artifact.truncated) };
  }
  return Array.isArray(artifact) && artifact.length && artifact.every(isRecord) ? ofRecords(artifact) : null;
}

/**
 * @param {Record<string, unknown>[]} records
 * @returns {page.Table}
 */
function ofRecords(records) {
  const columns = [...new Set(records.flatMap(Object.keys))];
  return { columns, rows: records.map((record) => columns.map((name) => record[name] ?? null)), truncated: false };
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
const isRecord = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

/**
 * Which chart says this table: `{kind: "bar" | "line", label, values, series?}` by column number. Null when none does:
 * also where several rows have the same label and no one column tells them apart.
 * @param {Rows} table
 * @returns {page.Choice | null}
 */
export function chosen({ columns, rows }) {
  if (rows.length < 2) return null;
  const all = columns.map((_, index) => index);
  const numeric = all.filter((index) => isNumeric(rows, index));
  const telling = all.filter((index) => !numeric.includes(index) && distinct(rows, index).length > 1);
  const time = all.find((index) => isTime(columns, rows, index));
  const label = time ?? [...telling].sort((a, b) => distinct(rows, b).length - distinct(rows, a).length)[0];
  const values = numeric.filter((index) => index !== label && !KEY.test(columns[index]));
  if (label === undefined || !values.length) return null;
  const split = splitOf(rows, label, values, telling);
  if (!split || rows.length > (time === undefined ? MOST_BARS : MOST_POINTS)) return null;
  if (time !== undefined) return { kind: "line", label, ...split };
  return { kind: "bar", label, ...split, values: split.values.slice(0, 1) };
}

/**
 * @param {unknown[][]} rows
 * @param {number} label
 * @param {number[]} values
 * @param {number[]} telling
 * @returns {Split | null}
 */
function splitOf(rows, label, values, telling) {
  const apart = distinct(rows, label).length === rows.length;
  return apart ? { values: values.slice(0, MOST_SERIES) } : bySeries(rows, label, values, telling);
}

/**
 * The one other column that tells rows of the same label apart, as `{values, series}`; null when none does.
 * @param {unknown[][]} rows
 * @param {number} label
 * @param {number[]} values
 * @param {number[]} telling
 * @returns {Split | null}
 */
function bySeries(rows, label, values, telling) {
  const others = telling.filter((index) => index !== label);
  const [series] = others;
  if (others.length !== 1 || distinct(rows, series).length > MOST_SERIES) return null;
  const pairs = new Set(rows.map((row) => JSON.stringify([row[label], row[series]])));
  return pairs.size === rows.length ? { values: values.slice(0, 1), series } : null;
}

/**
 * @param {unknown[][]} rows
 * @param {number} index
 */
const distinct = (rows, index) => [...new Set(rows.map((row) => row[index]))];

/**
 * @param {unknown[][]} rows
 * @param {number} index
 */
function isNumeric(rows, index) {
  const given = rows.map((row) => row[index]).filter((value) => value !== null && value !== undefined);
  return given.length > 0 && given.every((value) => typeof value === "number" && Number.isFinite(value));
}

/**
 * What stands in a column of numbers; null where nothing does.
 * @param {unknown[]} row
 * @param {number} index
 */
function amount(row, index) {
  return /** @type {number | null} */ (row[index] ?? null);
}

/**
 * Whether a column is what things go along: dates, or numbers that are called years or go upwards as years do.
 * @param {string[]} columns
 * @param {unknown[][]} rows
 * @param {number} index
 */
function isTime(columns, rows, index) {
  const steps = rows.map((row) => moment(row[index]));
  if (steps.includes(null) || distinct(rows, index).length < 3) return false;
  const called = typeof rows[0][index] === "string" || /year/i.test(columns[index]);
  return called || (rows.length > 3 && steps.every((step, at) => at === 0 || Number(step) > Number(steps[at - 1])));
}

/** @param {unknown} value */
function moment(value) {
  if (typeof value === "number") return Number.isInteger(value) && value > 1000 && value < 3000 ? value : null;
  if (typeof value !== "string" || !/^\d{4}(-\d{2}(-\d{2})?)?([T ]|$)/.test(value)) return null;
  const time = Date.parse(value);
  return Number.isNaN(time) ? null : time;
}

/**
 * The chart as an SVG tree, `width` pixels wide.
 * @param {Rows} table
 * @param {page.Choice} choice
 * @param {number} width
 */
export function drawn(table, choice, width) {
  const { columns } = table;
  const by = [choice.label, choice.series].filter((index) => index !== undefined).map((index) => columns[index]);
  const title = `${choice.values.map((index) => columns[index]).join(", ")} by ${by.join(" and ")}`;
  const shown = choice.series === undefined ? table : pivoted(table, choice, choice.series);
  const [label, values] = choice.series === undefined ? [choice.label, choice.values] : [0, shown.columns.map((_, at) => at).slice(1)];
  const [height, marks] = choice.kind === "bar" ? bars(shown, label, values, width) : lines(inTime(shown, label), label, values, width);
  const [above, names] = values.length > 1 ? legend(values.map((index) => shown.columns[index]), width) : [0, []];
  const attrs = { viewBox: `0 0 ${width} ${height + above}`, width: String(width), height: String(height + above), role: "img", class: "chart" };
  return svg("svg", { ...attrs, "aria-label": `Chart: ${title}` }, [...names, svg("g", { transform: `translate(0 ${above})` }, marks)]);
}

/**
 * A row a label, and a column a series.
 * @param {Rows} table
 * @param {page.Choice} choice
 * @param {number} series
 * @returns {Rows}
 */
function pivoted({ columns, rows }, { label, values: [value] }, series) {
  const names = distinct(rows, series);
  const cells = new Map(rows.map((row) => [JSON.stringify([row[label], row[series]]), row[value]]));
  /** @param {unknown} at */
  const across = (at) => [at, ...names.map((name) => cells.get(JSON.stringify([at, name])) ?? null)];
  return { columns: [columns[label], ...names.map((name) => String(name ?? "–"))], rows: distinct(rows, label).map(across) };
}

/**
 * @param {Rows} table
 * @param {number} label
 * @returns {Rows}
 */
const inTime = ({ columns, rows }, label) => ({ columns, rows: [...rows].sort((a, b) => Number(moment(a[label])) - Number(moment(b[label]))) });

/**
 * @param {string} tag
 * @param {Record<string, string | number>} attrs
 * @param {page.Tree[]} [children]
 * @returns {page.Branch}
 */
const svg = (tag, attrs, children = []) => ({ tag, attrs, children, svg: true });
/**
 * @param {string | number} x
 * @param {string | number} y
 * @param {string} words
 * @param {Record<string, string | number>} [more]
 */
const text = (x, y, words, more = {}) => svg("text", { x, y, ...more }, [words]);
/** @param {number} value */
const around = (value) => String(Math.round(value * 10) / 10);

/**
 * @param {Rows} table
 * @param {number} label
 * @param {number[]} values
 * @param {number} width
 * @returns {[number, page.Branch[]]}
 */
function bars({ rows }, label, values, width) {
  const names = Math.min(Math.max(...rows.map((row) => String(row[label] ?? "").length)) * 7.5 + 10, width * 0.38);
  const numbers = rows.flatMap((row) => values.map((value) => amount(row, value) ?? 0));
  const low = Math.min(0, ...numbers);
  const scale = (width - names - 70) / (Math.max(0, ...numbers) - low || 1);
  const high = values.length > 1 ? GROUPED : BAR;
  const step = high * values.length + GAP;
  /** @type {(value: number | null, y: number, tone: number) => page.Branch[]} */
  const bar = (value, y, tone) => {
    const x = names + (Math.min(0, value ?? 0) - low) * scale;
    const long = Math.max(1, Math.abs(value ?? 0) * scale);
    return [
      svg("rect", { x: around(x), y, width: around(long), height: high, rx: "3", class: `tone-${tone}` }),
      text(around(x + long + 6), y + high / 2 + 4, value === null ? "–" : number(value), { class: "value" }),
    ];
  };
  /** @type {(row: unknown[], index: number) => page.Branch} */
  const group = (row, index) => {
    const y = index * step + 4;
    const name = oneLine(String(row[label] ?? ""), Math.floor(names / 7.5));
    const said = text(around(names - 8), y + (high * values.length) / 2 + 4, name, { "text-anchor": "end", class: "label" });
    return svg("g", {}, [said, ...values.flatMap((value, tone) => bar(amount(row, value), y + tone * high, tone))]);
  };
  return [rows.length * step + 4, rows.map(group)];
}

/**
 * @param {Rows} table
 * @param {number} label
 * @param {number[]} values
 * @param {number} width
 * @returns {[number, page.Branch[]]}
 */
function lines({ rows }, label, values, width) {
  const all = values.flatMap((index) => rows.map((row) => amount(row, index))).filter((value) => value !== null);
  const [low, high] = span(all);
  const levels = [low, (low + high) / 2, high];
  const names = levels.map((value) => number(Math.round(value * 100) / 100));
  const left = Math.max(...names.map((name) => name.length)) * 7 + 14;
  /** @param {number} index */
  const along = (index) => left + (index / (rows.length - 1)) * (width - left - 14);
  /** @param {number} value */
  const up = (value) => HIGH - 28 - ((value - low) / (high - low)) * (HIGH - 48);
  const marks = levels.map((value, at) => grid(names[at], up(value), left, width));
  for (const [series, index] of values.entries()) marks.push(line(rows, index, along, up, series));
  const [first, last] = [rows[0], rows[rows.length - 1]].map((row) => oneLine(String(row[label]), 20));
  return [HIGH, [...marks, text(left, HIGH - 6, first, { class: "label" }), text(width - 14, HIGH - 6, last, { class: "label", "text-anchor": "end" })]];
}

/** @param {number[]} values */
function span(values) {
  const least = Math.min(...values);
  const most = Math.max(...values);
  const low = least > 0 && least < (most - least) * 2 ? 0 : least; // the ground is zero where that does not flatten it
  return low === most ? [low - 1, most + 1] : [low, most];
}

/**
 * @param {string} name
 * @param {number} y
 * @param {number} left
 * @param {number} width
 */
function grid(name, y, left, width) {
  return svg("g", {}, [
    svg("line", { x1: left, x2: width - 14, y1: around(y), y2: around(y), class: "grid" }),
    text(left - 6, around(y + 4), name, { class: "label", "text-anchor": "end" }),
  ]);
}

/**
 * @param {unknown[][]} rows
 * @param {number} index
 * @param {(index: number) => number} along
 * @param {(value: number) => number} up
 * @param {number} series
 */
function line(rows, index, along, up, series) {
  const points = rows.flatMap((row, at) => {
    const value = amount(row, index);
    return value === null ? [] : [`${around(along(at))},${around(up(value))}`];
  });
  return svg("polyline", { points: points.join(" "), class: `tone-${series}`, fill: "none" });
}

/**
 * The names of the series, as many on a line as there is room for: `[height, marks]`.
 * @param {string[]} names
 * @param {number} width
 * @returns {[number, page.Branch[]]}
 */
function legend(names, width) {
  const abreast = Math.max(1, Math.floor(width / LEGEND));
  /** @type {(at: number) => [number, number]} */
  const place = (at) => [8 + (at % abreast) * LEGEND, 12 + Math.floor(at / abreast) * 16];
  return [Math.ceil(names.length / abreast) * 16 + 4, names.map((name, at) => text(...place(at), `● ${oneLine(name, 14)}`, { class: `tone-${at}` }))];
}
