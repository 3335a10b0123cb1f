/**
 * Find and replace in a grid: words as they stand, or a pattern, in all rows that it holds. All that is replaced at once
 * is one step back. Patterns are looked for beside the page (seek.js), so that one that would never end can be ended.
 */
const PATIENCE = 3000;

export class Find {
  /** @param {HTMLElement} grid  <dina-grid> with a template of the bar */
  constructor(grid) {
    this.grid = grid;
    this.box = grid.querySelector("template").content.firstElementChild.cloneNode(true);
    [this.find, this.put] = this.box.querySelectorAll("input[type=text]");
    this.pattern = this.box.querySelector("input[type=checkbox]");
    this.said = this.box.querySelector("[role=status]");
    this.box.addEventListener("click", (event) => this[event.target.closest("button")?.value]?.());
    this.box.addEventListener("input", () => (this.last = undefined));
    this.box.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
      else if (event.key === "Enter" && event.target === this.find) this.next();
      else if (event.key === "Enter" && event.target === this.put) this.all();
      else return;
      event.preventDefault();
    });
  }

  open() {
    this.box.hidden = false;
    this.find.focus();
    this.find.select();
  }

  close() {
    this.box.hidden = true;
    const chosen = this.grid.chosen();
    if (chosen) this.grid.choose(chosen);
  }

  /** Every cell that may be typed over, in order. */
  cells() {
    const rows = this.grid.table.getRows("active").map((row) => [row, row.getData()]);
    return rows
      .filter(([, data]) => !data.record)
      .flatMap(([row, data]) => this.grid.headings.map(([at]) => ({ row, at, text: String(data[`c${at}`] ?? "") })));
  }

  /**
   * What becomes of each text in which something is found; nothing where that cannot be said.
   * @param {{text: string}[]} cells  @param {string} put  @returns {Promise<Map<string, string> | undefined>}
   */
  async made(cells, put) {
    if (!this.find.value) return this.find.focus();
    const asked = { find: this.find.value, put, pattern: this.pattern.checked, texts: [...new Set(cells.map((one) => one.text))] };
    const own = new URL(import.meta.url);
    const worker = new Worker(new URL(`seek.js${own.search}`, own), { type: "module" });
    const answer = await new Promise((done) => {
      worker.addEventListener("message", (event) => done(event.data));
      worker.addEventListener("error", () => done({ fault: "bad" }));
      setTimeout(() => done({ fault: "slow" }), PATIENCE);
      worker.postMessage(asked);
    });
    worker.terminate();
    if (answer.fault) return this.say(this.said.dataset[answer.fault]);
    if (!answer.made.size) return this.say(this.said.dataset.none);
    return answer.made;
  }

  /** @param {string} text */
  say(text) {
    this.said.textContent = text;
  }

  /** Choose the next cell in which it is found, after the last one the first again. */
  async next() {
    const cells = this.cells(), made = await this.made(cells, "");
    if (!made) return;
    const found = [...cells.keys()].filter((at) => made.has(cells[at].text));
    this.last = found.find((at) => at > (this.last ?? -1)) ?? found[0];
    this.grid.choose(cells[this.last].row.getCell(`c${cells[this.last].at}`));
    this.say(`${found.indexOf(this.last) + 1} / ${found.length}`);
    this.find.focus();
  }

  async all() {
    const cells = this.cells(), made = await this.made(cells, this.put.value);
    if (!made) return;
    let changed = 0;
    for (const { row, at, text } of cells) {
      const value = made.get(text);
      // Words of a list become others of that list only.
      if (value === undefined || value === text || this.grid.choices.get(at)?.has(value) === false) continue;
      row.getCell(`c${at}`).setValue(value);
      changed += 1;
    }
    this.say(this.said.dataset.done.replace("{count}", String(changed)));
  }
}
