/** Bulk edit: of each field, only the controls that the chosen operation needs are seen. */
const form = document.getElementById("bulk");

/** @param {Element} part  the fieldset of one field */
function fit(part) {
  const op = part.querySelector("select[name^=op-]").value;
  for (const one of part.querySelectorAll("[data-for]")) one.hidden = one.dataset.for !== op;
  for (const one of part.querySelectorAll("[data-not]")) one.hidden = one.dataset.not.split(" ").includes(op);
  for (const one of part.querySelectorAll(".for")) one.hidden = true;
}

for (const part of form?.querySelectorAll(".change") ?? []) {
  fit(part);
  part.querySelector("select[name^=op-]").addEventListener("change", () => fit(part));
}
