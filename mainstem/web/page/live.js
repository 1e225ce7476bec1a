// What a screen reader hears: whole sentences and turning points, seldom enough to be followed.

const PAUSE = 2500; // ms between two announcements

/** Speaks through a polite live region. */
export class Announcer {
  #said = new Map(); // view → characters of its answer that were said
  #doing = "";
  #waiting = [];
  #timer = null;

  constructor(element) {
    this.element = element;
  }

  /** Say this with the next announcement. */
  say(text) {
    if (text) this.#waiting.push(text);
    this.#timer ??= setTimeout(() => this.#speak(), this.#waiting.length ? 100 : PAUSE);
  }

  /** A run was painted: tell what it does, and what is complete of its answer. */
  painted(view) {
    const { answer, finished, questions } = view.fold;
    if (answer && !answer.calls) this.#words(view, answer, finished);
    else if (view.doing.textContent !== this.#doing) this.say((this.#doing = view.doing.textContent));
    if (finished && !view.told) {
      view.told = true;
      this.say(questions.length ? "A decision is needed." : ENDS[finished.status]);
    }
  }

  #words(view, answer, finished) {
    const from = this.#said.get(view) ?? 0;
    const rest = answer.text.slice(from);
    const whole = finished ? rest.length : rest.search(/[.!?:]\s+\S*$/) + 1;
    if (whole <= 0 || this.#timer) return;
    this.#said.set(view, from + whole);
    this.#waiting.push(rest.slice(0, whole).replace(/[*_`#|]/g, ""));
    this.#timer = setTimeout(() => this.#speak(), 100);
  }

  #speak() {
    this.element.textContent = this.#waiting.join(" ").slice(-1500);
    this.#waiting = [];
    this.#timer = setTimeout(() => {
      this.#timer = null;
      if (this.#waiting.length) this.say("");
    }, PAUSE);
  }
}

const ENDS = { done: "The answer is complete.", truncated: "The answer was cut off.", stopped: "Stopped.", halted: "Ended by a rule.", failed: "The run failed.", interrupted: "A decision is needed." };
