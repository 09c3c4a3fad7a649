// What a search through all conversations gives, as items of the palette and as addresses.

/** The address of a message in its conversation. */
export const placeOf = ({ session_id: session, id }) => `/c/${encodeURIComponent(session)}#${encodeURIComponent(id)}`;

/** Hits as the palette lists them. */
export const itemsOfHits = (hits, untitled, open) => hits.map((hit) => ({
  id: `message:${hit.session_id}:${hit.id}`,
  kind: 'message',
  title: hit.title || untitled,
  parts: hit.snippet,
  run: () => open(hit.session_id, hit.id),
}));
