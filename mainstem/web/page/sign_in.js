// Who one is, where the server asks: a form for a token, which the server keeps as a cookie that no script can read.

import { get, post, Problem, SIGNED_OUT } from "./http.js";
import { part, say } from "./dom.js";

/** @typedef {schemas.Me} Me */

/**
 * Who uses the page; null where nobody signed in who has to, and the form for it is shown.
 * @returns {Promise<Me | null>}
 */
export async function signedIn() {
  try {
    return show(/** @type {Me} */ (await get("me")));
  } catch (error) {
    if (!(error instanceof Problem && error.status === 401)) return show({ id: "", roles: ["admin"], authentication: false }); // a server that does not tell
    askForToken();
    return null;
  }
}

/**
 * Whether they may put questions.
 * @param {Me} me
 */
export const mayAsk = ({ roles }) => roles.includes("ask") || roles.includes("admin");

/** @param {Me} me */
function show(me) {
  part("user").hidden = !me.authentication;
  say(part("user-id"), me.id);
  return me;
}

function askForToken() {
  document.body.toggleAttribute("data-signed-out", true);
  part("sign-in").hidden = false;
  part("token", HTMLInputElement).focus();
}

/** @param {Event} event */
async function submitted(event) {
  event.preventDefault();
  const token = part("token", HTMLInputElement);
  say(part("refused"), "");
  try {
    await post("sign-in", { token: token.value });
    location.reload(); // all that the page shows is another's now
  } catch (error) {
    say(part("refused"), /** @type {Problem} */ (error).message);
    token.select();
  }
}

async function signOut() {
  await post("sign-out").catch(() => {});
  location.reload();
}

export function prepareSignIn() {
  part("sign-in").addEventListener("submit", submitted);
  part("sign-out").addEventListener("click", signOut);
  addEventListener(SIGNED_OUT, askForToken);
}
