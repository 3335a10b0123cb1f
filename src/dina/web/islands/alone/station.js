import { bare } from "../scanner.js";
import { renewed } from "../session.js";

/**
 * <dina-station>: a scanner types fast and ends with Enter, Tab, comma or semicolon; all of them send the field.
 * The field stays while answers come, so that no key is lost, however fast codes follow each other. A code leaves the
 * queue only when the server has answered: those that did not reach it are listed, and go again by the button, after a
 * while, or with the connection.
 * Every scan sounds high or low, unless it is to be quiet; the coloured panel says the same to the eyes.
 */
const AGAIN = 15_000;

class Station extends HTMLElement {
  connectedCallback() {
    this.field = this.querySelector("[data-scan]");
    this.form = this.field.form;
    this.sent = Object.assign(document.createElement("input"), { type: "hidden", name: "code" });
    this.form.append(this.sent);
    this.field.removeAttribute("name");
    this.unsent = this.querySelector("[data-unsent]");
    this.queue = [];
    this.field.addEventListener("keydown", (event) => {
      if (![",", ";", "Tab", "Enter"].includes(event.key) || !this.field.value.trim()) return;
      event.preventDefault();
      this.take();
    });
    // What stands in the field goes along with whatever button is pressed; the one that sends only it sends nothing more.
    this.addEventListener("click", (event) => {
      const button = event.target.closest?.("button[type=submit]");
      if (button && !button.name) event.preventDefault();
      if (button) this.take();
    }, true);
    this.addEventListener("scan", (event) => this.take(event.detail));
    this.addEventListener("change", (event) => event.target.matches("#mode, #set") && this.form.requestSubmit());
    const quiet = this.querySelector("[data-quiet]");
    quiet.checked = localStorage.getItem("station-quiet") === "1";
    quiet.addEventListener("change", () => localStorage.setItem("station-quiet", quiet.checked ? "1" : "0"));
    this.unsent.querySelector("button").addEventListener("click", () => this.again());
    addEventListener("online", () => this.again());
    addEventListener("beforeunload", (event) => this.queue.length && event.preventDefault());
    this.addEventListener("htmx:beforeRequest", () => (this.busy = true));
    this.addEventListener("htmx:afterSwap", () => {
      this.sound(this.querySelector("[data-last]")?.dataset.last);
      if (!document.activeElement?.matches("#known")) this.field.focus();
    });
    // Whoever is signed out is led to the page for signing in, which is no answer.
    this.addEventListener("htmx:beforeSwap", ({ detail }) => {
      this.outside = detail.xhr.status < 400 && !detail.serverResponse.includes('name="was"');
      if (this.outside) detail.shouldSwap = false;
    });
    this.addEventListener("htmx:afterRequest", ({ detail }) => {
      const codes = this.sent.value;
      this.sent.value = "";
      if (this.outside) this.failed(codes, 401);
      else if (!detail.successful) this.failed(codes, detail.xhr?.status);
      else if (!this.queue.length) this.unsent.hidden = true;
      this.outside = false;
      // The form is free for another request once this one is over.
      setTimeout(() => {
        this.busy = false;
        this.next();
      });
    });
  }

  /** @param {string} code */
  take(code = this.field.value) {
    if (code === this.field.value) this.field.value = "";
    if (!code.trim()) return;
    this.queue.push(bare(code));
    if (this.held) this.show();
    this.next();
  }

  /** One code after the other, whatever the speed of the scanner. */
  next() {
    if (this.busy || this.held || !this.queue.length) return;
    this.sent.value = this.queue.splice(0).join("\t");
    this.form.requestSubmit();
  }

  /** Nothing came back: the codes stand in the queue again, before those scanned since. @param {string} codes  @param {number} status */
  failed(codes, status) {
    this.queue.unshift(...codes.split("\t").filter(Boolean));
    const said = this.unsent.querySelector("[data-why]");
    this.ended = [401, 403].includes(status);
    said.textContent = this.ended ? said.dataset.session : status ? said.dataset.fault : said.dataset.offline;
    this.held = this.queue.length > 0;
    this.show();
    this.sound("bad");
    clearTimeout(this.later);
    if (this.held) this.later = setTimeout(() => this.again(), AGAIN);
  }

  /** The codes that wait, for the eyes. */
  show() {
    this.unsent.hidden = false;
    this.unsent.querySelector("ul").replaceChildren(...this.queue.map((code) => Object.assign(document.createElement("li"), { textContent: code })));
  }

  /** Send again what waits; where the session had ended, once there is another. */
  async again() {
    clearTimeout(this.later);
    if (this.ended && !(await renewed())) return this.sound("bad");
    this.held = false;
    this.next();
  }

  /** @param {string | undefined} kind */
  sound(kind) {
    if (!kind || this.querySelector("[data-quiet]").checked) return;
    navigator.vibrate?.(kind === "good" ? 40 : [120, 60, 120]);
    if (!window.AudioContext) return;
    this.audio ||= new AudioContext();
    const tone = this.audio.createOscillator();
    const volume = this.audio.createGain();
    volume.gain.value = 0.08;
    tone.frequency.value = kind === "good" ? 880 : 220;
    tone.connect(volume).connect(this.audio.destination);
    tone.start();
    tone.stop(this.audio.currentTime + (kind === "good" ? 0.09 : 0.3));
  }
}

customElements.define("dina-station", Station);
