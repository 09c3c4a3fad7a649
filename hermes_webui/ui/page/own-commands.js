// The commands of the page itself. Other parts add theirs where they are made.

import { toComposer } from '../components/focus.js';
import { CHOICES } from '../state/preferences.js';
import { t } from '../words/words.js';

export function addOwnCommands(page) {
  const { commands, panels } = page;
  commands.add({ id: 'chat.new', group: 'chat', keys: 'mod+shift+o', over: true, title: () => t('palette.new'), run: () => newChat(page) });
  commands.add({ id: 'chat.write', group: 'chat', keys: '/', title: () => t('palette.write'), run: toComposer });
  commands.add({
    id: 'chat.stop', group: 'chat', keys: 'Escape', title: () => t('palette.stop'), when: () => stoppable(page), run: () => stop(page),
  });
  commands.add({
    id: 'palette.open', keys: 'mod+k', over: true, hidden: true, title: () => t('palette.open'), run: () => panels.toggle('palette'),
  });
  commands.add({ id: 'settings.open', keys: 'mod+,', over: true, title: () => t('settings.title'), run: () => panels.settings() });
  commands.add({ id: 'keys.open', keys: '?', title: () => t('palette.keys'), run: () => panels.show('keys') });
  for (const choice of CHOICES.theme) commands.add(themeCommand(page, choice));
}

const themeCommand = ({ preferences }, choice) => ({
  id: `theme.${choice}`,
  group: 'view',
  title: () => t(`palette.theme-${choice}`),
  when: () => preferences.of('theme').value !== choice,
  run: () => preferences.choose('theme', choice),
});

function newChat({ panels, router }) {
  panels.open.value = null;
  return router.go(null);
}

/** An open menu closes by itself; then the drawer is closed, then the reply stopped. */
const stoppable = ({ panels, store }) =>
  !document.querySelector(':popover-open') && (panels.drawer.value || Boolean(store.standing.value.run));

function stop({ panels, reading }) {
  if (!panels.drawer.peek()) return reading.stop();
  panels.drawer.value = false;
  return null;
}
