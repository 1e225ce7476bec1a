// What was decided about calls that waited for it, as the run that went on with them tells. No DOM.

/** @import { PendingCall } from "./approval_request.js" */

/**
 * Of each waiting call what was decided; null where nothing tells.
 * @param {PendingCall[]} waited
 * @param {page.CallRow[]} made the calls of the run that went on
 * @returns {("approve" | "edit" | "reject" | null)[]}
 */
export function fatesOf(waited, made) {
  /** @type {Set<page.CallRow>} */
  const taken = new Set();
  /** @param {(row: page.CallRow) => boolean} fits */
  const take = (fits) => {
    const found = made.find((row) => !taken.has(row) && fits(row));
    if (found) taken.add(found);
    return found;
  };
  const same = waited.map(({ name, args }) => take((row) => row.name === name && alike(row.args, args)));
  return waited.map(({ name }, index) => {
    const row = same[index] ?? take((each) => each.name === name);
    if (!row) return null;
    if (row.state === "rejected") return "reject";
    return same[index] ? "approve" : "edit";
  });
}

/**
 * Whether two values are the same JSON, whatever the order of their keys.
 * @param {unknown} one
 * @param {unknown} other
 * @returns {boolean}
 */
function alike(one, other) {
  if (one === other || typeof one !== "object" || typeof other !== "object" || !one || !other) return one === other;
  const [keys, others] = [Object.keys(one), Object.keys(other)];
  return keys.length === others.length && keys.every((key) => alike(Reflect.get(one, key), Reflect.get(other, key)));
}
