/* Every sentence a reader meets, in the page's language: `words.like`, `words.likes(3)`, `words.replyTo(name)`.

   A catalogue (static/words/*.json) is data: a text; a text with {places}, which becomes a function of what to put
   there (one value, or an object that names several); or the forms of a plural, which become a function of the
   count that {n} shows. English is part of the bundles, so that a lost catalogue costs a language, not a word. */

import { tellTimesIn } from "../shared/when.js";

export const words = {};

let language = "en";
let plurals = new Intl.PluralRules(language);
let numbers = new Intl.NumberFormat(language);

export const inNumbers = (value) => numbers.format(value);
export const languageNow = () => language;

/* Speak a language from now on. tag: as BCP 47 has it; catalogue: its groups of sentences */
export function speak(tag, catalogue) {
  language = tag;
  plurals = new Intl.PluralRules(tag);
  numbers = new Intl.NumberFormat(tag);
  for (const group of Object.values(catalogue)) Object.assign(words, ready(group));
  tellTimesIn(tag, words.justNow);
}

/* Add what is not known yet: a bundle's own English, below what was chosen. */
export function learn(group) {
  for (const [key, entry] of Object.entries(ready(group))) words[key] ??= entry;
}

function ready(group) {
  return Object.fromEntries(Object.entries(group).map(([key, entry]) => [key, readied(entry)]));
}

function readied(entry) {
  if (typeof entry === "string") return entry.includes("{") ? (value) => filled(entry, value) : entry;
  if (!entry.other) return ready(entry);
  return (value) => filled(entry[plurals.select(value.n ?? value)] ?? entry.other, value);
}

function filled(text, value) {
  return text.replace(/\{(\w+)\}/g, (_, place) => shown(value?.[place] ?? value));
}

function shown(value) {
  return typeof value === "number" ? inNumbers(value) : String(value);
}
