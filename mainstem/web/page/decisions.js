// Sends what was decided about a run's questions, and tells the truth about what became of it.

import { Problem } from "./http.js";

/** @import { ThreadClient } from "./thread_client.js" */
/** @import { Failure } from "./approvals.js" */
/** @import { RunView } from "./run_view.js" */

/**
 * Follows a run to its end, telling each event; returns what shows it.
 * @typedef {(runId: string, hear: (event: events.AnyEvent) => void) => Promise<RunView>} Follow
 */

/**
 * Send what was decided in `view`, and follow the run that goes on with it. Raises `Problem` when it was not taken.
 * @param {ThreadClient} client
 * @param {Record<string, unknown>} decisions
 * @param {RunView} view
 * @param {Follow} follow
 * @param {(problem: Failure) => void} trouble
 */
export async function decide(client, decisions, view, follow, trouble) {
  await view.over; // until then it has the thread, and a decision would be refused
  try {
    const runId = await client.resume(decisions);
    view.questions.answered(true);
    await goOn(client, runId, view, follow, trouble);
  } catch (error) {
    if (error instanceof Problem && error.status) error.gone = !(await waitsFor(client, view).catch(() => true));
    throw error;
  }
}

/**
 * Follow the run that goes on; returns when it has begun. Raises `Problem` when it could not: it has answered nothing.
 * @param {ThreadClient} client
 * @param {string} runId
 * @param {RunView} asking
 * @param {Follow} follow
 * @param {(problem: Failure) => void} trouble
 * @returns {Promise<void>}
 */
function goOn(client, runId, asking, follow, trouble) {
  return new Promise((begun, refused) => {
    const hear = (/** @type {events.AnyEvent} */ { type }) => type === "node.started" && begun();
    follow(runId, hear)
      .then(async ({ fold: { finished } }) => {
        if (!finished || !["failed", "stopped"].includes(finished.status)) return begun();
        refused(unbegun(finished)); // nothing happens when it had begun
        if (finished.status === "failed" && (await waitsFor(client, asking))) asking.questions.refused(unbegun(finished));
      })
      .catch((error) => (refused(new Problem()), trouble(error)));
  });
}

/**
 * Whether the thread still waits for what `view` asked.
 * @param {ThreadClient} client
 * @param {RunView} view
 */
async function waitsFor(client, view) {
  const { interrupts = [] } = await client.state();
  return interrupts.some((each) => view.fold.questions.some(({ id }) => id === each.interrupt_id));
}

/**
 * Why what was decided was not taken, by the end of the run that was to go on with it.
 * @param {events.RunFinished} finished
 */
function unbegun({ status, error }) {
  const detail = status === "stopped" ? "The run was stopped before it began." : error?.message;
  return new Problem({ detail, hint: error?.hint, status: 409 });
}

/**
 * Of what each run asked, tell what was decided, as the runs tell that went on with it.
 * @param {RunView[]} views
 */
export function settle(views) {
  for (const [index, view] of views.slice(0, -1).entries()) {
    view.questions.settle(views.slice(index + 1).flatMap(({ fold }) => fold.calls));
  }
}

/**
 * What the last run asked waits no more, and no run went on with it: the thread did so on another branch.
 * @param {RunView[]} views
 */
export function abandon(views) {
  const last = views.at(-1);
  if (last?.fold.finished?.status === "interrupted") last.questions.settle(null);
}
