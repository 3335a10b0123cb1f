/**
 * <dina-camera>: reads codes with the camera of a phone or computer, one after the other, and tells of each with a
 * "scan" event. The browser's own detector where it has one, else WebAssembly. Without a camera nothing is shown.
 */
import { BarcodeDetector as OwnDetector, prepareZXingModule } from "barcode-detector/ponyfill";
import wasm from "zxing-wasm/reader/zxing_reader.wasm";

const EVERY = 120;
const GONE = 1500;
const FORMATS = ["code_39", "code_128", "ean_13", "ean_8", "itf", "qr_code", "data_matrix", "pdf417", "aztec"];

/** @returns {Promise<{detect(source: HTMLVideoElement): Promise<{rawValue: string}[]>}>} */
async function detector() {
  const known = (await window.BarcodeDetector?.getSupportedFormats?.().catch(() => [])) ?? [];
  if (FORMATS.every((one) => known.includes(one))) return new window.BarcodeDetector({ formats: FORMATS });
  prepareZXingModule({ overrides: { locateFile: (name, prefix) => (name.endsWith(".wasm") ? wasm : prefix + name) } });
  return new OwnDetector({ formats: FORMATS });
}

class Camera extends HTMLElement {
  connectedCallback() {
    this.hidden = !navigator.mediaDevices?.getUserMedia;
    this.video = this.querySelector("video");
    this.button = this.querySelector("[data-camera]");
    this.torch = this.querySelector("[data-torch]");
    this.button.addEventListener("click", () => (this.stream ? this.stop() : this.start()));
    this.torch.addEventListener("click", () => this.light(this.torch.getAttribute("aria-pressed") !== "true"));
  }

  disconnectedCallback() {
    this.stop();
  }

  async start() {
    this.say("");
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } } });
      this.video.srcObject = this.stream;
      this.video.hidden = false;
      await this.video.play();
      this.detector ||= await detector();
    } catch (fault) {
      this.stop();
      this.say(`${this.getAttribute("no-camera")} (${fault.name})`);
      return;
    }
    this.button.setAttribute("aria-pressed", "true");
    this.torch.hidden = !this.stream.getVideoTracks()[0].getCapabilities?.().torch;
    this.seen = new Map();
    this.look();
  }

  stop() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.video.srcObject = null;
    this.video.hidden = this.torch.hidden = true;
    this.button.setAttribute("aria-pressed", "false");
  }

  /** A code is told once, and again when it has been out of sight. */
  async look() {
    if (!this.stream) return;
    const found = await this.detector.detect(this.video).catch(() => []);
    const now = performance.now();
    for (const { rawValue } of found) {
      if (rawValue && !(now - this.seen.get(rawValue) < GONE))
        this.dispatchEvent(new CustomEvent("scan", { bubbles: true, detail: rawValue }));
      this.seen.set(rawValue, now);
    }
    setTimeout(() => this.look(), EVERY);
  }

  /** @param {boolean} on */
  async light(on) {
    await this.stream?.getVideoTracks()[0].applyConstraints({ advanced: [{ torch: on }] });
    this.torch.setAttribute("aria-pressed", String(on));
  }

  say(text) {
    this.querySelector("[data-status]").textContent = text;
  }
}

customElements.define("dina-camera", Camera);
