// The words of the page, in the reader's language. English is always there: what another catalogue lacks is said in it.
//
// An entry is a sentence with {places}, or an object of such sentences by plural form ({one, other} …), chosen by `count`.
// A form that is named by a number ({1, other}) is for that count alone, whatever plurals the language has.

import { en } from './en.js';

/** Code, and the language's name in itself. One that is not here is read in English. */
export const LANGUAGES = { en: 'English', de: 'Deutsch', fr: 'Français', es: 'Español', ja: '日本語', 'zh-CN': '简体中文' };

const RIGHT_TO_LEFT = new Set(['ar', 'fa', 'he', 'ur']);
const PLACE = /\{(\w+)\}/;

const spoken = { code: 'en', words: en, plural: new Intl.PluralRules('en') };

/** The code of the first language of `wishes` (as browsers name them: "de-CH") that there is a catalogue for. */
export function chosenFrom(wishes, languages = LANGUAGES) {
  const codes = Object.keys(languages);
  for (const wish of wishes) {
    const exact = codes.find((code) => code.toLowerCase() === wish.toLowerCase());
    const near = codes.find((code) => code.split('-')[0] === wish.toLowerCase().split('-')[0]);
    if (exact ?? near) return exact ?? near;
  }
  return 'en';
}

/** From now on the page speaks this language; false where its catalogue could not be had. */
export async function speak(code, load = (name) => import(`./${name}.js`)) {
  if (code === spoken.code) return true;
  const words = code === 'en' ? en : await load(code).then((module) => module.words, () => null);
  if (!words) return false;
  Object.assign(spoken, { code, words, plural: new Intl.PluralRules(code) });
  return true;
}

/** The language that is spoken, as `Intl` wants it. */
export const locale = () => spoken.code;

export const direction = (code = spoken.code) => (RIGHT_TO_LEFT.has(code.split('-')[0]) ? 'rtl' : 'ltr');

/** Names one after the other, as the language lists them. */
export const listed = (names) => new Intl.ListFormat(spoken.code, { style: 'narrow' }).format(names);

/** The sentence of a key, with `values` in its places; numbers are written as the language writes them. */
export const t = (key, values = {}) => rich(key, values).join('');

/** As `t`, but as a list of parts: a value may be markup. */
export function rich(key, values = {}) {
  return sentence(key, values).split(PLACE).map((part, at) => (at % 2 ? shown(values[part]) : part)).filter((part) => part !== '');
}

function sentence(key, { count }) {
  const entry = spoken.words[key] ?? en[key];
  if (entry === undefined) return key;
  return typeof entry === 'string' ? entry : entry[count] ?? entry[spoken.plural.select(count)] ?? entry.other;
}

const shown = (value) => (typeof value === 'number' ? value.toLocaleString(spoken.code) : value ?? '');
