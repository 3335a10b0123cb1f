/**
 * Forms: a draft kept on the server while typing, the state of saving, a warning before leaving. Nothing is sent while
 * the server is out of reach: the browser would put its own page in the place of what was typed.
 * Rows are added and taken away by the server, as without scripts.
 */
import { counted } from "./counted.js";
import { renewed } from "./session.js";

const form = document.querySelector("form[data-form]");
if (form) {
  const state = document.getElementById("save-state");
  const first = new URLSearchParams(new FormData(form)).toString();
  let changed = false;
  let leaving = false;
  let timer = 0;
  let passed = false;
  let asking = false;
  let keeping = Promise.resolve("");
  const words = document.getElementById("offline").dataset;

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

  /** Keep a draft. @returns {Promise<string>} why nothing can be sent just now */
  async function kept() {
    clearTimeout(timer);
    if (!changed) return "";
    changed = false;
    const answer = await fetch(form.dataset.draft, { method: "POST", body: new URLSearchParams(new FormData(form)), keepalive: true }).catch(() => null);
    if (answer?.ok && !answer.redirected) {
      const at = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
      say(`${changes()} · ${form.dataset.kept.replace("{at}", at)}`);
      return "";
    }
    changed = true;
    say(form.dataset.unkept);
    if (!answer) return words.held;
    return [401, 403].includes(answer.status) || answer.redirected ? words.ended : "";
  }

  /** One draft after the other, and none after the form is sent. */
  const keep = () => (keeping = keeping.then(() => (leaving ? "" : kept())));

  const reached = () => fetch(document.querySelector("link[rel=icon]").href, { method: "HEAD", cache: "no-store" }).then(() => "", () => words.held);

  /** Why the form cannot be sent just now. */
  async function hindered() {
    if (!navigator.onLine) return words.held;
    let why = changed ? await keep() : await keeping.then(reached);
    if (why === words.ended && (await renewed())) why = await keep();
    return why;
  }

  form.addEventListener("input", () => {
    changed = true;
    say(changes());
    clearTimeout(timer);
    timer = setTimeout(keep, 2000);
  });
  form.addEventListener("focusout", keep);
  form.addEventListener("submit", async (event) => {
    if (passed) return;
    event.preventDefault();
    if (leaving || asking) return;
    asking = true;
    say(form.dataset.saving);
    const why = await hindered();
    asking = false;
    if (why) return say(why);
    leaving = passed = true;
    clearTimeout(timer);
    say(form.dataset.saving);
    setTimeout(() => (leaving = false), 8000);
    form.requestSubmit(event.submitter);
    passed = false;
  });
  addEventListener("online", async () => {
    await keep();
    if (differences()) say(words.back);
  });
  form.addEventListener("keydown", (event) => {
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
