// The turns of one thread on the page, and the run that goes on in it.

import { linkMarks, sources } from "./citations.js";
import { h } from "./dom.js";
import { followRun } from "./run_stream.js";
import { callArguments } from "./format.js";
import { lastRuns, turnsOf } from "./turns.js";
import { get, post, Problem } from "./http.js";
import { rendered } from "./markdown_view.js";
import { RunView } from "./run_view.js";

/** @import { Failure } from "./approvals.js" */

/**
 * What the page hears of a thread; `busy` is told the run that goes on, `state` how the connection is.
 * @typedef {object} Hears
 * @property {(connection: string) => void} state
 * @property {(run: string | null) => void} busy
 * @property {(view: RunView) => void} painted
 * @property {(problem: Failure) => void} trouble
 * @property {(words: string) => void} title
 */

export class Conversation {
  /** @type {string | null} */
  run = null; // the id of the run that goes on
  #leave = new AbortController();
  /** @type {RunView[]} */
  #views = [];

  /**
   * @param {HTMLElement} element
   * @param {string | null} thread
   * @param {Hears} hears
   */
  constructor(element, thread, hears) {
    this.element = element;
    this.thread = thread;
    this.hears = hears;
    element.replaceChildren();
  }

  /** Leave the thread; a run goes on without this page. */
  close() {
    this.#leave.abort();
    for (const view of this.#views) view.close();
  }

  get #path() {
    return `threads/${encodeURIComponent(this.thread ?? "")}`;
  }

  /** What the server knows of the thread. Raises `Problem`. */
  async #state() {
    return /** @type {schemas.ThreadState} */ (await get(this.#path));
  }

  get closed() {
    return this.#leave.signal.aborted;
  }

  get empty() {
    return !this.element.firstChild;
  }

  /**
   * Ask a question, or give an input; `body` is that of `POST /runs`. Raises `Problem`.
   * @param {string} shown
   * @param {{question: string} | {input: unknown}} body
   */
  async ask(shown, body) {
    const turn = this.#turn(shown);
    try {
      const started = /** @type {schemas.Started} */ (await once((key) => post("runs", { ...body, ...(this.thread && { thread: this.thread }) }, { "Idempotency-Key": key })));
      this.thread = started.thread_id ?? this.thread;
      return this.#follow(started.run_id, turn);
    } catch (error) {
      turn.remove();
      throw error;
    }
  }

  /** Ask for the end; the run says itself when it has ended. */
  async stop() {
    if (this.run) await post(`runs/${encodeURIComponent(this.run)}/stop`);
  }

  /** Show what is known of the thread, and go on following a run that still goes on. Raises `Problem`. */
  async open() {
    const known = await this.#state();
    if (this.closed) return;
    this.hears.title(known.title);
    const turns = turnsOf(known.messages ?? []);
    if (known.summary) this.element.append(h("details", { class: "folded" }, h("summary", {}, "What was said before, in short"), rendered(known.summary)));
    const interrupts = known.interrupts ?? [];
    const last = lastRuns(known.runs ?? [], interrupts.length > 0).filter((run) => !run.pruned);
    for (const [index, turn] of turns.entries()) {
      const replayed = last.length && index === turns.length - 1;
      const element = this.#turn(turn.question);
      if (!replayed) element.append(...past(turn.messages));
    }
    if (last.length) await this.#replay(last, known.running, interrupts);
    else this.#ask(interrupts);
  }

  /**
   * Show the runs of the last turn; what they asked is asked still where the thread waits for it.
   * @param {schemas.RunSummary[]} runs
   * @param {string | null} running
   * @param {schemas.PendingInterrupt[]} interrupts
   */
  async #replay(runs, running, interrupts) {
    const turn = this.element.lastElementChild ?? this.#turn("");
    const waiting = new Set(interrupts.map((each) => each.interrupt_id));
    for (const { run_id } of runs) {
      const view = await this.#follow(run_id, turn, { answered: run_id !== running && !waiting.size });
      if (this.closed || run_id === running) continue;
      const open = view.fold.questions.filter(({ id }) => waiting.delete(id));
      view.answered(!open.length);
    }
    this.#ask(interrupts.filter((each) => waiting.has(each.interrupt_id)));
  }

