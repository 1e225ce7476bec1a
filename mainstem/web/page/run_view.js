// One run on the page: its work, its figures, its words, its sources, what it asks, and how it ended.

import { linkMarks, openPassages, sources } from "./citations.js";
import { decorate } from "./decorate.js";
import { h, say } from "./dom.js";
import { feedback } from "./feedback.js";
import { banner, numberList } from "./run_end.js";
import { figure } from "./figures.js";
import { Fold } from "./fold.js";
import { FrameScheduler } from "./frames.js";
import { MarkdownView } from "./markdown_view.js";
import { folded, MAKERS } from "./rows.js";
import { RunQuestions } from "./run_questions.js";
import { account, activity, isOver } from "./run_summary.js";

const WITHDRAWN = {
  retry: "This attempt broke off and was taken back. The model tries again.",
  fallback: "This answer was taken back. Another model answers.",
  repair: "This text was corrected and taken back.",
};
/** @type {{[status: string]: string[] | undefined}} */
const CUT = { failed: ["error", "✕"], stopped: ["stopped", "■"] };
const FADE = 700; // ms that withdrawn words take to vanish, as in style.css
const TICK = 500; // ms between two looks at the clock
const FRAME = 500; // characters of an answer that a frame shows: what a page that was held up has to show waits for the next
const BEHIND = 12; // frames that share what is left, where that is more

