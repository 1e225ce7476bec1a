// Server-sent events, parsed from text as it arrives in whatever pieces. No I/O.

/** @typedef {{type: string, data: string, id: string}} Message */

/** Takes pieces of a `text/event-stream` and returns the events that each piece completes. */
export class Parser {
  #rest = "";
  /** @type {{type?: string}} */
  #event = {};
  /** @type {string[]} */
  #data = [];

  /** The last id that the stream sent. */
  lastId = "";

  /**
   * The events completed by this piece: `{type, data, id}`.
   * @param {string} piece
   */
  feed(piece) {
    const text = this.#rest + piece;
    /** @type {Message[]} */
    const found = [];
    let start = 0;
    for (let end = lineEnd(text, start); end >= 0; end = lineEnd(text, start)) {
      this.#line(text.slice(start, end), found);
      start = end + (text[end] === "\r" && text[end + 1] === "\n" ? 2 : 1);
    }
    this.#rest = text.slice(start);
    return found;
  }

  /**
   * @param {string} line
   * @param {Message[]} found
   */
  #line(line, found) {
    if (line === "") return this.#dispatch(found);
    const colon = line.indexOf(":");
    if (colon === 0) return; // a comment: the heartbeat
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "data") this.#data.push(value);
    else if (field === "event") this.#event.type = value;
    else if (field === "id" && !value.includes("\0")) this.lastId = value;
  }

  /** @param {Message[]} found */
  #dispatch(found) {
    if (this.#data.length) {
      found.push({ type: this.#event.type || "message", data: this.#data.join("\n"), id: this.lastId });
    }
    this.#event = {};
    this.#data = [];
  }
}

/**
 * Where the next whole line ends; a carriage return at the very end may be half of a line's end, and waits.
 * @param {string} text
 * @param {number} start
 */
function lineEnd(text, start) {
  const feed = text.indexOf("\n", start);
  const back = text.indexOf("\r", start);
  if (back < 0 || (feed >= 0 && feed < back)) return feed;
  return back === text.length - 1 ? -1 : back;
}
