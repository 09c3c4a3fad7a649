// The edge of the sidebar: drawn by pointer or arrow keys, as wide as it was left; Enter or a double click gives the first width.

import { useEffect } from 'preact/hooks';
import { usePage } from '../page/page.js';
import { t } from '../words/words.js';
import { html } from './html.js';

const [LEAST, USUAL, MOST] = [200, 280, 520];
const STEP = 16;

const within = (width) => Math.round(Math.min(Math.max(width, LEAST), Math.min(MOST, innerWidth / 2)));

export function SidebarEdge() {
  const { sidebar } = usePage();
  const width = sidebar.width.value ?? USUAL;
  useEffect(() => {
    const { style } = document.documentElement;
    if (sidebar.width.value) style.setProperty('--sidebar', `${width}px`);
    else style.removeProperty('--sidebar');
  }, [width]);
  const toStart = () => (document.dir === 'rtl' ? -1 : 1);
  const draw = (event) => {
    if (event.buttons !== 1 || !event.currentTarget.hasPointerCapture(event.pointerId)) return;
    sidebar.resize(within(toStart() > 0 ? event.clientX : innerWidth - event.clientX));
  };
  const key = (event) => {
    const step = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
    if (event.key === 'Enter') sidebar.resize(null);
    else if (step) sidebar.resize(within(width + step * toStart()));
    else return;
    event.preventDefault();
  };
  return html`
    <div class="sidebar-edge" role="separator" tabindex="0" aria-orientation="vertical" aria-label=${t('list.width')} aria-valuenow=${width}
      aria-valuemin=${LEAST} aria-valuemax=${MOST} onPointerDown=${(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove=${draw} onDblClick=${() => sidebar.resize(null)} onKeyDown=${key}></div>
  `;
}
