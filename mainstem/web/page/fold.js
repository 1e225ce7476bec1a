// From a run's events to the rows of a screen, as mainstem/views/view.py does it. No DOM, no clock.
//
// Rows are plain objects with a `key` and a `kind`: step, work, call, aside, speech, withdrawn, remark, question, data.
// They change in place, and `changed` holds the keys of those to draw again, so that a token costs one append.

const SHOWN = 200; // pieces of unknown data that are kept to be looked at
const LONGEST = 200_000; // characters of reasoning and of a tool's output that are kept

const DOUBTS = ["doubtful", "unsupported"]; // verdicts that are told of each sentence

/** A citation as it is told today: older journals say `supported`, true or false. */
function judged(event) {
  if (event.supported === undefined) return event;
  return { ...event, verdict: event.supported ? "supported" : "unsupported" };
}

export class Fold {
  rows = new Map();
  changed = new Set();
  started = null;
  finished = null;
  firstWordsAt = null;
  gaps = 0;
  seq = 0;
  #open = new Map();
  #asides = new Set();
  ungrounded = false; // whether the answer cites none of what was found
  #citations = new Map();
  #marks = [];
  #withdrawn = new Set();
  #unsaid = new Set(); // steps that ended without a word of what they wrote: cut short if the run ends with them

  /** Take the next event. One that was seen before, or of a kind that this page does not know, passes by. */
  add(event) {
    if (event.seq <= this.seq) return false;
    this.seq = event.seq;
    this.at = event.at;
    if (!CLOSING.has(event.type)) this.#unsaid.clear();
    TAKE[event.type]?.call(this, event);
    return true;
  }

  /** The resolved marks of words that still count, in the order in which they came. */
  /** Every mark that was resolved, also those that name the same passage again. */
  get marks() {
    return this.#marks.filter((found) => !this.#withdrawn.has(found.message_id));
  }

