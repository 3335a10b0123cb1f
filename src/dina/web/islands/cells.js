/** What a grid needs of spreadsheets: the cells that one copies, and steps that are taken back as a whole. */

/** What a spreadsheet copies: tabs between cells, quotation marks around those with line breaks or tabs in them. */
export function copied(text) {
  const rows = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"(?=[\t\r\n]|$)|([^\t\r\n]*))(\t|\r?\n|\r|$)/g)) {
    rows.at(-1).push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end && end !== "\t") rows.push([]);
    if (!end) break;
  }
  // A line break at the end begins no row.
  if (rows.length > 1 && rows.at(-1).join("") === "") rows.pop();
  return rows;
}

/** Cells as a spreadsheet pastes them. @param {unknown[][]} rows */
export function copies(rows) {
  const one = (value) => (/[\t\r\n]|^"/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
  return rows.map((row) => row.map((value) => one(String(value ?? ""))).join("\t")).join("\n");
}

/** What is changed at once is one step: a cell that was typed, or all that was filled, pasted or cleared. */
export class Steps {
  /** @param {{undo: () => void, redo: () => void}} history that takes back and does again one cell at a time */
  constructor(history) {
    this.history = history;
    this.sizes = [];
    this.stand = 0;
    this.size = 0;
  }

  /** Another cell has been changed. */
  count() {
    if (!this.size)
      queueMicrotask(() => {
        this.sizes.splice(this.stand, Infinity, this.size);
        this.stand = this.sizes.length;
        this.size = 0;
      });
    this.size += 1;
  }

  undo() {
    if (this.stand) for (let left = this.sizes[--this.stand]; left > 0; left--) this.history.undo();
  }

  redo() {
    if (this.stand < this.sizes.length) for (let left = this.sizes[this.stand++]; left > 0; left--) this.history.redo();
  }
}
