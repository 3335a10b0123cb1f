/**
 * <dina-station>: a scanner types fast and ends with Enter, Tab, comma or semicolon; all of them send the field.
 * Every scan sounds high or low; the coloured panel says the same to the eyes.
 */
class Station extends HTMLElement {
  connectedCallback() {
    this.addEventListener("keydown", (event) => {
      const field = event.target;
      if (!(field instanceof HTMLInputElement) || !field.matches("[data-scan]")) return;
      if (![",", ";", "Tab", "Enter"].includes(event.key) || !field.value.trim()) return;
      event.preventDefault();
      this.queue = [...(this.queue || []), field.value];
      field.value = "";
      this.next();
    });
    this.addEventListener("change", (event) => event.target.matches("#mode") && this.querySelector("form").requestSubmit());
    this.addEventListener("htmx:afterSwap", () => {
      this.busy = false;
      this.sound(this.querySelector("[data-last]")?.dataset.last);
      this.querySelector("[data-scan]")?.focus();
      this.next();
    });
    this.addEventListener("htmx:sendError", () => (this.busy = false));
  }

  /** One code after the other, whatever the speed of the scanner. */
  next() {
    if (this.busy || !this.queue?.length) return;
    this.busy = true;
    const typed = this.querySelector("[data-scan]");
    const begun = typed.value;
    typed.value = this.queue.splice(0).join("\t");
    typed.form.requestSubmit();
    typed.value = begun;
  }

  /** @param {string | undefined} kind */
  sound(kind) {
    if (!kind || !window.AudioContext) return;
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
