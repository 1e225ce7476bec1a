// Citations: the marks in the answer, the list below it, and the passage that they open.

import { h } from "./dom.js";
import { oneLine, place } from "./format.js";
import { address, get } from "./http.js";
import { openDialog } from "./dialog.js";

const SAID = { supported: "supported", doubtful: "doubtful: may not support its sentence", unsupported: "unsupported: does not support its sentence" };
/** @type {("doubtful" | "unsupported")[]} */
const WORST = ["unsupported", "doubtful"];

/**
 * Make the marks of an answer open what they cite: each what is cited for its own words of `text`.
 * @param {Element} element
 * @param {page.Cited[]} citations
 * @param {string} [text]
 */
export function linkMarks(element, citations, text = "") {
  for (const [marker, found] of grouped(citations, (citation) => citation.marker)) {
    const places = placesOf(marker, text);
    let nth = 0;
    for (const node of [...pieces(element)]) {
      if (node instanceof Text) nth += node.data.split(marker).length - 1;
      else if (node.dataset.marker === marker) link(node, marker, found.filter(covering(places[nth++])));
    }
  }
}

/**
 * @param {HTMLElement} mark
 * @param {string} marker
 * @param {page.Cited[]} found
 */
function link(mark, marker, found) {
  if (found.length && mark.tagName === "SPAN") mark.replaceWith(button(marker, found));
}

/**
 * The marks of an element, and its text outside of them, in order.
 * @param {Node} element
 * @returns {Generator<Text | HTMLElement>}
 */
function* pieces(element) {
  for (const node of element.childNodes) {
    if (node instanceof Text || (node instanceof HTMLElement && node.dataset.marker)) yield node;
    else if (node instanceof HTMLElement && node.matches("pre, .maths")) yield new Text(node.dataset.source ?? node.textContent);
    else yield* pieces(node);
  }
}

/**
 * Where a mark is written in a text, in code points as events count; a link shows no mark.
 * @param {string} marker
 * @param {string} text
 */
function placesOf(marker, text) {
  /** @type {number[]} */
  const places = [];
  for (let at = text.indexOf(marker); at >= 0; at = text.indexOf(marker, at + marker.length)) {
    if (text[at + marker.length] !== "(") places.push([...text.slice(0, at)].length);
  }
  return places;
}

/**
 * @param {number | undefined} at
 * @returns {(citation: page.Cited) => boolean}
 */
function covering(at) {
  return ({ answer_start: start, answer_end: end = 0 }) => start === undefined || at === undefined || (start <= at && at < end);
}

/** @param {page.Cited[]} found */
function verdictOf(found) {
  return WORST.find((verdict) => found.some((citation) => citation.verdict === verdict));
}

/**
 * @param {string} marker
 * @param {page.Cited[]} found
 */
function button(marker, found) {
  const doubt = verdictOf(found);
  const label = `Source ${marker}: ${found[0].document}${doubt ? `, ${SAID[doubt]}` : ""}`;
  const attrs = { type: "button", class: doubt ? `mark ${doubt}` : "mark", "data-marker": marker, "aria-label": label, title: oneLine(found[0].quote, 300) };
  return h("button", { ...attrs, onclick: () => openPassages(found) }, bare(marker));
}

/** @param {string} marker */
function bare(marker) {
  return marker.replace(/[[\]【】^]|†.*/g, "");
}

/**
 * @param {page.Cited[]} citations
 * @param {(citation: page.Cited) => string} key
 */
function grouped(citations, key) {
  /** @type {Map<string, page.Cited[]>} */
  const known = new Map();
  for (const citation of citations) known.set(key(citation), [...(known.get(key(citation)) ?? []), citation]);
  return known;
}

/**
 * The list of sources below an answer.
 * @param {page.Cited[]} citations
 * @returns {HTMLElement[]}
 */
export function sources(citations) {
  if (!citations.length) return [];
  const items = [...grouped(citations, ({ marker, document }) => `${marker}\n${document}`).values()].map(source);
  return [h("h3", {}, "Sources"), h("ol", {}, items)];
}

/** @param {page.Cited[]} found */
function source(found) {
  const [{ marker, document, locator, quote }] = found;
  const doubt = verdictOf(found);
  return h(
    "li",
    {},
    h(
      "button",
      { type: "button", onclick: () => openPassages(found) },
      h("span", { class: "mark" }, bare(marker)),
      h("span", { class: "where" }, document, place(locator) && h("span", {}, ` ${place(locator)}`)),
      h("q", {}, oneLine(quote, 160)),
      doubt && h("span", { class: `doubt ${doubt}` }, SAID[doubt].replace("its sentence", found.length > 1 ? "every sentence" : "its sentence")),
    ),
  );
}

/**
 * Show what is cited, in its place in the document.
 * @param {page.Cited[]} found
 */
export function openPassages(found) {
  const parts = found.map((citation) => passage(citation));
  openDialog(`${found[0].marker} ${found[0].document}`, parts, undefined, { beside: true });
}

/** @param {page.Cited} citation */
function passage(citation) {
  const body = h("blockquote", { class: "passage" }, h("mark", {}, citation.quote));
  surroundings(citation).then((nodes) => {
    body.replaceChildren(...nodes);
    body.querySelector("mark")?.scrollIntoView({ block: "center" });
  }, () => {}); // the quote alone is shown where there are no documents to read in
  return h("section", {}, h("p", { class: "note" }, [place(citation.locator), support(citation)].filter(Boolean).join(" · ")), body);
}

/** @param {page.Cited} citation */
function support({ verdict }) {
  return verdict ? SAID[verdict] : "";
}

/**
 * @param {page.Cited} citation
 * @returns {Promise<(string | HTMLElement)[]>}
 */
async function surroundings({ document: name, locator, quote }) {
  const url = address("documents/passage");
  url.search = new URLSearchParams({ document: name, start: String(locator.start), end: String(locator.end) }).toString();
  const { before, text, after } = /** @type {schemas.PassageText} */ (await get(url));
  return [before ?? "", h("mark", {}, text ?? quote), after ?? ""];
}
