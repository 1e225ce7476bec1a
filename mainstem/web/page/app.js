// The page: what is typed, which thread is open, and what the keys do.

import { Conversation } from "./conversation.js";
import { draftOf, keepDraft } from "./drafts.js";
import { openDocuments, prepareDrop } from "./documents.js";
import { part, say } from "./dom.js";
import { Announcer } from "./announcer.js";
import { closeMenu, isMenuOpen, prepareMenu } from "./threads_menu.js";
import { get } from "./http.js";
import { prepareDialog } from "./dialog.js";
import { AutoScroll } from "./autoscroll.js";
import { prepareMarkdown } from "./markdown_view.js";
import { openThreadDialog } from "./thread_dialog.js";
import { ThreadList } from "./threads.js";
import { prepareQueue } from "./approval_queue.js";
import { offerModels } from "./model_choice.js";
import { mayAsk, prepareSignIn, signedIn } from "./sign_in.js";
import { introduce, suggest } from "./welcome.js";

/** @import { Failure } from "./approvals.js" */
/** @import { Served } from "./welcome.js" */

const words = part("words", HTMLTextAreaElement);
const stopping = part("stop", HTMLButtonElement);
const live = new Announcer(part("live"));
const threads = new ThreadList(part("threads"), part("search", HTMLInputElement), part("more-threads", HTMLButtonElement));
const tail = new AutoScroll(part("scroll"), part("latest"));
const LOOK = 4000; // ms between two looks at what others did in the open thread
/** @type {Served} */
const PLAIN = { name: "Mainstem", messages: true, documents: false }; // where a server does not tell

let info = PLAIN;
/** @type {Conversation | undefined} */
let open;

// threads

/** @param {string | null} thread */
function show(thread) {
  open?.close();
  open = new Conversation(part("turns"), thread, hears, info.messages);
  restore(thread);
  hears.busy(null);
  hears.state("");
  trouble(null);
  title("");
  tail.go();
  welcome();
  threads.show(thread);
  part("thread").hidden = !thread;
  if (thread) open.open().catch(trouble).finally(welcome);
  else if (info.bundled) suggest(chosen);
  closeMenu();
}

/** @type {page.ThreadHears} */
const hears = {
  state(state) {
    part("link").dataset.state = state;
    say(part("link"), state === "reconnecting" ? "Connection lost, reconnecting …" : "");
  },
  busy(run) {
    stopping.hidden = !run;
    stopping.disabled = false;
    say(stopping, "Stop");
    document.body.toggleAttribute("data-busy", Boolean(run));
    offer();
    if (open?.thread) placed(open.thread);
  },
  painted(view) {
    live.painted(view);
    tail.follow();
  },
  changes: (element, change) => tail.keep(element, change),
  trouble,
  title,
};

/**
 * The address names the thread, so that a reload finds it; the list shows it.
 * @param {string} thread
 */
function placed(thread) {
  if (location.hash !== hashOf(thread)) history.replaceState(null, "", hashOf(thread));
  threads.show(thread);
  part("thread").hidden = false;
}

function openThread() {
  const thread = open?.thread;
  if (!thread) return;
  openThreadDialog(thread, part("title").textContent, {
    renamed: (name) => (title(name), threads.show(thread)),
    deleted: () => (location.hash = "#/"),
  });
}

/** @param {string} thread */
const hashOf = (thread) => `#/${encodeURIComponent(thread)}`;
const hashed = () => (location.hash.startsWith("#/") && decodeURIComponent(location.hash.slice(2))) || null;

/** @param {string} text */
function title(text) {
  say(part("title"), text);
  document.title = text ? `${text} · ${info.name}` : info.name;
}

/** @param {{message: string, hint?: string} | null} problem */
function trouble(problem) {
  part("trouble").hidden = !problem;
  say(part("trouble"), problem ? [problem.message, problem.hint].filter(Boolean).join(" ") : "");
}

function welcome() {
  part("welcome").hidden = Boolean(open?.thread) || !open?.empty;
}

// asking

async function ask() {
  await ready; // who types quickly asks before the server has told what it serves
  const [here, text] = [open, words.value.trim()];
  if (!text || !here) return;
  let body;
  try {
    body = info.messages ? { question: text } : { input: JSON.parse(text) };
  } catch {
    return trouble({ message: "This is not valid JSON.", hint: "Text needs quotation marks." });
  }
  typeIn("");
  trouble(null);
  const asked = here.ask(text, body);
  welcome();
  tail.go(); // now that the question is there
  if (!part("title").textContent) title(text.split("\n")[0].slice(0, 80));
  live.say("Asked.");
  await asked.catch((problem) => failed(here, text, problem));
}

