// What the page knows of the server: is it there, does its disk take writes, what has to be said in one line.

import { t } from '../words/words.js';

export const noLink = {
  state: 'connecting', // connecting | live | away
  since: 0, // when it went away (ms)
  writable: true,
  message: '',
  version: '',
  boot: '',
  ui: '', // the version of the page's files that the server has
  recovered: 0,
  login: false,
};

export function link(state, event) {
  switch (event.type) {
    case 'hello': return greeted(state, event);
    case 'link.away': return state.state === 'away' ? state : { ...state, state: 'away', since: event.at };
    case 'store': return { ...state, writable: event.writable, message: event.message ?? '' };
    case 'health': return { ...state, recovered: event.recovered ?? 0, version: event.version ?? state.version };
    case 'login.needed': return { ...state, login: true };
    case 'login.done': return { ...state, login: false };
    default: return state;
  }
}

const greeted = (state, { boot = '', version = '', ui = '', writable = true }) =>
  ({ ...state, state: 'live', boot, version, ui, writable, message: writable ? '' : state.message });

/** Does it make no sense to ask again? (A page that has to log in, or came too often, asks again.) */
export const isFinal = ({ status }) => status >= 400 && status < 500 && ![401, 408, 429].includes(status);

/** Seconds of absence that are nobody's business: a laptop that wakes, a server that restarts. */
export const GRACE_MS = 2000;

/** The one line to show, or null: `{kind, text}`, the gravest first. */
export function statusOf(state, now, seenBoot = null, ownUi = '') {
  if (state.state === 'away' && now - state.since >= GRACE_MS) {
    return { kind: 'away', text: state.boot ? t('app.away') : t('app.away-from-start') };
  }
  if (!state.writable) {
    return { kind: 'store', text: t('app.store', { why: state.message || t('app.read-only') }) };
  }
  if (ownUi && state.ui && state.ui !== ownUi) return { kind: 'outdated', text: t('app.outdated') };
  if (state.recovered > 0 && state.boot && state.boot !== seenBoot) {
    return { kind: 'recovered', text: t('app.recovered', { count: state.recovered }) };
  }
  return null;
}
