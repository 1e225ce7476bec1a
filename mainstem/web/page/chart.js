// From a tool's result to a table, and from a table to a chart that says it at a glance. Trees as in markdown_tree.js; no DOM.

import { number, oneLine } from "./format.js";

const MOST_BARS = 40;
const MOST_POINTS = 2000;
const MOST_SERIES = 3;
const BAR = 26; // height of a bar with its gap
const HIGH = 220; // height of a line chart

/** The table in an artifact: `{columns, rows, truncated}`. Null when there is none. */
export function tableOf(artifact) {
  if (Array.isArray(artifact?.columns) && Array.isArray(artifact.rows) && artifact.rows.every(Array.isArray)) {
    const columns = artifact.columns.map((column) => String(column?.name ?? column));
    return { columns, rows: artifact.rows, truncated: Boolean(artifact.truncated) };
  }
  return Array.isArray(artifact) && artifact.length && artifact.every(isRecord) ? ofRecords(artifact) : null;
}

function ofRecords(records) {
  const columns = [...new Set(records.flatMap(Object.keys))];
  return { columns, rows: records.map((record) => columns.map((name) => record[name] ?? null)), truncated: false };
}

const isRecord = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

/** Which chart says this table: `{kind: "bar" | "line", label, values}` by column number. Null when none does. */
export function chosen({ columns, rows }) {
  if (rows.length < 2) return null;
  const numeric = columns.map((_, index) => index).filter((index) => isNumeric(rows, index));
  const ordered = columns.findIndex((_, index) => rows.length > 3 && isOrdered(rows, index));
  const label = ordered >= 0 ? ordered : columns.findIndex((_, index) => !numeric.includes(index));
  const values = numeric.filter((index) => index !== label).slice(0, MOST_SERIES);
  if (label < 0 || !values.length) return null;
  if (label === ordered && rows.length <= MOST_POINTS) return { kind: "line", label, values };
  return rows.length <= MOST_BARS ? { kind: "bar", label, values: values.slice(0, 1) } : null;
}

function isNumeric(rows, index) {
  const given = rows.map((row) => row[index]).filter((value) => value !== null && value !== undefined);
  return given.length > 0 && given.every((value) => typeof value === "number" && Number.isFinite(value));
}

/** Whether a column is what things go along: dates or years, upwards. */
function isOrdered(rows, index) {
  const steps = rows.map((row) => moment(row[index]));
  return steps.every((step, at) => step !== null && (at === 0 || step > steps[at - 1]));
}

function moment(value) {
  if (typeof value === "number") return Number.isInteger(value) && value > 1000 && value < 3000 ? value : null;
  if (typeof value !== "string" || !/^\d{4}(-\d{2}(-\d{2})?)?([T ]|$)/.test(value)) return null;
  const time = Date.parse(value);
  return Number.isNaN(time) ? null : time;
}

/** The chart as an SVG tree, `width` pixels wide. */
export function drawn(table, choice, width) {
  const said = table.columns[choice.values[0]];
  const title = `${choice.values.map((index) => table.columns[index]).join(", ")} by ${table.columns[choice.label]}`;
  const [height, marks] = choice.kind === "bar" ? bars(table, choice, width) : lines(table, choice, width);
  const attrs = { viewBox: `0 0 ${width} ${height}`, width: String(width), height: String(height), role: "img", class: "chart" };
  return svg("svg", { ...attrs, "aria-label": `Chart: ${title || said}` }, marks);
}

const svg = (tag, attrs, children = []) => ({ tag, attrs, children, svg: true });
const text = (x, y, words, more = {}) => svg("text", { x, y, ...more }, [words]);
const around = (value) => String(Math.round(value * 10) / 10);

function bars({ rows }, { label, values: [value] }, width) {
  const names = Math.min(Math.max(...rows.map((row) => String(row[label] ?? "").length)) * 7.5 + 10, width * 0.38);
  const numbers = rows.map((row) => row[value] ?? 0);
  const room = width - names - 70;
  const low = Math.min(0, ...numbers);
  const scale = room / (Math.max(0, ...numbers) - low || 1);
  const bar = (row, index) => {
    const y = index * BAR + 4;
    const x = names + (Math.min(0, numbers[index]) - low) * scale;
    const long = Math.max(1, Math.abs(numbers[index]) * scale);
    const name = oneLine(String(row[label] ?? ""), Math.floor(names / 7.5));
    return svg("g", {}, [
      text(around(names - 8), y + 13, name, { "text-anchor": "end", class: "label" }),
      svg("rect", { x: around(x), y, width: around(long), height: BAR - 8, rx: "3", class: "series-0" }),
      text(around(x + long + 6), y + 13, row[value] === null ? "–" : number(numbers[index]), { class: "value" }),
    ]);
  };
  return [rows.length * BAR + 4, rows.map(bar)];
}

function lines({ columns, rows }, { label, values }, width) {
  const all = values.flatMap((index) => rows.map((row) => row[index])).filter((value) => value !== null);
  const [low, high] = span(all);
  const left = Math.max(number(low).length, number(high).length) * 7 + 14;
  const along = (index) => left + (index / (rows.length - 1)) * (width - left - 14);
  const up = (value) => HIGH - 28 - ((value - low) / (high - low)) * (HIGH - 48);
  const marks = [low, (low + high) / 2, high].map((value) => grid(value, up(value), left, width));
  for (const [series, index] of values.entries()) marks.push(line(rows, index, along, up, series));
  marks.push(text(left, HIGH - 6, oneLine(String(rows[0][label]), 20), { class: "label" }));
  marks.push(text(width - 14, HIGH - 6, oneLine(String(rows.at(-1)[label]), 20), { class: "label", "text-anchor": "end" }));
  if (values.length > 1) marks.push(...values.map((index, series) => legend(columns[index], series, left)));
  return [HIGH, marks];
}

function span(values) {
  const least = Math.min(...values);
  const most = Math.max(...values);
  const low = least > 0 && least < (most - least) * 2 ? 0 : least; // the ground is zero where that does not flatten it
  return low === most ? [low - 1, most + 1] : [low, most];
}

function grid(value, y, left, width) {
  return svg("g", {}, [
    svg("line", { x1: left, x2: width - 14, y1: around(y), y2: around(y), class: "grid" }),
    text(left - 6, around(y + 4), number(Math.round(value * 100) / 100), { class: "label", "text-anchor": "end" }),
  ]);
}

function line(rows, index, along, up, series) {
  const points = rows.flatMap((row, at) => (row[index] === null ? [] : [`${around(along(at))},${around(up(row[index]))}`]));
  return svg("polyline", { points: points.join(" "), class: `line-${series}`, fill: "none" });
}

const legend = (name, series, left) => text(left + 8 + series * 110, 12, `● ${oneLine(name, 14)}`, { class: `legend-${series}` });
