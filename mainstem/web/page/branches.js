// Where a thread branches: which branch is looked at, and what moves between those of a question.

import { h } from "./dom.js";

/**
 * A branch that is looked at, and the newest run of the thread then: what is begun later, here or elsewhere, is what
 * the thread has gone on with.
 * @typedef {{end: string, newest: string}} Chosen
 */

/** @param {string | null} thread */
const keyOf = (thread) => `branch ${document.baseURI.split("#")[0]} ${thread ?? ""}`;

/**
 * The branch that was chosen in this tab; null: the latest.
 * @param {string | null} thread
 * @returns {Chosen | null}
 */
export function chosenBranch(thread) {
  try {
    return JSON.parse(sessionStorage.getItem(keyOf(thread)) ?? "null");
  } catch {
    return null; // the browser keeps nothing for this page
  }
}

/**
 * @param {string | null} thread
 * @param {Chosen | null} chosen
 */
export function keepBranch(thread, chosen) {
  try {
    if (chosen) sessionStorage.setItem(keyOf(thread), JSON.stringify(chosen));
    else sessionStorage.removeItem(keyOf(thread));
  } catch {
    // the browser keeps nothing for this page, or has no room
  }
}

/**
 * Let the thread be looked at on the branch of a question, at its end of now. Raises `Problem`.
 * @param {import("./thread_client.js").ThreadClient} client
 * @param {string} question the id of its message
 */
export async function chooseBranch(client, question) {
  const [places, newest] = await Promise.all([client.branches(), client.newest()]);
  const branch = places.flat().find((each) => each.message_id === question);
  client.choose(!branch || branch.latest ? null : { end: branch.checkpoint_id, newest });
}

/**
 * What stands at a question that was asked anew, `‹ 2/3 ›`; `move` is called with the branch to go to.
 * @param {schemas.Branch[]} branches
 * @param {string} question the id of the one that is shown
 * @param {(to: schemas.Branch, forth: boolean) => void} move
 */
export function branchButtons(branches, question, move) {
  const at = branches.findIndex((each) => each.message_id === question);
  /** @param {boolean} forth */
  const button = (forth) => {
    const to = at + (forth ? 1 : -1);
    const name = `${forth ? "Later" : "Earlier"} branch${branches[to] ? `: ${to + 1} of ${branches.length}` : ""}`;
    return h("button", { type: "button", class: "quiet", "aria-label": name, title: branches[to]?.question, disabled: !branches[to], onclick: () => move(branches[to], forth) }, forth ? "›" : "‹");
  };
  return h("span", { class: "branches", role: "group", "aria-label": "Branches" }, button(false), h("span", {}, `${at + 1}/${branches.length}`), button(true));
}
