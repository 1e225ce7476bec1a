// One turn on the page: a question, what came of it, and what may be done with both.

import { branchButtons } from "./branches.js";
import { copyButton } from "./copy_button.js";
import { h } from "./dom.js";
import { pastMessages } from "./past_messages.js";

/** @import { RunView } from "./run_view.js" */

/**
 * What a turn tells: `again` is called to ask its question anew, as it was or with other words.
 * @typedef {object} TurnHears
 * @property {(turn: TurnView, question: string) => Promise<void>} again
 */

export class TurnView {
  /** @type {RunView[]} */
  views = [];
  /** @type {string[]} */
  #runs = []; // of which only the messages are shown
  /** @type {string[]} */
  #said = [];
  #id;

  /**
   * `id`: that of the message that asks; empty where a run is still to tell it. `hears`: null where a question cannot be
   * asked anew.
   * @param {string} question
   * @param {string} id
   * @param {TurnHears | null} hears
   */
  constructor(question, id, hears) {
    this.question = question;
    this.#id = id;
    this.hears = hears;
    this.heading = question ? h("h2", { class: "question", dir: "auto" }, question) : null;
    this.branches = h("div", { class: "turn-branches" });
    this.came = h("div", { class: "came" });
    this.actions = h("div", { class: "turn-actions" }, this.#buttons());
    this.element = h("article", { class: "turn" }, this.heading, this.branches, this.came, this.actions);
  }

  /** The id of the message that asks; empty while nothing tells it. */
  get id() {
    return this.#id || (this.views[0]?.fold.started?.question_id ?? "");
  }

  /** What a turn is known by: its question and its runs. */
  get key() {
    return [this.id, ...(this.views.length ? this.views.map(({ runId }) => runId) : this.#runs)].join(" ");
  }

  /**
   * Whether it shows a question that waits for its answer.
   * @param {string} interrupt
   */
  asks(interrupt) {
    return this.views.some(({ questions }) => questions.asks(interrupt));
  }

  /**
   * Show what was said alone; `runs` are not read yet, or no longer kept.
   * @param {schemas.ThreadMessage[]} messages
   * @param {schemas.RunSummary[]} runs
   */
  showMessages(messages, runs) {
    this.#runs = runs.map((run) => run.run_id);
    this.#said = messages.filter(({ role, text }) => role === "assistant" && text).map(({ text }) => text);
    this.came.replaceChildren(...pastMessages(messages));
  }

  /** @param {RunView} view */
  add(view) {
    this.views.push(view);
    this.came.append(view.element);
  }

  /**
   * Show what was replayed in place of the messages.
   * @param {RunView[]} views
   */
  replace(views) {
    this.views = views;
    this.came.replaceChildren(...views.map(({ element }) => element));
  }

  /**
   * Show words that a run that goes on is to read; it says itself when it has.
   * @param {string} runId
   * @param {string} text
   */
  steer(runId, text) {
    const view = this.views.find((each) => each.runId === runId && !each.fold.finished);
    const isRead = [...(view?.fold.rows.values() ?? [])].some((row) => row.kind === "remark" && row.notice.rule === "steering" && row.notice.text === text);
    if (!isRead) view?.words.append(h("p", { class: "steering unread", dir: "auto" }, text));
  }

  close() {
    for (const view of this.views) view.close();
  }

  remove() {
    this.close();
    this.element.remove();
  }

  // what may be done

  /**
   * Show which of the questions is shown that were asked in its place, and a way to the others.
   * @param {schemas.Branch[]} branches none: it was asked once
   * @param {(to: schemas.Branch, forth: boolean) => void} move
   */
  offerBranches(branches = [], move) {
    this.branches.replaceChildren(...(branches.length ? [branchButtons(branches, this.id, move)] : []));
  }

  /** Let the keyboard go on from the question. */
  focus() {
    this.heading?.setAttribute("tabindex", "-1");
    this.heading?.focus({ preventScroll: true });
  }

  /**
   * Let the keyboard stay at the way that was gone, or at the way back where it ends.
   * @param {boolean} forth
   */
  focusBranches(forth) {
    const ways = [...this.branches.querySelectorAll("button")];
    (forth ? ways.reverse() : ways).find((way) => !way.disabled)?.focus();
  }

  #buttons() {
    const copy = copyButton("Copy", () => this.answer);
    if (!this.hears || !this.question) return [copy];
    const edit = h("button", { type: "button", class: "quiet", onclick: () => this.#edit(edit) }, "Edit question");
    return [copy, h("button", { type: "button", class: "quiet", onclick: () => this.hears?.again(this, this.question) }, "Regenerate"), edit];
  }

  /** The answer as it was written: Markdown. */
  get answer() {
    const shown = this.views.map(({ fold }) => fold.answer?.text ?? "").filter(Boolean);
    return (shown.length ? shown : this.#said.slice(-1)).join("\n\n");
  }

  /**
   * The question as a field, in its place.
   * @param {HTMLButtonElement} button
   */
  #edit(button) {
    const { heading } = this;
    if (!heading?.isConnected) return;
    const field = h("textarea", { rows: "3", "aria-label": "Your question", dir: "auto" });
    field.value = this.question;
    const form = h("form", { class: "edit-question" }, h("h2", { class: "unseen" }, "Edit the question"), field, h("button", { type: "submit", class: "main" }, "Ask"), h("button", { type: "button", onclick: () => leave() }, "Cancel"));
    const leave = () => (form.replaceWith(heading), button.focus());
    form.addEventListener("submit", (event) => (event.preventDefault(), this.#asked(field.value.trim(), leave)));
    form.addEventListener("keydown", (event) => this.#key(event, form, leave));
    heading.replaceWith(form);
    field.focus();
  }

  /**
   * @param {string} question
   * @param {() => void} leave
   */
  #asked(question, leave) {
    if (!question) return;
    leave();
    this.hears?.again(this, question);
  }

  /**
   * @param {KeyboardEvent} event
   * @param {HTMLFormElement} form
   * @param {() => void} leave
   */
  #key(event, form, leave) {
    if (event.key === "Escape") leave();
    else if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.target instanceof HTMLTextAreaElement) form.requestSubmit();
    else return;
    event.preventDefault();
    event.stopPropagation(); // Escape stops a run elsewhere
  }
}
