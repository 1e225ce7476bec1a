// What a run is doing, and what it has done, in a line. No DOM.

import { callArguments, many, oneLine, seconds, words } from "./format.js";

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
  return step ? (step.progress?.label ? oneLine(step.progress.label, 80) : words(step.kind === "step" ? step.node : "working")) : "working";
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

/** @param {page.Row[]} rows */
function searched(rows) {
  const found = rows.map((row) => ("progress" in row && row.progress?.unit === "passages" ? row.progress.done : 0));
  const sum = found.reduce((one, other) => one + other, 0);
  return sum ? [`searched ${many(sum, "passage")}`] : [];
}

/** @param {page.Row[]} rows */
function asked(rows) {
  const models = new Set(rows.map((row) => (row.kind === "speech" ? row.model : "")).filter(Boolean));
  return [...models].map((model) => (model === "extractive" ? "quoted, no model" : `asked ${model}`));
}

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
