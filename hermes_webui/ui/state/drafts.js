// A draft is kept in this browser at every key and on the server a moment later. `dirty` means: the server has not got it.

/** Which text the composer shows when a session is opened: `{text, revision, conflict}`. */
export function chooseDraft(local, server) {
  const stored = { text: server?.text ?? '', revision: server?.revision ?? 0 };
  const wasSent = local?.sent && !local.text && mark(stored.text) === local.sent; // before the server's answer came
  if (wasSent) return { text: '', revision: Math.max(stored.revision, local.revision ?? 0), conflict: null };
  if (!local?.dirty || local.text === stored.text) return { ...stored, conflict: null };
  const moved = local.revision !== stored.revision && stored.text !== '' && mark(stored.text) !== local.sent;
  return { text: local.text, revision: stored.revision, conflict: moved ? stored.text : null };
}

/** By what a text that was sent is known again: its old draft on the server is nobody else's. */
export const mark = (text) => text.slice(0, 200);

/** A text that comes back stands before what was typed since. */
export const joined = (text, typed) => (typed?.trim() ? `${text}\n\n${typed}` : text);
