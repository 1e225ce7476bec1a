// The page: what is typed, which thread is open, and what the keys do.

import { Conversation } from "./conversation.js";
import { h, say } from "./dom.js";
import { openDocuments } from "./documents.js";
import { Announcer } from "./live.js";
import { get } from "./net.js";
import { prepareSheet } from "./sheet.js";
import { listThreads } from "./threads.js";

const part = (id) => document.getElementById(id);
const [words, scroll, live] = [part("words"), part("scroll"), new Announcer(part("live"))];
const NEAR = 80; // pixels from the end that count as being at the end

let info = {};
let open = null;
let atEnd = true;

// threads

function show(thread) {
  open?.close();
  open = new Conversation(part("turns"), thread, hears);
  hears.busy(null);
  hears.state("");
  trouble(null);
  title("");
  atEnd = true;
  welcome();
  listThreads(part("threads"), thread);
  if (thread) open.open().catch(trouble).finally(welcome);
  closeMenu();
}

const hears = {
  state(state) {
    part("link").dataset.state = state;
    say(part("link"), state === "reconnecting" ? "Connection lost, reconnecting …" : "");
  },
  busy(run) {
    part("stop").hidden = !run;
    part("send").hidden = Boolean(run);
    part("stop").disabled = false;
    say(part("stop"), "Stop");
    document.body.toggleAttribute("data-busy", Boolean(run));
    if (open?.thread) placed();
  },
  painted(view) {
    live.painted(view);
    follow();
  },
  trouble,
  title,
};

/** The address names the thread, so that a reload finds it; the list shows it. */
function placed() {
  if (location.hash !== hashOf(open.thread)) history.replaceState(null, "", hashOf(open.thread));
  listThreads(part("threads"), open.thread);
}

const hashOf = (thread) => `#/${encodeURIComponent(thread)}`;
const hashed = () => (location.hash.startsWith("#/") && decodeURIComponent(location.hash.slice(2))) || null;

function title(text) {
  say(part("title"), text);
  document.title = text ? `${text} · ${info.name ?? "Mainstem"}` : (info.name ?? "Mainstem");
}

function trouble(problem) {
  part("trouble").hidden = !problem;
  say(part("trouble"), problem ? [problem.message, problem.hint].filter(Boolean).join(" ") : "");
}

function welcome() {
  part("welcome").hidden = Boolean(open.thread) || !open.empty;
}

// asking

async function ask() {
  const text = words.value.trim();
  if (!text || open.run) return;
  let body;
  try {
    body = info.messages === false ? { input: JSON.parse(text) } : { question: text };
  } catch {
    return trouble({ message: "This is not valid JSON.", hint: "Text needs quotation marks." });
  }
  words.value = "";
  grow();
  trouble(null);
  atEnd = true;
  const here = open;
  const asked = here.ask(text, body);
  welcome();
  if (!part("title").textContent) title(text.split("\n")[0].slice(0, 80));
  live.say("Asked.");
  await asked.catch((problem) => failed(here, text, problem));
}

/** Nothing is lost: what could not be asked stands in the field again. */
function failed(where, text, problem) {
  if (where !== open) return;
  words.value ||= text;
  grow();
  trouble(problem);
  welcome();
}

function stop() {
  if (!open.run || part("stop").disabled) return;
  part("stop").disabled = true;
  say(part("stop"), "Stopping …");
  open.stop().catch((problem) => {
    part("stop").disabled = false;
    say(part("stop"), "Stop");
    trouble(problem);
  });
}

function grow() {
  words.style.height = "auto";
  words.style.height = `${Math.min(words.scrollHeight, innerHeight * 0.4)}px`;
}

// scrolling: stay at the end while the reader is there, and never pull anyone away from what they read

function follow() {
  if (atEnd) scroll.scrollTop = scroll.scrollHeight;
  part("latest").hidden = atEnd;
}

function scrolled() {
  atEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR;
  part("latest").hidden = atEnd;
}

// the list on a phone

function toggleMenu() {
  const opened = document.body.toggleAttribute("data-menu");
  part("menu").setAttribute("aria-expanded", String(opened));
  if (opened) part("new").focus();
}

function closeMenu() {
  document.body.removeAttribute("data-menu");
  part("menu").setAttribute("aria-expanded", "false");
}

function keys(event) {
  if (event.key === "Escape" && !part("sheet").open) document.body.hasAttribute("data-menu") ? (closeMenu(), part("menu").focus()) : stop();
  if (event.key === "/" && !event.target.closest("textarea, input, dialog")) (event.preventDefault(), words.focus());
}

function typed(event) {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  ask();
}

// the beginning

function introduce() {
  say(document.querySelector(".brand h1"), info.name ?? "Mainstem");
  say(part("about"), info.model ?? "");
  part("shelf").hidden = info.documents === false;
  const [label, hint] = info.messages === false ? ["The graph's input, as JSON", "Any JSON that this graph takes."] : ["Your question", info.documents === false ? "Ask this agent, and watch it work." : "Every answer is cited, and you can watch how it is found."];
  say(part("words-label"), label);
  words.placeholder = label;
  words.classList.toggle("json", info.messages === false);
  if (info.messages === false && info.inputs) words.value = JSON.stringify(Object.fromEntries(info.inputs.map((key) => [key, null])), null, 1);
  grow();
  say(document.querySelector("#welcome h2"), info.documents === false ? (info.name ?? "") : "Ask your documents");
  say(part("invitation"), hint);
  if (info.messages !== false && info.bundled) part("examples").replaceChildren(...EXAMPLES.map(example));
}

const EXAMPLES = ["How do I resume a dropped stream?", "What is a law?", "How do I use my own graph?"];

function example(text) {
  return h("li", {}, h("button", { type: "button", onclick: () => ((words.value = text), ask()) }, text));
}

async function begin() {
  prepareSheet();
  document.querySelector(".skip").addEventListener("click", (event) => (event.preventDefault(), words.focus()));
  part("composer").addEventListener("submit", (event) => (event.preventDefault(), ask()));
  part("stop").addEventListener("click", stop);
  part("new").addEventListener("click", () => (hashed() ? (location.hash = "#/") : show(null), words.focus()));
  part("menu").addEventListener("click", toggleMenu);
  part("veil").addEventListener("click", closeMenu);
  part("shelf").addEventListener("click", openDocuments);
  part("latest").addEventListener("click", () => ((atEnd = true), follow()));
  words.addEventListener("keydown", typed);
  words.addEventListener("input", grow);
  scroll.addEventListener("scroll", scrolled, { passive: true });
  addEventListener("keydown", keys);
  addEventListener("hashchange", () => hashed() !== open?.thread && show(hashed()));
  info = await get("info").catch(() => ({}));
  if (info.bundled) info.name = "Mainstem";
  introduce();
  show(hashed());
}

begin();
