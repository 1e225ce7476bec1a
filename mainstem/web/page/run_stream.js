// Follows a run's events over a connection that may break: it goes on by itself behind the last event that came.

import { Problem, request, textReader } from "./http.js";
import { sliced } from "./frames.js";
import { Parser } from "./sse.js";

const SILENT = 45_000; // ms without even a heartbeat after which a connection counts as dead
const PAUSES = [250, 500, 1000, 2000, 4000, 8000]; // ms before the next try
const NEVER = new AbortController().signal;

/**
 * Calls `onEvent` for each event of a run, exactly once, until `run.finished`; resolves true when that came.
 * `onState` hears "open" and "reconnecting". Raises `Problem` when the server refuses for good.
 * @param {string} runId
 * @param {{onEvent: (event: events.AnyEvent) => void, onState?: (state: string) => void, signal?: AbortSignal}} given
 */
export async function followRun(runId, { onEvent, onState = () => {}, signal = NEVER }) {
  let last = 0;
  /** @param {events.AnyEvent} event */
  const take = (event) => {
    if (event.seq <= last) return;
    last = event.seq;
    onEvent(event);
  };
  for (let tries = 0; !signal.aborted; tries += 1) {
    const before = last;
    try {
      if (await readOnce(runId, last, take, onState, signal)) return true;
    } catch (error) {
      if (!signal.aborted && isFinal(error)) throw error;
    }
    if (signal.aborted) break;
    if (last > before) tries = 0;
    onState("reconnecting");
    await pause(PAUSES[Math.min(tries, PAUSES.length - 1)], signal);
  }
  return false;
}

/** @param {unknown} error */
const isFinal = (error) => error instanceof Problem && error.status >= 400 && error.status < 500 && error.status !== 429;

/**
 * @param {string} runId
 * @param {number} last
 * @param {(event: events.AnyEvent) => void} take
 * @param {(state: string) => void} onState
 * @param {AbortSignal} signal
 */
async function readOnce(runId, last, take, onState, signal) {
  const watch = new Watch(signal);
  try {
    const headers = { Accept: "text/event-stream", ...(last && { "Last-Event-ID": String(last) }) };
    const response = await request(`runs/${encodeURIComponent(runId)}/events`, { headers, signal: watch.signal });
    onState("open");
    return await read(textReader(response), take, watch);
  } finally {
    watch.end();
  }
}

/**
 * @param {ReadableStreamDefaultReader<string>} reader
 * @param {(event: events.AnyEvent) => void} take
 * @param {Watch} watch
 */
async function read(reader, take, watch) {
  const parser = new Parser();
  const rest = sliced();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return false;
    watch.heard();
    for (const { data } of parser.feed(value)) {
      const event = JSON.parse(data);
      take(event);
      if (event.type === "run.finished") return true;
      await rest();
    }
  }
}

/** Ends a connection that says nothing, as a laptop's does that was asleep. */
class Watch {
  #abort = new AbortController();
  /** @type {number | undefined} */
  #timer;

  /** @param {AbortSignal} outer */
  constructor(outer) {
    this.signal = AbortSignal.any([outer, this.#abort.signal]);
    this.heard();
  }

  heard() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#abort.abort(), SILENT);
  }

  end() {
    clearTimeout(this.#timer);
    this.#abort.abort();
  }
}

/**
 * Wait, but not when the network comes back, and not when nobody wants it any more.
 * @param {number} ms
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
function pause(ms, signal) {
  return new Promise((resolve) => {
    const go = () => {
      clearTimeout(timer);
      removeEventListener("online", go);
      signal.removeEventListener("abort", go);
      resolve();
    };
    const timer = setTimeout(go, ms);
    addEventListener("online", go);
    signal.addEventListener("abort", go);
  });
}
