// What the browser's storage holds of conversations that exist: prompts that wait, and drafts. The new conversation's own
// stand in the page anyway.

const MOST = 8;
const LENGTH = 120;

export function heldIn(storage) {
  const waiting = of(storage, 'outbox.').map(([, { session_id: id, content, at = 0 }]) => ({ kind: 'waiting', id, text: content, at }));
  const drafts = of(storage, 'draft.').map(([id, { text }]) => ({ kind: 'draft', id, text, at: 0 }));
  return [...waiting, ...drafts]
    .filter(({ id, text }) => id && id !== 'new' && text?.trim())
    .sort((one, other) => one.at - other.at)
    .slice(0, MOST)
    .map(({ kind, id, text }) => ({ kind, id, text: text.trim().slice(0, LENGTH) }));
}

const of = (storage, prefix) =>
  storage.names(prefix).map((name) => [name.slice(prefix.length), storage.get(name)]).filter(([, value]) => value);
