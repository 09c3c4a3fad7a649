// One conversation of the list: a link, its marks, the way to its menu, and its title's editor.

import { useLayoutEffect, useRef } from 'preact/hooks';
import { usePage } from '../page/page.js';
import { composing } from '../state/commands.js';
import { t } from '../words/words.js';
import { html } from './html.js';
import { Icon } from './icon.js';

const ROOM = 14; // letters of tags beside a title; those of Chinese, Japanese and Korean are two wide
const widthOf = (text) => text.length + (text.match(/[\u1100-\uffdc]/g)?.length ?? 0);

/** `marks`: what is true of it: current, selected, unread, focusable; `at` and `total` say where it stands. */
export function SessionRow({ row, marks, at, total }) {
  const { directory } = usePage();
  const title = row.title || t('list.untitled');
  const names = Object.keys(marks).filter((name) => marks[name]).join(' ');
  if (directory.renaming.value === row.session_id) return html`<li class="session" data-id=${row.session_id}><${TitleEditor} row=${row} /></li>`;
  return html`
    <li class=${`session ${names}`} data-id=${row.session_id} aria-posinset=${at + 1} aria-setsize=${total} draggable="true">
      <a href=${`/c/${encodeURIComponent(row.session_id)}`} aria-current=${marks.current ? 'page' : undefined}
        tabindex=${marks.focusable ? 0 : -1} draggable=${false}>
        <span class="session-title" dir="auto">${title}</span>
        ${marks.selected && html`<span class="away">${t('list.selected')}</span>`}
        <${Origin} row=${row} />
        <${Tags} tags=${row.tags ?? []} />
        <${Mark} row=${row} unread=${marks.unread} />
        ${marks.project && html`<${ProjectDot} project=${marks.project} />`}
      </a>
      <button type="button" class="quiet session-menu" aria-label=${t('list.options', { title })} title=${t('list.options', { title })}
        aria-haspopup="menu" tabindex=${marks.focusable ? 0 : -1}><${Icon} name="more" /></button>
    </li>
  `;
}

/** A deleted one: it can be taken back, or deleted for good. */
export function TrashedRow({ row, marks, at, total }) {
  const title = row.title || t('list.untitled');
  return html`
    <li class=${`session trashed ${marks.selected ? 'selected' : ''}`} data-id=${row.session_id} aria-posinset=${at + 1} aria-setsize=${total}>
      <span class="session-title" dir="auto">${title}</span>
      <button type="button" class="quiet small restore" aria-label=${t('list.restore-one', { title })} tabindex=${marks.focusable ? 0 : -1}>${t('list.restore')}</button>
      <button type="button" class="quiet purge" aria-label=${t('list.purge-one', { title })} title=${t('list.purge')}
        tabindex=${marks.focusable ? 0 : -1}><${Icon} name="trash" /></button>
    </li>
  `;
}

/** Where it comes from, where nobody wrote it here: an icon and its words. */
const ORIGINS = { hermes: ['terminal', 'list.from-hermes'], schedule: ['clock', 'around.from-schedule'] };

function Origin({ row: { session_source: origin, source_label: source } }) {
  if (!ORIGINS[origin]) return null;
  const [icon, key] = ORIGINS[origin];
  const words = t(key, { source });
  return html`<span class="origin" role="img" aria-label=${words} title=${words}><${Icon} name=${icon} /></span>`;
}

function Tags({ tags }) {
  if (!tags.length) return null;
  const count = tags.length > 1 && widthOf(tags[0] + tags[1]) <= ROOM ? 2 : 1;
  const more = tags.length - count;
  return html`
    <span class="tags">
      ${tags.slice(0, count).map((tag) => html`<span class="tag" data-tag=${tag} title=${`#${tag}`}>${tag}</span>`)}
      ${more > 0 && html`<span class="tag-more" title=${tags.slice(count).map((tag) => `#${tag}`).join(' ')}>+${more}</span>`}
    </span>
  `;
}

const ProjectDot = ({ project: { name, color = '' } }) => html`
  <span class="swatch tiny" role="img" aria-label=${t('list.in-project', { name })} title=${name} data-colour=${color.startsWith('#') ? undefined : color}
    style=${color.startsWith('#') ? { background: color } : undefined}></span>
`;

function Mark({ row, unread }) {
  if (row.asks) return html`<span class="dot asks" role="img" aria-label=${t('agents.needs-you')} title=${t('agents.needs-you')}></span>`;
  if (row.is_streaming) return html`<span class="dot busy" role="img" aria-label=${t('list.answering')}></span>`;
  const why = trouble(row);
  if (why) return html`<span class="dot bad" role="img" aria-label=${why} title=${why}></span>`;
  return unread ? html`<span class="dot" role="img" aria-label=${t('list.unread')}></span>` : null;
}

function trouble({ damaged, last_run }) {
  if (damaged) return t('list.damaged');
  if (last_run?.state === 'failed') return t('list.failed');
  return last_run?.state === 'interrupted' ? t('list.interrupted') : null;
}

function TitleEditor({ row }) {
  const { directory, filing } = usePage();
  const field = useRef(null);
  useLayoutEffect(() => field.current.select(), []);
  const left = useRef(false);
  const end = (byKey, title = null) => {
    if (left.current) return;
    left.current = true;
    if (title && title !== row.title) filing.rename(row, title);
    directory.renaming.value = null;
    if (byKey) directory.focus(row.session_id);
  };
  const typed = () => field.current?.value.trim(); // none where Enter has closed it before the focus went
  const key = (event) => {
    event.stopPropagation();
    if (composing(event)) return;
    if (event.key === 'Enter') end(true, typed());
    if (event.key === 'Escape') end(true);
    if (event.key === 'Enter' || event.key === 'Escape') event.preventDefault();
  };
  return html`<input class="rename" ref=${field} defaultValue=${row.title} aria-label=${t('list.title')} maxlength="200"
    onKeyDown=${key} onBlur=${() => end(false, typed())} autofocus />`;
}
