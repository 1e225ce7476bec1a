// One thread on the server: what it holds, and what is begun in it. A new one has no id until something was asked.

import { chosenBranch, keepBranch } from "./branches.js";
import { address, get, post, Problem } from "./http.js";
import { chosenModel } from "./model_choice.js";

export class ThreadClient {
  /** @param {string | null} id */
  constructor(id) {
    this.id = id;
    this.chosen = chosenBranch(id);
  }

  /**
   * Look at another branch of the thread; null: at the latest, with which it goes on by itself.
   * @param {import("./branches.js").Chosen | null} chosen
   */
  choose(chosen) {
    this.chosen = chosen;
    keepBranch(this.id, chosen);
  }

  get #path() {
    return `threads/${encodeURIComponent(this.id ?? "")}`;
  }

  /**
   * What the server knows of the thread, at the end of the branch that is looked at. Raises `Problem`.
   * @returns {Promise<schemas.ThreadState>}
   */
  async state() {
    if (this.chosen && (await this.newest()) !== this.chosen.newest) this.choose(null);
    try {
      return /** @type {schemas.ThreadState} */ (await get(`${this.#path}${this.#end ? `?checkpoint_id=${encodeURIComponent(this.#end)}` : ""}`));
    } catch (error) {
      if (!this.chosen || !(error instanceof Problem) || error.status !== 409) throw error;
      this.choose(null); // nothing is kept of it any more
      return this.state();
    }
  }

  get #end() {
    return this.chosen?.end;
  }

  /**
   * Where a file of the branch is that is looked at.
   * @param {string} format
   */
  exported(format) {
    return address(`${this.#path}/export?${new URLSearchParams({ format, ...(this.#end && { checkpoint_id: this.#end }) })}`);
  }

  /** For each place where the thread branches the questions that were asked there. Raises `Problem`. */
  async branches() {
    return /** @type {schemas.BranchList} */ (await get(`${this.#path}/branches`)).places;
  }

  /** The newest run of the thread and how it ended, as one word; empty where there is none. Raises `Problem`. */
  async newest() {
    const { runs } = /** @type {schemas.RunList} */ (await get(`runs?thread=${encodeURIComponent(this.id ?? "")}&limit=1`));
    return runs.map(nameOf).join("");
  }

  /**
   * Begin a run; the thread has an id then. `body` is that of `POST /runs`. Raises `Problem`.
   * @param {object} body
   */
  async start(body) {
    const place = { ...(this.id && { thread: this.id }), ...(this.#end && { checkpoint_id: this.#end }) };
    const started = await begun("runs", { ...chosenModel(), ...place, ...body });
    this.choose(null);
    this.id = started.thread_id ?? this.id;
    return started.run_id;
  }

  /**
   * Go on with decisions for what waits on the branch that is looked at; the run that does. Raises `Problem`.
   * @param {Record<string, unknown>} decisions
   */
  async resume(decisions) {
    const started = await begun(`${this.#path}/resume`, { decisions, ...(this.#end && { checkpoint_id: this.#end }) });
    this.choose(null);
    return started.run_id;
  }

  /**
   * Where the thread was before a message; null where that was never stored. Raises `Problem`.
   * @param {string} message
   */
  async fork(message) {
    try {
      const asked = { message_id: message, ...(this.#end && { checkpoint_id: this.#end }) };
      return /** @type {schemas.Fork} */ (await post(`${this.#path}/fork`, asked)).checkpoint_id;
    } catch (error) {
      if (error instanceof Problem && error.status === 409) return null;
      throw error;
    }
  }
}

/** @param {schemas.RunSummary} run */
export const nameOf = ({ run_id: id, status }) => `${id} ${status}`;

/** @param {string} runId */
export const stopRun = (runId) => post(`runs/${encodeURIComponent(runId)}/stop`);

/**
 * @param {string} path
 * @param {object} body
 */
const begun = async (path, body) => /** @type {schemas.Started} */ (await once((key) => post(path, body, { "Idempotency-Key": key })));

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
