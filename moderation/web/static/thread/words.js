/* Every sentence a reader can meet, in one place, so that a newsroom can read them aloud. */

export const words = {
  heading: "Comments",
  empty: "Be the first to comment!",
  loading: "Loading the comments",
  loadFailed: "The comments could not be loaded.",
  tryAgain: "Try again",
  loadMore: "Load more comments",
  linkGone: "The comment that this link leads to is not shown any more.",
  sortBy: "sort by: ",
  sorts: { latest: "latest", oldest: "oldest", top: "most liked", discussed: "most discussed" },
  closed: "Comments on this article are closed.",
  premoderated: "Comments here are read by a moderator before they appear.",

  name: "Your name",
  anonymous: "Anonymous",
  text: "Your comment",
  textPlaceholder: "What do you think?",
  replyPlaceholder: (name) => `Reply to ${name}`,
  textMissing: "Please write something first.",
  textTooLong: (limit) => `Please keep it under ${limit.toLocaleString("en")} characters.`,
  left: (count) => (count >= 0 ? `${count} characters left` : `${-count} characters too many`),
  hint: "**bold**  *italic*  > quote",
  hintLabel: "You can use Markdown: two asterisks for bold, one for italic, a greater-than sign for a quote.",
  post: "Post",
  posting: "Posting…",
  reply: "Reply",
  replyTo: (name) => `Reply to ${name}`,
  cancel: "Cancel",
  posted: "Your comment is published.",
  held: "Thank you. A moderator will read your comment before it appears.",
  waiting: "Waiting for a moderator",
  waitingMore: "Only you can see this for now.",
  refused: "This comment was not published",
  refusedMore: "Your text is still here. You can reword it and post it again.",
  nudgeHeld: "A moderator would read this before it appears",
  nudgeRefused: "This would not be published",
  nudgeMore: "You can reword it, or post it as it is.",
  nudgeBody: "Your text, with the words that led to this marked:",
  reword: "Reword it",
  postAnyway: "Post it anyway",
  declined: "A moderator decided not to publish this",
  dismiss: "Dismiss",
  noReason: "It does not fit the rules of this comment section.",

  showReplies: (count) => (count === 1 ? "Show 1 reply" : `Show ${count.toLocaleString("en")} replies`),
  showMoreReplies: (count) => (count === 1 ? "Show 1 more reply" : `Show ${count.toLocaleString("en")} more replies`),
  newComments: (count) => (count === 1 ? "1 new comment" : `${count.toLocaleString("en")} new comments`),
  likes: (count) => (count === 1 ? "1 like" : `${count.toLocaleString("en")} likes`),
  like: "Like",
  liked: "Liked",
  likeFailed: "That did not reach us. Please try again.",
  withdrawn: "This comment was withdrawn by its author.",
  inReplyTo: (name) => `in reply to ${name}`,
  edited: "edited",
  you: "you",
  edit: "Edit",
  editLabel: "Your comment, to reword",
  save: "Save",
  saveAnyway: "Save it anyway",
  saved: "Your comment is changed.",
  editRefused: "Your edit was not published",
  remove: "Delete",
  removeAsk: "Delete this comment?",
  removeYes: "Yes, delete",
  removeNo: "Keep it",
  removed: "Your comment is deleted.",
  removeFailed: "It could not be deleted just now. Please try again.",

  badges: { moderator: "Moderator", admin: "Editor", staff: "Staff", author: "Author" },
};

/* Turn a failed request into a sentence that says what to do next. */
export function sentenceFor(problem) {
  switch (problem.status) {
    case 0: return "There is no connection. Your text is kept; please try again.";
    case 401: return "Your session has ended. Please post again.";
    case 403: return problem.detail || "You cannot comment here at the moment.";
    case 404: return "The comment you are answering is no longer there.";
    case 409: return problem.detail || words.closed;
    case 413: return "That is too long to be sent.";
    case 422: return problem.detail || "Something in it is not right yet.";
    case 429: return `That was quick. Please wait ${seconds(problem.retryAfter_s)} and post again; your text is kept.`;
    case 503: return "We are very busy and did not take your comment. Your text is kept; please try again in a moment.";
    default: return "Something went wrong on our side. Your text is kept; please try again.";
  }
}

function seconds(count) {
  if (!count || count <= 1) return "a moment";
  if (count < 90) return `${count} seconds`;
  return `${Math.ceil(count / 60)} minutes`;
}
