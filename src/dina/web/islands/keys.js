/**
 * Keys for commands: single keys only while nobody is typing, and not at all when the preferences say so.
 * A link or button with data-key says which key it answers to; the list of them opens with "?".
 */
import { listKey } from "./list.js";
import { reader } from "./scanner.js";

const root = document.documentElement;
const on = () => document.body.dataset.shortcuts !== "off";
let first = "";

/** A code scanned where nobody types leads to its record; at the scan station it is scanned. */
const scanned = reader((code) => {
  const station = document.querySelector("dina-station");
  if (station) station.dispatchEvent(new CustomEvent("scan", { detail: code }));
  else location.assign(`/${root.lang}/scan?code=${encodeURIComponent(code)}`);
});

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
  if (control || event.altKey || document.querySelector("dialog[open]")) return;
  const key = first ? `${first}-${event.key}` : event.key;
  if (scanned(event, () => on() && command(key))) event.preventDefault();
  else if (on() && (key === "?" || document.querySelector(`[data-key~="${CSS.escape(key)}"]`))) event.preventDefault();
});

/** @param {string} key */
function command(key) {
  if (key === "?") {
    const list = document.getElementById("keys");
    if (list instanceof HTMLDialogElement) list.showModal();
    return;
  }
  if (key === "g" || key === "c") {
    first = key;
    setTimeout(() => (first = ""), 1200);
    return;
  }
  first = "";
  press(key);
}

document.addEventListener("click", (event) => {
  const opener = event.target instanceof Element ? event.target.closest("[data-opens]") : null;
  const dialog = opener && document.getElementById(opener.dataset.opens);
  if (dialog instanceof HTMLDialogElement) {
    event.preventDefault();
    dialog.showModal();
  }
});
