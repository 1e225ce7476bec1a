// The turns of one thread on the page, and the run that goes on in it.

import { chooseBranch } from "./branches.js";
import { abandon, decide, settle } from "./decisions.js";
import { h } from "./dom.js";
import { followRun } from "./run_stream.js";
import { rendered } from "./markdown_view.js";
import { replayed } from "./run_replay.js";
import { RunView } from "./run_view.js";
import { nameOf, stopRun, ThreadClient } from "./thread_client.js";
import { TurnView } from "./turn_view.js";
import { keptTurns, runsOfTurns, turnsOf } from "./turns.js";
import { whenNear } from "./when_near.js";

/** @import { Failure } from "./approvals.js" */
/** @import { Turn } from "./turns.js" */

const GOES_ON = { message: "A run goes on.", hint: "Stop it, or wait for its end." };

export class Conversation {
  /** @type {string[]} */
  #followed = []; // the runs that go on, and those that wait for them
  #leave = new AbortController();
  /** @type {TurnView[]} */
  #turns = [];
  #newest = ""; // the newest run that is shown
  #opening = /** @type {Promise<void> | null} */ (null);
  /** @type {HTMLElement | null} */
  #folded = null;

  /**
   * `asks`: whether questions are asked, and not inputs given.
   * @param {HTMLElement} element
   * @param {string | null} thread
   * @param {page.ThreadHears} hears
   */
  constructor(element, thread, hears, asks = true) {
    this.element = element;
    this.client = new ThreadClient(thread);
    this.hears = hears;
    this.asks = asks;
    element.replaceChildren();
  }

  /** Leave the thread; a run goes on without this page. */
  close() {
    this.#leave.abort();
    for (const turn of this.#turns) turn.close();
  }

  get thread() {
    return this.client.id;
  }

  /** The id of the run that goes on. */
  get run() {
    return this.#followed[0] ?? null;
  }

  get closed() {
    return this.#leave.signal.aborted;
  }

  get empty() {
    return !this.element.firstChild;
  }

  // asking

  /**
   * Ask a question, or give an input; `body` is that of `POST /runs`. Raises `Problem`.
   * @param {string} shown
   * @param {{question: string} | {input: unknown}} body
   */
  async ask(shown, body) {
    const turn = this.#turn(shown);
    try {
      const runId = await this.client.start({ policy: "queue", ...body });
      return this.#follow(runId, turn);
    } catch (error) {
      this.#drop(turn);
      throw error;
    }
  }

  /**
   * Ask a turn's question anew, as it was or with other words: the thread branches there.
   * @param {TurnView} turn
   * @param {string} question
   */
  async again(turn, question) {
    if (this.run) return this.hears.trouble(GOES_ON);
    this.hears.trouble(null);
    try {
      const checkpoint = this.thread && turn.id ? await this.client.fork(turn.id) : null;
      const later = checkpoint ? this.#turns.slice(this.#turns.indexOf(turn)) : [turn];
      const runId = await this.client.start({ question, ...(checkpoint && { checkpoint_id: checkpoint }) });
      const hasFocus = turn.element.contains(document.activeElement);
      for (const each of later) this.#drop(each);
      const anew = this.#turn(question);
      if (hasFocus) anew.focus();
      await this.#follow(runId, anew);
      await this.#offerBranches();
    } catch (error) {
      this.hears.trouble(/** @type {Failure} */ (error));
    }
  }

  async #offerBranches() {
    if (!this.thread) return;
    const places = await this.client.branches().catch(() => []); // the thread is there without them
    for (const turn of this.#turns) turn.offerBranches(places.find((place) => place.some((each) => each.message_id === turn.id)), (to, forth) => this.#move(to, forth));
  }

  /**
   * Look at another branch; what is asked then goes on from its end.
   * @param {schemas.Branch} branch
   * @param {boolean} forth
   */
  async #move({ message_id: id }, forth) {
    if (this.run) return this.hears.trouble(GOES_ON);
    this.hears.trouble(null);
    try {
      await chooseBranch(this.client, id);
      await this.open();
      this.#turns.find((turn) => turn.id === id)?.focusBranches(forth);
    } catch (error) {
      this.hears.trouble(/** @type {Failure} */ (error));
    }
  }

