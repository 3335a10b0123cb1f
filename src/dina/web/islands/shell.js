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

export { closeMenus };
