/* The reader's side of the HTTP interface. Every failure is a Problem with a status; 0 means no answer.

   No cookies are sent: the reader is who the token says, on the publisher's own site and elsewhere alike. */

import { late } from "./late.js";
import { signedToken } from "./signed.js";
import { languageNow } from "./words.js";

export const LIMIT = 4000; // characters of a comment, the server's own limit

export class Problem extends Error {
  constructor(status, { detail = "", errors = [], retryAfter_s = null, challenge = null } = {}) {
    super(detail || `HTTP ${status}`);
    this.status = status;
    this.detail = detail;
    this.errors = errors;
    this.retryAfter_s = retryAfter_s;
    this.challenge = challenge; // what to solve first (solve.js)
  }
}

export function createApi({ base, site, article, memory, slot }) {
  const root = `${base}api/v1`;
  const here = `/articles/${encodeURIComponent(article)}`;

  async function call(method, path, { query = {}, body, key, proof, identified = false } = {}) {
    const url = new URL(root + path);
    for (const [name, value] of Object.entries(query)) if (value !== null && value !== undefined) url.searchParams.set(name, value);
    const headers = { Accept: "application/json", "Accept-Language": languageNow() };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (key) headers["Idempotency-Key"] = key;
    if (proof) headers["X-Proof"] = proof;
    const signed = identified && signedToken();
    if (signed) url.searchParams.set("site", site); // the same person is another on another site
    if (identified && memory.token) headers.Authorization = `Bearer ${memory.token}`;
    let response;
    try {
      response = await fetch(url, { method, headers, credentials: "omit", body: body === undefined ? undefined : JSON.stringify(body) });
    } catch {
      throw new Problem(0);
    }
    if (signed && response.status === 401) {
      await (await late(slot.shadowRoot)).renew({ slot }, signed);
      return call(method, path, { query, body, key, proof, identified });
    }
    if (!response.ok) throw await problemOf(response);
    return [202, 204].includes(response.status) ? null : response.json();
  }

  async function openSession(name) {
    const { token, reader } = await call("POST", "/session", { query: { site }, body: { name } });
    memory.token = token;
    return reader;
  }

  /* Do something as the reader; a token that is no longer known is replaced once. */
  async function asReader(name, act) {
    if (!memory.token) await openSession(name);
    try {
      return await act();
    } catch (problem) {
      if (problem.status !== 401 || signedToken()) throw problem;
      memory.token = null;
      await openSession(name);
      return act();
    }
  }

  return {
    call, asReader,
    list: ({ sort, cursor, minVersion, limit }) => call("GET", `${here}/comments`, {
      query: { site, sort, limit, cursor, min_version: minVersion },
    }),
    one: (id) => call("GET", `/comments/${id}`),
    replies: (id, cursor) => call("GET", `/comments/${id}/replies`, { query: { cursor, sort: "oldest" } }),
    post: (comment, key, proof) => asReader(comment.author.name, () => call("POST", `${here}/comments`, {
      query: { site }, body: comment, key, proof, identified: true,
    })),
    preview: (comment) => call("POST", `${here}/comments:preview`, { query: { site }, body: comment, identified: true }),
    edit: (id, body) => call("PATCH", `/comments/${id}`, { body: { body }, identified: true }),
    like: (id, isLiked, name) => asReader(name, () => call(isLiked ? "PUT" : "DELETE", `/comments/${id}/reactions/like`, { identified: true })),
    remove: (id) => call("DELETE", `/comments/${id}`, { identified: true }),
    policy: `${base}policy/${encodeURIComponent(site)}`,
    article, call, asReader, // for what only the second bundle asks
    hosted: (id) => `${base}a/${encodeURIComponent(site)}/${encodeURIComponent(id)}`,
    mutes: () => call("GET", "/me/mutes", { identified: true }),
    me: () => call("GET", "/me", { identified: true }),
    mine: () => call("GET", "/me/comments", { query: { site, article }, identified: true }),
    eventsSince: (version) => `${root}${here}/events?site=${encodeURIComponent(site)}&last_event_id=${version}`,
  };
}

async function problemOf(response) {
  let document = {};
  try {
    document = await response.json();
  } catch {
    // a proxy's error page: the status has to do
  }
  const retryAfter_s = Number.parseInt(response.headers.get("Retry-After") ?? document.retry_after_s, 10) || null;
  return new Problem(response.status, { detail: document.detail, errors: document.errors ?? [], retryAfter_s, challenge: document.challenge });
}
