// The list of threads on a phone, where it slides in and out.

import { part } from "./dom.js";

export const isMenuOpen = () => document.body.hasAttribute("data-menu");

export function closeMenu() {
  if (isMenuOpen() && part("side").contains(document.activeElement)) part("menu").focus();
  document.body.removeAttribute("data-menu");
  part("menu").setAttribute("aria-expanded", "false");
}

function toggle() {
  const opened = document.body.toggleAttribute("data-menu");
  part("menu").setAttribute("aria-expanded", String(opened));
  if (opened) part("new").focus();
}

export function prepareMenu() {
  part("menu").addEventListener("click", toggle);
  part("veil").addEventListener("click", closeMenu);
}
