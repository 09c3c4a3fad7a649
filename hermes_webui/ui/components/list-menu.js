// The menu of a row, or of all that are chosen, and what it leads to: projects, tags, a project's name and colour.

import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { usePage } from '../page/page.js';
import { t } from '../words/words.js';
import { html } from './html.js';
import { Icon } from './icon.js';
import { place, steer } from './popover.js';
import { MoveMenu, ProjectForm, TagForm } from './filing-forms.js';

const FORMS = { tags: TagForm, project: ProjectForm };

export function ListMenu() {
  const { directory } = usePage();
  const asked = directory.menu.value;
  return asked && html`<${Menu} key=${asked} asked=${asked} />`;
}

function Menu({ asked }) {
  const { directory, store } = usePage();
  const listed = store.list.value.rows;
  const [view, setView] = useState(asked.view);
  const box = useRef(null);
  const close = () => box.current?.hidePopover();
  useLayoutEffect(() => { if (!box.current.matches(':popover-open')) box.current.showPopover(); }, []);
  useLayoutEffect(() => {
    place(asked.place, box.current);
    (box.current.querySelector('input, [aria-checked="true"]') ?? box.current.querySelector('[role^="menuitem"], button'))?.focus();
  }, [view]);
  const toggled = ({ newState }) => {
    if (newState !== 'closed') return;
    const within = box.current?.contains(document.activeElement) || document.activeElement === document.body;
    if (directory.menu.peek() === asked) directory.menu.value = null;
    if (within && directory.renaming.peek() === null) focusOf(asked.from)?.focus();
  };
  const rows = asked.ids.map((id) => listed.find((row) => row.session_id === id)).filter(Boolean);
  const Form = FORMS[view];
  const role = Form ? 'dialog' : 'menu';
  const label = asked.ids.length ? t('list.menu-name', { count: asked.ids.length, title: rows[0]?.title ?? '' }) : t('list.project');
  const shared = { rows, close, show: setView, project: asked.project ?? null };
  return html`
    <div ref=${box} popover="auto" role=${role} aria-label=${label} class=${`menu list-menu ${Form ? 'form' : ''}`} onToggle=${toggled}
      onKeyDown=${(event) => (Form ? event.stopPropagation() : steer(event, box.current, close))}>
      ${Form ? html`<${Form} ...${shared} />` : view === 'move' ? html`<${MoveMenu} ...${shared} />` : html`<${RowMenu} ...${shared} />`}
    </div>
  `;
}

const focusOf = (from) => (from?.isConnected ? (from.matches('li') ? from.querySelector('a') : from) : null);

const all = (rows, name) => rows.every((row) => row[name]);

function RowMenu({ rows, close, show }) {
  const { directory, exporting, filing, store } = usePage();
  const [row, single] = [rows[0], rows.length === 1];
  if (!row) return null;
  const theirs = rows.some((one) => one.read_only); // Hermes Agent's: not ours to change before we reply
  const unread = rows.some(({ session_id }) => store.list.value.unread.has(session_id));
  const items = [
    single && ['open', t('list.open-tab'), () => globalThis.open(`/c/${encodeURIComponent(row.session_id)}`, '_blank', 'noopener')],
    single && !theirs && ['edit', t('list.rename'), () => { directory.renaming.value = row.session_id; }],
    !theirs && ['pin', all(rows, 'pinned') ? t('list.unpin') : t('list.pin'), () => filing.pin(rows, !all(rows, 'pinned'))],
    !theirs && ['folder', t('list.move'), () => show('move'), true],
    !theirs && ['tag', t('list.tags'), () => show('tags'), true],
    ['check', unread ? t('list.mark-read') : t('list.mark-unread'), () => filing.mark(rows, !unread)],
    ['select', t('list.select'), () => directory.select(rows)],
    null,
    single && ['copy', t('list.duplicate'), () => filing.duplicate(row)],
    single && ['link', t('list.copy-link'), () => filing.copyLink(row)],
    single && ['download', t('list.save-markdown'), () => exporting.save(row, 'markdown')],
    single && ['download', t('list.save-json'), () => exporting.save(row, 'json')],
    single && null,
    !theirs && ['archive', all(rows, 'archived') ? t('list.unarchive') : t('list.archive'), () => filing.archive(rows, !all(rows, 'archived'))],
    ['trash', t('list.delete'), () => filing.remove(rows)],
  ].filter((item) => item !== false);
  return items.map((item) => (item === null ? html`<div class="menu-line" role="separator"></div>` : html`<${Item} item=${item} close=${close} />`));
}

/** `stays`: what follows is shown in the same place. */
function Item({ item: [icon, name, run, stays], close }) {
  const chosen = () => {
    if (!stays) close();
    run();
  };
  return html`
    <button type="button" role="menuitem" tabindex="-1" aria-haspopup=${stays ? 'menu' : undefined} onClick=${chosen}>
      <${Icon} name=${icon} />${name}${stays && html`<span class="menu-on"><${Icon} name="right" /></span>`}
    </button>
  `;
}
