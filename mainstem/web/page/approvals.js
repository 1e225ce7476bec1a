// Decisions that a run waits for: LangChain's HITLRequest is shown call by call, anything else as it is.

import { pendingCalls } from "./approval_request.js";
import { h, say } from "./dom.js";
import { exact, json, words } from "./format.js";

const LABELS = { approve: "Approve", edit: "Edit", reject: "Reject", respond: "Answer" };
const CHOSEN = { approve: "To be approved", edit: "To be approved with your changes", reject: "To be rejected", respond: "To be answered" };
const DONE = { approve: "Approved", edit: "Approved with your changes", reject: "Rejected", respond: "Answered" };

/**
 * A form for one question: `{element, accepted(), refused(problem)}`. `onAnswer(response)` is called when all of it is
 * decided. What became of that is told: `accepted` by the server, or `refused`, and then it can be decided again,
 * unless `problem.gone`.
 */
export function question({ request }, onAnswer) {
  const asked = pendingCalls(request);
  return asked ? approval(asked, onAnswer) : anything(request, onAnswer);
}

function approval(calls, onAnswer) {
  const decisions = calls.map(() => null);
  const alone = calls.length === 1;
  const send = h("button", { type: "button", class: "main", disabled: true, onclick: () => answer() }, `Send ${calls.length} decisions`);
  const answer = () => (lock(form), onAnswer({ decisions }));
  const decide = (index, decision) => {
    decisions[index] = decision;
    send.disabled = decisions.includes(null);
    if (alone && decision) answer();
    else if (!send.disabled) send.focus();
  };
  const cards = calls.map((call, index) => card(call, (decision) => decide(index, decision)));
  const tell = (fate) => cards.forEach(({ outcome }, index) => say(outcome, fate(decisions[index].type)));
  const heading = alone ? "May this be done?" : `May these ${calls.length} calls be made?`;
  const form = h("section", { class: "question-box", "aria-label": heading }, h("h3", { tabindex: "-1" }, heading), ...cards.map(({ element }) => element), !alone && send);
  return told(form, tell);
}

/** The decisions that this page can take. */
function offered(call) {
  const kinds = call.allowed.filter((kind) => kind in LABELS);
  return kinds.length ? kinds : ["approve", "reject"];
}

/** One call with the exact arguments, and what may be decided about it. */
function card(call, decide) {
  const more = h("div", { class: "more" });
  const outcome = h("p", { class: "outcome", role: "status" });
  const settle = (kind, decision) => {
    more.replaceChildren();
    say(outcome, CHOSEN[kind]);
    decide(decision);
  };
  const choose = {
    approve: () => settle("approve", { type: "approve" }),
    edit: () => open(more, editor(call.args, (args) => settle("edit", { type: "edit", edited_action: { name: call.name, args } }))),
    reject: () => open(more, reason("Why not? The model reads it.", "Reject", (message) => settle("reject", { type: "reject", ...(message && { message }) }))),
    respond: () => open(more, reason("Your answer", "Send", (message) => settle("respond", { type: "respond", message }))),
  };
  const buttons = offered(call).map((kind) => h("button", { type: "button", class: kind === "approve" ? "main" : null, onclick: () => (say(outcome, ""), decide(null), choose[kind]()) }, LABELS[kind]));
  const element = h("div", { class: "card" }, h("p", { class: "action" }, h("code", {}, exact(call.name))), call.description && h("p", { class: "note" }, exact(call.description)), given(call.args), h("div", { class: "buttons" }, buttons), more, outcome);
  return { element, outcome };
}

function given(args) {
  const entries = Object.entries(args);
  if (!entries.length) return h("p", { class: "note" }, "without arguments");
  return h("dl", { class: "args" }, entries.flatMap(([name, value]) => [h("dt", {}, exact(name)), h("dd", {}, h("pre", { tabindex: "0" }, exact(typeof value === "string" ? value : json(value))))]));
}

function open(more, form) {
  more.replaceChildren(form);
  form.scrollIntoView({ block: "nearest" });
  form.querySelector("textarea")?.focus();
}

let fields = 0;

function field(label, value, rows) {
  const id = `field-${(fields += 1)}`;
  const input = h("textarea", { id, rows: String(rows), spellcheck: "false" });
  input.value = value;
  const wrong = h("p", { class: "wrong", role: "alert" });
  return { input, wrong, element: h("div", { class: "labelled" }, h("label", { for: id }, label), input, wrong) };
}

/** The arguments as fields: text as text, everything else as JSON. */
function editor(args, done) {
  const made = Object.entries(args).map(([name, value]) => argument(name, value));
  const submit = (event) => {
    event.preventDefault();
    const values = made.map((each) => each.read());
    if (values.every((value) => value !== undefined)) done(Object.fromEntries(made.map((each, index) => [each.name, values[index]])));
    else made[values.indexOf(undefined)].input.focus();
  };
  return h("form", { onsubmit: submit }, made.map((each) => each.element), h("button", { type: "submit", class: "main" }, "Approve with these arguments"));
}

function argument(name, value) {
  const isText = typeof value === "string";
  const shown = isText ? value : json(value);
  const { input, wrong, element } = field(isText ? name : `${name} (JSON)`, shown, Math.min(10, Math.max(1, shown.split("\n").length, Math.ceil(shown.length / 70))));
  const read = () => {
    const edited = isText ? input.value : parsed(input.value);
    say(wrong, edited === undefined ? "This is not valid JSON. Text needs quotation marks." : "");
    return edited;
  };
  return { name, input, element, read };
}

function reason(label, button, done) {
  const { input, element } = field(label, "", 2);
  const submit = (event) => (event.preventDefault(), done(input.value.trim()));
  return h("form", { onsubmit: submit }, element, h("button", { type: "submit", class: "main" }, button));
}

/** A foreign graph's own question: shown as it is; the answer is JSON, and what is no JSON is text. */
function anything(request, onAnswer) {
  const { input, element } = field("Your answer (text or JSON)", "", 2);
  const outcome = h("p", { class: "outcome", role: "status" });
  const submit = (event) => {
    event.preventDefault();
    lock(form);
    onAnswer(parsed(input.value) ?? input.value);
  };
  const form = h("form", { class: "question-box", onsubmit: submit }, h("h3", { tabindex: "-1" }, title(request)), typeof request === "string" ? null : h("pre", { tabindex: "0" }, exact(json(request))), element, h("button", { type: "submit", class: "main" }, "Answer"), outcome);
  return told(form, (fate) => say(outcome, fate("respond")));
}

function title(request) {
  if (typeof request === "string") return request;
  return typeof request?.question === "string" ? request.question : `The graph asks${request?.type ? `: ${words(request.type)}` : ""}`;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `form` and what tells in it what became of its answer; `tell(kind → words)` says it where each decision was made. */
function told(form, tell) {
  const accepted = () => tell((kind) => DONE[kind]);
  const refused = (problem) => {
    tell((kind) => failed(kind, problem));
    if (!problem.gone) lock(form, false);
  };
  return { element: form, accepted, refused };
}

/** Why a decision was not taken; without the server's word nobody knows whether it was. */
function failed(kind, { message, hint, status }) {
  const perhaps = status === 0 ? "Perhaps not " : "Not ";
  return [`${perhaps}${DONE[kind].toLowerCase()}: ${message}`, hint].filter(Boolean).join(" ");
}

function lock(form, disabled = true) {
  for (const control of form.querySelectorAll("button, textarea")) control.disabled = disabled;
}
