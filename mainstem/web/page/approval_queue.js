// What waits for a person in all threads: each with what led there, and what may be decided.

import { question } from "./approvals.js";
import { openDialog } from "./dialog.js";
import { h, part, say } from "./dom.js";
import { get, Problem, reasonOf } from "./http.js";
import { ThreadClient } from "./thread_client.js";

/** @import { Me } from "./sign_in.js" */

/**
 * Offer it to who may decide.
 * @param {Me} me
 */
export function prepareQueue({ roles }) {
  part("approvals").hidden = !(roles.includes("approve") || roles.includes("admin"));
  part("approvals").addEventListener("click", openQueue);
}

async function openQueue() {
  const list = h("div", { class: "queue" });
  const status = h("p", { class: "note", role: "status" }, "Looking …");
  openDialog("Waiting for a decision", [status, list]);
  try {
    const { approvals } = /** @type {schemas.ApprovalList} */ (await get("approvals"));
    say(status, approvals.length ? "" : "Nothing waits.");
    list.replaceChildren(...approvals.map(entry));
  } catch (error) {
    say(status, reasonOf(error));
  }
}

/** @param {schemas.Approval} waiting */
function entry({ thread_id: thread, title, since, interrupt_id: id, request, question: asked, answer, policy, expired }) {
  const form = question({ request }, async (decided) => {
    try {
      const client = new ThreadClient(thread);
      client.chosen = null; // what waits here is of the latest branch, whichever is looked at
      await client.resume({ [id]: decided });
      form.accepted();
    } catch (error) {
      if (error instanceof Problem) error.gone = error.status === 409;
      form.refused(/** @type {Problem} */ (error));
    }
  });
  const close = () => part("sheet", HTMLDialogElement).close();
  const link = h("a", { href: `#/${encodeURIComponent(thread)}`, onclick: close }, title || thread);
  const told = [link, ` since ${new Date(since).toLocaleString()}`, policy && `, held by the policy ${policy}`, expired && ", too late: it will be rejected"];
  const context = h("dl", { class: "args" }, h("dt", {}, "Question"), h("dd", { dir: "auto" }, asked), answer && [h("dt", {}, "Answer so far"), h("dd", { dir: "auto" }, answer)]);
  return h("article", { class: "waiting" }, h("p", { class: "note" }, told), context, form.element);
}
