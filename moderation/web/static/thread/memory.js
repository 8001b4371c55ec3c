/* What the reader's browser remembers: token, name, drafts, comments that wait. Where storage is
   forbidden (private windows, blocked third parties) it lasts as long as the page. */

import { signedToken, signIn } from "./signed.js";

export const PREFIX = "firstword:";

export function createMemory(site, article) {
  const scope = `${site}:${article}`;
  const fallback = new Map();

  function read(key) {
    try {
      return JSON.parse(localStorage.getItem(PREFIX + key)) ?? fallback.get(key) ?? null;
    } catch {
      return fallback.get(key) ?? null;
    }
  }

  function write(key, value) {
    fallback.set(key, value);
    try {
      if (value === null) localStorage.removeItem(PREFIX + key);
      else localStorage.setItem(PREFIX + key, JSON.stringify(value));
    } catch {
      // full or forbidden: the map above has it
    }
  }

  const own = (name) => `${scope}:${name}`; // per site and article
  const ids = (name) => read(own(name)) ?? [];
  const has = (name) => (id) => ids(name).includes(id);
  const keep = (name) => (id, is = true) => write(own(name), [...ids(name).filter((known) => known !== id), ...(is ? [id] : [])]);

  return {
    site, fallback, write, // what forgetting everything needs (mydata.js)

    /* The publisher's word comes first; what was kept of an anonymous reader waits untouched. */
    get token() { return signedToken() ?? read(`token:${site}`); },
    set token(value) {
      if (signedToken()) signIn(value);
      else write(`token:${site}`, value);
    },
    get name() { return read("name") ?? ""; },
    set name(value) { write("name", value); },
    get sort() { return read("sort"); },
    set sort(value) { write("sort", value); },

    /* Whom the reader mutes: {id: name}; null before the server was asked. */
    get mutes() { return read(`mutes:${site}`); },
    set mutes(people) { write(`mutes:${site}`, people); },

    isLiked: has("liked"),
    keepLiked: keep("liked"),
    isReported: has("reported"),
    keepReported: keep("reported"),
    isDismissed: has("dismissed"),
    keepDismissed: keep("dismissed"),

    draft: (place) => read(own(`draft:${place}`)),
    keepDraft: (place, draft) => write(own(`draft:${place}`), draft),
    dropDraft: (place) => write(own(`draft:${place}`), null),

    /* Ids of own comments that were seen waiting here: only these are announced when declined. */
    get waiting() { return ids("waiting"); },
    set waiting(all) { write(own("waiting"), all.length ? all : null); },
  };
}
