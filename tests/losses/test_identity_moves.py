"""Loss 4: compacting the model's context renames the session or rewrites what was said.

Here a session's id never changes, and compaction is an event that only the model's context looks at.
"""

from hermes_webui.chat.events import ContextCompacted
from tests.store.fixtures import SID, contents, conversation, recover, store_in


def test_compaction_changes_neither_the_id_nor_a_message(tmp_path):
    store = store_in(tmp_path)
    session = conversation(store, 4)
    shown = store.path_messages(session, session.head.leaf)
    session.append([ContextCompacted(shown[5].id, "They talked about harbours.")], 9_000.0)
    store.write_snapshot(session)
    recover(store)
    for loaded in (session, store.load(SID)):
        assert loaded.head.session_id == SID
        assert store.path_messages(loaded, loaded.head.leaf) == shown
        assert loaded.head.compacted == ContextCompacted(shown[5].id, "They talked about harbours.")
        assert loaded.head.message_count == 8
        assert loaded.summary().last_message_at == shown[-1].body["timestamp"]
    assert store.session_ids() == {SID}
    assert len(contents(store)) == 8