  /**
   * Let the run that goes on read this before its model is asked again; it is asked as a question where none goes on.
   * Raises `Problem`.
   * @param {string} text
   */
  async steer(text) {
    const runId = await this.client.start({ question: text, policy: "steer" });
    if (!this.#followed.includes(runId)) return void (await this.#follow(runId, this.#turn(text)));
    for (const turn of this.#turns) turn.steer(runId, text);
  }

  /** Ask for the end; the run says itself when it has ended. */
  async stop() {
    if (this.run) await stopRun(this.run);
  }

  // showing what the server knows

  /** Look whether something came that is not shown: another tab's question, or a decision made elsewhere. */
  async look() {
    if (!this.thread || this.run || this.#opening || this.closed) return;
    const newest = await this.client.newest();
    if (newest !== this.#newest && !this.run && !this.#opening) await this.open();
  }

  /** Show what is known of the thread once what is being shown is there, and follow its run. Raises `Problem`. */
  async open() {
    const opening = Promise.resolve(this.#opening?.catch(() => {})).then(() => this.#shown());
    this.#opening = opening;
    await opening.finally(() => this.#opening === opening && (this.#opening = null));
  }

  async #shown() {
    const known = await this.client.state();
    await Promise.all([this.#show(known), this.#offerBranches()]);
  }

  /** @param {schemas.ThreadState} known */
  async #show(known) {
    if (this.closed || this.run) return;
    const { messages, runs, interrupts } = known;
    this.#newest = runs.slice(0, 1).map(nameOf).join("");
    this.hears.title(known.title);
    this.#summary(known.summary);
    const turns = turnsOf(messages);
    if (!turns.length && runs.length) turns.push({ question: "", id: "", messages: [] });
    const ofTurns = runsOfTurns(turns, runs, interrupts.length > 0);
    const kept = keptTurns(this.#turns, turns, ofTurns, interrupts);
    for (const turn of this.#turns.slice(kept)) this.#drop(turn);
    this.hears.changes(this.element, () => turns.forEach((turn, index) => index >= kept && this.#past(turn, ofTurns[index], index < turns.length - 1)));
    if (kept < turns.length) await this.#latest(ofTurns[turns.length - 1], known.running, interrupts);
  }

  /** @param {string | undefined} text */
  #summary(text) {
    this.#folded?.remove();
    this.#folded = text ? h("details", { class: "folded" }, h("summary", {}, "What was said before, in short"), rendered(text)) : null;
    if (this.#folded) this.element.prepend(this.#folded);
  }

  /**
   * @param {Turn} turn
   * @param {schemas.RunSummary[]} runs
   * @param {boolean} earlier
   */
  #past(turn, runs, earlier) {
    const view = this.#turn(turn.question, turn.id);
    const isKept = runs.length > 0 && !runs.some((run) => run.pruned);
    if (earlier || !isKept) view.showMessages(turn.messages, runs);
    if (!earlier || !isKept) return;
    const load = () => this.#load(view, runs).catch(() => {}); // its words stay
    whenNear(view.element, this.element.parentElement ?? this.element, load, this.#leave.signal);
  }

  /**
   * Show an earlier turn's runs in place of its messages, when all of them have come.
   * @param {TurnView} turn
   * @param {schemas.RunSummary[]} runs
   */
  async #load(turn, runs) {
    const views = await replayed(runs, this.#leave.signal);
    if (views) this.hears.changes(turn.element, () => turn.replace(views));
  }

  /**
   * Show the runs of the last turn; what they asked is asked still where the thread waits for it.
   * @param {schemas.RunSummary[]} runs
   * @param {string | null} running
   * @param {schemas.PendingInterrupt[]} interrupts
   */
  async #latest(runs, running, interrupts) {
    const turn = this.#turns.at(-1) ?? this.#turn("");
    const waiting = new Set(interrupts.map((each) => each.interrupt_id));
    for (const { run_id: id } of runs.filter((run) => !run.pruned)) {
      const view = await this.#follow(id, turn, { answered: id !== running && !waiting.size });
      if (this.closed || id === running) continue;
      const open = view.fold.questions.filter((question) => waiting.delete(question.id));
      view.questions.answered(!open.length);
      settle(turn.views);
    }
    const left = interrupts.filter((each) => waiting.has(each.interrupt_id));
    if (left.length && !this.closed) this.#view("", turn).ask(left); // of a run that can no longer be read
    if (!interrupts.length && !running) abandon(turn.views);
  }

  // turns and runs

  /** @param {string} question */
  #turn(question, id = "") {
    const turn = new TurnView(question, id, this.asks ? { again: (which, words) => this.again(which, words) } : null);
    this.#turns.push(turn);
    this.element.append(turn.element);
    return turn;
  }

  /** @param {TurnView} turn */
  #drop(turn) {
    this.#turns = this.#turns.filter((each) => each !== turn);
    turn.remove();
  }

  /**
   * @param {string} runId
   * @param {TurnView} turn
   */
  #view(runId, turn, answered = false) {
    const view = new RunView({
      runId,
      onPaint: this.hears.painted,
      onDecisions: (decisions, asking) => decide(this.client, decisions, asking, (id, hear) => this.#follow(id, turn, { hear }), this.hears.trouble),
      onAgain: this.asks ? () => this.again(turn, turn.question) : null,
    });
    view.questions.answered(answered);
    turn.add(view);
    return view;
  }

  /**
   * Show a run in its turn while it goes on, to its end.
   * @param {string} runId
   * @param {TurnView} turn
   * @param {{answered?: boolean, hear?: (event: events.AnyEvent) => void}} [given]
   */
  async #follow(runId, turn, { answered = false, hear = (event) => event } = {}) {
    const view = this.#view(runId, turn, answered);
    if (this.closed) return (view.close(), view);
    view.waits = this.#followed.length > 0;
    this.#followed.push(runId);
    this.hears.busy(this.run);
    try {
      await this.#whole(view, hear);
    } finally {
      this.#followed = this.#followed.filter((each) => each !== runId);
      if (!this.closed) this.hears.busy(this.run);
      if (!this.closed && !this.run) this.hears.state("");
    }
    return view;
  }

  /**
   * @param {RunView} view
   * @param {(event: events.AnyEvent) => void} hear
   */
  async #whole(view, hear) {
    const ended = await followRun(view.runId, { onEvent: (event) => (view.add(event), hear(event)), onState: (state) => this.closed || this.hears.state(state), signal: this.#leave.signal });
    if (ended && view.wordless && view.fold.finished?.status === "done" && this.thread) view.showState((await this.client.state()).values);
  }
}
