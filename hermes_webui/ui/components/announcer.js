// What a screen reader is told: that a reply has ended, and how, each question once, and what is said beside a
// reply. Not the words as they come.

import { useLayoutEffect, useRef, useState } from 'preact/hooks';
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
  const now = usePage().store.conversation.value;
  const before = useRef({});
  const told = useRef(new Set());
  const [words, setWords] = useState('');
  useLayoutEffect(() => {
    if (hasEnded(before.current, now)) setWords((WORDS[now.lastRun?.state] ?? WORDS.done)());
    else if (isAwaited(now)) setWords('');
    before.current = now;
  }, [now.sessionId, now.loaded, now.run, now.lastRun, now.prompts, now.stale]);
  useLayoutEffect(() => {
    const fresh = now.asked.filter(({ request_id }) => !told.current.has(request_id));
    for (const { request_id } of fresh) told.current.add(request_id);
    if (fresh.length) setWords(fresh.map(({ title }) => t('agents.asks', { title })).join(' '));
  }, [now.asked]);
  return html`<div class="away" aria-live="polite" data-testid="announcer">${words}</div>
    <div class="away" aria-live="polite" data-testid="told">${now.notices.at(-1)?.text}</div>`;
}

/** A short reply, or one to an edited prompt, may have ended before this page learns that it had begun. */
const hasEnded = (before, { sessionId, loaded, run, lastRun }) => {
  if (before.sessionId !== sessionId || !before.loaded || !loaded || run) return false;
  return Boolean(before.run) || (lastRun !== null && lastRun.run_id !== before.lastRun?.run_id);
};

/** A reply is on its way, or may be: the words go, for the same ones in their place would not be told again. */
const isAwaited = ({ run, prompts, stale }) => run || stale || prompts.some(({ queued }) => !queued);
