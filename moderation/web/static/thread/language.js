/* Which language a thread speaks: what the slot says (data-lang), else the page, else the browser.

   LANGUAGES and ENGLISH stand in front of the bundle (bundle.py). A catalogue is asked for while the first comments
   are, and only where it is not English. */

import { learn, speak } from "./words.js";

const WAIT_MS = 4000; // for a catalogue; a thread in English is better than none
let speaking; // one language a page: the first of its threads decides

learn(ENGLISH.thread);

/* Return null when all is known already, else a promise that never fails. */
export function choose(slot, base) {
  if (speaking === undefined) speaking = begin(slot, base);
  return speaking;
}

function begin(slot, base) {
  const tag = [slot.dataset.lang, document.documentElement.lang, ...navigator.languages].find(isKnown) ?? "en";
  if (primary(tag) !== "en") return fetched(tag, base);
  speak(tag, ENGLISH);
  return null;
}

async function fetched(tag, base) {
  try {
    const answer = await fetch(`${base}words/${primary(tag)}.json?v=${MARK}`, { credentials: "omit", signal: AbortSignal.timeout(WAIT_MS) });
    speak(tag, await answer.json());
  } catch {
    speak("en", ENGLISH);
  }
}

function isKnown(tag) {
  return Boolean(tag) && LANGUAGES.includes(primary(tag)) && isWellFormed(tag);
}

function isWellFormed(tag) {
  try {
    return Intl.getCanonicalLocales(tag).length > 0;
  } catch {
    return false;
  }
}

const primary = (tag) => tag.toLowerCase().split("-")[0];