/**
 * Nothing is lost: what could not be asked stands in the field again.
 * @param {Conversation} where
 * @param {string} text
 * @param {Failure} problem
 */
function failed(where, text, problem) {
  if (where !== open) return;
  typeIn(words.value || text);
  trouble(problem);
  welcome();
}

/** What is typed while a run goes on is asked after it, or read by it. */
function offer() {
  const isTyped = words.value.trim() !== "";
  part("send").hidden = Boolean(open?.run) && !isTyped;
  say(part("send"), open?.run ? "Ask next" : "Ask");
  part("steer").hidden = !open?.run || !isTyped || !info.bundled;
}

async function steer() {
  const [here, text] = [open, words.value.trim()];
  if (!text || !here?.run || !info.bundled) return;
  typeIn("");
  trouble(null);
  tail.go();
  live.say("Added.");
  await here.steer(text).catch((problem) => failed(here, text, problem));
}

function stop() {
  if (!open?.run || stopping.disabled) return;
  stopping.disabled = true;
  say(stopping, "Stopping …");
  open.stop().catch((problem) => {
    stopping.disabled = false;
    say(stopping, "Stop");
    trouble(problem);
  });
}

/** @param {string} text */
function typeIn(text) {
  words.value = text;
  typed();
}

function typed() {
  keepDraft(open ? open.thread : hashed(), words.value);
  offer();
  grow();
}

/**
 * What was typed in a thread and not asked stands in the field again.
 * @param {string | null} thread
 */
function restore(thread) {
  const draft = draftOf(thread);
  if (draft || info.messages) words.value = draft;
  grow();
}

function grow() {
  words.style.height = "auto";
  words.style.height = `${Math.min(words.scrollHeight, innerHeight * 0.4)}px`;
}

/** @param {KeyboardEvent} event */
function keys(event) {
  if (event.key === "Escape" && !part("sheet", HTMLDialogElement).open) isMenuOpen() ? closeMenu() : stop();
  if (event.key === "/" && !/** @type {Element} */ (event.target).closest("textarea, input, dialog")) (event.preventDefault(), words.focus());
}

/** @param {KeyboardEvent} event */
function pressed(event) {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  if ((event.ctrlKey || event.metaKey) && !part("steer").hidden) steer();
  else ask();
}

// the beginning

async function begin() {
  prepareDialog();
  prepareMenu();
  prepareDrop(() => info.documents);
  document.querySelector(".skip")?.addEventListener("click", (event) => (event.preventDefault(), words.focus()));
  part("composer").addEventListener("submit", (event) => (event.preventDefault(), ask()));
  stopping.addEventListener("click", stop);
  part("new").addEventListener("click", () => (hashed() ? (location.hash = "#/") : show(null), words.focus()));
  part("shelf").addEventListener("click", openDocuments);
  part("sheet").addEventListener("close", () => info.bundled && !open?.thread && suggest(chosen)); // files may have come
  part("thread").addEventListener("click", openThread);
  part("steer").addEventListener("click", steer);
  words.addEventListener("keydown", pressed);
  words.addEventListener("input", typed);
  addEventListener("keydown", keys);
  addEventListener("hashchange", () => hashed() !== open?.thread && show(hashed()));
  prepareSignIn();
  const me = await signedIn();
  if (!me) return;
  part("composer").hidden = !mayAsk(me);
  prepareQueue(me);
  info = /** @type {Served} */ (await get("info").catch(() => PLAIN));
  if (info.bundled) info.name = "Mainstem";
  const early = words.value; // typed before the server had told what it serves
  introduce(info);
  offerModels(info);
  show(hashed());
  if (early && info.messages) typeIn(early);
  addEventListener("visibilitychange", look);
  addEventListener("focus", look);
  setInterval(look, LOOK);
  (globalThis.requestIdleCallback ?? setTimeout)(prepareMarkdown); // Safari has none
}

/** @param {string} question */
function chosen(question) {
  typeIn(question);
  ask();
}

/** Learn what other tabs and machines have done in this thread. */
async function look() {
  const here = open;
  if (document.hidden || !here?.thread) return;
  await here.look().catch(() => {}); // the next look may find the server again
  if (here !== open) return;
  tail.follow();
  if (here.run && !threads.lists(here.thread)) threads.show(here.thread); // they were listed before it was kept
}

const ready = begin();
