/* The moderator's side of the HTTP interface: the session cookie and its CSRF token on every write.

   A failure is a Problem; 401 means that the session is over and goes to the sign-in page at once. */

const ROOT = "/api/v1/moderation";
const csrf = document.querySelector('meta[name="csrf"]')?.content ?? "";

export class Problem extends Error {
  constructor(status, detail = "") {
    super(detail || `HTTP ${status}`);
    this.status = status;
    this.detail = detail;
  }
}

async function call(method, path, { body, key, query, keepalive = false } = {}) {
  const url = new URL(ROOT + path, location.origin);
  for (const [name, value] of Object.entries(query ?? {})) if (value) url.searchParams.set(name, value);
  const headers = { Accept: "application/json" };
  if (method !== "GET") {
    headers["X-CSRF-Token"] = csrf;
    headers["Content-Type"] = "application/json";
  }
  if (key) headers["Idempotency-Key"] = key;
  let response;
  try {
    response = await fetch(url, { method, headers, keepalive, body: method === "GET" ? undefined : JSON.stringify(body ?? {}) });
  } catch {
    throw new Problem(0);
  }
  if (response.status === 401) {
    location.assign("/moderation");
    return new Promise(() => {});
  }
  if (!response.ok) throw new Problem(response.status, (await response.json().catch(() => ({}))).detail);
  return response.status === 204 ? null : response.json();
}

export const api = {
  figures: () => call("GET", "/queue"),
  claim: (limit, lane) => call("POST", "/queue:claim", { body: lane ? { limit, lane } : { limit } }),
  extend: (token) => call("POST", `/leases/${encodeURIComponent(token)}:extend`),
  release: (token) => call("POST", `/leases/${encodeURIComponent(token)}:release`, { keepalive: true }),
  decide: (id, decision, key) => call("POST", `/comments/${encodeURIComponent(id)}/decisions`, { body: decision, key }),
  undo: (decisionId) => call("POST", `/decisions/${encodeURIComponent(decisionId)}:undo`),
  brakes: () => call("GET", "/brake"),
  brake: (brake) => call("POST", "/brake", { body: brake }),
  releaseBrake: (id) => call("DELETE", `/brake/${encodeURIComponent(id)}`),
  mark: (id, mark, isOn) => call(isOn ? "PUT" : "DELETE", `/comments/${encodeURIComponent(id)}/${mark}`),
  search: ({ status, q, cursor }) => call("GET", "/comments", { query: { status, q, cursor, limit: "20" } }),
};
