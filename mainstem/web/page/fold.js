// From a run's events to the rows of a screen, as mainstem/views/view.py does it. No DOM, no clock.
//
// Rows are plain objects with a `key` and a `kind`: step, work, call, aside, speech, withdrawn, remark, question, data.
// They change in place, and `changed` holds the keys of those to draw again, so that a token costs one append.

import { callOf, nodeOf, RowTable, wordsOf } from "./row_table.js";

const SHOWN = 200; // pieces of unknown data that are kept to be looked at
const LONGEST = 200_000; // characters of reasoning and of a tool's output that are kept

/** @type {(string | undefined)[]} */
const DOUBTS = ["doubtful", "unsupported"]; // verdicts that are told of each sentence

/** @typedef {{[E in events.AnyEvent as E["type"]]: (this: Fold, event: E) => void}} Takes */

/**
 * A citation as it is told today: older journals say `supported`, true or false.
 * @param {events.Citation & {supported?: boolean}} event
 * @returns {events.Citation}
 */
function judged(event) {
  if (event.supported === undefined) return event;
  return { ...event, verdict: event.supported ? "supported" : "unsupported" };
}

export class Fold {
  #table = new RowTable();
  rows = this.#table.rows;
  changed = this.#table.changed;
  /** @type {events.RunStarted | null} */
  started = null;
  /** @type {events.RunFinished | null} */
  finished = null;
  /** @type {number | null} */
  firstWordsAt = null;
  gaps = 0;
  seq = 0;
  at = 0;
  ungrounded = false; // whether the answer cites none of what was found
  /** @type {Set<string>} */
  #asides = new Set();
  /** @type {Set<string>} */
  #askers = new Set(); // the nodes that asked a model
  /** @type {Map<string, events.Citation>} */
  #citations = new Map();
  /** @type {events.Citation[]} */
  #marks = [];
  /** @type {Set<string>} */
  #withdrawn = new Set();
  /** @type {Set<page.StepRow>} */
  #unsaid = new Set(); // steps that ended without a word of what they wrote: cut short if the run ends with them

