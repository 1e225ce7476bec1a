// What a person thinks of an answer: good or bad, and a word, kept beside the run.

import { h } from "./dom.js";
import { post, reasonOf } from "./http.js";

const THUMBS = /** @type {const} */ ([
  ["up", 1, "Good", "Good answer"],
  ["down", 0, "Bad", "Bad answer"],
]);

/**
 * Good and bad, and a field for a word once one is pressed.
 * @param {string} run
 */
export function feedback(run) {
  const told = h("span", { class: "told", role: "status" });
  const word = h("input", { type: "text", maxlength: "4000", "aria-label": "Why?", placeholder: "Why? (optional)" });
  const form = h("form", { hidden: true }, word, h("button", { class: "quiet" }, "Send"));
  let label = "";

  /** @param {object} said */
  async function say(said) {
    try {
      await post(`runs/${encodeURIComponent(run)}/feedback`, { name: "thumbs", ...said });
      told.textContent = "Thank you.";
      return true;
    } catch (problem) {
      told.textContent = reasonOf(problem);
      return false;
    }
  }

  const thumbs = THUMBS.map(([name, score, sign, title]) => {
    const button = h("button", { class: "quiet thumb", type: "button", title, "aria-label": title, "aria-pressed": "false" }, sign);
    button.addEventListener("click", async () => {
      if (!(await say({ label: name, score }))) return;
      label = name;
      for (const each of thumbs) each.setAttribute("aria-pressed", String(each === button));
      form.hidden = false;
    });
    return button;
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (word.value.trim() && (await say({ label, explanation: word.value }))) form.hidden = true;
  });
  return h("div", { class: "feedback", role: "group", "aria-label": "What do you think of this answer?" }, ...thumbs, form, told);
}
