// The prompt at the reader's place, by its number, as the conversation is scrolled.

import { useEffect, useState } from 'preact/hooks';
import { usePage } from '../page/page.js';

/** Where in the view the line lies that is taken for the one that is read. */
const READ_AT = 0.35;

export function useCurrentTurn() {
  const { store } = usePage();
  const { messages } = store.standing.value;
  const [turn, setTurn] = useState(() => store.conversation.peek().session?.user_message_count ?? 0);
  useEffect(() => {
    let frame = 0;
    const look = () => {
      frame = 0;
      const found = turnNow(store.conversation.peek());
      if (found !== null) setTurn(found);
    };
    const soon = () => { frame ||= requestAnimationFrame(look); };
    soon();
    document.addEventListener('scroll', soon, { capture: true, passive: true });
    return () => {
      document.removeEventListener('scroll', soon, { capture: true });
      cancelAnimationFrame(frame);
    };
  }, [messages]);
  return turn;
}

function turnNow({ messages, turns }) {
  const scroller = document.querySelector('.scroller');
  const place = scroller?.getBoundingClientRect();
  const rows = [...(scroller?.querySelectorAll('[data-id]') ?? [])];
  const line = place && place.top + place.height * (atEnd(scroller) ? 1 : READ_AT);
  const id = rows.findLast((row) => row.getBoundingClientRect().top <= line)?.dataset.id;
  const at = messages.findIndex((message) => message.id === id);
  if (at < 0) return null;
  return turns + messages.slice(0, at + 1).filter(({ role }) => role === 'user').length;
}

const atEnd = ({ scrollTop, scrollHeight, clientHeight }) => scrollHeight - scrollTop - clientHeight < 2;
