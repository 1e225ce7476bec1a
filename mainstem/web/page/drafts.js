// What is typed and not yet asked: kept for each thread while this tab is open, also over a reload.

/** @param {string | null} thread */
const keyOf = (thread) => `draft ${document.baseURI.split("#")[0]} ${thread ?? ""}`;

/** @param {string | null} thread */
export function draftOf(thread) {
  try {
    return sessionStorage.getItem(keyOf(thread)) ?? "";
  } catch {
    return ""; // the browser keeps nothing for this page
  }
}

/**
 * @param {string | null} thread
 * @param {string} text
 */
export function keepDraft(thread, text) {
  try {
    if (text) sessionStorage.setItem(keyOf(thread), text);
    else sessionStorage.removeItem(keyOf(thread));
  } catch {
    // the browser keeps nothing for this page, or has no room
  }
}
