/**
 * The keys of a grid, as spreadsheets have them: Tab comes in and leaves, arrows move, a sign begins to write over the
 * cell, Enter keeps it and goes down, Tab keeps it and goes right, Ctrl+C and Ctrl+X copy and cut, Delete empties. Each
 * is one step back. They are taken before the table gets them, which would keep the Tab key for itself.
 */
import { copies } from "./cells.js";

const SIDES = { Enter: ["down", "up"], Tab: ["right", "left"] };

/** @param {HTMLElement} grid  <dina-grid> whose table is built */
export function keysOf(grid) {
  const { box, table } = grid;
  const holder = box.querySelector(".tabulator-tableholder");
  const [before, after] = [0, 1].map(() => Object.assign(document.createElement("span"), { tabIndex: -1 }));
  box.before(before);
  box.after(after);
  // One stop for the Tab key: what holds the rows. Its head and its cells (grid.js) are reached from there.
  box.querySelector(".tabulator-header").tabIndex = -1;
  box.addEventListener("focusin", ({ target }) => {
    if (target !== holder && !target.closest(".tabulator-editing")) holder.focus({ preventScroll: true });
  });

  const move = (side) => table.modules.selectRange.navigate(false, false, side);
  const cells = () => table.getRanges().flatMap((range) => range.getCells().flat());
  const empty = () => cells().forEach((cell) => !cell.getData().record && cell.getValue() && cell.setValue(""));

  /** Keep what is typed, then go on. */
  function ended(event) {
    const side = SIDES[event.key][event.shiftKey ? 1 : 0];
    if (event.target.readOnly) return setTimeout(() => move(side));
    event.stopPropagation();
    event.preventDefault();
    event.target.blur();
    holder.focus({ preventScroll: true });
    move(side);
  }

  /** Open the chosen cell, wherever one has scrolled meanwhile: rows out of sight are not there. */
  function open() {
    const cell = grid.chosen();
    if (!cell?.getField() || cell.getData().record) return null;
    table.scrollToRow(cell.getRow(), "nearest", false).catch(() => {});
    table.scrollToColumn(cell.getColumn(), "middle", false).catch(() => {});
    cell.edit();
    return box.querySelector(".tabulator-editing input");
  }

  /** What is pressed goes on into the editor: it writes over what stood there, or looks among the words. */
  function written(event) {
    const editor = open();
    if (editor && !editor.readOnly) editor.value = "";
    else editor?.dispatchEvent(new KeyboardEvent("keydown", { key: event.key, keyCode: event.keyCode }));
  }

  /** @param {KeyboardEvent} event */
  function key(event) {
    if (!box.contains(event.target) || event.isComposing) return;
    const control = event.ctrlKey || event.metaKey;
    if (event.target.closest(".tabulator-editing")) {
      if (event.key in SIDES && !control) ended(event);
      return;
    }
    if (event.key === "Tab") (event.shiftKey ? before : after).focus({ preventScroll: true });
    else if (event.key === "Delete" || event.key === "Backspace") empty();
    else if (event.key === "Enter" || event.key === "F2") open();
    else if (event.key.length === 1 && !control && !event.altKey) written(event);
    else return;
    event.stopPropagation();
    if (event.key.length > 1 && event.key !== "Tab") event.preventDefault();
  }

  /** What is chosen as spreadsheets take it; cut, it is emptied. @param {ClipboardEvent} event */
  function copy(event) {
    if (!box.contains(event.target) || event.target.closest(".tabulator-editing")) return;
    event.stopPropagation();
    event.preventDefault();
    event.clipboardData.setData("text/plain", copies(table.getRanges()[0].getCells().map((row) => row.map((cell) => cell.getValue()))));
    if (event.type === "cut") empty();
  }
  for (const type of ["copy", "cut"]) grid.addEventListener(type, copy, true);
  grid.addEventListener("keydown", key, true);
}
