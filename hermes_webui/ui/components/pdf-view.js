// A PDF in the page: its pages one below the other, which one is looked at, and how large they are.

import { useEffect, useRef, useState } from 'preact/hooks';
import { Book } from '../render/pdf.js';
import { t } from '../words/words.js';
import { html } from './html.js';
import { Icon } from './icon.js';

const [LEAST, MOST, STEP] = [0.5, 4, 1.25];
const FAULTS = { locked: 'workspace.pdf-locked', broken: 'workspace.pdf-broken', away: 'workspace.pdf-away' };

/** `download` saves the file: what is offered where it cannot be shown. */
export function PdfView({ address, name, download }) {
  const box = useRef(null);
  const book = useRef(null);
  const [{ count, fault }, tell] = useState({ count: 0, fault: null });
  const [page, turn] = useState(1);
  const [again, retry] = useState(0);
  useEffect(() => {
    let shown = true;
    const opened = new Book(box.current, (number) => shown && turn(number));
    opened.zoom = book.current?.zoom ?? 1;
    book.current = opened;
    opened.open(address, page).then((pages) => shown && tell({ count: pages, fault: null }), (error) => {
      if (!shown) return;
      if (error.why !== 'locked') console.warn('a PDF could not be shown', error.name);
      tell({ count: 0, fault: error.why });
    });
    return () => { shown = false; opened.close(); };
  }, [address, again]);
  const zoom = (factor) => { book.current.zoom = factor ? Math.min(Math.max(book.current.zoom * factor, LEAST), MOST) : 1; };
  const pressed = (event) => {
    const factor = { '+': STEP, '=': STEP, '-': 1 / STEP, 0: 0 }[event.key];
    if (factor === undefined || event.ctrlKey || event.metaKey || event.altKey || !count) return;
    event.preventDefault();
    zoom(factor);
  };
  return html`
    ${count > 0 && html`<${Bar} page=${page} count=${count} show=${(number) => book.current.show(number)} zoom=${zoom} />`}
    <div class="pdf-pages" tabindex="0" role="group" aria-label=${name} aria-busy=${!count && !fault ? 'true' : undefined}
      hidden=${Boolean(fault)} ref=${box} onKeyDown=${pressed}></div>
    ${!count && !fault && html`<div class="pdf-wait"><span class="pulse"></span></div>`}
    ${fault && html`<div class="pdf-fault"><${Icon} name="file" /><p role="alert">${t(FAULTS[fault])}</p>
      ${fault === 'away' && html`<button type="button" class="secondary small" onClick=${() => { tell({ count: 0, fault: null }); retry(again + 1); }}>${t('app.again')}</button>`}
      <button type="button" class="secondary" onClick=${download}><${Icon} name="download" />${t('workspace.download')}</button></div>`}
  `;
}

function Bar({ page, count, show, zoom }) {
  const go = ({ target }) => {
    const number = Number.parseInt(target.value, 10);
    if (number) show(number);
    target.value = String(page);
  };
  return html`
    <div class="pdf-bar">
      <label>${t('workspace.pdf-page')} <input type="text" inputmode="numeric" autocomplete="off" size=${String(count).length} value=${String(page)} aria-label=${t('workspace.pdf-page-number', { count })}
        onChange=${go} onFocus=${({ target }) => target.select()} /></label><span>/ ${count}</span>
      <button type="button" class="quiet" aria-label=${t('workspace.pdf-smaller')} title=${t('workspace.pdf-smaller')} onClick=${() => zoom(1 / STEP)}><${Icon} name="minus" /></button>
      <button type="button" class="quiet" aria-label=${t('workspace.pdf-fit')} title=${t('workspace.pdf-fit')} onClick=${() => zoom(0)}><${Icon} name="width" /></button>
      <button type="button" class="quiet" aria-label=${t('workspace.pdf-larger')} title=${t('workspace.pdf-larger')} onClick=${() => zoom(STEP)}><${Icon} name="plus" /></button>
    </div>
  `;
}
