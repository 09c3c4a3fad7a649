// What a screen reader is told: that a reply has ended, and how, each question once, and what is said beside a
// reply. Not the words as they come.

import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { usePage } from '../page/page.js';
import { t } from '../words/words.js';
import { html } from './html.js';

const WORDS = {
  done: () => t('app.reply-done'),
  failed: () => t('app.reply-failed'),
  cancelled: ({ queue: { length: count } }) => (count ? t('message.queue-stopped', { count }) : t('app.reply-stopped')),
  interrupted: () => t('app.reply-interrupted'),
};

export function Announcer() {
  const now = usePage().store.standing.value;
  const before = useRef({});
  const told = useRef(new Set());
  const [words, setWords] = useState('');
  useLayoutEffect(() => {
    if (hasEnded(before.current, now)) setWords((WORDS[now.lastRun?.state] ?? WORDS.done)(now));
    else if (isAwaited(now)) setWords('');
    before.current = now;
  }, [now.sessionId, now.loaded, now.run, now.lastRun, now.prompts, now.stale]);
  useLayoutEffect(() => {
    const fresh = now.asked.filter(({ request_id }) => !told.current.has(request_id));
    for (const { request_id } of fresh) told.current.add(request_id);
    if (fresh.length) setWords(fresh.map(({ title }) => t('agents.asks', { title })).join(' '));
  }, [now.asked]);
  const last = useRef(now);
  useLayoutEffect(() => {
    const told = steering(last.current, now);
    if (told) setWords(told);
    last.current = now;
  }, [now.queue]);
  return html`<div class="away" aria-live="polite" data-testid="announcer">${words}</div>
    <div class="away" aria-live="polite" data-testid="told">${now.notices.at(-1)?.text}</div>`;
}

/** A short reply, or one to an edited prompt, may have ended before this page learns that it had begun. */
const hasEnded = (before, { sessionId, loaded, run, lastRun }) => {
  if (before.sessionId !== sessionId || !before.loaded || !loaded || run) return false;
  return Boolean(before.run) || (lastRun !== null && lastRun.run_id !== before.lastRun?.run_id);
};

/** What has become of a prompt that is to steer the reply, or null. */
function steering(before, now) {
  if (!before.run || before.run.run_id !== now.run?.run_id) return null;
  const [was, is] = [before, now].map(({ queue }) => queue.filter(({ steered }) => steered).map(({ queue_id }) => queue_id));
  if (is.some((id) => !was.includes(id))) return t('message.steer-on');
  const gone = was.filter((id) => !is.includes(id));
  if (now.queue.some(({ queue_id }) => gone.includes(queue_id))) return t('message.steer-off');
  return gone.length && promptsOf(now) > promptsOf(before) ? t('message.steered-now') : null;
}

const promptsOf = ({ messages, run }) => messages.filter(({ role, run_id }) => role === 'user' && run_id === run.run_id).length;

/** A reply is on its way, or may be: the words go, for the same ones in their place would not be told again. */
const isAwaited = ({ run, prompts, stale }) => run || stale || prompts.some(({ queued }) => !queued);
