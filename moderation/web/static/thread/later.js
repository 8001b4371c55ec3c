/* What the second bundle offers. Each is called with the thread (thread.js) and mostly a comment's view.

   A module that is imported here and not from embed.js lands in later.js, its sentences in the group "later" of
   words/en.json, its styles in later.css. What it imports of the first bundle's modules is handed over. */

import { like, loadReplies, openReply } from "./acting.js";
import { announce } from "./answers.js";
import { openChoices } from "./choices.js";
import { explain, tellWait } from "./declined.js";
import { renew, showName, showSignIn } from "./door.js";
import { toggleSorts } from "./menu.js";
import { veil } from "./muting.js";
import { askToRemove, openEdit } from "./owning.js";
import { loadMore } from "./paging.js";
import { tellPause } from "./problems.js";
import { openReport } from "./reporting.js";
import { submit } from "./sending.js";
import { goTo } from "./travel.js";
import { learn } from "./words.js";
import { openYours } from "./yours.js";

learn(ENGLISH.later);

export const later = {
  announce, askToRemove, explain, goTo, like, loadMore, loadReplies, openChoices, openEdit, openReply,
  openReport, openYours, renew, showName, showSignIn, submit, tellPause, tellWait, toggleSorts, veil,
};
