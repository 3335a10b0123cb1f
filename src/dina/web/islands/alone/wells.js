/**
 * <dina-wells>: the grid of a box. Arrows go from well to well, x cuts, v puts, Escape lets go; or drag with a mouse.
 * The table is there without scripts, and a form beside it does the same.
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
    this.addEventListener("keydown", (event) => this.key(event));
    this.addEventListener("dragstart", (event) => this.cut(event.target.closest?.("td[data-id]")));
    this.addEventListener("dragover", (event) => this.cut_ && event.target.closest("td[data-well]") && event.preventDefault());
    this.addEventListener("drop", (event) => {
      event.preventDefault();
      this.put(event.target.closest("td[data-well]"));
    });
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const at = this.cells.indexOf(event.target.closest("td"));
    if (at < 0 || event.altKey) return;
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -this.width, ArrowDown: this.width }[event.key];
    const next = step && this.cells[at + step];
    const key = event.key.toLowerCase();
    if (next) {
      this.cells[at].tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
    } else if (key === "x" && this.cells[at].dataset.id) this.cut(this.cells[at]);
    else if (key === "v" && this.cut_) this.put(this.cells[at]);
    else if (key === "escape" && this.cut_) this.cut(null);
    else if (key === "enter") this.cells[at].querySelector("a")?.click();
    else return;
    event.preventDefault();
    event.stopPropagation();
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

  async put(cell) {
    if (!this.cut_ || !cell) return;
    const body = new URLSearchParams({ csrf: this.getAttribute("csrf"), to: this.getAttribute("unit"), well: cell.dataset.well });
    body.append("id", this.cut_.dataset.id);
    const answer = await fetch(this.getAttribute("action"), { method: "POST", body, headers: { accept: "application/json" } });
    if (answer.ok) location.reload();
    else this.say((await answer.json()).errors.join(" "));
  }
}

customElements.define("dina-wells", Wells);
