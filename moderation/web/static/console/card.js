/* Draw one comment for a moderator: what was said, by whom, in answer to what, and why it is here. */

import { el } from "../shared/dom.js";
import { ago, span, timeElement } from "../shared/when.js";
import { CATEGORIES, CODES, DONE, LABELS, LANES, REJECTIONS, named, percent, words } from "./words.js";

const SHOWN_FROM = 0.35; // scores below are listed in grey
// The reason for a refusal that a report comes to; for "something else" the machine's own is likelier.
const REASON_OF = {
  abuse: "insult", hate: "identity_attack", threat: "threat", sexual: "sexual", spam: "spam",
  misinformation: "misinformation", off_topic: "off_topic", illegal: "illegal",
};
const WEIGHTS = [0.34, 0.67]; // of the heaviest word: thin, medium, strong underline

export function drawCard(item, { details = "open", actions = null } = {}) {
  const { comment } = item;
  const why = el("div", { class: "card-why" }, reasonsOf(item), scoresOf(item));
  const foot = details === "open" ? why : el("details", { class: "card-details" },
    el("summary", { text: summaryOf(item) }), why);
  return el("article", { class: "card", "data-id": comment.id, tabindex: "-1", "aria-label": `Comment by ${comment.author?.name ?? "unknown"}` },
    el("header", { class: "card-top" }, articleOf(item), placeOf(item)),
    appealOf(item),
    contextOf(item),
    authorOf(item),
    el("div", { class: "card-body", lang: item.language ?? null }, ...highlighted(comment.body ?? "", item.highlights ?? [])),
    reportsOf(item),
    foot,
    actions);
}

/* What the author says against the refusal, and what was refused for which reason by whom. */
function appealOf({ appeal }) {
  if (!appeal) return null;
  const reasons = appeal.reasons.filter(({ outcome }) => outcome === "reject").map(({ detail }) => detail);
  return el("section", { class: "card-case", "aria-label": words.appeal },
    el("h2", { text: words.appeal }),
    el("blockquote", { text: appeal.text }),
    el("p", {}, el("b", { text: words.appealAgainst(appeal.decided_by, ago(appeal.decided_at)) }), ` ${[...new Set(reasons)].join(" ")}`),
    appeal.note ? el("p", {}, "Note: ", el("span", { text: appeal.note })) : null,
    el("p", { class: "card-case-how", text: words.appealHow }));
}

/* What readers reported: how many for what, and in which words; not who. */
function reportsOf({ reports }) {
  if (!reports?.count) return null;
  const said = reports.items.filter(({ text }) => text);
  return el("section", { class: "card-case", "aria-label": words.reports(reports.count) },
    el("h2", {}, words.reports(reports.count), el("span", { class: "card-case-weight", title: "What the reporters' word weighs together", text: `weight ${reports.weight}` })),
    el("p", { class: "card-case-tags" }, ...countedCategories(reports).map(([category, count]) =>
      el("span", { class: `case-tag${category === "illegal" ? " is-grave" : ""}`, text: count > 1 ? `${named(CATEGORIES, category)} × ${count}` : named(CATEGORIES, category) }))),
    ...said.map(({ category, text }) => el("blockquote", {}, text, el("small", { text: ` — ${named(CATEGORIES, category).toLowerCase()}` }))));
}

