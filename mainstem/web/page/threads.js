// The list of threads: the latest first, as many as were asked for, or those that a search finds.

import { h } from "./dom.js";
import { when } from "./format.js";
import { get } from "./http.js";

const PAGE = 50; // threads that are listed at a time
const MOST = 200; // that the server lists at once
const PAUSE = 250; // ms after the last letter before it is searched

export class ThreadList {
  /** @type {string | null} */
  #current = null;
  #wanted = 0; // the latest request: of two that are under way, the later one counts
  #shown = PAGE;
  /** @type {number | undefined} */
  #timer;

  /**
   * `list` is filled, `search` is the field with the words to look for, and `more` the button that lists further ones.
   * @param {HTMLElement} list
   * @param {HTMLInputElement} search
   * @param {HTMLButtonElement} more
   */
  constructor(list, search, more) {
    this.list = list;
    this.search = search;
    this.more = more;
    more.addEventListener("click", () => this.#further());
    search.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => ((this.#shown = PAGE), this.show(this.#current)), PAUSE);
    });
  }

  /**
   * List them anew; `current` is the thread that is open.
   * @param {string | null} current
   */
  async show(current) {
    this.#current = current;
    const threads = await this.#asked({ limit: String(Math.min(this.#shown, MOST)) });
    if (!threads) return;
    const focused = document.activeElement?.getAttribute("href");
    this.list.replaceChildren(...threads.map((thread) => item(thread, thread.thread_id === current)));
    if (!threads.length && this.search.value.trim()) this.list.append(h("li", { class: "note" }, "No thread holds these words."));
    this.more.hidden = threads.length < PAGE;
    if (focused) /** @type {HTMLElement | null} */ (this.list.querySelector(`a[href="${CSS.escape(focused)}"]`))?.focus();
  }

  /**
   * Whether a thread is shown.
   * @param {string} thread
   */
  lists(thread) {
    return Boolean(this.list.querySelector(`[data-thread="${CSS.escape(thread)}"]`));
  }

  async #further() {
    const last = /** @type {HTMLElement | null} */ (this.list.lastElementChild)?.dataset.thread ?? "";
    const threads = await this.#asked({ limit: String(PAGE), after: last });
    if (!threads) return;
    this.list.append(...threads.map((thread) => item(thread, thread.thread_id === this.#current)));
    this.#shown += threads.length;
    this.more.hidden = threads.length < PAGE;
    /** @type {HTMLElement | null} */ (this.list.querySelector(`[data-thread="${CSS.escape(last)}"] + li a`))?.focus();
  }

  /**
   * The threads; empty where the server keeps none, null where something else was asked for meanwhile.
   * @param {Record<string, string>} query
   */
  async #asked(query) {
    const wanted = (this.#wanted += 1);
    const search = this.search.value.trim();
    const words = new URLSearchParams({ ...query, ...(search && { search }) });
    const { threads } = /** @type {schemas.ThreadList} */ (await get(`threads?${words}`).catch(() => ({ threads: [] })));
    return wanted === this.#wanted ? threads : null;
  }
}

/**
 * @param {schemas.ThreadSummary} thread
 * @param {boolean} isCurrent
 */
function item({ thread_id: id, title, updated_at: updated, waiting, running }, isCurrent) {
  const state = running ? "running" : waiting ? "waits for you" : null;
  const link = h("a", { href: `#/${encodeURIComponent(id)}`, "aria-current": isCurrent ? "page" : null }, h("span", { class: "name", dir: "auto" }, title || id), h("span", { class: "note" }, state && h("span", { class: "badge" }, state), when(updated)));
  return h("li", { "data-thread": id }, link);
}
