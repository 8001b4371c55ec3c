/* Light or dark: what the publisher says (data-theme), else what the page around the thread looks like.

   A page that is light whatever the reader's system prefers must not get a dark thread, so the preference
   alone decides nothing: the first opaque background behind the slot does. */

const PAGE_IS_DARK_BELOW = 0.4; // relative luminance; mid greys read better with dark text

export function followTheme(slot, root) {
  const apply = () => {
    const own = chosen(slot);
    root.dataset.fwTheme = own ?? looksDark(slot);
    const ink = getComputedStyle(slot).color;
    const isLegible = !own && isDark(ink) === (root.dataset.fwTheme === "light"); // else the background is not where we looked
    if (isLegible) root.style.setProperty("--_page-ink", ink);
    else root.style.removeProperty("--_page-ink");
  };
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
    const colour = getComputedStyle(node).backgroundColor;
    if (channels(colour)[3] > 0.5) return isDark(colour) ? "dark" : "light";
  }
  const isDarkCanvas = getComputedStyle(document.documentElement).colorScheme.includes("dark");
  return isDarkCanvas && matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

function isDark(colour) {
  const [red, green, blue] = channels(colour).map((value) => (value / 255) ** 2.2);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue < PAGE_IS_DARK_BELOW;
}

/* Return red, green, blue and alpha of a computed colour; one in another form counts as transparent. */
function channels(colour) {
  const [red, green, blue, alpha = 1] = (colour.match(/^rgba?\(([^)]+)\)/)?.[1] ?? "0 0 0 0").split(/[\s,/]+/).map(Number);
  return [red, green, blue, alpha];
}