export class RunView {
  fold = new Fold();
  waits = false; // whether another run must end before it begins
  /** @type {Map<string, page.Shown>} */
  #shown = new Map(); // key of a row → what shows it
  /** @type {Set<string>} */
  #figures = new Set();
  /** @type {() => void} */
  #over = () => {};
  /** @type {Promise<void>} */
  over = new Promise((resolve) => (this.#over = resolve)); // when the run has ended here
  #heard = 0; // when the last event came, by this page's clock
  #counted = 0;
  /** @type {number} */
  #timer;
  #painter = new FrameScheduler(() => this.paint(Math.max(FRAME, Math.ceil(this.#left / BEHIND))));
  #left = 0; // characters of words that came and are not shown
  /** @type {Set<string>} */
  #late = new Set(); // keys of the rows of which not all is shown
  #most = Infinity; // characters of words that this painting may still show
  /** @type {page.Help} */
  #help = { open: (citation) => openPassages([citation]) };

  /**
   * `onDecisions(response by interrupt id, this view)`: when everything is decided; what it raises is told beside the
   * decisions. `onPaint(this view)`: after each painting. `onAgain`: the question is to be tried again; null where it
   * cannot.
   * @param {{runId?: string, onDecisions?: (decisions: Record<string, unknown>, view: RunView) => unknown, onPaint?: (view: RunView) => void, onAgain?: (() => void) | null}} given
   */
  constructor({ runId = "", onDecisions = () => {}, onPaint = () => {}, onAgain = null } = {}) {
    this.runId = runId;
    this.onAgain = onAgain;
    this.questions = new RunQuestions(this.fold, (decisions) => onDecisions(decisions, this));
    this.onPaint = onPaint;
    this.icon = h("span", { class: "icon", "aria-hidden": "true" });
    this.doing = h("span", { class: "doing" });
    this.steps = h("ol", { class: "rows" });
    this.work = h("details", { class: "work" }, h("summary", {}, this.icon, this.doing), this.steps);
    this.figures = h("div", { class: "figures" });
    this.words = h("div", { class: "words" });
    this.sources = h("section", { class: "sources", "aria-label": "Sources" });
    this.end = h("div", { class: "end", role: "status" });
    this.numbers = h("dl", { class: "numbers", "aria-label": "Numbers of this run" });
    this.element = h("section", { class: "run" }, this.work, this.figures, this.words, this.end, this.sources, this.questions.element, this.numbers);
    this.work.open = true;
    this.#timer = setInterval(() => this.fold.finished || this.#painter.ask(), TICK);
  }

  /**
   * Take an event; what it changes is painted with the next frame.
   * @param {events.AnyEvent} event
   */
  add(event) {
    if (!this.fold.add(event)) return;
    if (this.fold.finished) this.#over();
    this.#heard = performance.now();
    this.#painter.ask();
  }

  /**
   * Ask what waits for a decision, without the run that asked it.
   * @param {schemas.PendingInterrupt[]} interrupts
   */
  ask(interrupts) {
    for (const [index, interrupt] of interrupts.entries()) this.add({ type: "interrupt", seq: index + 1, at: 0, run_id: "", ...interrupt });
    this.add(/** @type {events.RunFinished} */ ({ type: "run.finished", seq: interrupts.length + 1, at: 0, status: "interrupted" }));
  }

  close = () => clearInterval(this.#timer);

  /** The time of the run, in its seconds. */
  get now() {
    return (this.fold.at ?? 0) + (this.#heard ? (performance.now() - this.#heard) / 1000 : 0);
  }

  /** Show what changed; of words so many characters at most, and the rest with the frames to come. */
  paint(most = Infinity) {
    const { changed, finished } = this.fold;
    this.#most = most;
    for (const key of changed) this.#row(key);
    if (!finished) this.#tick();
    this.#summary();
    this.#count();
    if (this.#late.size) this.#painter.ask();
    else this.#whole(finished);
    this.onPaint(this);
  }

  /** @param {events.RunFinished | null} finished all words are shown that came */
  #whole(finished) {
    if (this.fold.changed.has("citations") || finished) this.#cite();
    if (finished && !this.end.dataset.status) this.#ended(finished);
    this.fold.changed.clear();
  }

  #tick() {
    for (const [key, { update }] of this.#shown) {
      const row = this.fold.rows.get(key);
      if (row && !isOver(row)) update(this.now);
    }
  }

  // rows

  /** @param {string} key */
  #row(key) {
    const row = this.fold.rows.get(key);
    if (row) this.#show(key, row);
    else this.#take(key);
  }

  /**
   * @param {string} key
   * @param {page.Row} row
   */
  #show(key, row) {
    if (!this.#shown.has(key)) this.#shown.set(key, this.#make(row));
    this.#shown.get(key)?.update(this.now);
    if (row.kind === "call" && row.artifact !== undefined) this.#figure(row);
  }

  /**
   * @param {page.Row} row
   * @returns {page.Shown}
   */
  #make(row) {
    if (row.kind === "speech") return this.#speech(row);
    if (row.kind === "question") return this.questions.add(row);
    if (row.kind === "withdrawn") return placed(this.words, h("p", { class: "taken-back" }, WITHDRAWN[row.reason] ?? "This text was taken back."));
    if (row.kind === "remark" && row.notice.rule === "steering") return (this.words.querySelector(".unread")?.remove(), placed(this.words, h("p", { class: "steering", dir: "auto" }, row.notice.text)));
    const make = /** @type {(row: page.Row, help: page.Help) => page.Shown} */ (MAKERS[row.kind]);
    const made = make(row, this.#help);
    this.#insert(row, made.element);
    return made;
  }

  /**
   * Below the step that it belongs to, where that is known: parallel steps do not mix.
   * @param {page.Row} row
   * @param {HTMLElement} element
   */
  #insert(row, element) {
    const step = this.#shown.get(row.parent ?? "")?.element;
    if (!row.parent || !step) return this.steps.append(element);
    let before = step;
    for (let next = step.nextElementSibling; isBelow(next, row.parent); next = next.nextElementSibling) before = next;
    element.dataset.parent = row.parent;
    before.after(element);
  }

  /**
   * @param {page.SpeechRow} row
   * @returns {page.Shown}
   */
  #speech(row) {
    const element = h("div", { class: "prose speech" });
    const prose = new MarkdownView(element);
    let isWhole = false;
    const update = () => {
      if (row.text && !element.parentNode) this.words.append(element); // a message may be calls alone
      element.classList.toggle("interim", Boolean(row.calls));
      element.toggleAttribute("data-open", !row.ended);
      const before = prose.shown;
      prose.show(row.text, { open: !row.ended, most: this.#most });
      this.#most -= prose.shown - before;
      this.#left = row.text.length - prose.shown;
      const isAll = !this.#left;
      this.#late[isAll ? "delete" : "add"](row.key);
      if (row.ended && isAll && !isWhole) decorate(element);
      isWhole = row.ended && isAll;
    };
    return { element, update, row };
  }

  /**
   * A row that is gone: words vanish before the reader's eyes, a call goes on in another place.
   * @param {string} key
   */
  #take(key) {
    const shown = this.#shown.get(key);
    if (!shown) return;
    this.#late.delete(key);
    this.#shown.delete(key);
    if (!shown.element.classList.contains("speech")) return void shown.element.remove();
    shown.element.classList.add("withdrawn");
    shown.element.setAttribute("aria-hidden", "true");
    setTimeout(() => shown.element.remove(), matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : FADE);
  }

  /** @param {page.CallRow} row */
  #figure(row) {
    if (this.#figures.has(row.key)) return;
    this.#figures.add(row.key);
    const made = figure(row);
    if (made) this.figures.append(made);
  }

  // what stands around the rows

  #cite() {
    const { citations, marks } = this.fold;
    this.sources.replaceChildren(...sources(citations));
    for (const { row, element } of this.#shown.values()) {
      if (row?.ended) linkMarks(element, marks.filter((citation) => citation.message_id === row.message), row.text);
    }
  }

