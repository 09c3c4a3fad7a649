// What can be done with a file or a folder of the tree.

import { useLayoutEffect, useRef } from 'preact/hooks';
import { isFolder } from '../../state/tree.js';
import { t } from '../../words/words.js';
import { html } from '../html.js';
import { Icon } from '../icon.js';
import { place, steer } from '../popover.js';
import { useCabinet } from './cabinet.js';

export function EntryMenu() {
  const { entries } = useCabinet();
  const asked = entries.menu.value;
  return asked && html`<${Menu} key=${asked} asked=${asked} />`;
}

function Menu({ asked }) {
  const cabinet = useCabinet();
  const box = useRef(null);
  const close = () => box.current?.hidePopover();
  useLayoutEffect(() => {
    box.current.showPopover();
    place(asked.place, box.current);
    box.current.querySelector('[role="menuitem"]').focus();
  }, []);
  const toggled = ({ newState }) => {
    if (newState !== 'closed') return;
    const within = box.current?.contains(document.activeElement) || document.activeElement === document.body;
    if (cabinet.entries.menu.peek() === asked) cabinet.entries.menu.value = null;
    if (within) document.querySelector('.ws-tree')?.focus({ preventScroll: true });
  };
  const items = itemsOf(cabinet, asked);
  return html`
    <div ref=${box} popover="auto" role="menu" aria-label=${t('workspace.menu', { name: asked.entry.name })} class="menu ws-menu" onToggle=${toggled}
      onKeyDown=${(event) => { steer(event, box.current, close); event.stopPropagation(); }}>
      ${items.map(([icon, words, run]) => html`
        <button type="button" role="menuitem" tabindex="-1" onClick=${() => { close(); run(); }}><${Icon} name=${icon} />${words}</button>`)}
    </div>
  `;
}

function itemsOf({ changes, entries, explorer, paper }, { path, entry }) {
  const folder = isFolder(entry);
  return [
    folder && ['new-file', t('workspace.new-file'), () => begin(entries, explorer, 'file', path)],
    folder && ['new-folder', t('workspace.new-folder'), () => begin(entries, explorer, 'folder', path)],
    !folder && ['open', t('workspace.open-file'), () => paper.open(path)],
    !folder && changes.letters.peek().has(path) && ['branch', t('workspace.show-diff'), () => paper.showPatch({ path })],
    ['quote', t('workspace.mention'), () => entries.mention(path)],
    ['copy', t('workspace.copy-path'), () => entries.copyPath(path)],
    !folder && ['download', t('workspace.download'), () => entries.download(path)],
    ['edit', t('workspace.rename'), () => setTimeout(() => { explorer.renaming.value = path; })],
    ['trash', t('workspace.delete'), () => entries.trash(path)],
  ].filter(Boolean);
}

/** After the menu has given the focus back. */
function begin(entries, explorer, kind, path) {
  explorer.unfold(path, true);
  setTimeout(() => entries.begin(kind, path));
}
