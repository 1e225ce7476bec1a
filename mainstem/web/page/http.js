// What the page asks of the server. Addresses are relative to the page, so that it works below any path.

const UNREACHABLE = ["The server cannot be reached.", "Is it running? The page tries again when you do."];
const WAITS = ["This thread waits for a decision.", "Decide above first, or begin a new thread."];
const FOR_PROGRAMS = /\b(?:GET|POST|PUT|PATCH|DELETE) \//; // what to send next is no advice for people

/** A request that did not work: `message` says what is wrong, `hint` what to do. */
export class Problem extends Error {
  gone = false; // whether what was asked for waits no more

  /** @param {{status?: number, title?: string, detail?: string, hint?: string, interrupts?: unknown[]}} [given] */
  constructor({ status = 0, title, detail, hint, interrupts } = {}) {
    const [what, next] = interrupts?.length ? WAITS : [detail || title || UNREACHABLE[0], hint ?? (status ? "" : UNREACHABLE[1])];
    super(what);
    this.status = status;
    this.hint = FOR_PROGRAMS.test(next) ? "" : next;
  }
}

export const SIGNED_OUT = "signed-out"; // the event of a page whose user is not known any more

/** @param {string | URL} path */
export const address = (path) => new URL(path, document.baseURI);

/**
 * The response, when it is a good one. Raises `Problem`.
 * @param {string | URL} path
 * @param {RequestInit} [options]
 */
export async function request(path, options = {}) {
  let response;
  try {
    response = await fetch(address(path), { cache: "no-store", ...options });
  } catch (error) {
    if (error instanceof Error && error.name === "AbortError") throw error;
    throw new Problem();
  }
  if (!response.ok) throw await refused(response, path !== "sign-in");
  return response;
}

/**
 * What an answer says, read as it comes.
 * @param {Response} response
 */
export const textReader = (response) => /** @type {ReadableStream<BufferSource>} */ (response.body).pipeThrough(new TextDecoderStream()).getReader();

/**
 * What a response says that refuses; `asks`: whether one must sign in anew where it does not know who asks.
 * @param {Response} response
 */
export async function refused(response, asks = true) {
  if (response.status === 401 && asks) dispatchEvent(new Event(SIGNED_OUT));
  const said = await response.json().catch(() => ({}));
  const detail = typeof said.detail === "string" ? said.detail : undefined;
  return new Problem({ title: response.statusText || `HTTP ${response.status}`, ...said, detail, status: response.status });
}

/**
 * Why a request failed, and what to do.
 * @param {unknown} error
 */
export function reasonOf(error) {
  const { message, hint = "" } = /** @type {Problem} */ (error);
  return `${message} ${hint}`;
}

/**
 * The answer's JSON: the caller says what it is.
 * @param {string | URL} path
 * @returns {Promise<unknown>}
 */
export const get = async (path) => (await request(path)).json();

/**
 * @param {string} path
 * @param {object} [body]
 * @param {Record<string, string>} [headers]
 * @returns {Promise<unknown>}
 */
export async function post(path, body, headers = {}) {
  const options = { method: "POST", headers: { "Content-Type": "application/json", ...headers } };
  const response = await request(path, { ...options, body: JSON.stringify(body) });
  return response.headers.get("Content-Type")?.includes("json") ? response.json() : null;
}
