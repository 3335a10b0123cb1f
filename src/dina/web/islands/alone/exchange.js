/**
 * Pages of imports, exports and publications: jobs that move by themselves, files that are dropped.
 * Without scripts the same pages work by reloading and by the form's own file field.
 */

/** One stream of events for the tab; while it fails, the page is looked at again every five seconds. */
class Jobs {
  /** @param {string} address */
  constructor(address) {
    this.address = address;
    this.open();
  }

  open() {
    this.stream = new EventSource(this.address);
    this.stream.addEventListener("job", (event) => this.show(JSON.parse(event.data)));
    this.stream.addEventListener("error", () => {
      if (this.stream.readyState === EventSource.CLOSED) this.fallBack();
    });
    addEventListener("pagehide", () => this.stream.close());
  }

  fallBack() {
    clearTimeout(this.timer);
    this.timer = setTimeout(async () => {
      const answer = await fetch(location.href, { credentials: "same-origin" }).catch(() => null);
      if (answer?.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        for (const box of document.querySelectorAll("[data-job]")) {
          const now = page.querySelector(`[data-job="${box.dataset.job}"]`);
          this.replace(box, now ? now.innerHTML : box.innerHTML, now ? now.dataset.state : "finished");
        }
      }
      this.fallBack();
    }, 5000);
  }

  /** @param {{id: string, state: string, label: string, over: boolean, html: string}} job */
  show(job) {
    document.dispatchEvent(new CustomEvent("dina:job", { detail: job }));
    const boxes = document.querySelectorAll(`[data-job="${job.id}"]`);
    for (const box of boxes) this.replace(box, job.html, job.state);
    const list = document.querySelector("[data-new=first]");
    if (!boxes.length && list && !new URLSearchParams(location.search).get("offset")) {
      const box = document.createElement("div");
      box.className = "live";
      box.dataset.job = job.id;
      box.innerHTML = job.html;
      box.dataset.state = job.state;
      list.prepend(box);
    }
  }

  /**
   * Only what changed is drawn again, so that a button keeps the focus while the numbers run.
   * @param {HTMLElement} box @param {string} html @param {string} state
   */
  replace(box, html, state) {
    const before = box.dataset.state;
    box.dataset.state = state;
    const made = document.createElement("template");
    made.innerHTML = html;
    const [bar, old] = [made.content.querySelector(".job-bar"), box.querySelector(".job-bar")];
    if (before === state && bar && old) old.replaceChildren(...bar.childNodes);
    else box.replaceChildren(made.content);
    const over = !["queued", "running"].includes(state);
    if (over && ["queued", "running"].includes(before) && box.dataset.next) {
      const next = new URL(box.dataset.next, location.href);
      next.searchParams.set("job", box.dataset.job);
      location.assign(next);
    }
  }
}

const source = document.querySelector("[data-stream]")?.dataset.stream;
if (source) new Jobs(source);
document.addEventListener("htmx:load", (event) => {
  const later = event.target.querySelector?.("[data-stream]")?.dataset.stream;
  if (later && !document.documentElement.dataset.following) new Jobs(later);
  if (later) document.documentElement.dataset.following = "yes";
});

/** Files dropped on the form, and how far the upload is. */
const zone = document.querySelector("[data-drop]");
const form = zone?.closest("form");
if (zone && form) {
  const field = form.querySelector("input[type=file]");
  for (const name of ["dragover", "dragenter"])
    zone.addEventListener(name, (event) => {
      event.preventDefault();
      zone.classList.add("over");
    });
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    if (event.dataTransfer?.files.length) field.files = event.dataTransfer.files;
  });
  form.addEventListener("submit", (event) => {
    if (!field.files.length || !form.reportValidity()) return;
    event.preventDefault();
    const bar = form.querySelector("progress.upload");
    const button = form.querySelector(".save button");
    bar.hidden = false;
    button.disabled = true;
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("x-csrf", form.elements.csrf.value);
    request.upload.addEventListener("progress", (told) => {
      if (told.lengthComputable) bar.value = (100 * told.loaded) / told.total;
    });
    request.addEventListener("load", () => {
      if (request.status < 400) location.assign(request.responseURL);
      else {
        const page = new DOMParser().parseFromString(request.responseText, "text/html");
        const problem = page.querySelector("#problems");
        form.parentElement.querySelector("#problems")?.remove();
        if (problem) form.before(problem);
        problem?.focus();
        bar.hidden = true;
        button.disabled = false;
      }
    });
    request.addEventListener("error", () => form.submit());
    request.send(new FormData(form));
  });
}
document.getElementById("problems")?.focus();

/** A field chosen by hand takes its column in again. */
for (const input of document.querySelectorAll("table.mapped input[list]"))
  input.addEventListener("change", () => {
    const skip = input.closest("tr").querySelector("input[type=checkbox]");
    if (input.value && skip) skip.checked = false;
  });
/** A changed text of a group of values means that the group is merged. */
for (const input of document.querySelectorAll("input[name^=target-]"))
  input.addEventListener("input", () => {
    input.closest("tr").querySelector("input[name=merge]").checked = true;
  });
