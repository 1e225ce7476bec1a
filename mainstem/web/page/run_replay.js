// Runs that are over, read from the server's journal.

import { settle } from "./decisions.js";
import { followRun } from "./run_stream.js";
import { RunView } from "./run_view.js";

/**
 * What shows the runs of a turn that is over; null where they did not come whole. Raises `Problem`.
 * @param {schemas.RunSummary[]} runs
 * @param {AbortSignal} signal
 */
export async function replayed(runs, signal) {
  const views = runs.map(({ run_id: id }) => new RunView({ runId: id }));
  for (const view of views) {
    if (!(await followRun(view.runId, { onEvent: (event) => view.add(event), signal }))) return null;
    view.paint();
  }
  settle(views);
  return views;
}
