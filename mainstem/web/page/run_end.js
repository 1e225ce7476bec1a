// How a run ended, in words: what happened, and what to do next.

/** @import { Fold } from "./fold.js" */

import { cost, count, seconds } from "./format.js";
import { h } from "./dom.js";

const HALTED = {
  policy: ["This was refused.", "Say it in another way, or shorter."],
  budget: ["The budget is used up.", "Ask for less, or raise the budget in the settings."],
  steps: ["The agent took as many steps as it may.", "Ask a narrower question, or raise MAINSTEM_MAX_STEPS."],
  supervisor: ["A supervisor ended this run.", ""],
};

const CUT = {
  length: ["The answer was cut off at a length limit.", "Ask it to go on, or raise the limit."],
  filtered: ["The answer was cut off by the provider's filter.", "Say it in another way."],
  refused: ["The model declined to answer.", "Say it in another way, or ask another model."],
  paused: ["The model paused before its answer was whole.", "Ask it to go on."],
  failed: ["The answer was cut off by a fault at the provider.", "Ask again."],
  other: ["The answer was cut off: its provider stopped for another reason.", "Ask it to go on, or ask again."],
  unsaid: ["The answer was cut off: the model never said that it is complete.", "Ask it to go on, or ask again."],
};

/**
 * What happened and what to do, `[words, hint]`; null where the run ended well or waits for a person.
 * @param {events.RunFinished} finished
 * @returns {string[] | null}
 */
export function ending(finished) {
  const { status, reason, error } = finished;
  if (status === "truncated") return CUT[finished.cut ?? "unsaid"] ?? CUT.unsaid;
  if (status === "stopped") return ["Stopped. What had come is kept.", "The thread goes on with your next question."];
  if (status === "halted") return told(error, (reason && HALTED[reason]) ?? ["A rule ended this run.", ""]);
  return status === "failed" ? told(error, ["Something broke.", ""]) : null;
}

/**
 * The error's own words, where it has some.
 * @param {events.Error | undefined} error
 * @param {string[]} words
 */
const told = (error, [what, hint]) => [error?.message ?? what, error?.hint || hint];

/**
 * How the run ended, where that was not well; `onAgain`: a button that tries again, where that may help.
 * @param {events.RunFinished} finished
 * @param {(() => void) | null} [onAgain]
 */
export function banner(finished, onAgain = null) {
  const said = ending(finished);
  if (!said) return null;
  const [what, hint] = said;
  const again = onAgain && finished.status !== "halted" && h("button", { type: "button", onclick: onAgain }, "Try again");
  return h("div", { class: `ending ${finished.status}` }, h("p", {}, h("strong", {}, what), hint && ` ${hint}`), again);
}

/**
 * The numbers of a run, each `[name, value]`; those that are not known are left out.
 * @param {Fold} fold
 */
export function numbers(fold) {
  const { finished: end, answer, firstWordsAt } = fold;
  const usage = end?.usage; // without it no model wrote, and a rate would mean nothing
  return [
    ["first token", seconds(firstWordsAt)],
    ["tokens a second", end && !usage ? "" : rate(answer)],
    ["tokens", usage ? `${count(usage.input_tokens)} in, ${count(usage.output_tokens)} out` : ""],
    ["cost", end && usage ? cost(end.cost) : ""],
    ["time", seconds(end?.seconds)],
    ["model", answer?.model ?? ""],
  ].filter(([, value]) => value !== "");
}

/**
 * Measured at the arrivals; while the answer still comes, from what has come.
 * @param {page.SpeechRow | null} answer
 */
function rate(answer) {
  const known = answer?.finished?.tokens_per_second;
  if (known) return count(known);
  const { firstAt, lastAt, tokens = 0 } = answer ?? {};
  if (firstAt === undefined || lastAt === undefined) return "";
  const span = lastAt - firstAt;
  return span > 0.2 && tokens > 5 ? count((tokens - 1) / span) : "";
}

/** @param {Fold} fold */
export function numberList(fold) {
  return numbers(fold).map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)));
}
