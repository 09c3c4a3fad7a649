// How long something has gone on, in whole seconds, while somebody looks.

import { useEffect, useState } from 'preact/hooks';
import { t } from '../words/words.js';

/** Seconds since this was first drawn with `going`; stays at the last number when it ends. */
export function useElapsed(going) {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    if (!going) return undefined;
    const start = performance.now() - seconds * 1000;
    const timer = setInterval(() => setSeconds(Math.round((performance.now() - start) / 1000)), 1000);
    return () => clearInterval(timer);
  }, [going]);
  return seconds;
}

/** "0.4 s", "12 s", "2 min 5 s". */
export function duration(seconds) {
  if (seconds < 10) return t('text.seconds', { count: Math.round(seconds * 10) / 10 });
  const whole = Math.round(seconds);
  if (whole < 60) return t('text.seconds', { count: whole });
  return t('text.minutes', { minutes: Math.floor(whole / 60), seconds: whole % 60 });
}
