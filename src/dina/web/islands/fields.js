/**
 * Keys inside the fields of a form: Ctrl+. opens the menu of a field (keep it for the next record, copy it, see its
 * history), Ctrl+' copies it from the record before, Ctrl+; writes the day; and the search box finds fields by their labels. What is written can be taken back with Ctrl+Z.
 */
const form = document.querySelector("form[data-form]");

/** Boxes that keep a field are no stops of their own: one Tab for each field. Without scripts they stay in the order. */
const locks = () => form.querySelectorAll("[name=_lock]").forEach((box) => (box.tabIndex = -1));

if (form) {
  locks();
  const words = document.getElementById("keys")?.dataset ?? {};
  const state = document.getElementById("save-state");
  const store = `before ${form.dataset.draft}`;
  const day = () => new Date().toLocaleDateString("sv-SE");

  /** As if it were typed, so that the browser can take it back. */
  const write = (text) => document.execCommand("insertText", false, text);

  const lockOf = (field) => field.closest(".field")?.querySelector("[name=_lock]");

  function keep(field) {
    const box = lockOf(field);
    if (!box) return;
    box.click();
    state.textContent = `${box.checked ? "🔒" : "🔓"} ${box.labels[0].textContent.trim()}`;
  }

  /** What can be done with a field; the choice that is likeliest has the focus. */
  const menu = document.getElementById("field-menu");
  let about = null;
  function open(field) {
    if (!menu) return keep(field);
    about = field;
    const label = field.labels?.[0] ?? field.closest(".field")?.querySelector("label:not(.lock)");
    menu.querySelector("h2").textContent = label?.textContent.trim() ?? "";
    const box = lockOf(field);
    const keeping = menu.querySelector("[data-do=keep]");
    if (keeping) keeping.hidden = !box;
    if (keeping && box) keeping.textContent = box.checked ? keeping.dataset.off : keeping.dataset.on;
    menu.querySelector("[data-do=copy]").hidden = field.matches("[type=checkbox]");
    const name = (field.closest("dina-picker")?.field ?? field).name;
    const histories = JSON.parse(menu.dataset.histories);
    const start = Object.keys(histories).filter((one) => name.startsWith(one)).sort((one, other) => other.length - one.length)[0];
    const link = menu.querySelector("[data-do=history]");
    // A part of the form that is not stored yet has no history.
    const stored = start !== undefined && !(start === "" && /^(event|(organism|association)\.\d+)\./.test(name));
    link.hidden = !stored;
    if (stored) link.href = `${histories[start]}?field=${encodeURIComponent(name.slice(start.length).split(".")[0])}`;
    menu.showModal();
  }
  menu?.addEventListener("click", ({ target }) => {
    const doing = target.dataset.do;
    if (!doing || doing === "history") return;
    menu.close();
    about.focus();
    if (doing === "keep") keep(about);
    else copy(about);
  });

  /** The value that the form before had in this field, if one was sent from this window. */
  function copy(field) {
    const before = JSON.parse(sessionStorage.getItem(store) ?? "null");
    if (!before) return (state.textContent = words.before);
    const picker = field.closest("dina-picker");
    const value = before.values[picker ? picker.field.name : field.name] ?? "";
    if (picker) {
      for (const [id, title] of before.titles) picker.titles.set(id, title);
      picker.ids = value.split("\n").filter(Boolean);
    } else if (field instanceof HTMLSelectElement) field.value = value;
    else {
      field.select();
      write(value);
    }
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  form.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || !event.target.matches("input, select, textarea")) return;
    const text = event.target.matches("input[type=text], textarea") && !event.target.closest("dina-picker");
    if (event.key === ".") open(event.target);
    else if (event.key === "'" && !event.target.matches("[type=checkbox]")) copy(event.target);
    else if (event.key === ";" && text) write(day());
    else return;
    event.preventDefault();
  });
  form.addEventListener("submit", () => {
    const titles = [...form.querySelectorAll("dina-picker")].flatMap((one) => [...(one.titles ?? [])]);
    sessionStorage.setItem(store, JSON.stringify({ values: Object.fromEntries(new FormData(form)), titles }));
  });

  const seek = document.getElementById("seek");
  document.addEventListener("htmx:afterSwap", ({ detail }) => {
    const asked = seek?.value.trim().toLocaleLowerCase();
    if (detail.target.id !== "seek-found" || !asked) return;
    const labels = [...form.querySelectorAll("label[for], legend")].filter((one) => one.textContent.toLocaleLowerCase().includes(asked)).slice(0, 8);
    detail.target.prepend(...labels.map((label) => {
      const link = Object.assign(document.createElement("a"), { href: `#${label.htmlFor ?? label.parentElement.id}`, textContent: `↓ ${label.textContent.trim()}` });
      link.addEventListener("click", (event) => {
        event.preventDefault();
        detail.target.replaceChildren();
        for (let closed = label.closest("details"); closed; closed = closed.parentElement.closest("details")) closed.open = true;
        const to = label.htmlFor ? document.getElementById(label.htmlFor) : label.parentElement.querySelector("input:not([type=hidden], [name=_lock]), select, textarea:not([hidden])");
        to?.focus();
        to?.scrollIntoView({ block: "center" });
      });
      return link;
    }));
  });
}

// Who leaves takes along what was typed in this window.
document.addEventListener("submit", (event) => event.target.action?.endsWith?.("/sign-out") && sessionStorage.clear());
