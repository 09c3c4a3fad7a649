// The shared worker: all tabs of this browser follow the server through one connection (a browser allows six to a host).
// A port does not say when its tab is gone: a tab holds a lock for as long as it lives, and where there are no locks (a
// page that is not served over https or from this machine) it gives a sign of life.

import { Exchange } from './exchange.js';

const SILENT_MS = 5 * 60_000; // a hidden tab's timers run once a minute

const after = (ms, run) => {
  const id = setTimeout(run, ms);
  return () => clearTimeout(id);
};

const exchange = new Exchange({ open: (url) => new EventSource(url), after });
const heard = new Map();

globalThis.onconnect = ({ ports: [port] }) => {
  port.onmessage = ({ data }) => obey(port, data);
};

function obey(port, { verb, place, lock }) {
  if (verb === 'follow') exchange.follow(port, place, (message) => port.postMessage(message));
  if (verb === 'leave') exchange.leave(port);
  if (verb === 'park') exchange.park(port);
  if (verb === 'nudge') exchange.nudge();
  if (verb === 'lives') navigator.locks.request(lock, () => exchange.leave(port));
  if (verb === 'here') heard.set(port, Date.now());
}

setInterval(() => {
  for (const [port, at] of heard) {
    if (Date.now() - at < SILENT_MS) continue;
    heard.delete(port);
    exchange.leave(port); // one that was only frozen follows again when it is looked at
  }
}, SILENT_MS / 5);
