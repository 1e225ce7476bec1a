// What a run asks a person: the forms of its questions, and what became of their answers.

import { question } from "./approvals.js";
import { holdsWords, withWords } from "./held_words.js";
import { h } from "./dom.js";

/** @import { Failure, Form } from "./approvals.js" */
/** @import { Fold } from "./fold.js" */

export class RunQuestions {
  /** @type {Form[]} */
  #forms = [];
  /** @type {page.CallRow[] | null | undefined} */
  #made; // what went on with what was decided; undefined: that is not known yet

  /**
   * `onDecisions(response by interrupt id)`: when everything is decided; what it raises is told beside the decisions.
   * @param {Fold} fold
   * @param {(decisions: Record<string, unknown>) => unknown} onDecisions
   */
  constructor(fold, onDecisions) {
    this.fold = fold;
    this.onDecisions = onDecisions;
    this.element = h("div", { class: "questions" });
  }

  /**
   * @param {page.QuestionRow} row
   * @returns {page.Shown}
   */
  add(row) {
    const form = this.#form(row);
    const place = this.#forms.push(form) - 1;
    this.element.append(form.element);
    if (this.#made !== undefined) form.settled(this.#made);
    if (holdsWords(row.request)) this.#tellWords(row, place);
    return { element: form.element, update() {} };
  }

  /** @param {page.QuestionRow} row */
  #form(row, request = row.request) {
    return question({ request }, (response) => {
      row.answer = response;
      if (this.fold.questions.every((each) => each.answer !== undefined)) this.#decide();
    });
  }

  /**
   * Ask anew with the words that are held back, where this user may see them.
   * @param {page.QuestionRow} row
   * @param {number} place
   */
  async #tellWords(row, place) {
    const request = await withWords(row);
    if (!request || row.answer !== undefined) return;
    const form = this.#form(row, request);
    this.#forms[place].element.replaceWith(form.element);
    this.#forms[place] = form;
  }

  async #decide() {
    const answers = this.fold.questions.map(({ id, answer }) => [id, answer]);
    try {
      await this.onDecisions(Object.fromEntries(answers));
      for (const form of this.#forms) form.accepted();
    } catch (problem) {
      this.refused(/** @type {Failure} */ (problem));
    }
  }

  /**
   * What was decided here was not taken: say why, and ask again, unless `problem.gone`.
   * @param {Failure} problem
   */
  refused(problem) {
    this.answered(Boolean(problem.gone));
    for (const row of this.fold.questions) row.answer = undefined;
    for (const form of this.#forms) form.refused(problem);
  }

  /**
   * Whether what was asked waits no more.
   * @param {boolean} yes
   */
  answered(yes) {
    this.element.classList.toggle("answered", yes);
  }

  /**
   * Whether this question waits here for its answer.
   * @param {string} interrupt
   */
  asks(interrupt) {
    return !this.element.classList.contains("answered") && this.fold.questions.some(({ id }) => id === interrupt);
  }

  /**
   * It waits no more: say what was decided, as the calls of the run tell that went on with it; null: none did.
   * @param {page.CallRow[] | null} calls
   */
  settle(calls) {
    this.#made = calls;
    this.answered(true);
    for (const form of this.#forms) form.settled(calls);
  }
}
