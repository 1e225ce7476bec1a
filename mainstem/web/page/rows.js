// What a run did, one line a thing: each kind makes an element and knows how to bring it up to date.

import { callArguments, count, json, many, oneLine, place, seconds, words } from "./format.js";
import { grow, h, say } from "./dom.js";
import { isQuiet, stepWords, workWords } from "./run_summary.js";

const ICONS = { ok: "✓", doubted: "!", error: "✕", timeout: "✕", stopped: "■", rejected: "✕", running: "", writing: "" };
/** @type {Partial<Record<page.CallRow["state"], string>>} */
const STATES = { error: "failed", timeout: "took too long", stopped: "stopped", rejected: "rejected" };

/**
 * The maker for each kind of row: `(row, help) → {element, update(row, now)}`.
 * @type {page.Makers}
 */
export const MAKERS = { step, work, call, aside, remark, data };

/**
 * @param {string} kind
 * @param {page.Row} row
 * @param {page.Child[]} parts
 */
function line(kind, row, ...parts) {
  const element = h("li", { class: `row ${kind}` }, ...parts);
  element.style.setProperty("--depth", String(row.depth));
  return element;
}

/** A progress bar with its words; hidden while there is nothing to show. */
function meter() {
  const bar = h("progress", { hidden: true });
  const note = h("span", { class: "note" });
  /** @param {events.Progress | null | undefined} progress */
  const show = (progress) => {
    bar.hidden = !progress?.total;
    if (!progress) return say(note, "");
    const unit = progress.unit ? ` ${progress.unit}` : "";
    const of = progress.total === undefined ? "" : ` of ${count(progress.total)}`;
    say(note, `${oneLine(progress.label, 60)} · ${count(progress.done)}${of}${unit}`);
    if (!progress.total) return;
    bar.max = progress.total;
    bar.value = Math.min(progress.done, progress.total);
    bar.setAttribute("aria-label", oneLine(progress.label, 60));
  };
  return { bar, note, show };
}

/**
 * @param {page.StepRow} row
 * @returns {page.Shown}
 */
function step(row) {
  const [icon, name, time] = [h("span", { class: "icon" }), h("span", { class: "name" }), h("span", { class: "time" })];
  const { bar, note, show } = meter();
  const inside = h("div", { class: "inside" }, ...rawName("Step of the graph", row.node));
  const element = line("step", row, h("details", {}, h("summary", {}, icon, name, bar, note, time), inside));
  const update = (/** @type {number} */ now) => {
    const state = row.error ? "error" : row.stopped ? "stopped" : !row.ended ? "running" : row.doubted ? "doubted" : "ok";
    element.dataset.state = state;
    say(icon, ICONS[state]);
    say(name, stepWords(row));
    element.toggleAttribute("data-quiet", isQuiet(row, now));
    show(row.ended ? null : row.progress);
    if (row.error) say(note, oneLine(row.error.message, 300));
    say(time, seconds(row.ended ? row.seconds : now - row.at));
  };
  return { element, update };
}

/**
 * What the graph itself calls something: for who wants to know, behind a click.
 * @param {string} title
 * @param {string} name
 */
export const rawName = (title, name) => [h("h3", {}, title), h("p", {}, h("code", {}, name))];

/**
 * @param {page.WorkRow} row
 * @returns {page.Shown}
 */
function work(row) {
  const [icon, name, { bar, note, show }] = [h("span", { class: "icon" }), h("span", { class: "name" }), meter()];
  const element = line("indexing", row, icon, name, bar, note);
  const update = () => {
    const state = row.stopped ? "stopped" : row.ended ? "ok" : "running";
    element.dataset.state = state;
    say(icon, ICONS[state]);
    say(name, workWords(row));
    show(row.progress);
    bar.hidden ||= row.ended;
    if (row.ended) say(note, `${count(row.progress.done)} ${row.progress.unit ?? ""}`); // the last label is not all there was
  };
  return { element, update };
}

/**
 * @param {page.CallRow} row
 * @param {page.Help} help
 * @returns {page.Shown}
 */
function call(row, help) {
  const [icon, name, time] = [h("span", { class: "icon" }), h("span", { class: "name" }, words(row.name)), h("span", { class: "time" })];
  const [given, { bar, note, show }] = [h("span", { class: "given" }), meter()];
  const [written, inside] = [h("pre", { class: "written", "aria-hidden": "true" }), h("div", { class: "inside" })];
  const details = h("details", {}, h("summary", {}, icon, name, given, bar, note, time), inside);
  const element = line("call", row, details, written);
  const filled = () => details.open && inside.replaceChildren(...callInside(row, help));
  details.addEventListener("toggle", filled);
  const update = (/** @type {number} */ now) => {
    element.dataset.state = row.state;
    say(icon, ICONS[row.state]);
    const live = beingWritten(row);
    written.hidden = !live;
    if (live) growDown(written, live);
    say(given, row.state === "writing" ? (live ? "" : row.text) : callArguments(row.args));
    show(row.state === "running" ? row.progress : null);
    if (row.state !== "running" && row.state !== "writing") say(note, outcome(row));
    say(time, seconds(row.state === "running" ? now - row.at : row.seconds));
    filled();
  };
  return { element, update };
}

