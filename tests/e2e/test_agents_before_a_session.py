"""What an agent offers is there before its first session: a mode is chosen, then the first message is written."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.chat import finished, replies, send
from tests.peers.agents import table

pytestmark = pytest.mark.browser


def configured(state: Path) -> None:
    """The scripted agent in `config.toml`."""
    given = table(state)["peer"]
    lines = [f"{key} = {json.dumps(given[key])}" for key in ("command", "args")]
    env = [f"{key} = {json.dumps(value)}" for key, value in given["env"].items()]
    (state / "config.toml").write_text("\n".join(["[agents.peer]", *lines, "[agents.peer.env]", *env]))


def test_a_mode_is_chosen_before_the_first_message(make_server, open_page):
    server = make_server()
    configured(server.folder)
    server.start()
    page = open_page(f"{server.url}/settings/agents")
    page.get_by_role("button", name="Test peer").click()
    expect(page.get_by_text("peer answers")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Model:").click()
    page.get_by_role("option", name="Default").click()
    page.get_by_role("button", name="Mode: Ask").click()
    page.get_by_role("menuitemradio", name="Code").click()
    expect(page.get_by_role("button", name="Mode: Code")).to_be_visible()
    send(page, "please: say Hello")
    finished(page)
    expect(replies(page).last).to_contain_text("Hello")
    expect(page.get_by_role("button", name="Mode: Code")).to_be_visible()
    heard = [path.read_text() for path in (server.folder / "agent-store").glob("s-*.txt")]
    assert any('"mode code"' in each for each in heard)
