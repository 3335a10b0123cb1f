/**
 * Cut and paste of places and specimens, over pages: x cuts what the page shows, or the place of the tree that has the
 * focus; v puts it into the place that is shown or has the focus. In the tree places can be dragged as well. Forms on
 * the same pages do the same without scripts.
 */
const KEPT = "dina-cut";
const cutting = document.querySelector("button[data-cut-words]");
const form = document.getElementById("paste");
const told = document.getElementById("cut-told");

/** @returns {{field: string, id: string, name: string} | null} */
const kept = () => JSON.parse(localStorage.getItem(KEPT) || "null");
/** @param {Element | null} element */
const placed = (element) => element?.closest("a[data-cut]") ?? null;

function show() {
  const one = kept();
  told.textContent = one ? cutting.dataset.cutWords.replace("{name}", one.name) : "";
  for (const link of document.querySelectorAll("a[data-cut]")) link.classList.toggle("cut", link.dataset.id === one?.id);
  if (!form) return;
  form.hidden = !one || !form.elements.to.value;
  if (one) form.querySelector("button").textContent = form.dataset.words.replace("{name}", one.name);
}

/** What is cut a second time stays where it is. @param {HTMLElement} element */
function cut(element) {
  const { cut: field, id, name } = element.dataset;
  if (!id) return;
  if (kept()?.id === id) localStorage.removeItem(KEPT);
  else localStorage.setItem(KEPT, JSON.stringify({ field, id, name }));
  show();
}

/** @param {string} to  the id of a place */
function paste(to) {
  const one = kept();
  if (!one || !to || one.id === to || !form) return;
  localStorage.removeItem(KEPT);
  form.elements.to.value = to;
  const thing = form.querySelector("[name=_thing]");
  thing.name = one.field;
  thing.value = one.id;
  form.submit();
}

cutting?.addEventListener("click", () => cut(placed(document.activeElement) ?? cutting));
form?.addEventListener("submit", (event) => {
  event.preventDefault();
  paste(placed(document.activeElement)?.dataset.id ?? form.elements.to.value);
});
for (const tree of document.querySelectorAll("nav.tree[data-movable]")) {
  for (const link of tree.querySelectorAll("a[data-cut]")) link.draggable = true;
  tree.addEventListener("dragstart", (event) => {
    const link = placed(event.target);
    if (link && kept()?.id !== link.dataset.id) cut(link);
  });
  // Beside a place nothing is dropped, and the browser does not open what was dragged.
  tree.addEventListener("dragover", (event) => kept() && event.preventDefault());
  tree.addEventListener("drop", (event) => {
    event.preventDefault();
    const link = placed(event.target);
    if (link) paste(link.dataset.id);
  });
}
if (cutting?.dataset.id) cutting.hidden = false;
if (cutting) show();
