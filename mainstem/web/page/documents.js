// The documents and tables: what is indexed, uploading more, and how far the indexing is.

import { h, say } from "./dom.js";
import { count, many } from "./format.js";
import { get, reasonOf, request } from "./http.js";
import { openDialog } from "./dialog.js";
import { megabytes, upload } from "./upload.js";

/** @typedef {schemas.DocumentSummary | schemas.TableSummary} Listed */

export async function openDocuments() {
  const list = h("div", { class: "shelf" });
  const status = h("p", { class: "note", role: "status" });
  const bar = h("progress", { hidden: true, "aria-label": "Indexing" });
  const outcomes = h("ul", { class: "outcomes" });
  openDialog("Documents", [uploader(list, status, bar, outcomes), bar, status, outcomes, list]);
  await fill(list, status);
  return { list, status, bar, outcomes };
}

/**
 * @param {HTMLElement} list
 * @param {HTMLElement} status
 */
async function fill(list, status) {
  try {
    const { collections } = /** @type {schemas.DocumentList} */ (await get("documents"));
    list.replaceChildren(...collections.flatMap((collection) => shelf(collection, list, status)));
  } catch (error) {
    say(status, reasonOf(error));
  }
}

/** @type {Record<string, string>} */
const TITLES = { user: "Yours", mainstem: "The manual of this program" };

/**
 * @param {schemas.Collection} collection
 * @param {HTMLElement} list
 * @param {HTMLElement} status
 */
function shelf({ name, documents, tables, skipped = [], unread = [] }, list, status) {
  const all = [...documents, ...tables];
  if (!all.length && !(name === "user" && skipped.length + unread.length)) return [];
  const shown = h("ul", {}, all.map((each) => entry(each, name, list, status)));
  return [h("h3", {}, TITLES[name] ?? name), shown, ...(name === "user" ? leftOut(skipped, unread) : [])];
}

const SHOWN = 8;

/**
 * What is not read, named and counted: files, each with its reason, and kinds of files.
 * @param {schemas.SkippedDocument[]} skipped
 * @param {schemas.UnreadFiles[]} unread
 */
function leftOut(skipped, unread) {
  const lines = skipped.slice(0, SHOWN).map(({ document, reason }) => `Not read: ${document} (${reason}).`);
  if (skipped.length > SHOWN) lines.push(`Not read either: ${many(skipped.length - SHOWN, "file")} more.`);
  const kinds = unread.slice(0, SHOWN).map(({ suffix, files }) => `${files} ${suffix}`);
  const rest = unread.slice(SHOWN).reduce((sum, { files }) => sum + files, 0);
  if (rest) kinds.push(`${rest} of other kinds`);
  if (kinds.length) lines.push(`Not read, for their kind: ${kinds.join(", ")}.`);
  return lines.map((line) => h("p", { class: "note" }, line));
}

/**
 * @param {Listed} each
 * @param {string} collection
 * @param {HTMLElement} list
 * @param {HTMLElement} status
 */
function entry(each, collection, list, status) {
  const name = "name" in each ? each.name : each.document;
  const size = "rows" in each ? many(each.rows, "row") : many(each.passages, "passage");
  const remove = collection === "user" ? removal(each, name, list, status) : null;
  return h("li", {}, h("span", { class: "name" }, name), h("span", { class: "note" }, size), remove);
}

/**
 * Two presses: the first asks.
 * @param {Listed} each
 * @param {string} name
 * @param {HTMLElement} list
 * @param {HTMLElement} status
 */
function removal(each, name, list, status) {
  const button = h("button", { type: "button", class: "plain", "aria-label": `Remove ${name}` }, "Remove");
  button.addEventListener("click", async () => {
    if (button.textContent === "Remove") return say(button, "Really remove?");
    try {
      await request(`documents/${encodeURIComponent(each.id)}`, { method: "DELETE" });
      say(status, `${name} was removed.`);
    } catch (error) {
      say(status, reasonOf(error));
    }
    await fill(list, status);
  });
  button.addEventListener("blur", () => say(button, "Remove"));
  return button;
}

