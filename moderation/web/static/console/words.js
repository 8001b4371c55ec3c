/* The console's sentences and names, in one place. */

export const LABELS = {
  listed_phrase: "Listed phrase",
  toxicity: "Toxicity",
  severe_toxicity: "Severe toxicity",
  insult: "Insult",
  profanity: "Profanity",
  threat: "Threat",
  identity_attack: "Identity attack",
  sexually_explicit: "Sexually explicit",
  spam: "Spam",
};

export const CODES = {
  score: "Classifier",
  unscored: "No usable score",
  banned_word: "Banned phrase",
  suspect_word: "Listed phrase",
  name: "Display name",
  links: "Links",
  repeat: "Repeated",
  shouting: "Shouting",
  new_author: "New author",
  author_premoderated: "Author under review",
  premoderated: "Pre-moderated article",
  edited_refusal: "Edit of a refused text",
  reported: "Reported",
};

export const LANES = {
  doubtful: "doubtful",
  reported: "reported",
  new_author: "new authors",
  escalated: "escalated",
  audit: "audit",
  appeal: "appeals",
  second_opinion: "second opinion",
};

/* The reasons a moderator can give, as the contract lists them. */
export const REJECTIONS = {
  toxicity: "Toxic",
  severe_toxicity: "Severely toxic",
  identity_attack: "Attack on a group",
  insult: "Insult",
  threat: "Threat",
  profanity: "Profanity",
  sexual: "Sexual",
  spam: "Spam",
  off_topic: "Off topic",
  illegal: "Illegal",
  misinformation: "Misinformation",
  other: "Other",
};

/* What reporters can choose from, and the reason for a refusal that it comes to. */
export const CATEGORIES = {
  abuse: "Abuse",
  hate: "Hate",
  threat: "Threat",
  sexual: "Sexual",
  spam: "Spam",
  misinformation: "Misinformation",
  off_topic: "Off topic",
  illegal: "Illegal",
  other: "Something else",
};

export const DONE = { approve: "Approved", reject: "Rejected", defer: "Deferred", escalate: "Escalated" };

export const words = {
  nothing: "Nothing is waiting.",
  wellDone: "Well done. New comments that need a person appear here by themselves.",
  moment: "One moment.",
  looking: "Looking for comments that need a person.",
  inOtherHands: (count) => (count === 1
    ? "The last comment is being read by a colleague."
    : `The last ${count} comments are being read by colleagues.`),
  rebuilding: "The queue is being rebuilt. Comments are safe, and they will be here in a moment.",
  away: "The queue cannot be reached just now. Nothing is lost: every comment is kept, and this page keeps trying.",
  offline: "The server does not answer. This page keeps trying.",
  again: {
    defer: (ago) => `You deferred this ${ago}. It is back because nothing more urgent waits.`,
    escalate: (ago) => `You escalated this ${ago}. It still waits for a decision.`,
  },
  lost: "Someone else decided first.",
  undone: "Undone. The comment is back.",
  undoTooLate: "This can no longer be undone: the comment has changed since.",
  failed: (detail) => `That did not work, and the comment is back. ${detail || "Please try again."}`,
  forbidden: "Your account may not do this.",
  brake: {
    title: "Brake",
    what: "For a while",
    kinds: { premoderate: "Read everything first", close: "Take no comments", slow: "Slow everybody down" },
    pause: "Seconds between one reader's comments",
    article: "Article (its id)",
    site: "the whole site",
    until: "For",
    till: "until",
    pull: "Pull the brake",
    close: "Close",
    release: "Release",
    pulled: "The brake is on. It ends by itself.",
    released: "The brake is released.",
  },
  marks: { pinned: "Pin", featured: "Feature" },
  marked: {
    pinned: { on: "Pinned above all other comments of its article.", off: "No longer pinned." },
    featured: { on: "Featured as an editors' pick.", off: "No longer featured." },
  },
  onlyLane: (name) => `Only ${name}; once more for all`,
  appealsForOthers: "What waits are appeals against your own decisions: a colleague has to answer them.",
  reports: (count) => (count === 1 ? "1 reader reported it" : `${count} readers reported it`),
  appeal: "Its author appeals",
  appealAgainst: (name, ago) => (name === "policy" ? `Refused automatically, ${ago}` : `Refused by ${name}, ${ago}`),
  appealHow: "Approve accepts the appeal and publishes the comment. Reject keeps the refusal; the author is told the reason, and it is final.",
};

export const KEYS = [
  ["a", "Approve"],
  ["r", "Reject; Enter takes the suggested reason"],
  ["d", "Defer: let it wait a while"],
  ["e", "Escalate to someone senior"],
  ["j  ↓", "Next comment"],
  ["k  ↑", "Previous comment"],
  ["u  Ctrl+Z", "Undo the last decision"],
  ["p", "Search: pin the comment, or unpin it"],
  ["f", "Search: feature it as an editors' pick, or not"],
  ["b", "Brake: read everything first, close, or slow down for a while"],
  ["?", "Show these keys"],
];

export const named = (table, key) => table[key] ?? String(key).replaceAll("_", " ");
export const percent = (share) => `${Math.round(share * 100)} %`;
