// The edge of the panel: drawn by pointer or arrow keys, as wide as it was left; Enter or a double click gives the first width.

import { useEffect } from 'preact/hooks';
import { usePage } from '../../page/page.js';
import { t } from '../../words/words.js';
import { html } from '../html.js';

const [LEAST, USUAL, MOST] = [280, 400, 1200];
const CONVERSATION = 420; // px that the conversation keeps
const STEP = 24;

const most = () => Math.max(Math.min(MOST, innerWidth - CONVERSATION), LEAST);
const within = (width) => Math.round(Math.min(Math.max(width, LEAST), most()));

export function Edge() {
  const { workspace } = usePage();
  const width = workspace.width.value ?? USUAL;
  useEffect(() => {
    const { style } = document.documentElement;
    if (workspace.width.value) style.setProperty('--workspace', `${width}px`);
    else style.removeProperty('--workspace');
  }, [width]);
  const away = () => (document.dir === 'rtl' ? 1 : -1);
  const draw = (event) => {
    if (event.buttons !== 1 || !event.currentTarget.hasPointerCapture(event.pointerId)) return;
    workspace.resize(within(away() < 0 ? innerWidth - event.clientX : event.clientX));
  };
  const key = (event) => {
    const step = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
    if (event.key === 'Enter') workspace.resize(null);
    else if (step) workspace.resize(within(width + step * away()));
    else return;
    event.preventDefault();
  };
  return html`
    <div class="ws-edge" role="separator" tabindex="0" aria-orientation="vertical" aria-label=${t('workspace.width')} aria-valuenow=${width}
      aria-valuemin=${LEAST} aria-valuemax=${most()} onPointerDown=${(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove=${draw} onDblClick=${() => workspace.resize(null)} onKeyDown=${key}></div>
  `;
}
