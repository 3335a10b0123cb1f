/**
 * <dina-grid>: rows as a spreadsheet: paste, fill down, undo, next problem, find and replace. It holds a plain table of inputs, which
 * stays where scripts do not run, and to which "Plain table" goes back. The rows come from `source` and are kept by
 * `save`; with `plain` they are those of the table, whose inputs get what is typed and are sent with their form.
 */
import {
  ClipboardModule,
  EditModule,
  FormatModule,
  FrozenColumnsModule,
  HistoryModule,
  InteractionModule,
  KeybindingsModule,
  ResizeColumnsModule,
  SelectRangeModule,
  Tabulator,
} from "tabulator-tables";
import "tabulator-tables/dist/css/tabulator.css";
import { Steps, copied } from "../cells.js";
import { Find } from "../find.js";
import { keysOf } from "../gridkeys.js";

Tabulator.registerModule([
  ClipboardModule,
  EditModule,
  FormatModule,
  FrozenColumnsModule,
  HistoryModule,
  InteractionModule,
  KeybindingsModule,
  ResizeColumnsModule,
  SelectRangeModule,
]);
const LATER = 600;
const SIGNS = { error: "✖", choice: "?", warning: "⚠" };

class Grid extends HTMLElement {
  async connectedCallback() {
    this.plain = this.querySelector("form");
    this.headings = [...this.querySelectorAll("th[data-column]")].map((th) => [Number(th.dataset.column), th.textContent]);
    this.waiting = new Map();
    /** Of columns whose words are chosen, those words. */
    this.choices = new Map();
    this.build();
    try {
      await this.load();
    } catch {
      this.leave();
    }
  }

  build() {
    this.bar = document.createElement("div");
    this.bar.className = "grid-bar";
    this.bar.setAttribute("role", "toolbar");
    this.bar.setAttribute("aria-label", this.getAttribute("label"));
    const button = (word, act) => {
      if (!this.hasAttribute(word)) return;
      const made = document.createElement("button");
      Object.assign(made, { type: "button", className: "quiet", textContent: this.getAttribute(word) });
      made.addEventListener("click", act);
      this.bar.append(made);
    };
    button("next-word", () => this.next(1));
    this.find = new Find(this);
    button("find-word", () => this.find.open());
    button("fill-word", () => this.fill());
    button("undo-word", () => this.steps.undo());
    button("redo-word", () => this.steps.redo());
    button("plain-word", () => this.leave());
    this.state = document.createElement("span");
    this.state.setAttribute("role", "status");
    this.bar.append(this.state);
    this.said = document.createElement("p");
    this.said.className = "said";
    this.said.setAttribute("role", "status");
    this.said.hidden = true;
    this.box = document.createElement("div");
    this.box.className = "grid-box";
    this.plain.hidden = true;
    this.prepend(this.bar, this.find.box, this.said, this.box);
    this.addEventListener("keydown", (event) => this.key(event));
  }

  /** The rows as the plain table has them. */
  typed() {
    return [...this.plain.querySelectorAll("tr[data-row]")].map((tr, row) => ({
      row: tr.querySelector("th").textContent.trim(), at: row, record: null, problems: [],
      ...Object.fromEntries(this.headings.map(([at]) => [`c${at}`, this.input(row, at).value])),
    }));
  }

  input(row, at) {
    return this.plain.elements[`cell-${row}-${at}`];
  }

  async fetched() {
    /** @type {Array<Record<string, unknown>>} */
    const rows = [];
    for (let total = 1; rows.length < total && rows.length < 5000; ) {
      const answer = await fetch(`${this.getAttribute("source")}&offset=${rows.length}`, { credentials: "same-origin" });
      if (!answer.ok) throw new Error(String(answer.status));
      const page = await answer.json();
      total = page.total;
      if (!page.rows.length) break;
      rows.push(...page.rows.map((row) => this.line(row)));
    }
    return rows;
  }