  get citations() {
    return [...this.#citations.values()].filter((found) => !this.#withdrawn.has(found.message_id));
  }

  /** The row of the answer so far: the last words; a message that makes no tool calls goes first. */
  get answer() {
    const spoken = [...this.rows.values()].filter((row) => row.kind === "speech" && row.text);
    return spoken.findLast((row) => !row.calls) ?? spoken.at(-1) ?? null;
  }

  /** The rows that a person must decide on. */
  get questions() {
    return [...this.rows.values()].filter((row) => row.kind === "question");
  }

  // the run

  runStarted(event) {
    this.started = event;
  }

  runFinished(event) {
    this.finished = event;
    const cut = ["stopped", "failed"].includes(event.status);
    if (cut) for (const row of this.#unsaid) this.#set(row, { stopped: true });
    this.#unsaid.clear();
    for (const row of this.rows.values()) {
      if (row.kind === "call" && row.state === "writing") this.#drop(row);
      else if (row.ended === false) this.#set(row, { ended: true, stopped: cut && ["step", "work"].includes(row.kind) });
    }
  }

  notice(event) {
    this.#row("remark", event, { notice: event });
    if (event.kind !== "ungrounded") return;
    this.ungrounded = true;
    const step = this.#at(nodeOf(event));
    if (step?.kind === "step") this.#set(step, { doubted: true });
  }

  interrupt(event) {
    this.#row("question", event, { id: event.interrupt_id, request: event.request });
  }

  gap(event) {
    this.gaps += event.to_seq - event.from_seq + 1;
  }

  citation(event) {
    const found = judged(event);
    const doubted = DOUBTS.includes(found.verdict) && found.answer_start;
    const place = [event.message_id, event.marker, event.document, event.locator?.start, doubted].join("\n");
    if (!this.#citations.has(place)) this.#citations.set(place, found);
    this.#marks.push(found);
    this.changed.add("citations");
  }

  data(event) {
    const last = this.rows.get(this.#open.get("data"));
    const row = last ?? this.#place("data", this.#row("data", event, { pieces: [], count: 0 }));
    row.pieces.push({ mode: event.mode, node: event.node, data: event.data });
    if (row.pieces.length > SHOWN) row.pieces.shift();
    this.#set(row, { count: row.count + 1 });
  }

  // steps

  nodeStarted(event) {
    const depth = event.ns?.length ?? 0;
    const row = this.#row("step", event, { depth, node: event.node ?? "", ended: false, progress: null });
    this.#place(nodeOf(event), row);
  }

  nodeFinished(event) {
    const row = this.#at(nodeOf(event));
    if (row?.kind !== "step") return;
    this.#set(row, { ended: true, seconds: event.seconds, error: event.error });
    if (!event.wrote && !event.error) this.#unsaid.add(row);
  }

  progress(event) {
    const row = this.#at(callOf(event)) ?? this.#at(nodeOf(event));
    if (row && row.kind !== "work") {
      if (!isFinal(row)) this.#set(row, { progress: event });
      return;
    }
    const work = row && !row.ended ? row : this.#place(nodeOf(event), this.#row("work", event, { ended: false }));
    this.#set(work, { progress: event, ended: event.total !== undefined && event.done >= event.total });
  }

  // tool calls

  toolArguments(event) {
    let row = this.#at(callOf(event));
    if (!row) {
      const fields = { ...this.#below(event), name: event.name, state: "writing", text: "", output: "" };
      row = this.#place(callOf(event), this.#row("call", event, fields));
    }
    if (row.state === "writing") this.#set(row, { text: row.text + event.text });
    const said = this.#at(wordsOf(event));
    if (said && !said.calls) this.#set(said, { calls: true });
  }

  toolStarted(event) {
    const written = this.#at(callOf(event));
    if (written?.state === "writing") this.#drop(written); // it goes on at its new place, below the node that runs it
    const fields = { ...this.#below(event), name: event.name, state: "running", args: event.args, output: "" };
    this.#place(callOf(event), this.#row("call", event, fields));
  }

  toolOutput(event) {
    const row = this.#at(callOf(event));
    if (row?.state === "running") this.#set(row, { output: (row.output + event.text).slice(-LONGEST) });
  }

  toolFinished(event) {
    const row = this.#at(callOf(event));
    if (!row) return;
    const { status, seconds, summary, artifact } = event;
    this.#set(row, { state: status, seconds, summary, artifact });
  }

  // words

  messageStarted(event) {
    if (event.answer === false) {
      this.#asides.add(event.message_id);
      return;
    }
    this.#withdrawn.delete(event.message_id);
    const fields = { message: event.message_id, model: event.model, attempt: event.attempt, text: "", ended: false };
    this.#place(wordsOf(event), this.#row("speech", event, fields));
  }

  messageDelta(event) {
    const row = this.#at(wordsOf(event));
    if (!row) {
      if (this.#asides.has(event.message_id)) this.#murmur(event, "words");
      return;
    }
    this.firstWordsAt ??= event.first_at;
    row.firstAt ??= event.first_at;
    this.#end("reasoning", event);
    this.#set(row, { text: row.text + event.text, lastAt: event.last_at, tokens: event.tokens });
  }

  messageReasoning(event) {
    this.#murmur(event, "reasoning");
  }

  messageFinished(event) {
    this.#end("words", event);
    this.#end("reasoning", event);
    const row = this.#at(wordsOf(event));
    if (row) this.#set(row, { finished: event, ended: true });
  }

  messageSuperseded(event) {
    const row = this.#at(wordsOf(event));
    if (!row) return;
    this.#withdrawn.add(event.message_id);
    this.#open.delete(wordsOf(event));
    this.#drop(row);
    this.changed.add("citations");
    if (row.text) this.#row("withdrawn", event, { reason: event.reason });
  }

  #murmur(event, about) {
    const place = `${about} aside ${event.message_id}`;
    const fields = { ...this.#below(event), about, text: "", ended: false };
    const row = this.#at(place) ?? this.#place(place, this.#row("aside", event, fields));
    this.#set(row, { text: (row.text + event.text).slice(-LONGEST), seconds: event.last_at - row.at });
  }

  #end(about, event) {
    const row = this.#at(`${about} aside ${event.message_id}`);
    if (row && !row.ended) this.#set(row, { ended: true });
  }

  // places: where the row of a node, a call or a message is

  #at(place) {
    return place === null ? undefined : this.rows.get(this.#open.get(place));
  }

  #place(place, row) {
    this.#open.set(place, row.key);
    return row;
  }

  #row(kind, event, fields) {
    const row = { key: `${kind} ${event.seq}`, kind, depth: 0, at: event.at, ...fields };
    this.rows.set(row.key, row);
    this.changed.add(row.key);
    return row;
  }

  #set(row, fields) {
    Object.assign(row, fields);
    this.changed.add(row.key);
  }

  #drop(row) {
    this.rows.delete(row.key);
    this.changed.add(row.key);
  }

  /** Where what happens in a node stands: below it, when it is known. */
  #below(event) {
    const step = this.#at(nodeOf(event));
    if (step?.kind === "step") return { depth: step.depth + 1, parent: step.key };
    return { depth: Math.max(1, event.ns?.length ?? 0) };
  }
}

const isFinal = (row) => (row.kind === "call" ? !["writing", "running"].includes(row.state) : row.ended);
const nodeOf = (event) => `node ${event.task_id ?? JSON.stringify([event.ns, event.node])}`;
const callOf = (event) => (event.tool_call_id ? `call ${event.tool_call_id}` : null);
const wordsOf = (event) => (event.message_id ? `words ${event.message_id}` : null);

const CLOSING = new Set(["node.finished", "message.finished", "tool.finished", "run.finished"]);

const fold = Fold.prototype;
const TAKE = {
  "run.started": fold.runStarted,
  "run.finished": fold.runFinished,
  "node.started": fold.nodeStarted,
  "node.finished": fold.nodeFinished,
  "message.started": fold.messageStarted,
  "message.delta": fold.messageDelta,
  "message.reasoning": fold.messageReasoning,
  "message.superseded": fold.messageSuperseded,
  "message.finished": fold.messageFinished,
  "tool.arguments": fold.toolArguments,
  "tool.started": fold.toolStarted,
  "tool.output": fold.toolOutput,
  "tool.finished": fold.toolFinished,
  progress: fold.progress,
  citation: fold.citation,
  interrupt: fold.interrupt,
  notice: fold.notice,
  data: fold.data,
  gap: fold.gap,
};
