// The conversation: a windowed list of rows that keeps the reader's place.

import { useEffect, useLayoutEffect, useMemo, useReducer, useRef, useState } from 'preact/hooks';
import { usePage } from '../page/page.js';
import { Viewport } from '../page/viewport.js';
import { clicksIn } from '../render/clicks.js';
import { t } from '../words/words.js';
import { html } from './html.js';
import { late } from './late.js';
import { Row } from './row.js';
import { styled } from './styled.js';
import { ToEnd } from './to-end.js';
import { isInView, rowElement, steer } from './walking.js';

const Sought = late(() => styled('navigate', import('./sought.js')), 'Sought');
const AskBar = late(() => styled('agents', import('./ask-bar.js')), 'default');

/** Where a message that was gone to begins, below the view's upper edge (px). */
const ARRIVES_AT = 64;

export function Transcript() {
  const page = usePage();
  const { store, places } = page;
  const rows = store.rows.value;
  const [following, setFollowing] = useState(true);
  const [scroller, content] = [useRef(null), useRef(null)];
  const viewport = useViewport(rows, scroller, content, setFollowing);
  const go = useTarget(viewport, rows, scroller);
  useOwnPromptInView();
  const [from, to] = viewport.range;
  const [above, below] = viewport.spaces;
  const toEnd = () => {
    scroller.current.focus();
    places.newest();
  };
  return html`
    <div class="scroller" ref=${scroller} tabindex="0" role="region" aria-label=${t('conversation.messages')}
      onScroll=${() => viewport.scrolled()} onClick=${clicksIn(page)} onKeyDown=${(event) => steer(event, { rows, places, go })}>
      <div class="rows" ref=${content} role="log" aria-label=${t('conversation.name')} aria-live="off">
        <div key="above" style=${{ height: `${above}px` }}></div>
        ${rows.slice(from, to).map((row, at) => html`<${Row} key=${row.key} row=${row} at=${from + at} />`)}
        <div key="below" style=${{ height: `${below}px` }}></div>
      </div>
    </div>
    ${store.asked.value.length > 0 && html`<${AskBar} />`}
    ${places.sought.value && !places.finding.value && html`<${Sought} />`}
    <${ToEnd} following=${following} last=${rows.at(-1)} go=${toEnd} />
  `;
}

function useViewport(rows, scroller, content, followed) {
  const { places, store } = usePage();
  const [, redraw] = useReducer((count) => count + 1, 0);
  const viewport = useMemo(() => new Viewport({ redraw, older: () => places.older(), newer: () => places.newer(), followed }), []);
  viewport.show(rows, store.whole.value);
  useLayoutEffect(() => viewport.attach(scroller.current, content.current), []);
  useLayoutEffect(() => viewport.settle());
  useLayoutEffect(() => {
    const reader = () => viewport.place?.message?.id ?? null;
    places.reader = reader;
    return () => { if (places.reader === reader) places.reader = () => null; };
  }, []);
  return viewport;
}

/** Goes to the message that is wanted, and to any row: it is drawn, then shown softly, and has the focus. */
function useTarget(viewport, rows, scroller) {
  const target = usePage().places.target.value;
  const arriving = useRef(null);
  const go = (row, { focus = true, flash = false } = {}) => {
    arriving.current = { key: row.key, focus, flash };
    const element = rowElement(scroller.current, rows.indexOf(row));
    if (flash || !isInView(scroller.current, element)) viewport.toRow(row.key, ARRIVES_AT);
    else arrive(element, arriving);
  };
  useLayoutEffect(() => {
    if (!target) return;
    const row = target.id && rowWith(rows, target.id);
    if (row) go(row, { focus: target.focus, flash: true });
    else if (!target.id) viewport.toEnd();
  }, [target]);
  useLayoutEffect(() => {
    const at = arriving.current ? rows.findIndex(({ key }) => key === arriving.current.key) : -1;
    const element = at < 0 ? null : rowElement(scroller.current, at);
    if (element) arrive(element, arriving);
  });
  return go;
}

function arrive(element, arriving) {
  const { focus, flash } = arriving.current;
  arriving.current = null;
  if (focus) focusOn(element.firstElementChild ?? element);
  if (!flash) return;
  element.classList.add('arrived');
  element.addEventListener('animationend', () => element.classList.remove('arrived'), { once: true });
}

/** One message at a time is a stop of the Tab key: the one that was gone to. */
function focusOn(message) {
  for (const other of message.closest('.rows').querySelectorAll('[data-stop]')) {
    delete other.dataset.stop;
    other.removeAttribute('tabindex');
  }
  message.dataset.stop = '';
  message.tabIndex = 0;
  message.focus({ preventScroll: true });
}

/** The row that shows a message, be it as the result of a tool. */
const rowWith = (rows, id) => rows.find((row) => row.message?.id === id || row.parts?.some((part) => part.id === id) || row.holds?.includes(id) || row.tools?.some((part) => part?.id === id));

/** Who sends a prompt wants to see it. */
function useOwnPromptInView() {
  const { store, places } = usePage();
  const key = store.ownPrompt.value;
  const first = useRef(key);
  useEffect(() => {
    if (key && key !== first.current) places.newest();
    first.current = null;
  }, [key]);
}
