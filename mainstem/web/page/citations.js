// Citations: the marks in the answer, the list below it, and the passage that they open.

import { h } from "./dom.js";
import { oneLine, place } from "./format.js";
import { address, get } from "./http.js";
import { openDialog } from "./dialog.js";

/** Make the marks of an answer open what they cite. */
export function linkMarks(element, citations) {
  const known = grouped(citations);
  for (const mark of element.querySelectorAll("span.mark")) {
    const found = known.get(mark.dataset.marker);
    if (found) mark.replaceWith(button(mark.dataset.marker, found));
  }
}

function button(marker, found) {
  const doubtful = found.some((citation) => citation.supported === false);
  const label = `Source ${marker}: ${found[0].document}${doubtful ? ", does not support its sentence" : ""}`;
  const attrs = { type: "button", class: doubtful ? "mark doubtful" : "mark", "aria-label": label, title: oneLine(found[0].quote, 300) };
  return h("button", { ...attrs, onclick: () => openPassages(found) }, marker.replace(/[[\]]/g, ""));
}

function grouped(citations) {
  const known = new Map();
  for (const citation of citations) known.set(citation.marker, [...(known.get(citation.marker) ?? []), citation]);
  return known;
}

/** The list of sources below an answer. */
export function sources(citations) {
  if (!citations.length) return [];
  const items = [...grouped(citations)].map(([marker, found]) => source(marker, found));
  return [h("h3", {}, "Sources"), h("ol", {}, items)];
}

function source(marker, found) {
  const [{ document, locator, quote }] = found;
  const doubt = found.some((citation) => citation.supported === false);
  return h(
    "li",
    {},
    h(
      "button",
      { type: "button", onclick: () => openPassages(found) },
      h("span", { class: "mark" }, marker.replace(/[[\]]/g, "")),
      h("span", { class: "where" }, document, place(locator) && h("span", {}, ` ${place(locator)}`)),
      h("q", {}, oneLine(quote, 160)),
      doubt && h("span", { class: "doubt" }, "does not support its sentence"),
    ),
  );
}

/** Show what is cited, in its place in the document. */
export function openPassages(found) {
  const parts = found.map((citation) => passage(citation));
  openDialog(`${found[0].marker} ${found[0].document}`, parts);
}

function passage(citation) {
  const body = h("blockquote", { class: "passage" }, h("mark", {}, citation.quote));
  surroundings(citation).then((nodes) => {
    body.replaceChildren(...nodes);
    body.querySelector("mark")?.scrollIntoView({ block: "center" });
  }, () => {}); // the quote alone is shown where there are no documents to read in
  return h("section", {}, h("p", { class: "note" }, [place(citation.locator), support(citation)].filter(Boolean).join(" · ")), body);
}

function support({ supported }) {
  if (supported === undefined) return "";
  return supported ? "supports its sentence" : "does not support its sentence";
}

async function surroundings({ document: name, locator, quote }) {
  const url = address("documents/passage");
  url.search = new URLSearchParams({ document: name, start: locator.start, end: locator.end }).toString();
  const { before, text, after } = await get(url);
  return [before ?? "", h("mark", {}, text ?? quote), after ?? ""];
}