  /**
   * Take the next event. One that was seen before, or of a kind that this page does not know, passes by.
   * @param {events.AnyEvent} event
   */
  add(event) {
    if (event.seq <= this.seq) return false;
    this.seq = event.seq;
    this.at = event.at;
    if (!CLOSING.has(event.type)) this.#unsaid.clear();
    const take = /** @type {((this: Fold, event: events.AnyEvent) => void) | undefined} */ (Fold.#take[event.type]);
    take?.call(this, event);
    return true;
  }

  /** Every mark that was resolved in words that still count, also those that name the same passage again. */
  get marks() {
    return this.#marks.filter((found) => !this.#withdrawn.has(found.message_id));
  }

  /** The resolved marks of words that still count, in the order in which they came. */
  get citations() {
    return [...this.#citations.values()].filter((found) => !this.#withdrawn.has(found.message_id));
  }

  /** The row of the answer so far: the last words; a message that makes no tool calls goes first. */
  get answer() {
    const spoken = [...this.rows.values()].filter((row) => row.kind === "speech").filter((row) => row.text);
    return spoken.findLast((row) => !row.calls) ?? spoken.at(-1) ?? null;
  }

  /** The rows of the tool calls. */
  get calls() {
    return [...this.rows.values()].filter((row) => row.kind === "call");
  }

  /** The rows that a person must decide on. */
  get questions() {
    return [...this.rows.values()].filter((row) => row.kind === "question");
  }

  /** @type {Takes} */
  static #take = {
    // the run

    "run.started"(event) {
      this.started = event;
    },

    "run.finished"(event) {
      this.finished = event;
      const cut = ["stopped", "failed"].includes(event.status);
      if (cut) for (const row of this.#unsaid) this.#table.set(row, { stopped: true });
      this.#unsaid.clear();
      for (const row of this.rows.values()) {
        if (row.kind === "call" && row.state === "writing") this.#table.drop(row);
        else if ("ended" in row && row.ended === false) this.#table.set(row, { ended: true, stopped: cut && ["step", "work"].includes(row.kind) });
      }
    },

    notice(event) {
      this.#table.add("remark", event, { notice: event });
      if (event.kind !== "ungrounded") return;
      this.ungrounded = true;
      const step = this.#table.at("step", nodeOf(event));
      if (step) this.#table.set(step, { doubted: true });
    },

    interrupt(event) {
      this.#table.add("question", event, { id: event.interrupt_id, request: event.request });
    },

    gap(event) {
      this.gaps += event.to_seq - event.from_seq + 1;
    },

    citation(event) {
      const found = judged(event);
      const doubted = DOUBTS.includes(found.verdict) && found.answer_start;
      const place = [event.message_id, event.marker, event.document, event.locator?.start, doubted].join("\n");
      if (!this.#citations.has(place)) this.#citations.set(place, found);
      this.#marks.push(found);
      this.changed.add("citations");
    },

    data(event) {
      const row = this.#table.at("data", "data") ?? this.#table.place("data", this.#table.add("data", event, { pieces: [], count: 0 }));
      row.pieces.push({ mode: event.mode, node: event.node, data: event.data });
      if (row.pieces.length > SHOWN) row.pieces.shift();
      this.#table.set(row, { count: row.count + 1 });
    },

    // steps

    "node.started"(event) {
      const depth = event.ns?.length ?? 0;
      const row = this.#table.add("step", event, { depth, node: event.node ?? "", ended: false, progress: null });
      this.#table.place(nodeOf(event), row);
    },

    "node.finished"(event) {
      const row = this.#table.at("step", nodeOf(event));
      if (!row) return;
      this.#table.set(row, { ended: true, seconds: event.seconds, error: event.error });
      if (!event.wrote && !event.error) this.#unsaid.add(row);
    },

    progress(event) {
      const row = this.#table.at("call", callOf(event)) ?? this.#table.at("step", nodeOf(event));
      if (row) {
        if (!isFinal(row)) this.#table.set(row, { progress: event });
        return;
      }
      const last = this.#table.at("work", nodeOf(event));
      const work = last && !last.ended ? last : this.#table.place(nodeOf(event), this.#table.add("work", event, { ended: false, progress: event }));
      this.#table.set(work, { progress: event, ended: event.total !== undefined && event.done >= event.total });
    },

    // tool calls

    "tool.arguments"(event) {
      const row = this.#table.at("call", callOf(event)) ?? this.#call(event, { state: "writing" });
      if (row.state === "writing") this.#table.set(row, { text: row.text + event.text });
      const said = this.#table.at("speech", wordsOf(event));
      if (said && !said.calls) this.#table.set(said, { calls: true });
    },

    "tool.started"(event) {
      const written = this.#table.at("call", callOf(event));
      if (written?.state === "writing") this.#table.drop(written); // it goes on at its new place, below the node that runs it
      this.#call(event, { state: "running", args: event.args });
    },

    "tool.output"(event) {
      const row = this.#table.at("call", callOf(event));
      if (row?.state === "running") this.#table.set(row, { output: (row.output + event.text).slice(-LONGEST) });
    },

    "tool.finished"(event) {
      const row = this.#table.at("call", callOf(event));
      if (!row) return;
      const { status, seconds, summary, artifact } = event;
      this.#table.set(row, { state: status, seconds, summary, artifact });
    },

    // words

    "message.started"(event) {
      this.#asked(this.#table.at("step", nodeOf(event)), event.model);
      if (event.answer === false) {
        this.#asides.add(event.message_id);
        return;
      }
      this.#withdrawn.delete(event.message_id);
      const fields = { message: event.message_id, model: event.model, attempt: event.attempt, text: "", ended: false };
      this.#table.place(wordsOf(event), this.#table.add("speech", event, fields));
    },

    "message.delta"(event) {
      const row = this.#table.at("speech", wordsOf(event));
      if (!row) {
        if (this.#asides.has(event.message_id)) this.#murmur(event, "words");
        return;
      }
      this.firstWordsAt ??= event.first_at;
      row.firstAt ??= event.first_at;
      this.#end("reasoning", event);
      this.#table.set(row, { text: row.text + event.text, lastAt: event.last_at, tokens: event.tokens });
    },

    "message.reasoning"(event) {
      this.#murmur(event, "reasoning");
    },

    "message.finished"(event) {
      this.#end("words", event);
      this.#end("reasoning", event);
      const row = this.#table.at("speech", wordsOf(event));
      if (row) this.#table.set(row, { finished: event, ended: true });
    },

    "message.superseded"(event) {
      const row = this.#table.at("speech", wordsOf(event));
      if (!row) return;
      this.#withdrawn.add(event.message_id);
      this.#table.leave(wordsOf(event));
      this.#table.drop(row);
      this.changed.add("citations");
      if (row.text) this.#table.add("withdrawn", event, { reason: event.reason });
    },
  };

  /**
   * A step asks a model; where several nodes do, each is told by its name, too.
   * @param {page.StepRow | undefined} step
   * @param {string | undefined} model
   */
  #asked(step, model) {
    if (!step || !model) return;
    this.#table.set(step, { model });
    if (this.#askers.add(step.node).size === 1) return;
    for (const row of this.rows.values()) if (row.kind === "step" && row.model) this.#table.set(row, { several: true });
  }

  /**
   * @param {events.ToolArguments | events.ToolStarted} event
   * @param {Pick<page.CallRow, "state" | "args">} begun
   */
  #call(event, begun) {
    const step = this.#table.at("step", nodeOf(event));
    if (step) this.#table.set(step, { calls: true });
    const fields = { ...this.#below(event), name: event.name, text: "", output: "", ...begun };
    return this.#table.place(callOf(event), this.#table.add("call", event, fields));
  }

  /**
   * @param {events.MessageDelta | events.MessageReasoning} event
   * @param {"words" | "reasoning"} about
   */
  #murmur(event, about) {
    const place = `${about} aside ${event.message_id}`;
    const fields = { ...this.#below(event), about, text: "", ended: false };
    const row = this.#table.at("aside", place) ?? this.#table.place(place, this.#table.add("aside", event, fields));
    this.#table.set(row, { text: (row.text + event.text).slice(-LONGEST), seconds: event.last_at - row.at });
  }

  /**
   * @param {"words" | "reasoning"} about
   * @param {{message_id: string}} event
   */
  #end(about, event) {
    const row = this.#table.at("aside", `${about} aside ${event.message_id}`);
    if (row && !row.ended) this.#table.set(row, { ended: true });
  }

  /**
   * Where what happens in a node stands: below it, when it is known.
   * @param {events.AnyEvent} event
   */
  #below(event) {
    const step = this.#table.at("step", nodeOf(event));
    if (step) return { depth: step.depth + 1, parent: step.key };
    return { depth: Math.max(1, event.ns?.length ?? 0) };
  }
}

/** @param {page.CallRow | page.StepRow} row */
const isFinal = (row) => (row.kind === "call" ? !["writing", "running"].includes(row.state) : row.ended);
const CLOSING = new Set(["node.finished", "message.finished", "tool.finished", "run.finished"]);
