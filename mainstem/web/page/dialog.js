// The one dialog of the page: a passage, or the documents. The browser keeps the focus inside, and Escape closes it.

import { part, say } from "./dom.js";

/**
 * Open it with a title and nodes. `onClose` is called once, however it is closed.
 * @param {string} title
 * @param {(Node | string)[]} nodes
 */
export function openDialog(title, nodes, onClose = () => {}) {
  const sheet = part("sheet", HTMLDialogElement);
  if (sheet.open) sheet.close();
  say(part("sheet-title"), title);
  part("sheet-body").replaceChildren(...nodes);
  part("sheet-body").scrollTop = 0;
  sheet.addEventListener("close", onClose, { once: true });
  sheet.showModal();
  part("sheet-title").focus();
}

export function prepareDialog() {
  const sheet = part("sheet", HTMLDialogElement);
  part("sheet-close").addEventListener("click", () => sheet.close());
  sheet.addEventListener("click", (event) => event.target === sheet && sheet.close()); // beside it
}
