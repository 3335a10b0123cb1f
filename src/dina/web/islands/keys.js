/**
 * Keys for commands: single keys only while nobody is typing, and not at all when the preferences say so.
 * A link or button with data-key says which key it answers to; the list of them opens with "?".
 */
import { listKey } from "./list.js";

const on = () => document.body.dataset.shortcuts !== "off";
let first = "";

/** @param {EventTarget | null} target */
function typing(target) {
  return target instanceof Element && target.matches("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
}

/** @param {string} key  @returns {boolean} */
function press(key) {
  const found = [...document.querySelectorAll(`[data-key~="${CSS.escape(key)}"]`)][0];
  if (!found) return false;
  if (found.matches("input, select, textarea")) {
    found.focus();
    found.select?.();
  } else found.click();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  const control = event.ctrlKey || event.metaKey;
  if (control && event.key === "k") {
    event.preventDefault();
    press("/");
    return;
  }
  if (event.altKey && (event.key === "PageDown" || event.key === "PageUp")) {
    if (press(event.key === "PageDown" ? "n" : "p")) event.preventDefault();
    return;
  }
  if (control && event.key === "s" && press("save")) {
    event.preventDefault();
    return;
  }
  if (control && event.key === "Enter" && press(event.shiftKey ? "save-new" : "save-next")) {
    event.preventDefault();
    return;
  }
  if (typing(event.target)) return;
  if (listKey(event)) {
    event.preventDefault();
    return;
  }
  if (control || event.altKey || !on() || document.querySelector("dialog[open]")) return;
  if (event.key === "?") {
    const list = document.getElementById("keys");
    if (list instanceof HTMLDialogElement) list.showModal();
    event.preventDefault();
    return;
  }
  const key = first ? `${first}-${event.key}` : event.key;
  if (!first && (event.key === "g" || event.key === "c")) {
    first = event.key;
    setTimeout(() => (first = ""), 1200);
    return;
  }
  first = "";
  if (press(key)) event.preventDefault();
});

document.addEventListener("click", (event) => {
  const opener = event.target instanceof Element ? event.target.closest("[data-opens]") : null;
  const dialog = opener && document.getElementById(opener.dataset.opens);
  if (dialog instanceof HTMLDialogElement) {
    event.preventDefault();
    dialog.showModal();
  }
});
