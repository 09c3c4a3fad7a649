"""Loss 17: after an update or in a container another state directory is used, which looks like total loss.

Here a store has an id, and one that begins empty while others hold conversations says so, and where.
"""

import json

from tests.peers.served import Served
from tests.store.fixtures import document, messages, write


def test_a_new_empty_store_beside_one_that_has_conversations_says_so_and_where(tmp_path):
    there = tmp_path / ".hermes-webui" / "sessions"
    write(there, document(messages(2)))
    with Served(tmp_path / "state") as server:
        said = " ".join(server.said.read_text().split())
        assert "This store is empty" in said
        assert str(there) in said
        assert f"HERMES_WEBUI_STATE_DIR={there.parent}" in said


def test_a_store_that_has_conversations_says_nothing_and_keeps_its_id(tmp_path):
    write(tmp_path / ".hermes-webui" / "sessions", document(messages(2)))
    write(tmp_path / "state" / "sessions", document(messages(2)))
    with Served(tmp_path / "state") as server:
        assert "store is empty" not in server.said.read_text()
        identity = tmp_path / "state" / "sessions" / "_store" / "identity.json"
        made = json.loads(identity.read_bytes())["id"]
        server.kill()
        server.start()
        assert json.loads(identity.read_bytes())["id"] == made


def test_the_address_line_names_the_directory_and_how_many_conversations_it_holds(tmp_path):
    write(tmp_path / "state" / "sessions", document(messages(2)))
    with Served(tmp_path / "state") as server:
        assert server.get("/health")["store"]["sessions"] == 1
        assert f"1 conversation in {tmp_path / 'state' / 'sessions'}" in server.first_line
