// The prompts of the conversation, beside it: where the reader is, and the way to any of them or to a day. Rows are all as
// high, and only those in view are drawn and asked for, so that 50,000 prompts are no more than fifty.

import { useEffect, useLayoutEffect, useMemo, useReducer, useRef, useState } from 'preact/hooks';
import { Outlining } from '../page/outlining.js';
import { usePage } from '../page/page.js';
import { locale, t } from '../words/words.js';
import { toReading } from './focus.js';
import { html } from './html.js';
import { Icon } from './icon.js';
import { useCurrentTurn } from './current-turn.js';

const BEYOND = 6;

export function Outline() {
  const { store, places } = usePage();
  const { session, messages, turns } = store.standing.value;
  const total = session?.user_message_count ?? 0;
  const outlining = useOutlining(messages, turns);
  const current = useCurrentTurn();
  const list = useRef(null);
  const view = useView(list, total, current);
  const [first, last] = [Math.max(view.first - BEYOND, 1), Math.min(view.last + BEYOND, total)];
  useEffect(() => outlining.want(first, last, total), [first, last, total, outlining.prompts.value.size]);
  const go = (prompt) => prompt && openPrompt(places, prompt.id);
  const known = outlining.prompts.value;
  const [focused, focusOn] = useState(null);
  const stop = focused ?? Math.min(Math.max(current, first), last);
  return html`
    <aside class="outline" aria-label=${t('conversation.outline')} onKeyDown=${(event) => { if (event.key === 'Escape') leave(event, places); }}>
      <${Head} outlining=${outlining} day=${dayOf(known.get(view.first))} show=${(turn) => view.show(turn)} />
      <div class="outline-list" ref=${list} role="list" onScroll=${view.scrolled} onKeyDown=${(event) => step(event, stop, total, view, focusOn)}>
        <div style=${{ height: `${(first - 1) * view.height}px` }}></div>
        ${Array.from({ length: Math.max(last - first + 1, 0) }, (_, at) => first + at).map((turn) => html`
          <${Entry} key=${turn} turn=${turn} prompt=${known.get(turn)} before=${known.get(turn - 1)} current=${turn === current}
            stop=${turn === stop} focused=${turn === focused} go=${go} />`)}
        <div style=${{ height: `${Math.max(total - last, 0) * view.height}px` }}></div>
        ${!total && html`<p class="outline-empty">${t('conversation.outline-empty')}</p>`}
      </div>
    </aside>
  `;
}

function Head({ outlining, day, show }) {
  const { places } = usePage();
  const pick = async ({ target }) => {
    const [year, month, date] = target.value.split('-').map(Number);
    const found = year > 1970 ? await outlining.at(new Date(year, month - 1, date).getTime() / 1000) : null;
    if (!found?.id) return;
    show(found.turn);
    openPrompt(places, found.id, false);
  };
  return html`
    <div class="outline-head">
      <h2>${day || t('conversation.outline')}</h2>
      <label class="outline-date quiet" title=${t('conversation.date')}><${Icon} name="calendar" />
        <input type="date" aria-label=${t('conversation.date')} onChange=${pick} onClick=${({ target }) => target.showPicker?.()} /></label>
      <button type="button" class="quiet" aria-label=${t('conversation.outline-close')} onClick=${(event) => leave(event, places)}><${Icon} name="close" /></button>
    </div>
  `;
}

function Entry({ turn, prompt, before, current, stop, focused, go }) {
  const button = useRef(null);
  useLayoutEffect(() => { if (focused) button.current.focus({ preventScroll: true }); }, [focused]);
  const opens = prompt && dayOf(prompt) !== dayOf(before);
  return html`
    <div role="listitem" class=${`outline-entry ${current ? 'current' : ''}`}>
      <button type="button" ref=${button} data-turn=${turn} tabindex=${stop ? 0 : -1} aria-current=${current ? 'location' : undefined}
        aria-busy=${prompt ? undefined : 'true'} onClick=${() => go(prompt)}>
        <span class="outline-text" dir="auto">${prompt ? prompt.text || '…' : ''}</span>
        <time class=${opens ? 'opens' : ''}>${prompt && whenOf(prompt, opens)}</time>
      </button>
    </div>
  `;
}

/** What is shown may have become another version's: then all is asked for anew. */
function useOutlining(messages, turns) {
  const page = usePage();
  const outlining = useMemo(() => new Outlining(page), []);
  useEffect(() => {
    const prompts = messages.filter(({ role }) => role === 'user');
    const other = prompts.some(({ id }, at) => (outlining.prompts.peek().get(turns + at + 1)?.id ?? id) !== id);
    if (other) outlining.forget();
  }, [messages]);
  return outlining;
}

/** Which entries are in view; the current one is kept there as the reader goes on. */
function useView(list, total, current) {
  const [, redraw] = useReducer((count) => count + 1, 0);
  const height = matchMedia('(pointer: coarse)').matches ? 44 : 36;
  const element = list.current;
  const [top, room] = [element?.scrollTop ?? 0, element?.clientHeight ?? 800];
  const show = (turn) => {
    const at = (turn - 1) * height;
    const { scrollTop, clientHeight } = list.current;
    if (at < scrollTop || at + height > scrollTop + clientHeight) list.current.scrollTop = at - clientHeight / 2;
  };
  useLayoutEffect(() => { redraw(); }, []);
  useLayoutEffect(() => { if (!list.current.contains(document.activeElement)) show(current); }, [current, total]);
  return { height, show, first: Math.floor(top / height) + 1, last: Math.ceil((top + room) / height), scrolled: redraw };
}

const STEPS = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity };

function step(event, stop, total, view, focusOn) {
  const by = STEPS[event.key];
  if (by === undefined) return;
  event.preventDefault();
  const turn = Math.min(Math.max(stop + by, 1), total);
  view.show(turn);
  focusOn(turn);
}

const covers = () => matchMedia('(max-width: 1000px)').matches;

/** Where the outline lies over the conversation it goes away. */
function openPrompt(places, id, focus = true) {
  if (covers()) places.outlined.value = false;
  places.show(id, { focus: focus && covers() });
}

function leave(event, places) {
  event.preventDefault();
  event.stopPropagation();
  places.outlined.value = false;
  toReading();
}

const dateOf = (prompt) => (prompt?.timestamp ? new Date(prompt.timestamp * 1000) : null);

function dayOf(prompt) {
  const date = dateOf(prompt);
  return date ? new Intl.DateTimeFormat(locale(), { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' }).format(date) : '';
}

function whenOf(prompt, opens) {
  const date = dateOf(prompt);
  if (!date) return '';
  return new Intl.DateTimeFormat(locale(), opens ? { day: 'numeric', month: 'short' } : { timeStyle: 'short' }).format(date);
}
