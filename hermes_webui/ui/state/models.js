// The list of models to choose from: favourites, those used lately, then provider by provider; or what a few letters find.

import { ranked } from './commands.js';

/** How many are drawn at once: a few letters find one of five hundred sooner than scrolling does. */
export const SHOWN = 120;
export const LATELY = 4;

/** By what a model is known again: two providers may serve the same one. */
export const modelKey = (providerId, modelId) => `${providerId}/${modelId}`;

const nameOf = ({ model }) => model.name || model.id;

/** Every model that can be had: `[{key, provider, model}]`. */
export const offered = (providers) => providers.filter(({ ready }) => ready).flatMap((provider) =>
  (provider.models ?? []).map((model) => ({ key: modelKey(provider.id, model.id), provider, model })));

/**
 * `[{id, title, items, more}]`: `title` is a provider's name or null (what it is then, `id` says: favourites | recent |
 * found). `more` of a section are not drawn. A model stands once.
 */
export function sections(all, { query = '', favourites = [], recent = [] }) {
  if (query.trim()) {
    const found = ranked(query, all, (item) => `${nameOf(item)} ${item.model.id} ${item.provider.name}`);
    const liked = (item) => favourites.includes(item.key);
    return cut([{ id: 'found', title: null, items: [...found.filter(liked), ...found.filter((item) => !liked(item))] }]);
  }
  const few = all.length <= LATELY * 2; // there is nothing to find in a short list
  const of = (keys) => (few ? [] : keys.map((key) => all.find((item) => item.key === key)).filter(Boolean));
  const liked = of(favourites);
  const lately = of(recent).filter((item) => !liked.includes(item)).filter((item, at, them) => them.indexOf(item) === at).slice(0, LATELY);
  const above = new Set([...liked, ...lately]);
  const providers = [...new Set(all.map(({ provider }) => provider))];
  const rest = providers.map((provider) =>
    ({ id: `provider:${provider.id}`, title: provider.name, items: all.filter((item) => item.provider === provider && !above.has(item)) }));
  return cut([{ id: 'favourites', title: null, items: liked }, { id: 'recent', title: null, items: lately }, ...rest]);
}

/** Where all are too many, each section has its share of what is drawn. */
function cut(all) {
  const filled = all.filter(({ items }) => items.length);
  const count = filled.reduce((sum, { items }) => sum + items.length, 0);
  const share = count > SHOWN ? Math.ceil(SHOWN / filled.length) : count;
  return filled.map((section) => ({ ...section, items: section.items.slice(0, share), more: Math.max(section.items.length - share, 0) }));
}

/** `key` first; without it where it was there. */
export const toggled = (keys, key) => (keys.includes(key) ? keys.filter((one) => one !== key) : [key, ...keys]);

/** `200k`, `1M`: tokens as people call them. */
export function tokens(count) {
  if (!count) return '';
  if (count >= 1e6) return `${Math.round(count / 1e5) / 10}M`;
  return count >= 1000 ? `${Math.round(count / 1000)}k` : String(count);
}
