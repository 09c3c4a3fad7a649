// The palette: one field that reaches every command, conversation, model and setting.

import { useEffect, useRef, useState } from 'preact/hooks';
import { usePage } from '../page/page.js';
import { composing } from '../state/commands.js';
import { sections } from '../state/palette.js';
import { t } from '../words/words.js';
import { Dialog } from './dialog.js';
import { Snippet } from './found-messages.js';
import { html } from './html.js';
import { Icon } from './icon.js';
import { Keys } from './keyboard-map.js';
import { itemsOf, useMessages, useTitles } from './palette-items.js';

const ICONS = { command: 'right', chat: 'chat', model: 'model', settings: 'settings', message: 'search' };

export function Palette({ close }) {
  const page = usePage();
  const [query, setQuery] = useState(page.panels.typed);
  const [at, setAt] = useState(0);
  const found = useTitles(page, query);
  const said = useMessages(page, query);
  const groups = [...sections(query, itemsOf(page, found), page.commands.recent), ...(said.length ? [{ kind: 'message', items: said }] : [])];
  const items = groups.flatMap((group) => group.items);
  const chosen = Math.min(at, items.length - 1);
  const run = (item) => {
    if (item.kind !== 'message') page.commands.used(item.id);
    close();
    setTimeout(item.run); // once the dialog is gone, so that the focus can go anywhere
  };
  return html`
    <${Dialog} label=${t('palette.open')} className="palette" close=${close}>
      <${Field} query=${query} active=${items[chosen]} change=${(text) => { setQuery(text); setAt(0); }}
        onKeyDown=${(event) => steer(event, { items, chosen, setAt, run })} close=${close} />
      <${List} groups=${groups} active=${items[chosen]} run=${run} point=${(item) => setAt(items.indexOf(item))} query=${query} />
    <//>
  `;
}

function Field({ query, active, change, onKeyDown, close }) {
  return html`
    <div class="palette-field">
      <${Icon} name="search" />
      <input type="text" role="combobox" aria-expanded="true" aria-controls="palette-list" aria-autocomplete="list"
        aria-label=${t('palette.field')} aria-activedescendant=${active ? domId(active) : undefined} placeholder=${t('palette.field')}
        value=${query} onInput=${({ target }) => change(target.value)} onKeyDown=${onKeyDown} autocomplete="off"
        autocapitalize="off" spellcheck=${false} enterkeyhint="go" autofocus />
      <button type="button" class="quiet palette-close" aria-label=${t('app.close')} onClick=${close}><${Icon} name="close" /></button>
    </div>
  `;
}

function List({ groups, active, run, point, query }) {
  const list = useRef(null);
  useEffect(() => { list.current.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' }); }, [active?.id]);
  return html`
    <div class="palette-list" id="palette-list" ref=${list} role="listbox" aria-label=${t('palette.open')}>
      ${groups.map(({ kind, items }) => html`
        <div role="group" key=${kind} aria-label=${t(`palette.kind-${kind}`)}>
          <p class="menu-head" aria-hidden="true">${t(`palette.kind-${kind}`)}</p>
          ${items.map((item) => html`<${Item} key=${item.id} item=${item} active=${item === active} run=${run} point=${point} />`)}
        </div>`)}
    </div>
    <p class=${groups.length ? 'away' : 'palette-none'} role="status">${groups.length ? '' : t('palette.none', { query })}</p>
  `;
}

function Item({ item, active, run, point }) {
  return html`
    <div role="option" id=${domId(item)} aria-selected=${active ? 'true' : 'false'} class="palette-item"
      onMouseMove=${() => !active && point(item)} onClick=${() => run(item)}>
      <${Icon} name=${ICONS[item.kind]} />
      <span class="palette-title" dir="auto">${item.title}${item.parts && html`<${Snippet} parts=${item.parts} />`}</span>
      ${item.hint && html`<span class="palette-hint">${item.hint}</span>`}
      ${item.keys && html`<${Keys} keys=${item.keys} />`}
    </div>
  `;
}

const domId = ({ id }) => `palette-${id.replace(/[^\w-]/g, '_')}`;

function steer(event, { items, chosen, setAt, run }) {
  if (composing(event)) return;
  const next = { ArrowDown: chosen + 1, ArrowUp: chosen - 1 }[event.key];
  if (event.key === 'Enter' && items[chosen]) run(items[chosen]);
  else if (next !== undefined && items.length) setAt((next + items.length) % items.length);
  else return;
  event.preventDefault();
}
