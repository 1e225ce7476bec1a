// The page: what is typed, which thread is open, and what the keys do.

import { Conversation } from "./conversation.js";
import { openDocuments } from "./documents.js";
import { part, say } from "./dom.js";
import { Announcer } from "./announcer.js";
import { closeMenu, isMenuOpen, prepareMenu } from "./threads_menu.js";
import { get } from "./http.js";
import { prepareDialog } from "./dialog.js";
import { AutoScroll } from "./autoscroll.js";
import { listThreads } from "./threads.js";
import { mayAsk, prepareSignIn, signedIn } from "./sign_in.js";
import { introduce } from "./welcome.js";

/** @import { Failure } from "./approvals.js" */
/** @import { Hears } from "./conversation.js" */
/** @import { Served } from "./welcome.js" */

const words = part("words", HTMLTextAreaElement);
const stopping = part("stop", HTMLButtonElement);
const live = new Announcer(part("live"));
const tail = new AutoScroll(part("scroll"), part("latest"));
/** @type {Served} */
const PLAIN = { name: "Mainstem", messages: true, documents: false }; // where a server does not tell

let info = PLAIN;
/** @type {Conversation} */
let open;

// threads

/** @param {string | null} thread */
function show(thread) {
  open?.close();
  open = new Conversation(part("turns"), thread, hears);
  hears.busy(null);
  hears.state("");
  trouble(null);
  title("");
  tail.go();
  welcome();
  listThreads(part("threads"), thread);
  if (thread) open.open().catch(trouble).finally(welcome);
  closeMenu();
}

/** @type {Hears} */
const hears = {
  state(state) {
    part("link").dataset.state = state;
    say(part("link"), state === "reconnecting" ? "Connection lost, reconnecting …" : "");
  },
  busy(run) {
    stopping.hidden = !run;
    part("send").hidden = Boolean(run);
    stopping.disabled = false;
    say(stopping, "Stop");
    document.body.toggleAttribute("data-busy", Boolean(run));
    if (open?.thread) placed(open.thread);
  },
  painted(view) {
    live.painted(view);
    tail.follow();
  },
  trouble,
  title,
};

/**
 * The address names the thread, so that a reload finds it; the list shows it.
 * @param {string} thread
 */
function placed(thread) {
  if (location.hash !== hashOf(thread)) history.replaceState(null, "", hashOf(thread));
  listThreads(part("threads"), thread);
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
  part("welcome").hidden = Boolean(open.thread) || !open.empty;
}

// asking

async function ask() {
  await ready; // who types quickly asks before the server has told what it serves
  const text = words.value.trim();
  if (!text || open.run) return;
  let body;
  try {
    body = info.messages ? { question: text } : { input: JSON.parse(text) };
  } catch {
    return trouble({ message: "This is not valid JSON.", hint: "Text needs quotation marks." });
  }
  words.value = "";
  grow();
  trouble(null);
  tail.go();
  const here = open;
  const asked = here.ask(text, body);
  welcome();
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
  words.value ||= text;
  grow();
  trouble(problem);
  welcome();
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
function typed(event) {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  ask();
}

// the beginning

async function begin() {
  prepareDialog();
  prepareMenu();
  document.querySelector(".skip")?.addEventListener("click", (event) => (event.preventDefault(), words.focus()));
  part("composer").addEventListener("submit", (event) => (event.preventDefault(), ask()));
  stopping.addEventListener("click", stop);
  part("new").addEventListener("click", () => (hashed() ? (location.hash = "#/") : show(null), words.focus()));
  part("shelf").addEventListener("click", openDocuments);
  words.addEventListener("keydown", typed);
  words.addEventListener("input", grow);
  addEventListener("keydown", keys);
  addEventListener("hashchange", () => hashed() !== open?.thread && show(hashed()));
  prepareSignIn();
  const me = await signedIn();
  if (!me) return;
  part("composer").hidden = !mayAsk(me);
  info = /** @type {Served} */ (await get("info").catch(() => PLAIN));
  if (info.bundled) info.name = "Mainstem";
  introduce(info, (question) => ((words.value = question), ask()));
  grow();
  show(hashed());
}

const ready = begin();
