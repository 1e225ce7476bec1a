// Decisions that a run waits for: LangChain's HITLRequest is shown call by call, anything else as it is.

import { fatesOf } from "./approval_fates.js";
import { HELD, pendingCalls } from "./approval_request.js";
import { h, say } from "./dom.js";
import { exact, json, words } from "./format.js";

/** @import { PendingCall } from "./approval_request.js" */
/** @typedef {"approve" | "edit" | "reject" | "respond"} Kind */
/** @typedef {Kind | "always" | "flag"} Choice What is offered: an approval can also be for the thread, or be flagged. */
/** @typedef {{type: Kind, message?: string, scope?: "thread", flag?: string, edited_action?: {name: string, args: Record<string, unknown>}}} Decision */
/** @typedef {{message: string, hint?: string, status?: number, gone?: boolean}} Failure Why it was not taken; `gone`: nothing waits for it any more. */
/** @typedef {(fate: (kind: Kind) => string) => void} Tell */
/** @typedef {(calls: page.CallRow[] | null) => void} Settle Tell what was decided, by the calls of the run that went on with it; null: none did. */
/** @typedef {{element: HTMLElement, accepted: () => void, refused: (problem: Failure) => void, settled: Settle}} Form */

const LABELS = { approve: "Approve", always: "Always in this thread", flag: "Flag", edit: "Edit", reject: "Reject", respond: "Answer" };
const CHOSEN = { approve: "To be approved", edit: "To be approved with your changes", reject: "To be rejected", respond: "To be answered" };
const DECIDED = "Decided."; // where nothing tells how
const LEFT = "Nobody decided: the thread went on without this.";
const DONE = { approve: "Approved", edit: "Approved with your changes", reject: "Rejected", respond: "Answered" };

/**
 * A form for one question: `{element, accepted(), refused(problem), settled(calls)}`. `onAnswer(response)` is called when all of it is
 * decided. What became of that is told: `accepted` by the server, or `refused`, and then it can be decided again,
 * unless `problem.gone`.
 * @param {Pick<page.QuestionRow, "request">} row
 * @param {(answer: unknown) => void} onAnswer
 * @returns {Form}
 */
export function question({ request }, onAnswer) {
  const asked = pendingCalls(request);
  return asked ? approval(asked, onAnswer) : anything(request, onAnswer);
}

/**
 * @param {PendingCall[]} calls
 * @param {(answer: unknown) => void} onAnswer
 */
function approval(calls, onAnswer) {
  /** @type {(Decision | null)[]} */
  const decisions = calls.map(() => null);
  const alone = calls.length === 1;
  const send = h("button", { type: "button", class: "main", disabled: true, onclick: () => answer() }, `Send ${calls.length} decisions`);
  const answer = () => (lock(form), onAnswer({ decisions }));
  /** @type {(index: number, decision: Decision | null) => void} */
  const decide = (index, decision) => {
    decisions[index] = decision;
    send.disabled = decisions.includes(null);
    if (alone && decision) answer();
    else if (!send.disabled) send.focus();
  };
  const cards = calls.map((call, index) => card(call, (decision) => decide(index, decision)));
  /** @type {Tell} */
  const tell = (fate) => cards.forEach(({ outcome }, index) => say(outcome, fate(/** @type {Decision} */ (decisions[index]).type)));
  const heading = alone ? "May this be done?" : `May these ${calls.length} calls be made?`;
  const form = h("section", { class: "question-box", "aria-label": heading }, h("h3", { tabindex: "-1" }, heading), ...cards.map(({ element }) => element), !alone && send);
  /** @type {Settle} */
  const settled = (made) => {
    const fates = fatesOf(calls, made ?? []);
    cards.forEach(({ outcome, more }, index) => (more.replaceChildren(), say(outcome, !made ? LEFT : fates[index] ? DONE[fates[index]] : DECIDED)));
  };
  return { ...told(form, tell), settled };
}

/**
 * The decisions that this page can take.
 * @param {PendingCall} call
 * @returns {Choice[]}
 */
function offered(call) {
  const allowed = /** @type {Kind[]} */ (call.allowed.filter((kind) => kind in LABELS));
  const kinds = allowed.length ? allowed : /** @type {Kind[]} */ (["approve", "reject"]);
  return kinds.flatMap((kind) => (kind === "approve" ? [kind, ...(call.mayLast ? [/** @type {Choice} */ ("always")] : []), ...(call.mayFlag ? [/** @type {Choice} */ ("flag")] : [])] : [kind]));
}

/**
 * One call with the exact arguments, and what may be decided about it.
 * @param {PendingCall} call
 * @param {(decision: Decision | null) => void} decide
 */
function card(call, decide) {
  const more = h("div", { class: "more" });
  const outcome = h("p", { class: "outcome", role: "status" });
  /** @type {(kind: Kind, decision: Decision) => void} */
  const settle = (kind, decision) => {
    more.replaceChildren();
    say(outcome, CHOSEN[kind]);
    decide(decision);
  };
  const isHeld = call.name === HELD;
  const args = isHeld && "text" in call.args ? { text: call.args.text } : call.args; // the rest says which words they are
  const choose = {
    approve: () => settle("approve", { type: "approve" }),
    always: () => settle("approve", { type: "approve", scope: "thread" }),
    flag: () => open(more, reason("Why is it to be looked at again?", "Approve and flag", (flag) => settle("approve", { type: "approve", flag: flag || "flagged" }))),
    edit: () => open(more, editor(args, (edited) => settle("edit", { type: "edit", edited_action: { name: call.name, args: edited } }))),
    reject: () => open(more, reason(isHeld ? "What is shown instead? Empty: nothing more." : "Why not? The model reads it.", "Reject", (message) => settle("reject", { type: "reject", ...(message && { message }) }))),
    respond: () => open(more, reason("Your answer", "Send", (message) => settle("respond", { type: "respond", message }))),
  };
  const buttons = offered(call).map((kind) => h("button", { type: "button", class: kind === "approve" ? "main" : null, onclick: () => (say(outcome, ""), decide(null), choose[kind]()) }, LABELS[kind]));
  const element = h("div", { class: "card" }, h("p", { class: "action" }, h("code", {}, exact(call.name))), call.description && h("p", { class: "note" }, exact(call.description)), given(args), h("div", { class: "buttons" }, buttons), more, outcome);
  return { element, outcome, more };
}