  async load() {
    const rows = this.hasAttribute("plain") ? this.typed() : await this.fetched();
    const edit = (cell) => !cell.getData().record;
    // Rows are known by their whole names, where there is room for them.
    const known = Math.min(32 + 8.4 * Math.max(10, ...rows.map((row) => String(row.row).length)), innerWidth * 0.6, 320);
    this.table = new Tabulator(this.box, {
      data: rows,
      index: this.hasAttribute("plain") ? "at" : "row",
      height: "28rem",
      renderHorizontal: "virtual",
      renderVerticalBuffer: 60,
      layout: "fitData",
      history: true,
      selectableRange: 1,
      selectableRangeColumns: true,
      selectableRangeRows: true,
      selectableRangeClearCells: true,
      editTriggerEvent: "dblclick",
      clipboard: true,
      clipboardCopyStyled: false,
      clipboardCopyConfig: { rowHeaders: false, columnHeaders: false },
      clipboardCopyRowRange: "range",
      clipboardPasteParser: copied,
      clipboardPasteAction: (rows) => this.paste(rows),
      keybindings: { undo: false, redo: false, copyToClipboard: false },
      rowHeader: { title: this.getAttribute("row-word"), field: "row", frozen: true, resizable: this.hasAttribute("plain"), width: this.hasAttribute("plain") ? known : 80 },
      columnDefaults: { headerHozAlign: "left", resizable: "header", width: 150 },
      columns: this.headings.map(([at, title]) => ({
        title,
        field: `c${at}`,
        ...this.editor(at),
        editable: edit,
        formatter: (cell) => this.shown(cell, at),
      })),
    });
    this.steps = new Steps(this.table);
    this.table.on("cellEdited", (cell) => this.edited(cell));
    for (const name of ["historyUndo", "historyRedo"])
      this.table.on(name, (action, cell) => action === "cellEdit" && this.changed(cell));
    this.table.on("rangeChanged", () => this.tell());
    await new Promise((done) => this.table.on("tableBuilt", done));
    // What takes the focus inside a grid needs a role: the frame that scrolls is the group of its rows.
    this.box.removeAttribute("aria-owns");
    this.box.querySelector(".tabulator-tableholder").setAttribute("role", "rowgroup");
    this.box.querySelector(".tabulator-table").setAttribute("role", "none");
    this.before = new Map(rows.map((row) => [this.keyOf(row), { ...row }]));
    keysOf(this);
  }

  keyOf(row) {
    return row.at ?? row.row;
  }

  /** Texts are typed, words of a list are chosen. */
  editor(at) {
    const choice = this.hasAttribute("plain") && this.input(0, at);
    if (!(choice instanceof HTMLSelectElement)) return { editor: "input" };
    const values = Object.fromEntries([...choice.options].map((one) => [one.value, one.textContent]));
    this.choices.set(at, new Set(Object.keys(values)));
    return { editor: "list", editorParams: { values } };
  }

  /** @param {{row: number, values: string[], problems: object[], record: string|null}} row */
  line(row) {
    const made = { row: row.row, record: row.record, problems: row.problems };
    for (const [at] of this.headings) made[`c${at}`] = row.values[at] ?? "";
    return made;
  }

  shown(cell, at) {
    const wrong = cell.getData().problems.find((one) => one.column === at);
    const made = document.createElement("span");
    cell.getElement().tabIndex = -1;
    made.textContent = (wrong ? `${SIGNS[wrong.severity]} ` : "") + (cell.getValue() ?? "");
    if (wrong) {
      cell.getElement().classList.add(`is-${wrong.severity}`);
      cell.getElement().title = wrong.message;
    }
    return made;
  }

  /** What is wrong with the cell that is chosen stands above the grid. */
  tell() {
    const cell = this.table.getRanges()[0]?.getCells()?.[0]?.[0];
    const at = Number(cell?.getField()?.slice(1));
    this.say(cell?.getData().problems.find((one) => one.column === at));
  }

  say(wrong) {
    this.said.textContent = wrong ? wrong.message : "";
    this.said.hidden = !wrong;
  }

  changed(cell) {
    const field = cell.getField();
    if (!field?.startsWith("c")) return;
    this.note(this.keyOf(cell.getData()), Number(field.slice(1)), cell.getValue());
  }

  edited(cell) {
    this.steps.count();
    this.changed(cell);
  }

