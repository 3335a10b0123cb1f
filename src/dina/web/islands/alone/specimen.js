/** Soft checks while typing: the server's notes on the form stand beside the fields they are about. */
const form = document.querySelector("form[data-check]");
let timer = 0;
let turn = 0;

async function check() {
  const mine = ++turn;
  const answer = await fetch(form.dataset.check, { method: "POST", body: new URLSearchParams(new FormData(form)) });
  if (!answer.ok || mine !== turn) return;
  for (const old of form.querySelectorAll(".said[data-note]")) old.remove();
  for (const one of await answer.json()) {
    const field = document.getElementById(one.name);
    if (!field) continue;
    const said = document.createElement("p");
    said.className = one.warn ? "said warn" : "said";
    said.dataset.note = "";
    said.setAttribute("role", "status");
    said.textContent = `${one.warn ? "⚠" : "✓"} ${one.text}`;
    if (one.link) said.append(" ", Object.assign(document.createElement("a"), { href: one.link, textContent: "→" }));
    field.after(said);
  }
}

form?.addEventListener("change", () => {
  clearTimeout(timer);
  timer = setTimeout(check, 250);
});
