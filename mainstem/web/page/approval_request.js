// What an interrupt asks a person about: the calls of LangChain's HITLRequest. `ApprovalRequest.parse` reads the same
// in Python; tests/golden/approvals.json holds both to it.

/** @typedef {{name: string, args: Record<string, unknown>, description: string, allowed: string[], mayLast: boolean, mayFlag: boolean}} PendingCall */
/** @typedef {{name: string, args?: Record<string, unknown> | null, description?: unknown}} Action */

/** The call that stands for words which a policy holds back. */
export const HELD = "continue_answer";

/** What may be decided where the request does not say. */
export const DECISION_KINDS = ["approve", "reject", "edit", "respond"];

/**
 * The calls in the order in which they are decided; null for what asks anything else, as a request does of which any
 * part is no call: its author alone knows what answers it.
 * @param {unknown} request
 * @returns {PendingCall[] | null}
 */
export function pendingCalls(request) {
  /** @type {Record<string, unknown>} */
  const { action_requests: actions, review_configs: reviews } = isRecord(request) ? request : {};
  if (!Array.isArray(actions) || !actions.length || !actions.every(isCall)) return null;
  const byName = reviewsByName(reviews);
  return actions.map(({ name, args, description }) => {
    const { allowed_decisions: kinds, scopes, flags } = byName.get(name) ?? {};
    const allowed = Array.isArray(kinds) && kinds.length ? kinds : DECISION_KINDS;
    return { name, args: args ?? {}, description: String(description || ""), allowed, mayLast: Array.isArray(scopes) && scopes.includes("thread"), mayFlag: Boolean(flags) };
  });
}

/**
 * @param {unknown} action
 * @returns {action is Action}
 */
function isCall(action) {
  return isRecord(action) && typeof action.name === "string" && ((action.args ?? null) === null || isRecord(action.args));
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
function isRecord(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * What may be decided, by the call's name; of several reviews of a name the first one counts.
 * @param {unknown} reviews
 * @returns {Map<unknown, Record<string, unknown>>}
 */
function reviewsByName(reviews) {
  const found = new Map();
  for (const review of Array.isArray(reviews) ? reviews.filter(isRecord) : []) {
    if (!found.has(review.action_name)) found.set(review.action_name, review);
  }
  return found;
}
