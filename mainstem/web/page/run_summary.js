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
 * What was done, in a line.
 * @param {page.Row[]} rows
 * @param {events.RunFinished} finished
 * @param {number} gaps
 */
export function account(rows, finished, gaps) {
  /** @param {page.Row["kind"]} kind */
  const number = (kind) => rows.filter((row) => row.kind === kind).length;
  const said = [many(number("step"), "step")];
  if (number("call")) said.push(many(number("call"), "tool call"));
  if (gaps) said.push(`${many(gaps, "event")} no longer kept`);
  return [...said, seconds(finished.seconds)].filter(Boolean).join(" · ");
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
