/**
 * Lists: how many are selected, ranges with Shift, arrows between rows, copying the address.
 * Delegated, so that it also holds for rows that come later.
 */
import { counted } from "./counted.js";

let last = null;

/** @param {ParentNode} form */
function count(form) {
  const said = form.querySelector("[data-count]");
  if (!said) return;
  said.dataset.empty ??= said.textContent;
  const n = form.querySelectorAll(".pick input:checked").length;
  said.textContent = n ? counted(n, said.dataset.countOne, said.dataset.count) : said.dataset.empty;
}

document.addEventListener("click", (event) => {
  const box = event.target instanceof Element ? event.target.closest(".pick input") : null;
  if (box) {
    const boxes = [...box.form.querySelectorAll(".pick input")];
    if (event.shiftKey && last && boxes.includes(last)) {
      const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
      boxes.slice(from, to + 1).forEach((one) => (one.checked = box.checked));
    }
    last = box;
    count(box.form);
  }
  const link = event.target instanceof Element ? event.target.closest("[data-copy]") : null;
  if (link && navigator.clipboard) {
    event.preventDefault();
    navigator.clipboard.writeText(new URL(link.href, location).href);
    const status = document.getElementById("messages");
    if (status) status.innerHTML = "";
    status?.append(Object.assign(document.createElement("p"), { className: "message", textContent: link.dataset.copy }));
  }
});

/** @param {KeyboardEvent} event  @returns {boolean} whether the key was one of a list */
export function listKey(event) {
  const rows = [...document.querySelectorAll("table[data-rows] a.row")];
  if (!rows.length) return false;
  const at = rows.findIndex((row) => row.closest("tr").contains(document.activeElement));
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && (at >= 0 || document.activeElement === document.body)) {
    const next = rows[Math.min(Math.max(at + step, 0), rows.length - 1)];
    if (event.shiftKey && at >= 0) for (const row of [rows[at], next]) row.closest("tr").querySelector(".pick input").checked = true;
    next.focus();
    count(next.closest("form"));
    return true;
  }
  if (at >= 0 && event.key === " " && document.activeElement === rows[at]) {
    const box = rows[at].closest("tr").querySelector(".pick input");
    box.checked = !box.checked;
    count(box.form);
    return true;
  }
  if (event.key === "a" && (event.ctrlKey || event.metaKey) && at >= 0) {
    document.querySelector("[data-all]")?.click();
    return true;
  }
  return false;
}

/** Facets stand open beside the results; where styles cannot open them, this does. */
function unfold() {
  if (CSS.supports("selector(::details-content)") || !matchMedia("(min-width: 60.01rem)").matches) return;
  for (const one of document.querySelectorAll("details.folded")) one.open = true;
}

unfold();
document.addEventListener("htmx:load", unfold);
