/**
 * Soft checks while typing: the server's notes on the form stand beside the fields they are about. A note that is no
 * mistake is silenced with a reason, which is saved with the record.
 */
const form = document.querySelector("form[data-check]");
let timer = 0;
let turn = 0;

async function check() {
  const mine = ++turn;
  const answer = await fetch(form.dataset.check, { method: "POST", body: new URLSearchParams(new FormData(form)) }).catch(() => null);
  if (!answer?.ok || mine !== turn) return;
  const notes = await answer.json();
  // A reason that somebody is writing just now stays.
  const writing = document.activeElement?.closest?.(".said[data-note]");
  for (const old of form.querySelectorAll(".said[data-note]")) if (old !== writing) old.remove();
  for (const one of notes) {
    const field = document.getElementById(one.name);
    if (!field || writing?.dataset.note === `${one.name} ${one.rule}`) continue;
    place(field, shown(one));
  }
}

/** Behind the control, or behind the picker that the control belongs to. */
function place(field, said) {
  (field.closest("dina-picker") ?? field).after(said);
}

function shown(one) {
  const said = document.createElement("div");
  said.className = one.warn ? "said warn" : "said";
  said.dataset.note = `${one.name} ${one.rule}`;
  said.setAttribute("role", "status");
  said.textContent = `${one.warn ? "⚠" : "✓"} ${one.text}`;
  if (one.link) said.append(" ", Object.assign(document.createElement("a"), { href: one.link, textContent: "→", ariaLabel: form.dataset.open }));
  if (one.silence) said.append(" ", silencer(one));
  return said;
}

/** A button that opens a line for the reason. */
function silencer(one) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "plain", textContent: form.dataset.silence });
  button.addEventListener("click", () => {
    const label = document.createElement("label");
    const reason = Object.assign(document.createElement("input"), { maxLength: 1000, autocomplete: "off" });
    label.append(form.dataset.why, " ", reason);
    const keep = () => reason.value.trim() && silence(one, reason.value.trim());
    reason.addEventListener("change", keep);
    reason.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault();
      if (event.key === "Enter") reason.blur();
    });
    button.replaceWith(label);
    reason.focus();
  });
  return button;
}

/** The reason is sent with the form; the note says from now on that it is silenced. */
function silence(one, reason) {
  form.append(Object.assign(document.createElement("input"), { type: "hidden", name: one.silence, value: reason }));
  form.dispatchEvent(new Event("input", { bubbles: true }));
  check();
}

form?.addEventListener("change", () => {
  clearTimeout(timer);
  timer = setTimeout(check, 250);
});