/** @param {Record<string, unknown>} args */
function given(args) {
  const entries = Object.entries(args);
  if (!entries.length) return h("p", { class: "note" }, "without arguments");
  return h("dl", { class: "args" }, entries.flatMap(([name, value]) => [h("dt", {}, exact(name)), h("dd", {}, h("pre", { tabindex: "0" }, exact(typeof value === "string" ? value : json(value))))]));
}

/**
 * @param {Element} more
 * @param {Element} form
 */
function open(more, form) {
  more.replaceChildren(form);
  form.scrollIntoView({ block: "nearest" });
  form.querySelector("textarea")?.focus();
}

let fields = 0;

/**
 * @param {string} label
 * @param {string} value
 * @param {number} rows
 */
function field(label, value, rows) {
  const id = `field-${(fields += 1)}`;
  const input = h("textarea", { id, rows: String(rows), spellcheck: "false" });
  input.value = value;
  const wrong = h("p", { class: "wrong", role: "alert" });
  return { input, wrong, element: h("div", { class: "labelled" }, h("label", { for: id }, label), input, wrong) };
}

/**
 * The arguments as fields: text as text, everything else as JSON.
 * @param {Record<string, unknown>} args
 * @param {(args: Record<string, unknown>) => void} done
 */
function editor(args, done) {
  const made = Object.entries(args).map(([name, value]) => argument(name, value));
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    const values = made.map((each) => each.read());
    if (values.every((value) => value !== undefined)) done(Object.fromEntries(made.map((each, index) => [each.name, values[index]])));
    else made[values.indexOf(undefined)].input.focus();
  };
  return h("form", { onsubmit: submit }, made.map((each) => each.element), h("button", { type: "submit", class: "main" }, "Approve with these arguments"));
}

/**
 * @param {string} name
 * @param {unknown} value
 */
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

/**
 * @param {string} label
 * @param {string} button
 * @param {(text: string) => void} done
 */
function reason(label, button, done) {
  const { input, element } = field(label, "", 2);
  const submit = (/** @type {Event} */ event) => (event.preventDefault(), done(input.value.trim()));
  return h("form", { onsubmit: submit }, element, h("button", { type: "submit", class: "main" }, button));
}

/**
 * A foreign graph's own question: shown as it is; the answer is JSON, and what is no JSON is text.
 * @param {unknown} request
 * @param {(answer: unknown) => void} onAnswer
 */
function anything(request, onAnswer) {
  const { input, element } = field("Your answer (text or JSON)", "", 2);
  const outcome = h("p", { class: "outcome", role: "status" });
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    lock(form);
    onAnswer(parsed(input.value) ?? input.value);
  };
  const form = h("form", { class: "question-box", onsubmit: submit }, h("h3", { tabindex: "-1" }, title(request)), typeof request === "string" ? null : h("pre", { tabindex: "0" }, exact(json(request))), element, h("button", { type: "submit", class: "main" }, "Answer"), outcome);
  /** @type {Settle} */
  const settled = (made) => (lock(form), say(outcome, made ? DONE.respond : LEFT));
  return { ...told(form, (fate) => say(outcome, fate("respond"))), settled };
}

/** @param {unknown} request */
function title(request) {
  if (typeof request === "string") return request;
  const { question: asked, type } = /** @type {{question?: unknown, type?: unknown}} */ (request ?? {});
  return typeof asked === "string" ? asked : `The graph asks${type ? `: ${words(String(type))}` : ""}`;
}

/**
 * @param {string} text
 * @returns {unknown}
 */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * `form` and what tells in it what became of its answer; `tell(kind → words)` says it where each decision was made.
 * @param {HTMLElement} form
 * @param {Tell} tell
 * @returns {Omit<Form, "settled">}
 */
function told(form, tell) {
  const accepted = () => tell((kind) => DONE[kind]);
  const refused = (/** @type {Failure} */ problem) => {
    tell((kind) => failed(kind, problem));
    if (!problem.gone) lock(form, false);
  };
  return { element: form, accepted, refused };
}

/**
 * Why a decision was not taken; without the server's word nobody knows whether it was.
 * @param {Kind} kind
 * @param {Failure} problem
 */
function failed(kind, { message, hint, status }) {
  const perhaps = status === 0 ? "Perhaps not " : "Not ";
  return [`${perhaps}${DONE[kind].toLowerCase()}: ${message}`, hint].filter(Boolean).join(" ");
}

/** @param {HTMLElement} form */
function lock(form, disabled = true) {
  const controls = /** @type {NodeListOf<HTMLButtonElement | HTMLTextAreaElement>} */ (form.querySelectorAll("button, textarea"));
  for (const control of controls) control.disabled = disabled;
}
