// The service worker: with the server away the page opens all the same, and shows what the browser holds. The page itself
// always comes from the server where that answers, so nobody is left with an old one; its files stand at addresses that
// never change what they hold. What the server says (/api) is never kept here.

'use strict';

const PAGE = '/';
const SHELL = 'hermes-page';
const FILES = 'hermes-files-';
/** A server that has not answered by then counts as away: a tunnel, a captive portal. */
const PATIENCE_MS = 5000;

const digestOf = (address) => /^\/static\/([0-9a-f]{12})\//.exec(address)?.[1];
const isPage = (path) => /^\/(?:c\/[^/]+|settings(?:\/[a-z]*)?)?$/.test(path);

self.addEventListener('install', (event) => {
  event.waitUntil(fetch(PAGE, { cache: 'no-cache' }).then(keep).then(() => self.skipWaiting()));
});

self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  if (request.mode === 'navigate' && isPage(pathname)) event.respondWith(page(event));
  else if (digestOf(pathname)) event.respondWith(file(request, digestOf(pathname)));
});

/** The server's page, and for want of it the last one that was whole. */
async function page(event) {
  try {
    const answer = await fetch(event.request, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.status >= 500) throw new Error(`${answer.status}`);
    if (answer.ok) event.waitUntil(keep(answer.clone()).catch(() => null));
    return answer;
  } catch {
    return (await caches.match(PAGE, { cacheName: SHELL })) ?? Response.error();
  }
}

async function file(request, digest) {
  const kept = await caches.match(request, { cacheName: FILES + digest });
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok && (await caches.has(FILES + digest))) (await caches.open(FILES + digest)).put(request, answer.clone());
  return answer;
}

/** Keeps a page once all the files that it begins with are here; only then do those of another version go. */
async function keep(answer) {
  const text = await answer.clone().text();
  const addresses = [...new Set(text.match(/\/static\/[0-9a-f]{12}\/[\w./-]+/g) ?? [])];
  const digest = digestOf(addresses[0] ?? '');
  if (!answer.ok || !digest) return;
  await fill(await caches.open(FILES + digest), addresses);
  await (await caches.open(SHELL)).put(PAGE, answer);
  const old = (await caches.keys()).filter((name) => name.startsWith(FILES) && name !== FILES + digest);
  await Promise.all(old.map((name) => caches.delete(name)));
}

/** These files, and the page's own parts that they fetch only when needed; not the libraries and languages of those. */
async function fill(files, addresses) {
  const here = new Set((await files.keys()).map(({ url }) => new URL(url).pathname));
  const done = new Set();
  for (let waiting = addresses; waiting.length;) {
    await files.addAll(waiting.filter((address) => !here.has(address)));
    for (const address of waiting) done.add(address);
    const named = await Promise.all(waiting.filter(isOwn).map((address) => partsOf(files, address)));
    waiting = [...new Set(named.flat())].filter((address) => isOwn(address) && !done.has(address));
  }
}

const isOwn = (address) => /^\/static\/[0-9a-f]{12}\/(?:app|(?:components|net|packs|page|render|state)\/.*)\.js$/.test(address);

async function partsOf(files, address) {
  const text = await (await files.match(address)).text();
  const names = text.matchAll(/(?:\bfrom |\bimport\(|^import )'(\.[^']+\.js)'/gm);
  return [...names].map(([, name]) => new URL(name, self.location.origin + address).pathname);
}

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(show(event.notification.data.path));
});

async function show(path) {
  const [open] = await self.clients.matchAll({ type: 'window' });
  if (!open) return self.clients.openWindow(path);
  return (await open.navigate(path))?.focus();
}
