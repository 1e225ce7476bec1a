// A button that copies, and says whether it did.

import { h, say } from "./dom.js";

const SAID = 1500; // ms for which it says what became of it

/**
 * @param {string} label
 * @param {() => string} text
 */
export function copyButton(label, text) {
  const button = h("button", { type: "button", class: "quiet copy" }, label);
  button.addEventListener("click", async () => {
    say(button, await navigator.clipboard.writeText(text()).then(() => "Copied", () => "Not copied"));
    setTimeout(() => say(button, label), SAID);
  });
  return button;
}