  /** Into the chosen range, again and again until it is full; from one cell as far as what was copied goes. */
  paste(rows) {
    const range = this.table.getRanges()[0]?.getCells();
    if (!range?.length) return [];
    const one = range.length === 1 && range[0].length === 1;
    const all = this.table.getRows("active"), top = all.findIndex((row) => row === range[0][0].getRow());
    const into = one ? all.slice(top, top + rows.length) : range.map((cells) => cells[0].getRow());
    const fields = this.headings.map(([at]) => `c${at}`), left = fields.indexOf(range[0][0].getField());
    for (const [at, row] of into.entries()) {
      const values = rows[at % rows.length];
      const width = one ? values.length : range[0].length;
      if (left >= 0 && !row.getData().record)
        fields.slice(left, left + width).forEach((field, n) => row.getCell(field).setValue(values[n % values.length]));
    }
    return into;
  }

  note(row, column, value) {
    if (this.hasAttribute("plain")) return this.put(row, column, value ?? "");
    this.waiting.set(`${row} ${column}`, { row, column, value: value || null });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.keep(), LATER);
  }

  put(row, column, value) {
    this.input(row, column).value = value;
    const name = `${row} ${column}`;
    if (value === this.before.get(row)[`c${column}`]) this.waiting.delete(name);
    else this.waiting.set(name, value);
    this.state.textContent = `${this.getAttribute("saved-word")}: ${this.waiting.size}`;
  }

  async keep() {
    const edits = [...this.waiting.values()];
    this.waiting.clear();
    const answer = await fetch(this.getAttribute("save"), {
      method: "POST",
      credentials: "same-origin",
      headers: { "content-type": "application/json", "x-csrf": this.getAttribute("csrf") },
      body: JSON.stringify({ edits }),
    }).catch(() => null);
    if (answer?.ok) {
      for (const one of edits) this.before.get(one.row)[`c${one.column}`] = one.value ?? "";
      this.state.textContent = `${this.getAttribute("saved-word")}: ${edits.length}`;
    } else {
      const told = answer ? await answer.json().catch(() => ({})) : {};
      for (const one of edits) this.waiting.set(`${one.row} ${one.column}`, one);
      this.state.textContent = `${this.getAttribute("failed-word")} ${(told.errors ?? []).join(" ")}`;
    }
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const editing = event.target.closest(".tabulator-editing");
    if (event.target.closest(".grid-find")) return;
    if (event.key === "F8") this.next(event.shiftKey ? -1 : 1);
    else if (event.key === "F2" && !editing) this.chosen()?.edit();
    else if (editing || !(event.ctrlKey || event.metaKey)) return;
    else if (event.key === "d") this.fill();
    else if (event.key === "f") this.find.open();
    else if (event.key === "y" || (event.key.toLowerCase() === "z" && event.shiftKey)) this.steps.redo();
    else if (event.key === "z") this.steps.undo();
    else return;
    event.preventDefault();
  }

  chosen() {
    return this.table.getRanges()[0]?.getCells()?.[0]?.[0];
  }

  /** Choose the next cell that has a problem. @param {number} step */
  next(step) {
    const spots = this.table.getRows().flatMap((row) =>
      row.getData().problems.filter((one) => one.column !== null).map((one) => ({ cell: row.getCell(`c${one.column}`), one })),
    );
    if (!spots.length) return;
    this.spot = ((this.spot ?? (step > 0 ? -1 : 0)) + step + spots.length) % spots.length;
    const { cell, one } = spots[this.spot];
    this.choose(cell);
    this.say(one);
  }

  choose(cell) {
    for (const range of this.table.getRanges()) range.remove();
    this.table.addRange(cell, cell);
    this.table.scrollToRow(cell.getRow(), "center", false).catch(() => {});
    this.table.scrollToColumn(cell.getColumn(), "middle", false).catch(() => {});
    cell.getElement().focus({ preventScroll: true });
  }

  /** The first cell of each chosen column goes into those below it. */
  fill() {
    for (const range of this.table.getRanges()) {
      const rows = range.getCells();
      for (const row of rows.slice(1)) row.forEach((cell, at) => !cell.getData().record && cell.setValue(rows[0][at].getValue()));
    }
  }

  async leave() {
    if (this.waiting.size && !this.hasAttribute("plain")) await this.keep();
    this.bar.remove();
    this.find.box.remove();
    this.said.remove();
    this.box.remove();
    this.plain.hidden = false;
  }
}

customElements.define("dina-grid", Grid);
