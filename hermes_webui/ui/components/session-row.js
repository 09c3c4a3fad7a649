// One conversation of the list: a link, its marks, its menu, and its title's editor.

import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { usePage } from '../page/page.js';
import { toNeighbour } from './focus.js';
import { html } from './html.js';
import { Icon } from './icon.js';
import { Popover } from './popover.js';

export function SessionRow({ row, current, onOpen }) {
  const item = useRef(null);
  const [renaming, setRenaming, done] = useRenaming(item);
  if (renaming) return html`<li class="session" ref=${item}><${TitleEditor} row=${row} done=${done} /></li>`;
  return html`
    <li ref=${item} class=${`session ${current ? 'current' : ''}`}>
      <a href=${`/c/${encodeURIComponent(row.session_id)}`} aria-current=${current ? 'page' : undefined}
        onClick=${(event) => follow(event, row, onOpen)}>
        <span class="session-title" dir="auto">${row.title || 'Untitled'}</span>
        <${Mark} row=${row} />
      </a>
      <${RowMenu} row=${row} rename=${() => setRenaming(true)} />
    </li>
  `;
}

/** Whether the title is edited; where a key ends that, the focus goes to the row. */
function useRenaming(item) {
  const [renaming, setRenaming] = useState(false);
  const back = useRef(false);
  useLayoutEffect(() => {
    if (!renaming && back.current) item.current.querySelector('a').focus();
    back.current = false;
  }, [renaming]);
  const done = (byKey) => {
    back.current = byKey;
    setRenaming(false);
  };
  return [renaming, setRenaming, done];
}

/** A click with a modifier opens a tab, as everywhere. */
function follow(event, row, onOpen) {
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  onOpen(row.session_id);
}

const ENDED = { failed: 'The last reply failed', interrupted: 'The last reply was interrupted' };

function Mark({ row }) {
  if (row.is_streaming) return html`<span class="dot busy" role="img" aria-label="Answering"></span>`;
  const bad = row.damaged || row.last_run?.state === 'failed' || row.last_run?.state === 'interrupted';
  const why = row.damaged ? 'Damaged: what can be read is shown' : ENDED[row.last_run?.state];
  return bad ? html`<span class="dot bad" role="img" aria-label=${why} title=${why}></span>` : null;
}

function RowMenu({ row, rename }) {
  const { directory } = usePage();
  const entries = [
    ['edit', 'Rename', rename],
    ['pin', row.pinned ? 'Unpin' : 'Pin', () => directory.pin(row)],
    ['archive', row.archived ? 'Move back' : 'Archive', () => directory.archive(row)],
    ['trash', 'Delete', () => directory.remove(row)],
  ];
  const label = `Options for “${row.title || 'Untitled'}”`;
  return html`
    <${Popover} label=${label} className="quiet session-menu" face=${html`<${Icon} name="more" />`}>
      ${(close) => entries.map(([icon, name, run]) => html`
        <button type="button" role="menuitem" tabindex="-1" onClick=${({ currentTarget }) => {
          const item = currentTarget.closest('li');
          close();
          if (leaves(icon)) toNeighbour(item);
          run();
        }}>
          <${Icon} name=${icon} />${name}
        </button>`)}
    <//>
  `;
}

const leaves = (icon) => icon === 'trash' || icon === 'archive';

function TitleEditor({ row, done }) {
  const { directory } = usePage();
  const field = useRef(null);
  useLayoutEffect(() => field.current.select(), []);
  const left = useRef(false);
  const keep = (byKey) => {
    if (left.current) return;
    left.current = true;
    const title = field.current?.value.trim(); // none where Enter has closed it before the focus went
    if (title && title !== row.title) directory.rename(row, title);
    done(byKey);
  };
  const drop = () => {
    left.current = true;
    done(true);
  };
  const key = (event) => {
    if (event.key === 'Enter') keep(true);
    if (event.key === 'Escape') drop();
    if (event.key === 'Enter' || event.key === 'Escape') event.stopPropagation();
  };
  return html`<input class="rename" ref=${field} defaultValue=${row.title} aria-label="Title" maxlength="200"
    onKeyDown=${key} onBlur=${() => keep(false)} autofocus />`;
}
