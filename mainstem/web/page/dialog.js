// The one dialog of the page: the documents, a thread, or a passage. The browser keeps the focus inside, and Escape closes
// it; a passage stands beside the answer where there is room for both, and the answer can be read on.

import { part, say } from "./dom.js";

const WIDE = "(min-width: 75rem)";

/**
 * Open it with a title and nodes. `onClose` is called once, however it is closed.
 * @param {string} title
 * @param {(Node | string)[]} nodes
 * @param {() => void} [onClose]
 * @param {{beside?: boolean}} [how]
 */
export function openDialog(title, nodes, onClose = () => {}, { beside = false } = {}) {
  const sheet = part("sheet", HTMLDialogElement);
  if (sheet.open) sheet.close();
  say(part("sheet-title"), title);
  part("sheet-body").replaceChildren(...nodes);
  part("sheet-body").scrollTop = 0;
  sheet.addEventListener("close", onClose, { once: true });
  const isBeside = beside && matchMedia(WIDE).matches;
  for (const element of [sheet, document.body]) element.toggleAttribute("data-beside", isBeside);
  if (isBeside) sheet.show();
  else sheet.showModal();
  part("sheet-title").focus();
}

export function prepareDialog() {
  const sheet = part("sheet", HTMLDialogElement);
  part("sheet-close").addEventListener("click", () => sheet.close());
  sheet.addEventListener("click", (event) => event.target === sheet && sheet.close()); // beside it
  sheet.addEventListener("close", () => document.body.toggleAttribute("data-beside", sheet.open && sheet.hasAttribute("data-beside")));
  // the browser closes by Escape only what keeps the focus
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !sheet.open || !sheet.hasAttribute("data-beside")) return;
    event.stopImmediatePropagation();
    sheet.close();
  });
}
