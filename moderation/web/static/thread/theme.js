/* Light or dark: what the publisher says (data-theme), else what the page around the thread looks like.

   A page that is light whatever the reader's system prefers must not get a dark thread, so the preference
   alone decides nothing: the first opaque background behind the slot does. */

const PAGE_IS_DARK_BELOW = 0.4; // relative luminance; mid greys read better with dark text

export function followTheme(slot, root) {
  const apply = () => { root.dataset.fwTheme = chosen(slot) ?? looksDark(slot) ?? "light"; };
  apply();
  addEventListener("load", apply); // the page's styles may come later than we do
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => requestAnimationFrame(apply));
  const observer = new MutationObserver(apply);
  observer.observe(slot, { attributes: true, attributeFilter: ["data-theme"] });
  for (const host of [document.documentElement, document.body]) {
    observer.observe(host, { attributes: true, attributeFilter: ["class", "data-theme", "style"] });
  }
}

function chosen(slot) {
  return ["light", "dark"].includes(slot.dataset.theme) ? slot.dataset.theme : null;
}

function looksDark(slot) {
  for (let node = slot; node; node = node.parentElement) {
    const [red, green, blue, alpha = 1] = (getComputedStyle(node).backgroundColor.match(/^rgba?\(([^)]+)\)/)?.[1] ?? "0 0 0 0")
      .split(/[\s,/]+/).map(Number);
    if (alpha > 0.5) return luminance(red, green, blue) < PAGE_IS_DARK_BELOW ? "dark" : "light";
  }
  const isDarkCanvas = getComputedStyle(document.documentElement).colorScheme.includes("dark");
  return isDarkCanvas && matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

function luminance(...channels) {
  const [red, green, blue] = channels.map((value) => (value / 255) ** 2.2);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
