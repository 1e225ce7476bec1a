// Sends files to be indexed, and says how far that is and what became of each. By XMLHttpRequest: fetch does not tell
// how many bytes have gone.

import { address, get, Problem, refused } from "./http.js";
import { Parser } from "./sse.js";

const MOST = 100; // files that a server takes at once
const EACH_BY_ITSELF = [413, 415, 422]; // where one file of several has made the server refuse them all

/**
 * What an upload tells: its progress, then its summary.
 * @typedef {{type: "progress", label: string, done: number, total?: number, unit?: string}} Progress
 * @typedef {{type: "indexed" | "failed", skipped?: schemas.SkippedDocument[], error?: events.Error}} Summary
 * @typedef {{name: string, reason: string}} Outcome `reason`: why it was not read; empty: it is indexed.
 * @typedef {(progress: Progress) => void} Hears
 */

/**
 * What became of each file. Raises `Problem` where nothing can be sent.
 * @param {File[]} files
 * @param {Hears} hears
 */
export async function upload(files, hears) {
  const { limits } = /** @type {schemas.Info} */ (await get("info"));
  const isSmall = (/** @type {File} */ { size }) => size <= limits.file_bytes;
  const large = files.filter((file) => !isSmall(file)).map(({ name }) => ({ name, reason: `It is larger than ${megabytes(limits.file_bytes)}: it was not sent.` }));
  /** @type {Outcome[]} */
  const outcomes = [];
  for (const some of batches(files.filter(isSmall), limits.upload_bytes)) outcomes.push(...(await sent(some, hears)));
  return [...outcomes, ...large];
}

/** @param {number} bytes */
export const megabytes = (bytes) => `${(bytes / 1e6).toLocaleString("en", { maximumSignificantDigits: 3 })} MB`;

/**
 * Files in groups of which none is more than a server takes at once.
 * @param {File[]} files
 * @param {number} most bytes
 */
function batches(files, most) {
  /** @type {File[][]} */
  const found = [];
  let room = 0;
  for (const file of files) {
    const cost = file.size + 1000; // with what stands around it in the body
    if (!found.length || cost > room || found[found.length - 1].length === MOST) [room] = [most, found.push([])];
    found[found.length - 1].push(file);
    room -= cost;
  }
  return found;
}

/**
 * @param {File[]} files
 * @param {Hears} hears
 * @returns {Promise<Outcome[]>}
 */
async function sent(files, hears) {
  try {
    const { type, skipped = [], error } = await post(files, hears);
    const rest = type === "failed" ? (error?.message ?? "It could not be indexed.") : "";
    return files.map(({ name }) => ({ name, reason: skipped.find(({ document }) => document === name)?.reason ?? rest }));
  } catch (error) {
    if (!(error instanceof Problem) || error.status === 401) throw error;
    if (files.length > 1 && EACH_BY_ITSELF.includes(error.status)) return (await Promise.all(files.map((file) => sent([file], hears)))).flat();
    return files.map(({ name }) => ({ name, reason: [error.message, error.hint].filter(Boolean).join(" ") }));
  }
}

/**
 * Raises `Problem`.
 * @param {File[]} files
 * @param {Hears} hears
 * @returns {Promise<Summary>}
 */
function post(files, hears) {
  const form = new FormData();
  for (const file of files) form.append("files", file);
  const sending = new XMLHttpRequest();
  const label = files.length === 1 ? `Sending ${files[0].name}` : `Sending ${files.length} files`;
  sending.upload.onprogress = ({ loaded, total }) => hears({ type: "progress", label, done: loaded, total, unit: "bytes" });
  sending.open("POST", address("documents"));
  sending.setRequestHeader("Accept", "text/event-stream");
  return new Promise((resolve, reject) => {
    const read = reader(sending, hears);
    sending.onprogress = read;
    sending.onload = () => (sending.status < 300 ? resolve(read()) : refused(new Response(sending.response, sending)).then(reject));
    sending.onerror = () => reject(new Problem({ title: sending.readyState > 1 ? CUT : LOST, status: 0 }));
    sending.send(form);
  });
}

const LOST = "The server cannot be reached, or ended the connection: perhaps the file is larger than it takes.";
const CUT = "The connection broke off. What was sent is still being indexed.";

/**
 * What reads what has come of the answer; it returns the last thing that was told.
 * @param {XMLHttpRequest} sending
 * @param {Hears} hears
 */
function reader(sending, hears) {
  const parser = new Parser();
  let taken = 0;
  /** @type {Summary} */
  let last = { type: "failed", error: { type: "Cut", message: CUT, hint: "" } };
  return () => {
    const text = sending.status < 300 ? sending.responseText.slice(taken) : "";
    taken += text.length;
    for (const { type, data } of parser.feed(text)) {
      const told = { type, ...JSON.parse(data) };
      if (type === "progress") hears(told);
      else last = told;
    }
    return last;
  };
}
