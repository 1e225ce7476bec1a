// Words that a policy holds back: no stream tells them, who decides may look at them.

import { HELD, pendingCalls } from "./approval_request.js";
import { get } from "./http.js";

const TRIES = 5; // the run is ending while it asks, and only then is listed
const PAUSE = 400; // ms

/** @param {unknown} request */
export const holdsWords = (request) => pendingCalls(request)?.[0]?.name === HELD;

/**
 * The request with the words; null where nobody tells them.
 * @param {page.QuestionRow} row
 * @returns {Promise<unknown>}
 */
export async function withWords({ id }) {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const listed = await get("approvals?limit=500").catch(() => null); // not for everybody
    if (!listed) return null;
    const { approvals } = /** @type {schemas.ApprovalList} */ (listed);
    const found = approvals.find((each) => each.interrupt_id === id);
    if (found) return found.request;
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
  return null;
}
