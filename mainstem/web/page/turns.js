// A thread's messages as turns: a question, and what came of it. No DOM.

/** @typedef {{question: string, messages: schemas.ThreadMessage[]}} Turn */

/**
 * The turns of messages `{role, text, tool_calls, …}`: each `{question, messages}`.
 * @param {schemas.ThreadMessage[]} messages
 */
export function turnsOf(messages) {
  /** @type {Turn[]} */
  const turns = [];
  for (const message of messages) {
    if (isQuestion(message)) turns.push({ question: message.text ?? "", messages: [] });
    else if (message.role !== "system") last(turns).messages.push(message);
  }
  return turns;
}

/** @param {schemas.ThreadMessage} message */
const isQuestion = ({ role }) => role === "user" || role === "human";

/** @param {Turn[]} turns */
function last(turns) {
  if (!turns.length) turns.push({ question: "", messages: [] });
  return turns[turns.length - 1];
}

/**
 * The runs of a thread's last turn, oldest first: a run that waited for a decision goes on in the one after it. While
 * the thread `waits`, the last one is the one that asked: what came after it was refused and did nothing.
 * @param {schemas.RunSummary[]} runs
 */
export function lastRuns(runs, waits = false) {
  const sorted = [...runs].sort((one, other) => (one.started_at < other.started_at ? 1 : -1));
  const asked = sorted.findIndex((run) => run.status === "interrupted");
  const newest = !waits ? sorted : asked < 0 ? [] : sorted.slice(asked);
  const found = newest.slice(0, 1);
  for (const run of newest.slice(1)) {
    if (run.status !== "interrupted") break;
    found.unshift(run);
  }
  return found;
}
