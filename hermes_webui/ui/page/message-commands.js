// What can be done with the last reply, without looking for its buttons.

import { t } from '../words/words.js';

export function addMessageCommands(page) {
  const { commands, messages } = page;
  const last = () => page.store.rows.value.findLast((row) => row.kind === 'assistant' && row.message && row.last);
  const add = (id, title, run, when = () => true) =>
    commands.add({ id: `message.${id}`, group: 'message', title, when: () => Boolean(last()) && when(last()), run: () => run(last()) });
  add('copy', () => t('message.command-copy'), (row) => messages.copy(row.text));
  add('quote', () => t('message.command-quote'), (row) => messages.quote(row.text));
  add('again', () => t('message.command-again'), (row) => messages.retry(row.message.id), () => messages.idle);
  add('continue', () => t('message.command-continue'), (row) => messages.carryOn(row.unfinished), (row) => messages.idle && row.unfinished);
  add('fork', () => t('message.command-fork'), (row) => messages.fork(row.message.id));
}