/* Return [category, how often] of the open reports, the most frequent first. */
function countedCategories({ items }) {
  const counts = new Map();
  for (const { category } of items) counts.set(category, (counts.get(category) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
}

function articleOf({ article, comment }) {
  const title = article?.title || article?.id || comment.article_id;
  const url = /^https?:\/\/|^\//.test(article?.url ?? "") ? article.url : null;
  return el("span", { class: "card-article" }, url ? el("a", { href: url, target: "_blank", rel: "noopener", text: title }) : el("b", { text: title }));
}

function placeOf(item) {
  if ("lease" in item && item.lane) return el("span", { class: "lane", text: named(LANES, item.lane) });
  if ("lease" in item && item.waiting_since) {
    return el("span", { class: "lane", text: `waiting ${span((Date.now() - Date.parse(item.waiting_since)) / 1000)}` });
  }
  return el("span", { class: `verdict verdict-${item.comment.status}`, text: item.comment.status });
}

function contextOf({ context }) {
  if (!context?.length) return null;
  return el("div", { class: "card-context" }, ...context.map((parent) => el("div", { class: "context-row" },
    el("span", {}, "In answer to ", el("b", { text: parent.author?.name ?? "a withdrawn comment" })),
    el("p", { text: parent.body ?? "" }))));
}

function authorOf({ comment, author }) {
  const name = comment.author?.name ?? author?.name ?? "";
  const standing = el("span", { class: "standing" });
  if (author) {
    const isNew = !author.approved && !author.rejected;
    standing.append(...[
      isNew ? el("span", { text: "first comment" }) : el("span", { class: "good", text: `${author.approved ?? 0} approved` }),
      author.rejected ? el("span", { class: "bad", text: `${author.rejected} rejected` }) : null,
      author.since ? el("span", { text: `first seen ${ago(author.since)}` }) : null,
      author.standing && author.standing !== "normal" ? el("span", { class: "bad", text: named({}, author.standing) }) : null,
    ].filter(Boolean));
  }
  return el("div", { class: "card-author" }, el("b", { text: name }), timeElement(comment.created_at, "card-when"), standing);
}

/* Return the body as text and <mark> nodes. Offsets are code points; JavaScript counts UTF-16 units.
   Spans of several labels may overlap: a piece of text carries the names of all and the weight of the heaviest. */
export function highlighted(body, highlights) {
  const points = [...body];
  const heaviest = Math.max(...highlights.map(({ weight }) => weight), 1e-9);
  const edges = [0, points.length, ...highlights.flatMap(({ begin, end }) => [begin, end])];
  const cuts = [...new Set(edges)].filter((edge) => edge <= points.length).sort((a, b) => a - b);
  return cuts.slice(0, -1).map((from, at) => {
    const text = points.slice(from, cuts[at + 1]).join("");
    const spans = highlights.filter(({ begin, end, weight }) => begin <= from && from < end && weight > 0);
    if (spans.length === 0) return text;
    const share = Math.max(...spans.map(({ weight }) => weight)) / heaviest;
    return el("mark", {
      "data-weight": String(1 + WEIGHTS.filter((limit) => share > limit).length),
      title: [...new Set(spans.map(({ label }) => named(LABELS, label)))].join(", "), text,
    });
  });
}

function reasonsOf({ reasons = [] }) {
  const rows = reasons.map((reason) => el("div", { class: "why-row" },
    el("div", { class: "why-head" },
      el("span", { text: reason.label ? named(LABELS, reason.label) : named({ ...CODES, ...REJECTIONS }, reason.code) }),
      typeof reason.score === "number" ? el("span", { text: percent(reason.score) }) : null),
    typeof reason.score === "number" ? gauge(reason.score) : null,
    reason.detail ? el("p", { class: "why-detail", text: reason.detail }) : null));
  if (rows.length === 0) rows.push(el("p", { class: "why-detail", text: "No check had anything against it." }));
  return el("section", {}, el("h2", { text: "Why it is here" }), ...rows);
}

function scoresOf({ scores }) {
  const known = Object.entries(scores ?? {});
  if (known.length === 0) return el("section", {}, el("h2", { text: "Scores" }), el("p", { class: "why-detail", text: "It was not scored." }));
  const rows = known.sort(([, a], [, b]) => b - a).map(([label, score]) => el("div", { class: `score-row${score >= SHOWN_FROM ? " is-high" : ""}` },
    el("span", { text: named(LABELS, label) }), gauge(score), el("span", { text: percent(score) })));
  return el("section", {}, el("h2", { text: "Scores" }), ...rows);
}

function gauge(share) {
  const bar = el("div", { class: "gauge", "aria-hidden": "true" });
  bar.style.setProperty("--share", String(Math.min(1, Math.max(0, share))));
  return bar;
}

/* Say in one line why a comment is where it is: "Insult 74 %, Listed phrase". */
export function summaryOf({ reasons = [], scores, reports, appeal }) {
  if (appeal) return "Appeal";
  if (reports?.count) return countedCategories(reports).map(([category]) => `Reported: ${named(CATEGORIES, category).toLowerCase()}`)[0];
  const said = reasons.map((reason) => {
    const name = reason.label ? named(LABELS, reason.label) : named({ ...CODES, ...REJECTIONS }, reason.code);
    return typeof reason.score === "number" ? `${name} ${percent(reason.score)}` : name;
  });
  if (said.length > 0) return [...new Set(said)].join(", ");
  const [label, score] = Object.entries(scores ?? {}).sort(([, a], [, b]) => b - a)[0] ?? [];
  return label ? `${named(LABELS, label)} ${percent(score)}` : "Reasons and scores";
}

/* Name the reason a moderator is most likely to give, from the machine's own. */
export function suggestedReason({ reasons = [], scores, reports, appeal }) {
  if (appeal) return suggestedReason({ reasons: appeal.reasons, scores });
  const reported = reports?.count ? REASON_OF[countedCategories(reports)[0][0]] : null;
  if (reported) return reported;
  const asRejection = (label) => (label === "sexually_explicit" ? "sexual" : label);
  const byReason = reasons.filter((reason) => reason.label).sort((a, b) => (b.score ?? 0) - (a.score ?? 0));
  const specific = byReason.find((reason) => !reason.label.includes("toxicity")) ?? byReason[0];
  if (specific && asRejection(specific.label) in REJECTIONS) return asRejection(specific.label);
  const given = reasons.find((reason) => reason.code in REJECTIONS);
  if (given) return given.code;
  const [label, score] = Object.entries(scores ?? {}).sort(([, a], [, b]) => b - a)[0] ?? [];
  return label && score >= SHOWN_FROM ? asRejection(label) : "other";
}

export const verdictElement = (action, text) => el("span", { class: `verdict verdict-${action}`, text: text ?? DONE[action] });
