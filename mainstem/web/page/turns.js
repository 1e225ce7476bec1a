// A thread's messages as turns: a question, and what came of it. No DOM.

/** @typedef {{question: string, id: string, messages: schemas.ThreadMessage[]}} Turn */

/**
 * The turns of messages `{role, text, tool_calls, …}`: each `{question, id, messages}`, `id` that of the question.
 * @param {schemas.ThreadMessage[]} messages
 */
export function turnsOf(messages) {
  /** @type {Turn[]} */
  const turns = [];
  for (const message of messages) {
    if (isQuestion(message)) turns.push({ question: message.text ?? "", id: message.message_id, messages: [] });
    else if (message.role !== "system") last(turns).messages.push(message);
  }
  return turns;
}

/** @param {schemas.ThreadMessage} message */
const isQuestion = ({ role, steering }) => (role === "user" || role === "human") && !steering;

/** @param {Turn[]} turns */
function last(turns) {
  if (!turns.length) turns.push({ question: "", id: "", messages: [] });
  return turns[turns.length - 1];
}

/**
 * The runs of each turn, oldest first, by the turn's number. Those of other branches, and those that began nothing, are
 * no turn's; of runs that do not tell what they answer (an earlier version wrote them) only the last turn's are known.
 * @param {Turn[]} turns
 * @param {schemas.RunSummary[]} runs
 * @param {boolean} waits whether the thread waits for a decision
 */
export function runsOfTurns(turns, runs, waits = false) {
  const numbers = new Map(turns.map(({ id }, number) => [id, number]));
  /** @type {schemas.RunSummary[][]} */
  const found = turns.map(() => []);
  let current = -1;
  for (const run of byTime(runs)) {
    const begun = !run.question_id ? current : (numbers.get(run.question_id) ?? -1);
    if (begun < 0 && run.status === "failed") continue; // it was refused: what goes on next goes on with another one
    current = begun;
    found[current]?.push(run);
  }
  const newest = Math.max(0, turns.length - 1);
  const isTold = runs.some((run) => run.question_id);
  found[newest] = isTold ? answering(found[newest] ?? [], waits) : lastRuns(runs, waits);
  return found;
}

/**
 * While the thread waits, the last run is the one that asked: what came after it was refused and did nothing.
 * @param {schemas.RunSummary[]} runs
 * @param {boolean} waits
 */
function answering(runs, waits) {
  return waits ? runs.slice(0, runs.findLastIndex((run) => run.status === "interrupted") + 1) : runs;
}

/**
 * The runs of a thread's last turn, oldest first, where nothing tells what they answer: a run that waited for a decision
 * goes on in the one after it.
 * @param {schemas.RunSummary[]} runs
 */
export function lastRuns(runs, waits = false) {
  const newest = answering(byTime(runs), waits);
  const found = newest.slice(-1);
  for (const run of newest.slice(0, -1).reverse()) {
    if (run.status !== "interrupted") break;
    found.unshift(run);
  }
  return found;
}

/** @param {schemas.RunSummary[]} runs */
const byTime = (runs) => [...runs].sort((one, other) => (one.started_at < other.started_at ? -1 : 1));

/**
 * How many turns are shown already as they are; those after them, or the last one where it does not ask all that waits,
 * are to be shown anew.
 * @param {{key: string, asks: (interrupt: string) => boolean}[]} shown
 * @param {Turn[]} turns
 * @param {schemas.RunSummary[][]} runs of each turn
 * @param {schemas.PendingInterrupt[]} interrupts
 */
export function keptTurns(shown, turns, runs, interrupts) {
  const keys = turns.map(({ id }, index) => [id, ...runs[index].map((run) => run.run_id)].join(" "));
  const differs = shown.findIndex((turn, index) => turn.key !== keys[index]);
  const kept = differs < 0 ? shown.length : differs;
  const asks = interrupts.every(({ interrupt_id: id }) => shown.at(-1)?.asks(id));
  return kept === turns.length && !asks ? kept - 1 : kept;
}
