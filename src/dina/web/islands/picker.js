/**
 * <dina-picker>: choose linked records by typing their name. Without scripts its textarea takes the ids.
 * The textarea stays the form's field; this element only writes ids into it.
 */
class Picker extends HTMLElement {
  connectedCallback() {
    this.field = this.querySelector("textarea");
    const source = this.getAttribute("source");
    if (!this.field || !source) return;
    this.source = source;
    this.many = this.hasAttribute("many");
    this.titles = new Map([...this.querySelectorAll("data")].map((d) => [d.value, d.textContent]));
    this.field.hidden = true;
    // What explains the ids is for those who type them.
    for (const said of this.querySelectorAll(":scope > p")) said.hidden = true;
    this.input = this.appendChild(document.createElement("input"));
    this.list = this.appendChild(document.createElement("ul"));
    // Below the control, so that it stays in line with those beside it.
    this.chips = this.appendChild(document.createElement("div"));
    this.chips.className = "chips";
    const id = this.field.id;
    this.field.id = `${id}-ids`;
    Object.assign(this.input, { id, type: "text", autocomplete: "off" });
    this.input.setAttribute("role", "combobox");
    this.input.setAttribute("aria-expanded", "false");
    this.input.setAttribute("aria-controls", `${id}-list`);
    this.input.setAttribute("aria-autocomplete", "list");
    Object.assign(this.list, { id: `${id}-list`, hidden: true });
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", id);
    this.input.addEventListener("input", () => this.later());
    this.input.addEventListener("focus", () => this.later());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => setTimeout(() => this.close(), 150));
    this.show();
  }

  /** @returns {string[]} the chosen ids */
  get ids() {
    return this.field.value.split(/\s+/).filter(Boolean);
  }

  set ids(values) {
    this.field.value = values.join("\n");
    this.show();
  }

  show() {
    this.chips.replaceChildren(
      ...this.ids.map((id) => {
        const chip = document.createElement("span");
        const title = this.titles.get(id) || id;
        const remove = document.createElement("button");
        remove.type = "button";
        remove.className = "plain";
        remove.textContent = "×";
        remove.setAttribute("aria-label", `${this.getAttribute("remove-label")}: ${title}`);
        remove.addEventListener("click", () => (this.ids = this.ids.filter((other) => other !== id)));
        chip.append(title, " ", remove);
        return chip;
      }),
    );
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.suggest(), 150);
  }

  async suggest() {
    const answer = await fetch(`${this.source}?q=${encodeURIComponent(this.input.value)}`, { credentials: "same-origin" });
    if (!answer.ok) return;
    this.found = await answer.json();
    this.at = this.found.length ? 0 : -1;
    this.list.replaceChildren(
      ...this.found.map((one, index) => {
        const item = document.createElement("li");
        item.id = `${this.list.id}-${index}`;
        item.setAttribute("role", "option");
        item.textContent = one.title;
        item.addEventListener("mousedown", (event) => {
          event.preventDefault();
          this.choose(index);
        });
        return item;
      }),
    );
    this.list.hidden = !this.found.length;
    this.input.setAttribute("aria-expanded", String(!this.list.hidden));
    this.mark();
  }

  mark() {
    [...this.list.children].forEach((item, index) => item.setAttribute("aria-selected", String(index === this.at)));
    if (this.at >= 0) this.input.setAttribute("aria-activedescendant", `${this.list.id}-${this.at}`);
    else this.input.removeAttribute("aria-activedescendant");
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (this.list.hidden) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      this.at = (this.at + step + this.found.length) % this.found.length;
      this.mark();
    } else if (event.key === "Enter" && this.at >= 0) {
      event.preventDefault();
      this.choose(this.at);
    } else if (event.key === "Escape") {
      this.close();
    }
  }

  /** @param {number} index */
  choose(index) {
    const one = this.found[index];
    this.titles.set(one.id, one.title);
    this.ids = this.many ? [...new Set([...this.ids, one.id])] : [one.id];
    this.input.value = "";
    this.close();
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}

customElements.define("dina-picker", Picker);
