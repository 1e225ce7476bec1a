// The turns of one thread on the page, and the run that goes on in it.

import { linkMarks, sources } from "./citations.js";
import { h } from "./dom.js";
import { followRun } from "./run_stream.js";
import { callArguments } from "./format.js";
import { lastRuns, turnsOf } from "./turns.js";
import { get, post, Problem } from "./http.js";
import { rendered } from "./markdown_view.js";
import { RunView } from "./run_view.js";

export class Conversation {
  /** @type {string | null} */
  run = null; // the id of the run that goes on
  #leave = new AbortController();
  #views = [];

  /** `hears`: `state(connection)`, `busy(run id or null)`, `painted(view)`, `trouble(problem)`, `title(words)`. */
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

  get closed() {
    return this.#leave.signal.aborted;
  }

  get empty() {
    return !this.element.firstChild;
  }

  /** Ask a question, or give an input; `body` is that of `POST /runs`. Raises `Problem`. */
  async ask(shown, body) {
    const turn = this.#turn(shown);
    try {
      const started = await once((key) => post("runs", { ...body, ...(this.thread && { thread: this.thread }) }, { "Idempotency-Key": key }));
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
    const path = encodeURIComponent(this.thread);
    const known = await get(`threads/${path}`);
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

  /** Show the runs of the last turn; what they asked is asked still where the thread waits for it. */
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

  /** What waits for a decision where its run can no longer be read. */
  #ask(interrupts) {
    if (!interrupts.length) return;
    const view = this.#view(this.element.lastElementChild ?? this.#turn(""));
    for (const [index, interrupt] of interrupts.entries()) view.add({ type: "interrupt", seq: index + 1, at: 0, ...interrupt });
    view.add({ type: "run.finished", seq: interrupts.length + 1, at: 0, status: "interrupted" });
  }

  #turn(question) {
    const turn = h("article", { class: "turn" }, question ? h("h2", { class: "question" }, question) : null);
    this.element.append(turn);
    return turn;
  }

  #view(turn, answered = false) {
    const view = new RunView({ onPaint: this.hears.painted, onDecisions: (decisions, asking) => this.#decide(decisions, turn, asking) });
    view.answered(answered);
    this.#views.push(view);
    turn.append(view.element);
    return view;
  }

  /** Send what was decided in `view`, and follow the run that goes on with it. Raises `Problem` when it was not taken. */
  async #decide(decisions, turn, view) {
    try {
      const path = `threads/${encodeURIComponent(this.thread)}/resume`;
      const { run_id } = await once((key) => post(path, { decisions }, { "Idempotency-Key": key }));
      view.answered(true);
      await this.#goOn(run_id, turn, view);
    } catch (error) {
      if (error.status) error.gone = !(await this.#waitsFor(view).catch(() => true));
      throw error;
    }
  }

  /** Follow the run that goes on; returns when it has begun. Raises `Problem` when it could not: it has answered nothing. */
  #goOn(runId, turn, asking) {
    return new Promise((begun, refused) => {
      const hear = ({ type }) => type === "node.started" && begun(null);
      this.#follow(runId, turn, { hear })
        .then(async ({ fold: { finished } }) => {
          if (!["failed", "stopped"].includes(finished?.status)) return begun(null);
          refused(unbegun(finished)); // nothing happens when it had begun
          if (finished.status === "failed" && (await this.#waitsFor(asking))) asking.refused(unbegun(finished));
        })
        .catch((error) => (refused(new Problem()), this.hears.trouble(error)));
    });
  }

  /** Whether the thread still waits for what `view` asked. */
  async #waitsFor(view) {
    const { interrupts = [] } = await get(`threads/${encodeURIComponent(this.thread)}`);
    return interrupts.some((each) => view.fold.questions.some(({ id }) => id === each.interrupt_id));
  }

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

  async #whole(view, runId, hear) {
    const ended = await followRun(runId, { onEvent: (event) => (view.add(event), hear(event)), onState: (state) => this.closed || this.hears.state(state), signal: this.#leave.signal });
    if (ended && view.wordless && this.thread) view.showState((await get(`threads/${encodeURIComponent(this.thread)}`)).values);
  }
}

/** Why what was decided was not taken, by the end of the run that was to go on with it. */
function unbegun({ status, error }) {
  const detail = status === "stopped" ? "The run was stopped before it began." : error?.message;
  return new Problem({ detail, hint: error?.hint, status: 409 });
}

/** Try a request again, with the same key, when the connection and not the server said no. */
async function once(send) {
  const key = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  for (let tries = 0; ; tries += 1) {
    try {
      return await send(key);
    } catch (error) {
      if (error.status !== 0 || tries === 2) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

/** A turn of which only the messages are left. */
function past(messages) {
  return messages.flatMap((message) => (message.role === "tool" ? [] : [...called(message), ...said(message)]));
}

function called({ tool_calls: calls }) {
  if (!calls?.length) return [];
  const line = (call) => h("li", { class: "row call" }, h("span", { class: "icon", "aria-hidden": "true" }, "·"), h("code", { class: "name" }, call.name), h("span", { class: "given" }, callArguments(call.args)));
  return [h("ol", { class: "rows past" }, calls.map(line))];
}

function said({ text, citations = [] }) {
  if (!text) return [];
  const prose = h("div", { class: "prose speech" }, rendered(text));
  linkMarks(prose, citations, text);
  return [prose, h("section", { class: "sources" }, sources(citations))];
}
