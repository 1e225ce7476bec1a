// What a run is doing, and what it has done, in a line. No DOM.

import { callArguments, many, oneLine, seconds, words } from "./format.js";

const QUICK = 0.5; // seconds
const QUOTING = "extractive"; // what answers where there is no model
/**
 * What a step does of which no more is known yet: our agent's, and LangGraph's own. `views/activity.py` says the same.
 * @type {Readonly<Record<string, string>>}
 */
const DOING = {
  screen: "reading the question",
  retrieve: "searching",
  call_model: "thinking",
  model: "thinking",
  run_tool: "using a tool",
  tools: "using a tool",
  verify: "checking the answer",
  compact: "shortening the conversation",
};

/**
 * What is going on, in a few words.
 * @param {page.Row[]} rows
 */
export function activity(rows) {
  const running = rows.filter(isRunning);
  const call = running.findLast((row) => row.kind === "call");
  if (call) return `${words(call.name)}${call.args ? `: ${oneLine(callArguments(call.args), 70)}` : ""}`;
  if (running.some((row) => row.kind === "speech" && row.text)) return "answering";
  if (running.some((row) => row.kind === "aside" && row.about === "reasoning")) return "reasoning";
  const step = running.findLast((row) => row.kind === "step" || row.kind === "work");
  if (step?.progress?.label) return oneLine(step.progress.label, 80);
  return step?.kind === "step" ? doing(step) : "working";
}

/**
 * What a step does, or did: `searched 8 passages`, `asked gpt-4o`; the words of its name where nothing more is known.
 * @param {page.StepRow} row
 */
export function stepWords({ node, ended, model, several, progress }) {
  if (model) return `${several ? `${words(node)} · ` : ""}${ended ? askedWords(model) : askingWords(model)}`;
  if (progress?.unit !== "passages" && progress?.unit !== "tables") return words(node);
  return ended ? foundWords(progress) : "searching";
}

/** @param {page.StepRow} row */
function doing(row) {
  return row.model || row.progress || !Object.hasOwn(DOING, row.node) ? stepWords(row) : (DOING[row.node] ?? "");
}

/**
 * What was done, in a line: `searched 8 passages · asked gpt-4o · 2 tool calls · 3.1 s`. The steps are told by number
 * where nothing says more than that.
 * @param {page.Row[]} rows
 * @param {events.RunFinished} finished
 * @param {number} gaps
 */
export function account(rows, finished, gaps) {
  const said = [...searched(rows), ...asked(rows)];
  const steps = rows.filter(({ kind }) => kind === "step").length;
  const calls = rows.filter(({ kind }) => kind === "call").length;
  if (!said.length) said.push(many(steps, "step"));
  if (calls) said.push(many(calls, "tool call"));
  if (gaps) said.push(`${many(gaps, "event")} no longer kept`);
  return [...said, seconds(finished.seconds)].filter(Boolean).join(" · ");
}

/**
 * What is done before a graph begins: its documents are indexed, as far as is known.
 * @param {page.WorkRow} row
 */
export function workWords({ ended, stopped, progress }) {
  if (progress.unit !== "files") return ended ? "prepared" : "preparing";
  return ended && !stopped ? "indexed" : "indexing";
}

/**
 * Whether a step says no more than that the graph took it: it was quick, or its calls tell what it does.
 * @param {page.StepRow} row
 * @param {number} now
 */
export function isQuiet({ at, ended, seconds: took, model, progress, error, doubted, stopped, calls }, now) {
  if (model || progress || error || doubted || stopped) return false;
  return Boolean(calls) || ((ended ? took : now - at) ?? 0) < QUICK;
}

/** @param {page.Row[]} rows */
function searched(rows) {
  const told = rows.map((row) => ("progress" in row && row.progress) || { done: 0, unit: "" });
  const found = ["passages", "tables"].map((unit) => {
    const done = told.reduce((sum, progress) => sum + (progress.unit === unit ? progress.done : 0), 0);
    return { unit, done };
  });
  return found.filter(({ done }) => done).map(foundWords);
}

/** @param {page.Row[]} rows */
function asked(rows) {
  const models = new Set(rows.map((row) => ((row.kind === "speech" && row.model) || "")).filter(Boolean));
  return [...models].map(askedWords);
}

/** @param {{unit?: string, done: number}} progress */
function foundWords({ unit, done }) {
  if (unit === "tables") return done ? `found ${many(done, "table")}` : "found no table";
  return done ? `searched ${many(done, "passage")}` : "found no passage";
}
/** @param {string} model */
const askedWords = (model) => (model === QUOTING ? "quoted, no model" : `asked ${oneLine(model, 40)}`);
/** @param {string} model */
const askingWords = (model) => (model === QUOTING ? "quoting, no model" : `asking ${oneLine(model, 40)}`);

/** @param {page.Row} row */
function isRunning(row) {
  return row.kind === "call" ? ["running", "writing"].includes(row.state) : "ended" in row && row.ended === false;
}

/**
 * Whether time changes nothing of what is said of it.
 * @param {page.Row} row
 */
export function isOver(row) {
  return row.kind === "call" ? ["ok", "error"].includes(row.state) : "ended" in row && row.ended;
}
