// Tables and charts that tools returned.

import { chosen, drawn, tableOf } from "./chart.js";
import { build, h } from "./dom.js";
import { many, number } from "./format.js";

const FIRST = 12; // rows shown at once
const USUAL = 700; // pixels that a chart is wide, until its place tells

/**
 * The figure for a call's artifact, or null where there is nothing to see.
 * @param {page.CallRow} row
 */
export function figure(row) {
  const table = tableOf(row.artifact);
  if (!table?.rows.length || !table.columns.length) return null;
  const views = viewsOf(table, /** @type {Record<string, unknown>} */ (row.artifact));
  const body = h("div", { class: "figure-body" });
  const tabs = views.map(([name, view]) => tab(name, () => show(name, view)));
  /** @type {(name: string, view: () => Element) => void} */
  const show = (name, view) => {
    for (const each of tabs) each.setAttribute("aria-pressed", String(each.textContent === name));
    body.replaceChildren(view());
  };
  show(...views[0]);
  return h("figure", {}, h("figcaption", {}, h("span", {}, caption(row, table)), tabs.length > 1 && h("span", { class: "tabs" }, tabs)), body);
}

/**
 * What there is to see, the first thing first.
 * @param {page.Table} table
 * @param {Record<string, unknown>} artifact
 * @returns {[string, () => Element][]}
 */
function viewsOf(table, { svg, sql, ...said }) {
  const choice = typeof svg === "string" ? null : chosen(table);
  /** @type {[string, () => Element][]} */
  const views = [["Table", () => grid(table)]];
  if (typeof svg === "string") views.unshift(["Chart", () => picture(svg, said.chart ?? said.title)]);
  if (choice) views.unshift(["Chart", () => chart(table, choice)]);
  if (typeof sql === "string") views.push(["Query", () => h("pre", { tabindex: "0" }, sql)]);
  return views;
}

/**
 * @param {string} name
 * @param {() => void} onclick
 */
const tab = (name, onclick) => h("button", { type: "button", class: "tab", onclick }, name);

/**
 * @param {page.CallRow} row
 * @param {page.Table} table
 */
const caption = (row, table) => `${titleOf(row.artifact) ?? row.args?.title ?? row.name.replace(/_/g, " ")} · ${many(table.rows.length, "row")}${table.truncated ? ", more were left out" : ""}`;

/** @param {unknown} artifact */
const titleOf = (artifact) => /** @type {{title?: unknown}} */ (artifact).title;

/**
 * A drawing that a tool made. As a picture, so that nothing in it can run or load anything, whoever made it.
 * @param {string} drawing
 * @param {unknown} about
 */
const picture = (drawing, about) => h("img", { class: "drawing", alt: about ? `Chart: ${about}` : "Chart", src: `data:image/svg+xml;charset=utf-8,${encodeURIComponent(drawing)}` });

/**
 * @param {page.Table} table
 * @param {page.Choice} choice
 */
function chart(table, choice) {
  const frame = h("div", { class: "chart-frame" }, build(drawn(table, choice, USUAL))); // as high as it will be
  const draw = () => {
    const width = Math.max(240, Math.round(frame.clientWidth));
    if (Number(frame.firstElementChild?.getAttribute("width")) !== width) frame.replaceChildren(build(drawn(table, choice, width)));
  };
  new ResizeObserver(draw).observe(frame);
  return frame;
}

/** @param {page.Table} table */
function grid({ columns, rows }) {
  const numeric = columns.map((_, index) => rows.every((row) => row[index] === null || typeof row[index] === "number"));
  /** @param {unknown[]} row */
  const line = (row) => h("tr", {}, columns.map((_, index) => h("td", { class: numeric[index] ? "right" : null }, cell(row[index]))));
  const body = h("tbody", {}, rows.slice(0, FIRST).map(line));
  const head = h("tr", {}, columns.map((name, index) => h("th", { scope: "col", class: numeric[index] ? "right" : null }, name)));
  const table = h("div", { class: "scroll", tabindex: "0" }, h("table", {}, h("thead", {}, head), body));
  if (rows.length <= FIRST) return table;
  const more = h("button", { type: "button", class: "plain", onclick: () => (body.append(...rows.slice(FIRST).map(line)), more.remove()) }, `Show all ${many(rows.length, "row")}`);
  return h("div", {}, table, more);
}

/** @param {unknown} value */
function cell(value) {
  if (value === null || value === undefined) return "";
  return typeof value === "number" ? number(value) : typeof value === "string" ? value : JSON.stringify(value);
}
