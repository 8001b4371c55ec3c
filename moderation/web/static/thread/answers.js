/* Replies to the reader: a word above the comments when there are new ones, the list, and a feed of one's own. */

import { el, freshId } from "../shared/dom.js";
import { timeElement } from "../shared/when.js";
import { linkTo } from "./links.js";
import { words } from "./words.js";

/* Say in `place` how many there are; onOpen(): show them. */
export function announce(thread, place, onOpen) {
  const pill = el("button", { type: "button", class: "fw-news", text: words.newReplies(thread.state.unread), onclick: open });
  place.replaceChildren(pill);

  function open() {
    place.replaceChildren();
    onOpen();
  }
}

/* The newest replies; whoever sees them has seen them. */
export async function answers(thread) {
  const { api, state } = thread;
  const { items, feed_since: since, sends_email: mails, email } = await ask(api, "GET", "");
  const fresh = items.filter((reply) => !reply.is_read).map(({ id }) => id);
  if (fresh.length > 0) ask(api, "POST", ":read", { ids: fresh }).then(() => { state.unread = 0; }, () => {}); // else they are new once more
  if (items.length === 0 && !since && !mails) return null;
  const titleId = freshId("answers");
  return el("section", { "aria-labelledby": titleId },
    el("h3", { id: titleId, text: words.repliesTitle }),
    el("ul", { class: "fw-answers" }, ...items.map((reply) => answer(thread, reply))),
    feedOf(thread, since),
    mails ? lettersOf(thread, email) : null);
}

function answer({ api }, reply) {
  const isHere = reply.article.id === api.article;
  const home = isHere ? "" : reply.article.url ?? api.hosted(reply.article.id);
  const about = isHere ? null : el("span", { text: ` · ${reply.article.title ?? reply.article.id}` });
  return el("li", { class: reply.is_read ? "" : "fw-is-new" },
    el("a", { class: "fw-answer", href: home + linkTo(reply.id) },
      el("strong", { text: reply.author.name }), " ", timeElement(reply.created_at, "fw-time"), about,
      el("span", { class: "fw-answer-body", text: reply.body })));
}

/* A feed's address is a secret: it is shown once, when it is made, and may be ended. */
function feedOf({ api, say }, since) {
  const row = el("div", { class: "fw-feed" });
  draw(Boolean(since));
  return row;

  function draw(isOn) {
    row.replaceChildren(el("span", { text: isOn ? words.feedOn : words.feedOff }),
      button(isOn ? words.feedNew : words.feedMake, make), ...(isOn ? [button(words.feedEnd, end)] : []));
  }

  async function make() {
    try {
      const { url } = await ask(api, "POST", "/feed");
      const input = el("input", { class: "fw-input", readonly: true, value: url, "aria-label": words.feedAddress });
      row.replaceChildren(el("span", { text: words.feedShown }), input, button(words.feedEnd, end));
      input.select();
      input.focus();
    } catch (problem) {
      say(problem.detail || words.likeFailed);
    }
  }

  async function end() {
    try {
      await ask(api, "DELETE", "/feed");
      draw(false);
      row.querySelector("button").focus();
    } catch (problem) {
      say(problem.detail || words.likeFailed);
    }
  }
}

/* By e-mail, once the address has said yes. */
function lettersOf({ api, say }, email) {
  const row = el("form", { class: "fw-feed", onsubmit: (event) => { event.preventDefault(); begin(); } });
  const input = el("input", { class: "fw-input", type: "email", required: true, autocomplete: "email", placeholder: words.mailAddress, "aria-label": words.mailAddress });
  draw(email);
  return row;

  function draw(now) {
    if (!now) return row.replaceChildren(el("span", { text: words.mailOff }), input, el("button", { class: "fw-action", text: words.mailAsk }));
    const told = now.is_confirmed ? words.mailOn(now.address) : words.mailAsked(now.address);
    row.replaceChildren(el("span", { text: told, role: "status" }), button(words.mailEnd, end));
  }

  async function begin() {
    try {
      await ask(api, "PUT", "/email", { email: input.value });
      draw({ address: input.value, is_confirmed: false });
      row.querySelector("button").focus();
    } catch (problem) {
      say(problem.detail || words.likeFailed);
    }
  }

  async function end() {
    try {
      await ask(api, "DELETE", "/email");
      draw(null);
      input.focus();
    } catch (problem) {
      say(problem.detail || words.likeFailed);
    }
  }
}

const ask = (api, method, path, body) => api.call(method, `/me/replies${path}`, { body, identified: true });
const button = (text, onclick) => el("button", { type: "button", class: "fw-action", text, onclick });
