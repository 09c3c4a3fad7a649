// What is being typed: in this browser at every key, on the server a moment later.

import { signal } from '@preact/signals';
import { chooseDraft, joined, mark } from '../state/drafts.js';

const SAVE_AFTER_MS = 800;

export class Drafting {
  #page;
  #storage;
  #sessionId = null;
  #revision = 0;
  #timer = 0;
  #sent;
  text = signal('');
  /** Another tab's or device's draft, where it differs from what is typed here. */
  conflict = signal(null);

  constructor(page, storage) {
    this.#page = page;
    this.#storage = storage;
  }

  open(sessionId) {
    this.#flush();
    this.#page.attaching.open(sessionId);
    this.#sessionId = sessionId;
    const local = this.#storage.get(this.#name(sessionId));
    this.#revision = local?.revision ?? 0;
    this.#sent = local?.sent;
    this.text.value = local?.text ?? '';
    this.conflict.value = null;
  }

  /** The server's draft is known. */
  loaded(sessionId, server) {
    if (sessionId !== this.#sessionId) return;
    const local = this.#storage.get(this.#name(sessionId));
    const { text, revision, conflict } = chooseDraft(local, server);
    this.#revision = revision;
    if (this.text.peek() !== text) this.text.value = text;
    this.conflict.value = conflict;
    if ((local?.dirty || text !== (server?.text ?? '')) && conflict === null) this.#later();
  }

  edit(text) {
    this.text.value = text;
    this.#keep(true);
    this.#later();
  }

  /** Take the other draft instead of what is typed here. */
  takeOther() {
    this.edit(this.conflict.peek());
    this.conflict.value = null;
  }

  keepMine() {
    this.conflict.value = null;
    this.#later();
  }

  /** The other draft first, as it is the older one here. */
  keepBoth() {
    this.edit(joined(this.conflict.peek(), this.text.peek()));
    this.conflict.value = null;
  }

  /** The new conversation has got its id: what is typed belongs to it from now on. */
  adopt(sessionId) {
    this.#page.attaching.adopt(sessionId);
    this.#storage.remove(this.#name(this.#sessionId));
    this.#sessionId = sessionId;
    this.#revision = 0;
    if (!this.text.peek()) return;
    this.#keep(true);
    this.#later();
  }

  /** The text is in the outbox: the field is empty, here at once and on the server a moment later. */
  taken(content) {
    this.#sent = mark(content);
    this.edit('');
  }

  /** The prompt is on disk that only the field held. Another text stays. */
  sent(sessionId, content) {
    if (this.#sessionId === sessionId && this.text.peek() === content) this.taken(content);
    else if (this.#storage.get(this.#name(sessionId))?.text === content) this.#storage.remove(this.#name(sessionId));
  }

  /** A prompt that was not sent after all: before what was typed since. */
  putBack(sessionId, content) {
    if (sessionId === this.#sessionId) return this.edit(joined(content, this.text.peek()));
    const local = this.#storage.get(this.#name(sessionId)) ?? { revision: 0 };
    return this.#storage.set(this.#name(sessionId), { ...local, text: joined(content, local.text), dirty: true });
  }

  #later() {
    clearTimeout(this.#timer);
    if (this.#sessionId) this.#timer = setTimeout(() => this.#save(), SAVE_AFTER_MS);
  }

  #flush() {
    if (this.#timer) this.#save();
  }

  async #save() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    const [session_id, text] = [this.#sessionId, this.text.peek()];
    if (!text && !this.#revision) return this.#keep(false);
    const body = { session_id, text, draft_revision: this.#revision };
    const answer = await this.#page.api.post('/api/session/draft', body).catch((error) => this.#refused(session_id, error));
    if (!answer || session_id !== this.#sessionId) return undefined;
    this.#revision = answer.draft_revision ?? this.#revision;
    const changed = this.text.peek() !== text;
    this.#keep(changed);
    return changed && !this.#timer ? this.#later() : undefined;
  }

  #refused(session_id, { status, details }) {
    const other = details?.draft;
    if (status !== 409 || !other || session_id !== this.#sessionId) return;
    this.#revision = other.revision ?? this.#revision;
    if (other.text && other.text !== this.text.peek() && mark(other.text) !== this.#sent) this.conflict.value = other.text;
    else this.#later();
  }

  #keep(dirty) {
    const text = this.text.peek();
    const name = this.#name(this.#sessionId);
    const said = text || this.#revision || (dirty && this.#sessionId);
    if (said) this.#storage.set(name, { text, revision: this.#revision, dirty, sent: this.#sent });
    else this.#storage.remove(name);
  }

  #name(sessionId) {
    return `draft.${sessionId ?? 'new'}`;
  }
}
