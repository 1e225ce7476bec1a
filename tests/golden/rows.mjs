// The rows that the page's modules make of runs, in the vocabulary of rows.py. Reads each run's events by its name.

import { readFileSync } from "node:fs";

/** As much of a browser's element as a row needs to be drawn. */
class Part {
  attributes = {};
  childNodes = [];
  dataset = {};
  hidden = false;
  open = false;
  properties = {};
  style = { setProperty: (name, value) => (this.properties[name] = value) };
  textContent = "";
  setAttribute(name, value) {
    this.attributes[name] = value;
  }
  addEventListener() {}
  toggleAttribute() {}
  append(...children) {
    this.childNodes.push(...children);
  }
}

globalThis.document = { createElement: () => new Part(), createTextNode: (data) => ({ data }) };

const { Fold } = await import("./fold.js");
const { MAKERS } = await import("./rows.js");

const TAIL = 400; // characters that the views keep of what is shown by its end only

const TOLD = {
  step: (row) => ({ node: row.node, ended: row.ended, stopped: Boolean(row.stopped), error: row.error?.message ?? null, doubted: Boolean(row.doubted) }),
  work: (row) => ({ label: row.progress.label, ended: row.ended, stopped: Boolean(row.stopped) }),
  call: (row) => ({ name: row.name, state: row.state, args: row.args ?? {}, summary: row.summary ?? "" }),
  aside: (row) => ({ about: row.about, text: row.text.slice(-TAIL), ended: row.ended }),
  speech: (row) => ({
    message: row.message,
    model: row.model ?? "",
    attempt: row.attempt,
    text: row.text,
    calls: Boolean(row.calls),
    ended: row.ended,
  }),
  withdrawn: (row) => ({ reason: row.reason }),
  remark: (row) => ({ about: row.notice.kind, text: row.notice.text }),
  question: (row) => ({ id: row.id, request: row.request }),
};

function drawn(row, now) {
  const { element, update } = MAKERS[row.kind](row, {});
  update(now);
  return [element.attributes.class.replace(/^row /, ""), element.dataset.state ?? null];
}

function seen(run) {
  const fold = new Fold();
  for (const event of run) fold.add(event);
  const rows = [...fold.rows.values()].filter((row) => row.kind !== "data"); // the views do not show it
  const folded = {
    rows: rows.map((row) => ({ kind: row.kind, depth: row.depth, ...TOLD[row.kind](row) })),
    answer: fold.answer?.text ?? null,
    citations: fold.citations.map((found) => [found.message_id, found.marker, found.document]),
    first_words_at: fold.firstWordsAt,
    status: fold.finished?.status ?? null,
  };
  return { folded, drawn: rows.filter((row) => row.kind in MAKERS).map((row) => drawn(row, fold.at)) };
}

const runs = Object.entries(JSON.parse(readFileSync(0, "utf8")));
console.log(JSON.stringify(Object.fromEntries(runs.map(([name, run]) => [name, seen(run)]))));
