/* The playground: asks the public preview what would become of a text, and dresses the widget below. */

import { el } from "./shared/dom.js";
import { LABELS } from "./console/words.js";

const byId = (id) => document.getElementById(id);
const csrf = document.querySelector('meta[name="csrf"]')?.content; // there for moderators only
const OUTCOMES = { published: "It would be published", held: "A moderator would read it first", refused: "It would not be published" };

// ── what would become of it ──

const text = byId("text");
const answer = byId("answer");
const ask = byId("try").querySelector("[type=submit]");

byId("try").addEventListener("submit", (event) => { event.preventDefault(); look(); });
text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); look(); }
});
for (const sample of document.querySelectorAll(".sample")) {
  sample.addEventListener("click", () => { text.value = sample.textContent; look(); });
}

async function look() {
  if (ask.getAttribute("aria-disabled") === "true") return;
  ask.setAttribute("aria-disabled", "true");
  try {
    const body = text.value.trim().replaceAll("\r\n", "\n"); // as it would be stored: phrases are counted in that
    const [shown, scores] = await Promise.all([preview(body), csrf ? score(body) : null]);
    answer.replaceChildren(...told(shown, body), ...(scores ? [scoreList(scores)] : []));
  } catch (problem) {
    answer.replaceChildren(el("p", { class: "alert", text: problem.message }));
  } finally {
    ask.removeAttribute("aria-disabled");
  }
}

const preview = (body) => call("/api/v1/articles/playground/comments:preview", { body });
const score = async (body) => (await call("/api/v1/score", { texts: [body] }, { "X-CSRF-Token": csrf })).items[0].scores;

async function call(path, said, headers = {}) {
  let response;
  try {
    response = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json", ...headers }, body: JSON.stringify(said) });
  } catch {
    throw new Error("There is no connection to the server.");
  }
  const document = await response.json().catch(() => ({}));
  if (response.ok) return document;
  const wait_s = response.headers.get("Retry-After");
  throw new Error(wait_s && response.status === 429 ? `That was quick. Please ask again in ${wait_s} seconds.` : document.detail ?? "Something went wrong on our side.");
}

function told(shown, body) {
  const details = [...new Set(shown.reasons.map(({ detail }) => detail))];
  return [
    el("p", { class: `verdict verdict-${shown.outcome}`, text: OUTCOMES[shown.outcome] }),
    details.length ? el("ul", {}, ...details.map((detail) => el("li", { text: detail }))) : el("p", { text: "No check has anything against it." }),
    shown.phrases.length ? el("blockquote", { "aria-label": "The comment, with the words that lead to it marked" }, ...marked(body, shown.phrases)) : "",
  ];
}

/* The server counts code points, JavaScript UTF-16 units. */
function marked(body, phrases) {
  const points = [...body];
  const pieces = phrases.flatMap(({ begin, end }, at) => [
    points.slice(phrases[at - 1]?.end ?? 0, begin).join(""), el("mark", { text: points.slice(begin, end).join("") })]);
  return [...pieces, points.slice(phrases.at(-1)?.end ?? 0).join("")];
}

function scoreList(scores) {
  const rows = Object.entries(scores).sort(([, a], [, b]) => b - a);
  return el("dl", { class: "scores", "aria-label": "Scores" }, ...rows.map(([label, value]) => el("div", {},
    el("dt", { text: LABELS[label] ?? label }),
    el("dd", {}, el("meter", { min: "0", max: "1", value: String(value), "aria-label": LABELS[label] ?? label })),
    el("dd", { text: `${(value * 100).toFixed(1)} %` }))));
}

// ── how it looks ──

const looks = byId("looks");
const sheet = byId("sheet");
const slot = byId("firstword");
const DEFAULTS = { accent: "#17607f", font: "", size: "16", radius: "10" };

for (const swatch of document.querySelectorAll(".swatch")) {
  swatch.style.setProperty("--colour", swatch.dataset.colour);
  swatch.addEventListener("click", () => { looks.elements.accent.value = swatch.dataset.colour; dress(); });
}
looks.addEventListener("input", dress);
looks.addEventListener("submit", (event) => event.preventDefault());
byId("copy").addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(byId("code").textContent);
    byId("copy").textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(byId("code")); // where a page may not write to the clipboard: one key remains
  }
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", dress);

function chosen() {
  const { theme, accent, font, size, radius } = Object.fromEntries(new FormData(looks));
  return { theme, accent, font, size, radius };
}

/* What the publisher's page would set, and nothing that is the default anyway. */
function properties({ accent, font, size, radius }) {
  return {
    ...(accent !== DEFAULTS.accent && { "--fw-accent": accent, "--fw-on-accent": isLight(accent) ? "#14181b" : "#ffffff" }),
    ...(font && { "--fw-font": font }),
    ...(size !== DEFAULTS.size && { "--fw-size": `${size}px` }),
    ...(radius !== DEFAULTS.radius && { "--fw-radius": `${radius}px` }),
  };
}

function isLight(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => (Number.parseInt(colour.slice(at, at + 2), 16) / 255) ** 2.2);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.18; // where black and white text read alike
}

function dress() {
  const look = chosen();
  const wanted = properties(look);
  for (const name of ["--fw-accent", "--fw-on-accent", "--fw-font", "--fw-size", "--fw-radius"]) {
    if (name in wanted) slot.style.setProperty(name, wanted[name]);
    else slot.style.removeProperty(name);
  }
  sheet.dataset.theme = look.theme;
  // Told, not left to be found out: this sheet lies in a page that may be of the other kind.
  slot.dataset.theme = look.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  byId("size-told").textContent = `${look.size} px`;
  byId("radius-told").textContent = `${look.radius} px`;
  byId("copy").textContent = "Copy";
  byId("code").textContent = snippet(look.theme, wanted);
}

function snippet(theme, wanted) {
  const { base } = document.body.dataset;
  const rules = Object.entries(wanted).map(([name, value]) => `  ${name}: ${value};\n`).join("");
  const style = rules && `<style>\n#firstword {\n${rules}}\n</style>\n`;
  const themed = theme && ` data-theme="${theme}"`;
  return `${style}<div id="firstword" data-article="ARTICLE-ID"${themed}></div>\n<script src="${base}/embed.js" async></script>`;
}

dress();
