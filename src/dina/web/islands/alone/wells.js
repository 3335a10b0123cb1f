import { reader } from "../scanner.js";

/**
 * <dina-wells>: the grid of a box. Arrows go from well to well, x cuts, v puts, Escape lets go, Delete takes out; or
 * drag with a mouse. A code that is scanned goes into the well, and the next free one is ready for the next code.
 * The table is there without scripts, and forms beside it do the same.
 */
class Wells extends HTMLElement {
  connectedCallback() {
    this.cells = [...this.querySelectorAll("td[data-well]")];
    this.width = this.querySelectorAll("thead th").length;
    this.querySelector("table").setAttribute("role", "grid");
    this.cells.forEach((cell, at) => {
      cell.tabIndex = at ? -1 : 0;
      cell.setAttribute("role", "gridcell");
      cell.setAttribute("aria-label", `${cell.dataset.well} ${cell.dataset.name || ""}`);
      cell.draggable = Boolean(cell.dataset.id);
      for (const link of cell.querySelectorAll("a")) link.tabIndex = -1;
    });
    this.scanned = reader((code) => this.put(this.cells[this.at], { code }));
    this.addEventListener("keydown", (event) => this.key(event));
    this.focusOn(sessionStorage.getItem("well"));
    this.addEventListener("dragstart", (event) => this.cut(event.target.closest?.("td[data-id]")));
    this.addEventListener("dragover", (event) => this.cut_ && event.target.closest("td[data-well]") && event.preventDefault());
    this.addEventListener("drop", (event) => {
      event.preventDefault();
      const cell = event.target.closest("td[data-well]");
      if (cell && this.cut_) this.put(cell, { id: this.cut_.dataset.id });
    });
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const at = this.cells.indexOf(event.target.closest("td"));
    if (at < 0 || event.altKey) return;
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -this.width, ArrowDown: this.width }[event.key];
    const next = step && this.cells[at + step];
    this.at = at;
    const { id } = this.cells[at].dataset;
    if (this.scanned(event, () => this.command(event.key.toLowerCase(), at))) this.cut(null);
    else if (next) this.focusOn(next.dataset.well);
    else if (event.key === "Enter") this.cells[at].querySelector("a")?.click();
    else if (event.key === "Delete" && id) this.send({ out: "1", id }, at);
    else if (event.key === "Escape" && this.cut_) this.cut(null);
    else if (event.key.length > 1 || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {string} key  @param {number} at */
  command(key, at) {
    if (key === "x" && this.cells[at].dataset.id) this.cut(this.cells[at]);
    if (key === "v" && this.cut_) this.put(this.cells[at], { id: this.cut_.dataset.id });
  }

  /** @param {string | null} well */
  focusOn(well) {
    sessionStorage.removeItem("well");
    const cell = this.cells.find((one) => one.dataset.well === well);
    if (!cell) return;
    for (const one of this.cells) one.tabIndex = one === cell ? 0 : -1;
    cell.focus();
  }

  cut(cell) {
    this.cut_?.classList.remove("cut");
    this.cut_ = cell;
    cell?.classList.add("cut");
    this.say(cell ? this.getAttribute("cut-text").replace("{name}", cell.dataset.name) : "");
  }

  say(text) {
    this.querySelector("[data-status]").textContent = text;
  }

  /**
   * @param {HTMLElement} cell
   * @param {{id?: string, code?: string}} what
   */
  put(cell, what) {
    if (!cell) return;
    const at = this.cells.indexOf(cell);
    const free = what.code ? this.cells.findIndex((one, n) => n > at && !one.dataset.id) : at;
    this.send({ to: this.getAttribute("unit"), well: cell.dataset.well, ...what }, free);
  }

  /** The page comes back with the well in focus that work goes on with. */
  async send(what, then) {
    const body = new URLSearchParams({ csrf: this.getAttribute("csrf"), ...what });
    const answer = await fetch(this.getAttribute("action"), { method: "POST", body, headers: { accept: "application/json" } });
    if (!answer.ok) return this.say((await answer.json()).errors.join(" "));
    if (this.cells[then]) sessionStorage.setItem("well", this.cells[then].dataset.well);
    location.reload();
  }
}

customElements.define("dina-wells", Wells);
