// Where the palette's entries come from.

import { useEffect, useMemo, useState } from 'preact/hooks';
import { itemsOfHits } from '../state/found.js';
import { SECTIONS } from '../state/settings.js';
import { t } from '../words/words.js';
import { Searching } from '../page/searching.js';

const PAUSE_MS = 120;
const HITS = 6;

/** Rows of conversations whose titles hold the query: those that are here, and those that the server finds. */
export function useTitles({ api, store }, query) {
  const [found, setFound] = useState([]);
  useEffect(() => {
    if (!query.trim()) return undefined;
    let over = false;
    const take = ({ sessions }) => { if (!over) setFound(sessions); };
    const timer = setTimeout(() => api.get('/api/sessions', { query, limit: 20 }).then(take, () => null), PAUSE_MS);
    return () => { over = true; clearTimeout(timer); };
  }, [query]);
  const { rows } = store.list.value;
  const here = new Set(rows.map((row) => row.session_id));
  return [...rows, ...found.filter((row) => !here.has(row.session_id))];
}

/** What was said: the last messages that hold the query, and the way to all of them in the list. */
export function useMessages({ api, directory, panels, places, sidebar }, query) {
  const searching = useMemo(() => new Searching(api, HITS), []);
  useEffect(() => { searching.look(query.trim()); }, [query]);
  useEffect(() => () => searching.stop(), []);
  const { query: looked, hits } = searching.state.value;
  if (!looked || !hits.length) return [];
  const all = () => {
    panels.drawer.value = true; // where the list is one
    directory.show({ view: 'all', project: null, source: null });
    directory.search(query.trim());
    sidebar.toFilter();
  };
  return [...itemsOfHits(hits, t('app.untitled'), (hit) => places.seek(hit, query)),
    { id: 'message:all', kind: 'message', title: t('palette.all-messages', { query: query.trim() }), run: all }];
}

export function itemsOf(page, rows) {
  const { commands, models, panels, router } = page;
  return [
    ...commands.available.map((command) => ({ ...command, kind: 'command', title: command.title(), words: t(`palette.group-${command.group}`) })),
    ...rows.map((row) => ({
      id: `chat:${row.session_id}`, kind: 'chat', title: row.title || t('app.untitled'), run: () => router.go(row.session_id),
    })),
    ...modelsOf(models),
    ...SECTIONS.map((section) => ({
      id: `settings:${section}`, kind: 'settings', title: t(`settings.${section}`), words: t(`settings.${section}-words`),
      run: () => panels.settings(section),
    })),
  ];
}

function modelsOf(models) {
  const ready = models.providers.value.filter((provider) => provider.ready);
  return ready.flatMap((provider) => (provider.models ?? []).map((model) => ({
    id: `model:${provider.id}/${model.id}`, kind: 'model', title: model.name || model.id, hint: provider.name,
    words: `${provider.name} ${model.id}`, run: () => models.choose(provider, model),
  })));
}
