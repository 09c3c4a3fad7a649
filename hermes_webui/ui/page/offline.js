// The service worker, which lets the page open while the server is away. Browsers allow one only over https and on the
// machine itself; elsewhere the page does without.

export const canOffline = () => isSecureContext && 'serviceWorker' in navigator;

/** Once everything that this visit needs is here: the worker's own fetches come last. */
export function keepOffline() {
  if (!canOffline()) return;
  const register = () => navigator.serviceWorker.register('/sw.js').catch((error) => console.info('no service worker', error));
  if (document.readyState === 'complete') register();
  else addEventListener('load', register, { once: true });
}