  /** The numbers, a few times a second: they are to be read. */
  #count() {
    if (!this.fold.finished && performance.now() - this.#counted < TICK) return;
    this.#counted = performance.now();
    this.numbers.replaceChildren(...numberList(this.fold));
  }

  #summary() {
    const { finished, rows, gaps } = this.fold;
    const all = [...rows.values()];
    const waits = this.waits && !finished && !all.length;
    this.work.hidden = !this.steps.children.length && !waits;
    const well = this.fold.ungrounded ? ["doubted", "!"] : ["ok", "✓"];
    const [state, icon] = finished ? (CUT[finished.status] ?? well) : ["running", ""];
    this.work.dataset.state = state;
    say(this.icon, icon);
    say(this.doing, waits ? "waits for the answer above" : finished ? account(all, finished, gaps) : activity(all));
  }

  /** @param {events.RunFinished} finished */
  #ended(finished) {
    const { status } = finished;
    this.end.dataset.status = status;
    this.element.dataset.status = status;
    this.element.toggleAttribute("data-held", [...this.fold.rows.values()].some((row) => row.kind === "speech" && row.finished?.finish_reason === "review"));
    const said = banner(finished, this.onAgain);
    if (said) this.end.append(said);
    if (!this.fold.answer && !this.figures.children.length && status === "done") this.end.append(h("p", { class: "note" }, "The graph ended without words."));
    if (this.fold.answer) this.element.append(feedback(finished.run_id));
    if (status !== "failed" && !this.wordless) this.work.open = false;
    for (const { update } of this.#shown.values()) update(this.now);
    this.close();
  }

  /** Whether there is nothing to look at but the steps and what the graph wrote. */
  get wordless() {
    return !this.fold.answer && !this.figures.children.length && !this.fold.questions.length;
  }

  /**
   * What a graph without words has come to: its state.
   * @param {Record<string, unknown>} values
   */
  showState(values) {
    if (Object.keys(values ?? {}).length) this.end.append(h("div", { class: "state" }, folded("State at the end", values)));
  }
}

/**
 * @param {Element | null} element
 * @param {string} parent
 * @returns {element is HTMLElement}
 */
function isBelow(element, parent) {
  return element instanceof HTMLElement && element.dataset.parent === parent;
}

/**
 * @param {Element} parent
 * @param {HTMLElement} element
 * @returns {page.Shown}
 */
function placed(parent, element) {
  parent.append(element);
  return { element, update() {} };
}
