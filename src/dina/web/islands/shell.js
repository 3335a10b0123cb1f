/**
 * What makes the frame nicer with a mouse and a keyboard: menus that close, a rail that folds at once.
 * Everything here works without it too, by links and forms.
 */
const root = document.documentElement;

/** @param {Element | null} except */
function closeMenus(except = null) {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (menu !== except) menu.removeAttribute("open");
}

document.addEventListener("click", (event) => {
  const inside = event.target instanceof Element ? event.target.closest("details.menu") : null;
  closeMenus(inside);
});

document.addEventListener("keydown", (event) => {
  const menu = event.target instanceof Element ? event.target.closest("details.menu") : null;
  if (!menu) return;
  if (event.key === "Escape" && menu.hasAttribute("open")) {
    closeMenus();
    menu.querySelector("summary")?.focus();
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || event.target.matches("input, select, textarea")) return;
  event.preventDefault();
  menu.setAttribute("open", "");
  const items = [...menu.querySelectorAll("summary, .drop a, .drop button")];
  items[(items.indexOf(event.target) + step + items.length) % items.length]?.focus();
});

document.querySelector(".fold")?.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  const wide = getComputedStyle(document.querySelector(".rail")).width.startsWith("2");
  const value = wide ? "narrow" : "wide";
  root.dataset.rail = value;
  form.elements.rail.value = value;
  fetch(form.action, { method: "POST", body: new FormData(form), headers: { "hx-request": "true" } });
});

const offline = document.getElementById("offline");
for (const kind of ["online", "offline"]) addEventListener(kind, () => offline && (offline.hidden = navigator.onLine));

const ends = Number(document.body.dataset.ends || 0) * 1000;
if (ends)
  setTimeout(() => {
    const said = Object.assign(document.createElement("p"), { className: "message", textContent: document.body.dataset.ending });
    document.getElementById("messages")?.append(said);
  }, Math.min(Math.max(ends - Date.now() - 120_000, 0), 2 ** 31 - 1));

// The search box: arrows walk through what was found, Escape closes it.
const seek = document.getElementById("seek");
const found = document.getElementById("seek-found");
seek?.form.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    found.replaceChildren();
    seek.focus();
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const links = [seek, ...found.querySelectorAll("a")];
  if (!step || links.length < 2) return;
  event.preventDefault();
  links[(links.indexOf(document.activeElement) + step + links.length) % links.length].focus();
});
document.addEventListener("click", (event) => {
  if (found && event.target instanceof Element && !event.target.closest(".seek")) found.replaceChildren();
});

export { closeMenus };