/**
 * @param {Element} element
 * @param {string} text
 */
function growDown(element, text) {
  grow(element, text);
  element.scrollTop = element.scrollHeight;
}

/**
 * What grows while a call is written or runs: its arguments where they are long, then its output.
 * @param {page.CallRow} row
 */
function beingWritten(row) {
  if (row.state === "writing") return row.text.length < 60 ? "" : row.text;
  return row.state === "running" ? row.output : "";
}

/** @param {page.CallRow} row */
const outcome = (row) => [STATES[row.state], oneLine(row.summary ?? "", 100)].filter(Boolean).join(": ");

/**
 * @param {page.CallRow} row
 * @param {page.Help} help
 */
function* callInside(row, help) {
  yield* rawName("Tool", row.name);
  yield h("h3", {}, "Arguments");
  yield h("pre", { tabindex: "0" }, row.args ? json(row.args) : row.text);
  if (row.output) yield* [h("h3", {}, "Output"), h("pre", { tabindex: "0" }, row.output)];
  if (row.summary) yield* [h("h3", {}, "Result"), h("p", {}, row.summary)];
  const { passages } = /** @type {{passages?: page.Passage[]}} */ (row.artifact ?? {});
  if (Array.isArray(passages)) yield h("ul", { class: "passages" }, passages.slice(0, 20).map((found) => passage(found, help)));
  else if (row.artifact !== undefined && row.artifact !== null) yield folded("Returned", row.artifact);
}

/**
 * @param {page.Passage} found
 * @param {page.Help} help
 */
function passage(found, help) {
  const where = [found.heading, place(found)].filter(Boolean).join(", ");
  const locator = { page: found.page, line: found.line, start: found.start, end: found.end };
  const open = () => help.open({ document: found.document, locator, quote: found.text, marker: `[${found.n ?? "·"}]` });
  return h("li", {}, h("button", { type: "button", class: "plain", onclick: open }, `${found.document}`), where && ` ${where}`);
}

/**
 * Any value as folded JSON; made when it is unfolded.
 * @param {string} title
 * @param {unknown} value
 */
export function folded(title, value) {
  const body = h("pre", { tabindex: "0" });
  const fill = () => body.firstChild ?? body.append(json(value));
  return h("details", { class: "folded", ontoggle: fill }, h("summary", {}, `${title} `, h("code", {}, oneLine(JSON.stringify(value) ?? "", 80))), body);
}

/**
 * @param {page.AsideRow} row
 * @returns {page.Shown}
 */
function aside(row) {
  const [title, body] = [h("span", { class: "name" }), h("pre", { class: "thoughts", tabindex: "0" })];
  const note = h("span", { class: "note" });
  const details = h("details", { ontoggle: () => details.open && grow(body, row.text) }, h("summary", {}, h("span", { class: "icon" }, "…"), title, note), body);
  const element = line("aside", row, details);
  const update = () => {
    element.dataset.state = row.ended ? "ok" : "running";
    const named = row.about === "reasoning" ? reasoned(row) : "Words on the way";
    say(title, named);
    say(note, row.ended ? "" : oneLine(row.text.slice(-90), 90));
    if (details.open) grow(body, row.text);
  };
  return { element, update };
}

/** @param {page.AsideRow} row */
function reasoned({ ended, seconds: took = 0 }) {
  if (!ended) return "Reasoning";
  return took > 0.5 ? `Reasoned for ${seconds(took)}` : "Reasoned";
}

/**
 * @param {page.RemarkRow} row
 * @returns {page.Shown}
 */
function remark(row) {
  const { kind, rule, text } = row.notice;
  const said = text || words(kind);
  return { element: line("remark", row, h("span", { class: "icon" }, "!"), h("span", { class: "name", title: `${kind}: ${rule ?? ""}` }, said)), update() {} };
}

/**
 * @param {page.DataRow} row
 * @returns {page.Shown}
 */
function data(row) {
  const [title, list] = [h("span", { class: "name" }), h("ul", { class: "pieces" })];
  const fill = () => details.open && list.replaceChildren(...row.pieces.map((piece) => h("li", {}, folded(piece.node ?? piece.mode, piece.data))));
  const details = h("details", { ontoggle: fill }, h("summary", {}, h("span", { class: "icon" }, "·"), title), list);
  const update = () => {
    say(title, `${many(row.count, "piece")} of the graph's own data`);
    fill();
  };
  return { element: line("data", row, details), update };
}
