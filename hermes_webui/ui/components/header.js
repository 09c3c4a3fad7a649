// Over the conversation: its title, who answers, the ways to find something in it, and all that can be done to it.

import { usePage } from '../page/page.js';
import { spokenTotal } from '../state/figures.js';
import { t } from '../words/words.js';
import { html } from './html.js';
import { Icon } from './icon.js';
import { Popover } from './popover.js';
import { Title } from './title.js';

export function Header({ openDrawer, dead }) {
  const { store, router, places, commands } = usePage();
  const { sessionId, session } = store.standing.value;
  const known = session ?? store.list.value.rows.find((row) => row.session_id === sessionId);
  const here = Boolean(sessionId && session && !dead);
  return html`
    <header class="top">
      <button type="button" class="quiet drawer-button" aria-label=${t('conversation.list')} onClick=${openDrawer}><${Icon} name="menu" /></button>
      <${Title} session=${known} sessionId=${sessionId} />
      ${here && html`
        <button type="button" class="quiet wide-only" aria-label=${t('conversation.find')} title=${commands.named('conversation.find')}
          aria-expanded=${places.finding.value ? 'true' : 'false'} onClick=${() => commands.run('conversation.find')}><${Icon} name="search" /></button>
        <button type="button" class="quiet wide-only" aria-label=${t('conversation.outline')} title=${commands.named('conversation.outline')}
          aria-expanded=${places.outlined.value ? 'true' : 'false'} onClick=${() => commands.run('conversation.outline')}><${Icon} name="outline" /></button>
        `}
      ${!dead && html`<${WorkspaceButton} />`}
      ${here && html`<${Menu} row=${session} />`}
      <button type="button" class="quiet drawer-button" aria-label=${t('conversation.new-chat')} onClick=${() => router.go(null)}><${Icon} name="plus" /></button>
    </header>
  `;
}

/** The folder that the conversation works in, and its panel. */
function WorkspaceButton() {
  const { workspace, commands } = usePage();
  const name = workspace.name.value;
  return html`
    <button type="button" class="quiet workspace-button" aria-label=${name ? t('workspace.folder-is', { name }) : t('workspace.title')}
      title=${commands.named('workspace.toggle')} aria-expanded=${workspace.open.value ? 'true' : 'false'} onClick=${() => workspace.toggle()}>
      <${Icon} name="folder" />${name && html`<span class="wide-only">${name}</span>`}</button>
  `;
}

const narrow = () => matchMedia('(max-width: 760px)').matches;

/** Entries of the menu: icon, words, what they do; a line stands before the last one. */
function entriesOf({ filing, commands, exporting, panels, places, store }, row) {
  const used = spokenTotal(store.list.value.rows.find((one) => one.session_id === row.session_id) ?? row);
  const find = [
    ['search', t('conversation.find'), () => commands.run('conversation.find')],
    ['outline', t('conversation.outline'), () => commands.run('conversation.outline')],
  ];
  const own = [
    ['edit', t('conversation.rename'), () => { places.renaming.value = true; }],
    ['pin', t(row.pinned ? 'conversation.unpin' : 'conversation.pin'), () => filing.pin([row], !row.pinned)],
    ['archive', t(row.archived ? 'conversation.unarchive' : 'conversation.archive'), () => filing.archive([row], !row.archived)],
  ];
  return [
    ...(narrow() ? find : []),
    ...(row.read_only ? [] : own),
    ['copy', t('conversation.copy-markdown'), () => exporting.copy(row)],
    ['down', t('conversation.save-markdown'), () => exporting.save(row, 'markdown')],
    ['down', t('conversation.save-json'), () => exporting.save(row, 'json')],
    ...(used ? [['chart', used, () => panels.settings('usage')]] : []),
    ['trash', t('conversation.delete'), () => filing.remove([row])],
  ];
}

function Menu({ row }) {
  const page = usePage();
  return html`
    <${Popover} label=${t('conversation.options')} className="quiet" menuClass="conversation-menu" face=${html`<${Icon} name="more" />`}>
      ${(close) => entriesOf(page, row).map(([icon, name, run]) => html`
        <button type="button" role="menuitem" tabindex="-1" onClick=${() => { close(); run(); }}><${Icon} name=${icon} />${name}</button>`)}
    <//>
  `;
}
