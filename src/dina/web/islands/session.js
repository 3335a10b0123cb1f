/** A page that stands open while its session ends: after signing in again elsewhere it gets the new mark, and goes on. */

/** @returns {Promise<boolean>} whether somebody is signed in and this page carries their mark */
export async function renewed() {
  const answer = await fetch(location.href, { credentials: "same-origin" }).catch(() => null);
  if (!answer?.ok || answer.redirected) return false;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const mark = page.querySelector("header input[name=csrf]")?.value;
  if (!mark) return false;
  for (const field of document.querySelectorAll("input[name=csrf]")) field.value = mark;
  document.body.setAttribute("hx-headers", JSON.stringify({ "x-csrf": mark }));
  return true;
}
