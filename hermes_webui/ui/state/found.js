// What a search through all conversations gives, as items of the palette and as addresses.

/** The address of a message in its conversation. */
export const placeOf = ({ session_id: session, id }) => `/c/${encodeURIComponent(session)}#${encodeURIComponent(id)}`;

const TERMS = /"([^"]*)"?|([^\s"]+)/g;

/** What a query looks for, each by itself: words and what stands between quotation marks, without tags and without signs. */
export const phrasesOf = (query) => [...query.matchAll(TERMS)]
  .map(([, quoted, plain]) => quoted ?? (plain.startsWith('#') ? '' : plain))
  .filter((phrase) => /[\p{L}\p{N}]/u.test(phrase));

/** Hits as the palette lists them; `open(hit)` goes there. */
export const itemsOfHits = (hits, untitled, open) => hits.map((hit) => ({
  id: `message:${hit.session_id}:${hit.id}`,
  kind: 'message',
  title: hit.title || untitled,
  parts: hit.snippet,
  run: () => open(hit),
}));
