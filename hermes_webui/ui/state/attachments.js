// Files that go with a prompt: what may be attached, and what it is called.

import { locale, t } from '../words/words.js';

/** As the server has them (web/attachments.py). */
export const LARGEST = 25 * 2 ** 20;
export const MOST = 20;

/** A pasted text of more characters than this is a document, not a message. */
export const LONG_PASTE = 10_000;

const SHOWN = /^image\/(png|jpeg|gif|webp|avif)$/;

/** Pixels that a page may show. */
export const isImage = ({ type }) => SHOWN.test(type ?? '');

export const isPdf = ({ type }) => type === 'application/pdf';

/** `{taken, problems}`: which of these files may be added to those that are there, and a sentence for each that may not. */
export function admitted(files, count) {
  const problems = [];
  const taken = files.filter((file) => {
    const problem = file.size > LARGEST ? 'too-large' : file.size === 0 ? 'empty' : null;
    if (problem) problems.push(t(`composer.${problem}`, { name: file.name, limit: sizeOf(LARGEST) }));
    return !problem;
  });
  const room = Math.max(MOST - count, 0);
  if (taken.length > room) problems.push(t('composer.too-many', { count: MOST }));
  return { taken: taken.slice(0, room), problems };
}

const UNITS = ['byte', 'kilobyte', 'megabyte'];

/** `2.4 MB`, as the language writes it. */
export function sizeOf(bytes) {
  const step = bytes < 1024 ? 0 : bytes < 2 ** 20 ? 1 : 2;
  const style = { style: 'unit', unit: UNITS[step], unitDisplay: 'short', maximumFractionDigits: step === 2 ? 1 : 0 };
  return new Intl.NumberFormat(locale(), style).format(bytes / 1024 ** step);
}

/** A name for what has none: a picture from the clipboard, a long text. */
export function namedFile(file) {
  const plain = !file.name || /^image\.\w+$/.test(file.name);
  return plain ? t('composer.pasted-image', { ending: file.type.split('/')[1] ?? 'png' }) : file.name;
}

/** Where a file is given out. */
export const addressOf = ({ id, name }) => `/api/attachments/${id}?${new URLSearchParams({ name })}`;

/** What of a file is told to the server with its prompt, or kept with a draft. */
export function described({ key, id, name, type, size, width, height }) {
  const all = { key, id, name, type, size, width, height };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined && value !== null));
}
