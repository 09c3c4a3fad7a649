// What a screen reader is told: that a reply has ended, and how, and each question once. Not the words as they come.

import { useEffect, useRef, useState } from 'preact/hooks';
import { usePage } from '../page/page.js';
import { t } from '../words/words.js';
import { html } from './html.js';

const WORDS = {
  done: () => t('app.reply-done'),
  failed: () => t('app.reply-failed'),
  cancelled: () => t('app.reply-stopped'),
  interrupted: () => t('app.reply-interrupted'),
};

export function Announcer() {
  const { sessionId, run, lastRun, asked } = usePage().store.conversation.value;
  const before = useRef({});
  const told = useRef(new Set());
  const [words, setWords] = useState('');
  useEffect(() => {
    const ended = before.current.sessionId === sessionId && before.current.run && !run;
    if (ended) setWords((WORDS[lastRun?.state] ?? WORDS.done)());
    else if (run) setWords('');
    before.current = { sessionId, run };
  }, [sessionId, run, lastRun]);
  useEffect(() => {
    const fresh = asked.filter(({ request_id }) => !told.current.has(request_id));
    for (const { request_id } of fresh) told.current.add(request_id);
    if (fresh.length) setWords(fresh.map(({ title }) => t('agents.asks', { title })).join(' '));
  }, [asked]);
  return html`<div class="away" aria-live="polite" data-testid="announcer">${words}</div>`;
}
