// The conversation: a windowed list of rows that keeps the reader's place.

import { useEffect, useLayoutEffect, useMemo, useReducer, useRef, useState } from 'preact/hooks';
import { usePage } from '../page/page.js';
import { Viewport } from '../page/viewport.js';
import { clicksIn } from '../render/clicks.js';
import { html } from './html.js';
import { Icon } from './icon.js';
import { Row } from './row.js';

export function Transcript() {
  const page = usePage();
  const rows = page.store.rows.value;
  const [following, setFollowing] = useState(true);
  const [scroller, content] = [useRef(null), useRef(null)];
  const viewport = useViewport(rows, scroller, content, setFollowing);
  useOwnPromptInView(viewport, rows);
  const [from, to] = viewport.range;
  const [above, below] = viewport.spaces;
  const toEnd = () => {
    scroller.current.focus();
    viewport.toEnd();
  };
  return html`
    <div class="scroller" ref=${scroller} tabindex="0" role="region" aria-label="Messages"
      onScroll=${() => viewport.scrolled()} onClick=${clicksIn(page)}>
      <div class="rows" ref=${content} role="log" aria-label="Conversation" aria-live="off">
        <div style=${{ height: `${above}px` }}></div>
        ${rows.slice(from, to).map((row, at) => html`<${Row} key=${row.key} row=${row} at=${from + at} />`)}
        <div style=${{ height: `${below}px` }}></div>
      </div>
    </div>
    <${ToEnd} hidden=${following} rows=${rows} go=${toEnd} />
  `;
}

function useViewport(rows, scroller, content, followed) {
  const { reading } = usePage();
  const [, redraw] = useReducer((count) => count + 1, 0);
  const viewport = useMemo(() => new Viewport({ redraw, older: () => reading.older(), followed }), []);
  viewport.show(rows);
  useLayoutEffect(() => viewport.attach(scroller.current, content.current), []);
  useLayoutEffect(() => viewport.settle());
  return viewport;
}

/** Who sends a prompt wants to see it. */
function useOwnPromptInView(viewport, rows) {
  const key = rows.findLast((row) => row.prompt)?.prompt.key;
  useEffect(() => { if (key) viewport.toEnd(); }, [key]);
}

/** Back to the end; says when there is more than when the reader left it. */
function ToEnd({ hidden, rows, go }) {
  const seen = useRef(null);
  const last = rows.at(-1);
  if (hidden) seen.current = last;
  if (hidden) return null;
  const news = last !== seen.current && (last?.key !== seen.current?.key || last?.text !== seen.current?.text);
  return html`
    <button type="button" class=${`to-end ${news ? 'news' : ''}`} onClick=${go} aria-label=${news ? 'To the new text' : 'To the end'}>
      <${Icon} name="down" />${news && 'New'}
    </button>
  `;
}
