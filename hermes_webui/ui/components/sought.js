// What a search through all conversations has led to: the words it was for, marked in their message.

import { useEffect, useRef } from 'preact/hooks';
import { usePage } from '../page/page.js';
import { useMarks } from './marks.js';

export function Sought() {
  const { places, store } = usePage();
  const { id, phrases } = places.sought.value;
  useMarks(phrases, id);
  const key = store.ownPrompt.value;
  const first = useRef(key);
  useEffect(() => { if (key !== first.current) places.sought.value = null; }, [key]); // one goes on
  return null;
}
