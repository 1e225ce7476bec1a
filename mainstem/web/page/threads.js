// The list of threads.

import { h } from "./dom.js";
import { when } from "./format.js";
import { get } from "./http.js";

/**
 * Fill the list; empty where the server keeps none. `current` is the thread that is open.
 * @param {HTMLElement} element
 * @param {string | null} current
 */
export async function listThreads(element, current) {
  const { threads } = /** @type {schemas.ThreadList} */ (await get("threads").catch(() => ({ threads: [] })));
  const focused = document.activeElement?.getAttribute("href");
  element.replaceChildren(...threads.map((thread) => item(thread, thread.thread_id === current)));
  if (focused) /** @type {HTMLElement | null} */ (element.querySelector(`a[href="${CSS.escape(focused)}"]`))?.focus();
}

/**
 * @param {schemas.ThreadSummary} thread
 * @param {boolean} isCurrent
 */
function item({ thread_id: id, title, updated_at: updated, waiting, running }, isCurrent) {
  const state = running ? "running" : waiting ? "waits for you" : null;
  const link = h("a", { href: `#/${encodeURIComponent(id)}`, "aria-current": isCurrent ? "page" : null }, h("span", { class: "name" }, title || id), h("span", { class: "note" }, state && h("span", { class: "badge" }, state), when(updated)));
  return h("li", {}, link);
}