  /**
   * What waits for a decision where its run can no longer be read.
   * @param {schemas.PendingInterrupt[]} interrupts
   */
  #ask(interrupts) {
    if (!interrupts.length) return;
    const view = this.#view(this.element.lastElementChild ?? this.#turn(""));
    for (const [index, interrupt] of interrupts.entries()) view.add({ type: "interrupt", seq: index + 1, at: 0, run_id: "", ...interrupt });
    view.add(/** @type {events.RunFinished} */ ({ type: "run.finished", seq: interrupts.length + 1, at: 0, status: "interrupted" }));
  }

  /** @param {string} question */
  #turn(question) {
    const turn = h("article", { class: "turn" }, question ? h("h2", { class: "question" }, question) : null);
    this.element.append(turn);
    return turn;
  }

  /** @param {Element} turn */
  #view(turn, answered = false) {
    const view = new RunView({ onPaint: this.hears.painted, onDecisions: (decisions, asking) => this.#decide(decisions, turn, asking) });
    view.answered(answered);
    this.#views.push(view);
    turn.append(view.element);
    return view;
  }

  /**
   * Send what was decided in `view`, and follow the run that goes on with it. Raises `Problem` when it was not taken.
   * @param {Record<string, unknown>} decisions
   * @param {Element} turn
   * @param {RunView} view
   */
  async #decide(decisions, turn, view) {
    try {
      const path = `${this.#path}/resume`;
      const { run_id } = /** @type {schemas.Started} */ (await once((key) => post(path, { decisions }, { "Idempotency-Key": key })));
      view.answered(true);
      await this.#goOn(run_id, turn, view);
    } catch (error) {
      if (error instanceof Problem && error.status) error.gone = !(await this.#waitsFor(view).catch(() => true));
      throw error;
    }
  }

  /**
   * Follow the run that goes on; returns when it has begun. Raises `Problem` when it could not: it has answered nothing.
   * @param {string} runId
   * @param {Element} turn
   * @param {RunView} asking
   * @returns {Promise<void>}
   */
  #goOn(runId, turn, asking) {
    return new Promise((begun, refused) => {
      const hear = (/** @type {events.AnyEvent} */ { type }) => type === "node.started" && begun();
      this.#follow(runId, turn, { hear })
        .then(async ({ fold: { finished } }) => {
          if (!finished || !["failed", "stopped"].includes(finished.status)) return begun();
          refused(unbegun(finished)); // nothing happens when it had begun
          if (finished.status === "failed" && (await this.#waitsFor(asking))) asking.refused(unbegun(finished));
        })
        .catch((error) => (refused(new Problem()), this.hears.trouble(error)));
    });
  }

  /**
   * Whether the thread still waits for what `view` asked.
   * @param {RunView} view
   */
  async #waitsFor(view) {
    const { interrupts = [] } = await this.#state();
    return interrupts.some((each) => view.fold.questions.some(({ id }) => id === each.interrupt_id));
  }

  /**
   * @param {string} runId
   * @param {Element} turn
   * @param {{answered?: boolean, hear?: (event: events.AnyEvent) => void}} [given]
   */
  async #follow(runId, turn, { answered = false, hear = (event) => event } = {}) {
    const view = this.#view(turn, answered);
    if (this.closed) return (view.close(), view);
    this.run = runId;
    this.hears.busy(runId);
    try {
      await this.#whole(view, runId, hear);
    } finally {
      if (!this.closed) {
        this.run = null;
        this.hears.busy(null);
        this.hears.state("");
      }
    }
    return view;
  }

  /**
   * @param {RunView} view
   * @param {string} runId
   * @param {(event: events.AnyEvent) => void} hear
   */
  async #whole(view, runId, hear) {
    const ended = await followRun(runId, { onEvent: (event) => (view.add(event), hear(event)), onState: (state) => this.closed || this.hears.state(state), signal: this.#leave.signal });
    if (ended && view.wordless && this.thread) view.showState((await this.#state()).values);
  }
}

/**
 * Why what was decided was not taken, by the end of the run that was to go on with it.
 * @param {events.RunFinished} finished
 */
function unbegun({ status, error }) {
  const detail = status === "stopped" ? "The run was stopped before it began." : error?.message;
  return new Problem({ detail, hint: error?.hint, status: 409 });
}

/**
 * Try a request again, with the same key, when the connection and not the server said no.
 * @template T
 * @param {(key: string) => Promise<T>} send
 * @returns {Promise<T>}
 */
async function once(send) {
  const key = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  for (let tries = 0; ; tries += 1) {
    try {
      return await send(key);
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 0 || tries === 2) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

/**
 * A turn of which only the messages are left.
 * @param {schemas.ThreadMessage[]} messages
 */
function past(messages) {
  return messages.flatMap((message) => (message.role === "tool" ? [] : [...called(message), ...said(message)]));
}

/** @param {schemas.ThreadMessage} message */
function called({ tool_calls: calls }) {
  if (!calls?.length) return [];
  /** @param {Record<string, unknown>} call */
  const line = (call) => h("li", { class: "row call" }, h("span", { class: "icon", "aria-hidden": "true" }, "·"), h("code", { class: "name" }, /** @type {string} */ (call.name)), h("span", { class: "given" }, callArguments(/** @type {Record<string, unknown>} */ (call.args))));
  return [h("ol", { class: "rows past" }, calls.map(line))];
}

/** @param {schemas.ThreadMessage} message */
function said({ text, citations = [] }) {
  if (!text) return [];
  const cited = /** @type {page.Cited[]} */ (citations);
  const prose = h("div", { class: "prose speech" }, rendered(text));
  linkMarks(prose, cited, text);
  return [prose, h("section", { class: "sources" }, sources(cited))];
}
