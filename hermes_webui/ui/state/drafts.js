// A draft is kept in this browser at every key and on the server a moment later. `dirty` means: the server has not got it.

/** Which text the composer shows when a session is opened: `{text, revision, conflict}`. */
export function chooseDraft(local, server) {
  const stored = { text: server?.text ?? '', revision: server?.revision ?? 0 };
  if (!local?.dirty || local.text === stored.text) return { ...stored, conflict: null };
  const moved = local.revision !== stored.revision && stored.text !== '';
  return { text: local.text, revision: stored.revision, conflict: moved ? stored.text : null };
}
