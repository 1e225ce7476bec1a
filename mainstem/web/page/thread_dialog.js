// What is done with a thread as a whole: another title, a file of it, or its end.

import { openDialog } from "./dialog.js";
import { h, part, say } from "./dom.js";
import { reasonOf, request } from "./http.js";
import { ThreadClient } from "./thread_client.js";

/**
 * @typedef {object} ThreadHears
 * @property {(title: string) => void} renamed
 * @property {() => void} deleted
 */

/**
 * @param {string} thread
 * @param {string} title
 * @param {ThreadHears} hears
 */
export function openThreadDialog(thread, title, hears) {
  const status = h("p", { class: "note", role: "status" });
  openDialog("This thread", [renaming(thread, title, hears, status), exporting(thread), deletion(thread, hears, status), status]);
}

/** @param {string} thread */
const pathOf = (thread) => `threads/${encodeURIComponent(thread)}`;

/**
 * @param {string} thread
 * @param {string} title
 * @param {ThreadHears} hears
 * @param {HTMLElement} status
 */
function renaming(thread, title, hears, status) {
  const input = h("input", { id: "thread-title", maxlength: "80", dir: "auto" });
  input.value = title;
  const rename = async (/** @type {Event} */ event) => {
    event.preventDefault();
    try {
      const options = { method: "PATCH", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ title: input.value }) };
      const renamed = /** @type {schemas.ThreadSummary} */ (await (await request(pathOf(thread), options)).json());
      input.value = renamed.title;
      say(status, "Renamed.");
      hears.renamed(renamed.title);
    } catch (error) {
      say(status, reasonOf(error));
    }
  };
  return h("form", { class: "labelled", onsubmit: rename }, h("label", { for: "thread-title" }, "Title"), input, h("button", { type: "submit" }, "Rename"));
}

/**
 * A file of the branch that is looked at.
 * @param {string} thread
 */
function exporting(thread) {
  /** @type {(format: string, name: string) => Element} */
  const link = (format, name) => h("a", { class: "button", href: new ThreadClient(thread).exported(format).href, download: "" }, name);
  return h("p", { class: "buttons" }, link("markdown", "Export as Markdown"), link("json", "Export as JSON"));
}

/**
 * Two presses: the first asks.
 * @param {string} thread
 * @param {ThreadHears} hears
 * @param {HTMLElement} status
 */
function deletion(thread, hears, status) {
  const button = h("button", { type: "button" }, "Delete");
  button.addEventListener("click", async () => {
    if (button.textContent === "Delete") return say(button, "Really delete, for good?");
    try {
      await request(pathOf(thread), { method: "DELETE" });
      part("sheet", HTMLDialogElement).close();
      hears.deleted();
    } catch (error) {
      say(status, reasonOf(error));
    }
  });
  button.addEventListener("blur", () => say(button, "Delete"));
  return h("p", {}, button);
}