/**
 * @param {HTMLElement} list
 * @param {HTMLElement} status
 * @param {HTMLProgressElement} bar
 * @param {HTMLElement} outcomes
 */
function uploader(list, status, bar, outcomes) {
  const input = h("input", { type: "file", id: "files", multiple: true, class: "unseen" });
  const drop = h("label", { for: "files", class: "drop" }, h("strong", {}, "Add files"), " or drop them here. Markdown, text, HTML, PDF, DOCX, PPTX, JSON, notebooks, code, e-mail; tables as CSV, TSV, XLSX, Parquet, SQLite.");
  /** @param {File[]} files */
  const send = async (files) => {
    if (!files.length) return;
    input.disabled = true;
    await add(files, status, bar, outcomes);
    input.disabled = false;
    input.value = "";
    await fill(list, status);
  };
  input.addEventListener("change", () => send([...(input.files ?? [])]));
  drop.addEventListener("dragover", (event) => event.preventDefault());
  drop.addEventListener("drop", (event) => (event.preventDefault(), send([...(event.dataTransfer?.files ?? [])])));
  return h("div", {}, input, drop);
}

/**
 * Take files that are dropped anywhere on the page. `isTaken`: whether there are documents to add to.
 * @param {() => boolean} isTaken
 */
export function prepareDrop(isTaken) {
  const hasFiles = (/** @type {DragEvent} */ event) => Boolean(event.dataTransfer?.types.includes("Files")) && isTaken();
  const shows = (/** @type {boolean} */ dropping) => document.body.classList.toggle("dropping", dropping);
  addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    shows(true);
  });
  addEventListener("dragleave", (event) => event.relatedTarget || shows(false)); // no element there: it left the window
  addEventListener("drop", async (event) => {
    shows(false);
    if (!hasFiles(event) || event.defaultPrevented) return;
    event.preventDefault();
    const files = [...(event.dataTransfer?.files ?? [])];
    const { status, bar, outcomes, list } = await openDocuments();
    await add(files, status, bar, outcomes);
    await fill(list, status);
  });
}

/**
 * @param {File[]} files
 * @param {HTMLElement} status
 * @param {HTMLProgressElement} bar
 * @param {HTMLElement} outcomes
 */
async function add(files, status, bar, outcomes) {
  bar.hidden = false;
  bar.removeAttribute("value");
  outcomes.replaceChildren();
  try {
    const found = await upload(files, (progress) => step(progress, status, bar));
    outcomes.replaceChildren(...found.map(outcome));
    const unread = found.filter(({ reason }) => reason).length;
    say(status, unread === found.length ? "Nothing was added." : unread ? `Indexed, but for ${many(unread, "file")}.` : "Indexed.");
  } catch (error) {
    say(status, reasonOf(error));
  }
  bar.hidden = true;
}

/**
 * @param {import("./upload.js").Progress} progress
 * @param {HTMLElement} status
 * @param {HTMLProgressElement} bar
 */
function step({ label, done, total, unit }, status, bar) {
  const shown = unit === "bytes" ? megabytes : count;
  say(status, `${label} · ${shown(done)}${total ? ` of ${shown(total)}` : ""} ${unit === "bytes" ? "" : (unit ?? "")}`);
  bar.setAttribute("aria-label", unit === "bytes" ? "Sending" : "Indexing");
  if (!total) return;
  bar.max = total;
  bar.value = Math.min(done, total);
}

/**
 * What became of one file.
 * @param {import("./upload.js").Outcome} outcome
 */
function outcome({ name, reason }) {
  const said = reason ? h("span", { class: "bad" }, `Not read: ${reason}`) : h("span", { class: "note" }, "Indexed");
  return h("li", {}, h("span", { class: "name" }, name), said);
}
