/**
 * A text with a number in the form that agrees with it, as the page's language counts.
 * @param {number} n @param {string | null | undefined} one @param {string | null | undefined} many
 */
export function counted(n, one, many) {
  const { lang } = document.documentElement;
  const form = new Intl.PluralRules(lang).select(n) === "one" ? one : many;
  return (form || "{n}").replace("{n}", n.toLocaleString(lang === "fr" ? "fr-CA" : "en-CA"));
}
