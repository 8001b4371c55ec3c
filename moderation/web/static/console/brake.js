/* The panic switch: put a brake on the site or one article, see what is on, release it. */

import { el } from "../shared/dom.js";
import { api } from "./api.js";
import { words } from "./words.js";

const HOUR_MS = 3_600_000;
const SPANS = [[0.25, "15 minutes"], [1, "1 hour"], [6, "6 hours"], [24, "1 day"]];
const time = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/* say(sentence, options): a toast */
export async function openBrake({ say }) {
  const list = el("ul", { class: "brake-list" });
  const kinds = el("fieldset", { class: "brake-kinds" }, el("legend", { text: words.brake.what }), ...Object.entries(words.brake.kinds).map(([kind, label], at) =>
    el("label", {}, el("input", { type: "radio", name: "kind", value: kind, checked: at === 0 }), label)));
  const form = el("form", { onsubmit: (event) => { event.preventDefault(); pull(); } }, kinds,
    labelled(words.brake.pause, el("input", { class: "input", name: "pause", type: "number", min: "1", max: "86400", value: "60" })),
    labelled(words.brake.article, el("input", { class: "input", name: "article", maxlength: "200", placeholder: words.brake.site })),
    labelled(words.brake.until, el("select", { class: "input", name: "span" }, ...SPANS.map(([hours, label]) => el("option", { value: String(hours), text: label })))),
    el("div", { class: "dialog-foot" },
      el("button", { type: "button", class: "button", text: words.brake.close, onclick: () => dialog.close() }),
      el("button", { type: "submit", class: "button button-main", text: words.brake.pull })));
  const dialog = el("dialog", { class: "brake", "aria-label": words.brake.title, onclose: () => dialog.remove() }, el("h2", { text: words.brake.title }), list, form);
  form.addEventListener("change", onlySlowPauses);
  document.body.append(dialog);
  onlySlowPauses();
  await draw();
  dialog.showModal();

  function onlySlowPauses() {
    form.elements.pause.closest("label").hidden = form.elements.kind.value !== "slow";
  }

  async function draw() {
    const { items } = await api.brakes().catch(() => ({ items: [] }));
    list.hidden = items.length === 0;
    list.replaceChildren(...items.map((brake) => el("li", {},
      el("span", { text: `${words.brake.kinds[brake.kind]} · ${brake.article ?? words.brake.site} · ${words.brake.till} ${time.format(new Date(brake.until))}` }),
      el("button", { type: "button", class: "button", text: words.brake.release, onclick: () => change(() => api.releaseBrake(brake.id), words.brake.released) }))));
  }

  function pull() {
    const { kind, pause, article, span } = Object.fromEntries(new FormData(form));
    const brake = { kind, until: new Date(Date.now() + Number(span) * HOUR_MS).toISOString() };
    if (article.trim()) brake.article = article.trim();
    if (kind === "slow") brake.pause_s = Number(pause);
    return change(() => api.brake(brake), words.brake.pulled);
  }

  async function change(act, sentence) {
    try {
      await act();
      say(sentence);
      dialog.close();
    } catch (problem) {
      say(problem.status === 0 ? words.offline : problem.detail, { isFault: true });
    }
  }
}

const labelled = (text, input) => el("label", { class: "brake-field" }, el("span", { text }), input);
