// Runs before all else. First it asks for what the page begins with, ahead of the modules that will want it: net/api.js takes
// each of these answers once. Then it sets the chosen look, so that nothing else flashes in, and the list stands where it will.
(() => {
  const paths = ['/api/sessions?limit=60&archived=0', '/api/projects', '/api/models'];
  const session = /^\/c\/([\w-]+)$/.exec(location.pathname)?.[1];
  if (session && location.hash.length < 2) paths.unshift(`/api/session?session_id=${session}&messages=1&msg_limit=80`);
  const ask = (path) => {
    const asked = fetch(path, { credentials: 'same-origin', cache: 'no-store', headers: { accept: 'application/json' }, signal: AbortSignal.timeout(30_000) });
    asked.catch(() => null); // whoever takes it is told
    return [path, asked];
  };
  globalThis.early = new Map(paths.map(ask));
})();
(() => {
  const { dataset, style } = document.documentElement;
  const kept = (name) => {
    try {
      return JSON.parse(localStorage.getItem(`hermes.${name}`));
    } catch {
      return null; // a browser that keeps nothing gets the usual look
    }
  };
  for (const name of ['theme', 'accent', 'density', 'size', 'width', 'code', 'lines']) {
    const value = kept(name);
    if (typeof value === 'string') dataset[name] = value;
  }
  const width = kept('sidebarWidth');
  if (typeof width === 'number') style.setProperty('--sidebar', `${width}px`);
  if (kept('sidebarHidden') === true) dataset.list = 'hidden';
})();
// A browser's first date takes it twenty milliseconds, which it has while the modules are on their way.
setTimeout(() => new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' }).format(0));
