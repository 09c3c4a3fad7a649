// Another program's conversation says so until it is replied to.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blank, conversation, sourceOf } from '../../hermes_webui/ui/state/conversation.js';

const session = {
  session_id: 's', revision: 3, cursor: '3', read_only: true, source_label: 'cli', messages: [], queue: [], queue_held: false, draft: { text: '', revision: 0 },
  open: null, hidden: null, last_run: null, _messages_truncated: false, _messages_offset: 0, _messages_after: 0, _prompts_before: 0,
};
const opened = () => conversation(conversation(blank(), { type: 'session.opened', session_id: 's' }), { type: 'session.loaded', session_id: 's', session });

test('it is said until a prompt is on its way, and never again after that', () => {
  let state = opened();
  assert.equal(sourceOf(state), 'cli');
  state = conversation(state, { type: 'prompt.sending', session_id: 's', key: 'k', content: 'hello', at: 1 });
  assert.equal(sourceOf(state), null);
  const message = { role: 'user', content: 'hello', timestamp: 1 };
  const data = { id: 'm4-0000', parent: null, depth: 1, turn: 1, message, key: 'k' };
  state = conversation(state, { type: 'message.added', session_id: 's', seq: 4, at: 1, cursor: '4', data });
  assert.equal(state.revision, 4);
  assert.equal(sourceOf(state), null);
});

test('one of our own says nothing', () => {
  assert.equal(sourceOf(blank()), null);
  assert.equal(sourceOf(conversation(opened(), { type: 'session.loaded', session_id: 's', session: { ...session, read_only: false } })), null);
});
