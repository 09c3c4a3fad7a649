// The commands of the conversation that is shown.

import { t } from '../words/words.js';

export function addReadingCommands(page) {
  const { commands, places, store, exporting, filing } = page;
  const row = () => store.conversation.peek().session;
  const here = () => {
    const { sessionId, loaded, trashed, session } = store.conversation.peek();
    return Boolean(sessionId && session && loaded && !trashed);
  };
  const add = (id, title, run, more = {}) => commands.add({ id: `conversation.${id}`, group: 'chat', title, run, when: here, ...more });
  const toggle = (part) => () => { part.value = !part.peek(); };
  add('find', () => t('conversation.find'), () => find(places), { keys: 'mod+f', when: () => here() && !inFindBar() });
  add('outline', () => t('conversation.outline'), toggle(places.outlined), { keys: 'mod+shift+l' });
  add('rename', () => t('conversation.rename'), () => { places.renaming.value = true; }, { keys: 'F2' });
  add('newest', () => t('conversation.to-newest'), () => places.newest());
  add('first', () => t('conversation.to-first'), () => places.first());
  add('copy', () => t('conversation.copy-markdown'), () => exporting.copy(row()));
  add('save-markdown', () => t('conversation.save-markdown'), () => exporting.save(row(), 'markdown'));
  add('save-json', () => t('conversation.save-json'), () => exporting.save(row(), 'json'));
  add('pin', () => t(row().pinned ? 'conversation.unpin' : 'conversation.pin'), () => filing.pin([row()], !row().pinned));
  add('archive', () => t(row().archived ? 'conversation.unarchive' : 'conversation.archive'), () => filing.archive([row()], !row().archived));
  add('delete', () => t('conversation.delete'), () => filing.remove([row()]));
}

/** Who presses the keys once more, in the bar, wants the browser's own. */
const inFindBar = () => Boolean(document.activeElement?.closest('.find-bar'));

function find(places) {
  if (places.finding.peek()) document.querySelector('.find-bar input')?.select();
  places.finding.value = true;
}
