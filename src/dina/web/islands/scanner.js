/**
 * Barcode scanners type: four or more characters, each at most 35 ms after the other, ended by Enter, Tab, comma,
 * semicolon or a pause. What the scanner of this device does otherwise is kept on the device.
 */
const GAP = 35;
const KEPT = "dina-scanner";
const LEAST = 4;
const PAUSE = 120;
const ENDS = ["Enter", "Tab", ",", ";"];

/** @returns {{gap: number, before: string, after: string}} how the scanner of this device types */
function habits() {
  try {
    return { gap: GAP, before: "", after: "", ...JSON.parse(localStorage.getItem(KEPT) ?? "{}") };
  } catch {
    return { gap: GAP, before: "", after: "" };
  }
}

/** A code without what the scanner of this device puts around each. @param {string} code */
export function bare(code) {
  const { before, after } = habits();
  if (before && code.startsWith(before)) code = code.slice(before.length);
  return after && code.endsWith(after) ? code.slice(0, -after.length) : code;
}

/**
 * @param {(code: string) => void} found  is told each code
 * @returns {(event: KeyboardEvent, command?: () => void) => boolean} to be told every key; whether it ended a code.
 *   What a key means as a command waits until it is clear that no scanner types.
 */
export function reader(found) {
  let typed = "";
  let last = 0;
  let rest = 0;
  const { gap } = habits();
  const end = () => {
    clearTimeout(rest);
    const code = typed;
    typed = "";
    if (code.length >= LEAST) found(bare(code));
  };
  return (event, command = () => {}) => {
    if (event.timeStamp - last > gap) typed = "";
    last = event.timeStamp;
    if (ENDS.includes(event.key) && typed.length >= LEAST) {
      end();
      return true;
    }
    clearTimeout(rest);
    if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) typed += event.key;
    const begun = typed;
    if (begun.length < 2) setTimeout(() => begun === typed && command(), gap);
    rest = setTimeout(end, Math.max(PAUSE, 2 * gap));
    return false;
  };
}

/** The form in the preferences: kept on this device when something in it changes. */
const form = document.querySelector("form[data-scanner]");
if (form instanceof HTMLFormElement) {
  const kept = habits();
  for (const name of Object.keys(kept)) form.elements[name].value = kept[name];
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", () => {
    if (!form.reportValidity()) return;
    const { gap, before, after } = form.elements;
    localStorage.setItem(KEPT, JSON.stringify({ gap: Number(gap.value), before: before.value, after: after.value }));
    form.querySelector("[role=status]").hidden = false;
  });
}
