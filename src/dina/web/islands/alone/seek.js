/** A worker that looks for words or a pattern in texts: what becomes of those in which they are found. */
self.addEventListener("message", ({ data: { find, put, pattern, texts } }) => {
  try {
    const regexp = new RegExp(pattern ? find : find.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"), "gu");
    const groups = new RegExp(`${regexp.source}|`, "u").exec("").length - 1;
    const parts = pattern ? pieces(put, groups) : [put];
    const made = new Map();
    for (const text of texts) {
      let found = false;
      const value = text.replace(regexp, (...all) => {
        found = true;
        return parts.map((one) => (typeof one === "number" ? (all[one] ?? "") : one)).join("");
      });
      if (found) made.set(text, value);
    }
    self.postMessage({ made });
  } catch {
    self.postMessage({ fault: "bad" });
  }
});

/**
 * A replacement in its parts, as the server reads it: \1 to \9 are groups, \0 is all that was found, \\ a backslash.
 * @param {string} put  @param {number} groups
 */
function pieces(put, groups) {
  return put.split(/(\\.?)/su).map((one) => {
    if (!one.startsWith("\\")) return one;
    if (one === "\\\\") return "\\";
    if (!/^\\\d$/.test(one) || Number(one[1]) > groups) throw new Error(one);
    return Number(one[1]);
  });
}
