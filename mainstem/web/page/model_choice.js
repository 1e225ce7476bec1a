// Which model answers, where the server offers several: kept for this browser.

import { h, part } from "./dom.js";

/** @import { Served } from "./welcome.js" */

const KEY = "model";

/**
 * Offer the models that the server may be asked for.
 * @param {Served} info
 */
export function offerModels({ models = [] }) {
  const choice = part("model", HTMLSelectElement);
  choice.replaceChildren(...models.map((name) => h("option", { value: name }, shown(name))));
  choice.hidden = models.length < 2;
  const kept = localStorage.getItem(KEY);
  if (kept && models.includes(kept)) choice.value = kept;
  choice.addEventListener("change", () => localStorage.setItem(KEY, choice.value));
}

/**
 * A model's name for people: a script's is that of its file.
 * @param {string} name
 */
const shown = (name) => (name === "extractive" ? "quoted, no model" : name.replace(/^(scripted:).*\//, "$1"));

/** The model for the body of `POST /runs`; nothing where the first one, which answers anyway, is meant. */
export function chosenModel() {
  const { selectedIndex: index, value } = part("model", HTMLSelectElement);
  return index > 0 ? { model: value } : {};
}
