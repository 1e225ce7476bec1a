// What a screen reader hears: whole sentences and turning points, seldom enough to be followed.

/** @import { RunView } from "./run_view.js" */

const PAUSE = 2500; // ms between two announcements
const SOON = 100; // ms that the first one waits for what else happens
const LONGEST = 1500; // characters of one announcement

/** Speaks through a polite live region. */
export class Announcer {
  /** @type {string[]} */
  #waiting = [];
  /** @type {RunView | null} */
  #view = null; // the run that is listened to
  #said = 0; // characters of its answer that were said
  #doing = "";
  /** @type {number | null} */
  #timer = null;
  #spoke = -Infinity;

  /** @param {HTMLElement} element */
  constructor(element) {
    this.element = element;
  }

  /**
   * Say this with the next announcement.
   * @param {string} text
   */
  say(text) {
    this.#waiting.push(text);
    this.#soon();
  }

  /**
   * A run was painted: what it does, and what is complete of its answer, is told in time.
   * @param {RunView} view
   */
  painted(view) {
    if (view !== this.#view) [this.#view, this.#said] = [view, 0];
    this.#soon();
  }

  #soon() {
    if (this.#timer !== null) return;
    this.#timer = setTimeout(() => this.#speak(), Math.max(SOON, this.#spoke + PAUSE - performance.now()));
  }

  #speak() {
    this.#timer = null;
    this.#spoke = performance.now();
    if (this.#view) this.#listen(this.#view);
    const text = this.#waiting.join(" ").slice(-LONGEST);
    this.#waiting = [];
    if (text) this.element.textContent = text;
  }

  /** @param {RunView} view */
  #listen({ fold, doing }) {
    const { answer, finished, questions } = fold;
    if (answer && !answer.calls) this.#words(answer.text, finished);
    else if (!finished && doing.textContent !== this.#doing) this.#waiting.push((this.#doing = doing.textContent));
    if (!finished) return;
    this.#waiting.push(questions.length ? "A decision is needed." : ENDS[finished.status]);
    this.#view = null;
  }

  /**
   * What is new of the answer, up to the end of a sentence.
   * @param {string} text
   * @param {events.RunFinished | null} finished
   */
  #words(text, finished) {
    const fresh = text.slice(this.#said);
    const whole = finished ? fresh.length : fresh.search(/[.!?:]\s+\S*$/) + 1;
    this.#said += whole;
    if (whole) this.#waiting.push(fresh.slice(0, whole).replace(/[*_`#|]/g, ""));
  }
}

const ENDS = {
  done: "The answer is complete.",
  truncated: "The answer was cut off.",
  stopped: "Stopped.",
  halted: "Ended by a rule.",
  failed: "The run failed.",
  interrupted: "A decision is needed.",
};
