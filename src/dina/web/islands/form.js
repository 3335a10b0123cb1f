/**
 * Forms: a draft kept on the server while typing, the state of saving, a warning before leaving.
 * Rows are added and taken away by the server, as without scripts.
 */
import { counted } from "./counted.js";

const form = document.querySelector("form[data-form]");
if (form) {
  const state = document.getElementById("save-state");
  const first = new URLSearchParams(new FormData(form)).toString();
  let changed = false;
  let leaving = false;
  let timer = 0;

  const say = (text) => state && (state.textContent = text);

  /** How many controls differ from what the form opened with. */
  const differences = () => {
    const before = new URLSearchParams(first);
    const now = new URLSearchParams(new FormData(form));
    return new Set([...before.keys(), ...now.keys()]).size
      ? [...new Set([...before.keys(), ...now.keys()])].filter((name) => before.getAll(name).join("\n") !== now.getAll(name).join("\n")).length
      : 0;
  };

  const changes = () => counted(differences(), form.dataset.changedOne, form.dataset.changed);

  async function keep() {
    clearTimeout(timer);
    if (!changed || leaving) return;
    changed = false;
    try {
      const answer = await fetch(form.dataset.draft, { method: "POST", body: new URLSearchParams(new FormData(form)), keepalive: true });
      if (!answer.ok) throw new Error(String(answer.status));
      const at = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
      say(`${changes()} · ${form.dataset.kept.replace("{at}", at)}`);
    } catch {
      changed = true;
      say(form.dataset.unkept);
    }
  }

  form.addEventListener("input", () => {
    changed = true;
    say(changes());
    clearTimeout(timer);
    timer = setTimeout(keep, 2000);
  });
  form.addEventListener("focusout", keep);
  form.addEventListener("submit", (event) => {
    if (leaving) {
      event.preventDefault();
      return;
    }
    leaving = true;
    clearTimeout(timer);
    say(form.dataset.saving);
    setTimeout(() => (leaving = false), 8000);
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === ";" && (event.ctrlKey || event.metaKey) && event.target instanceof HTMLInputElement) {
      event.preventDefault();
      event.target.value = new Date().toISOString().slice(0, 10);
      event.target.dispatchEvent(new Event("input", { bubbles: true }));
      return;
    }
    // Enter in a one-line field of a long form moves on and never submits.
    if (event.key !== "Enter" || event.defaultPrevented || event.ctrlKey || event.metaKey) return;
    if (!(event.target instanceof HTMLInputElement) || event.target.type === "checkbox") return;
    event.preventDefault();
    const controls = [...form.querySelectorAll("input:not([type=hidden]), select, textarea, button")].filter((one) => one.offsetParent && one.tabIndex >= 0);
    controls[controls.indexOf(event.target) + 1]?.focus();
  });
  addEventListener("beforeunload", (event) => {
    if (changed && !leaving) event.preventDefault();
  });
}
