/**
 * A part of the page that asked the server and got no answer: it says so and can be tried again, and what stands there
 * from before is dimmed, so that nobody takes it for the answer. The scan station says it in its own way.
 */
import htmx from "htmx.org";

const words = document.getElementById("messages")?.dataset;
const noted = new WeakMap();

/** @param {Element} target */
function clear(target) {
  noted.get(target)?.remove();
  noted.delete(target);
  target.classList.remove("stale");
}

for (const [kind, word] of [["htmx:sendError", "lost"], ["htmx:responseError", "fault"], ["htmx:timeout", "lost"]])
  document.addEventListener(kind, ({ detail }) => {
    const { target, elt, requestConfig, xhr } = detail;
    if (!words || !target.closest("main, .seek") || target.closest("dina-station")) return;
    clear(target);
    const box = Object.assign(document.createElement("div"), { className: "problem" });
    box.setAttribute("role", "alert");
    const id = new DOMParser().parseFromString(xhr?.responseText ?? "", "text/html").querySelector("main code")?.textContent;
    box.append(Object.assign(document.createElement("p"), { textContent: words[word] + (id ? ` (${id})` : "") }));
    const again = Object.assign(document.createElement("button"), { type: "button", className: "quiet", textContent: words.again });
    again.addEventListener("click", () => htmx.ajax(requestConfig.verb, requestConfig.path, { source: elt, target }));
    box.append(again);
    noted.set(target, box);
    if (target.closest(".seek")) return target.replaceChildren(box);
    target.classList.add("stale");
    target.before(box);
  });
document.addEventListener("htmx:afterRequest", ({ detail }) => detail.successful && clear(detail.target));
