"""Conversations of Hermes Agent on the page: found in the list, read, continued, hidden."""

import pytest
from playwright.sync_api import expect

from hermes_webui.chat.hermes import session_id_of
from tests.e2e.chat import answer, composer, menu, prompts, rows, send
from tests.peers.agent_store import AgentDb

pytestmark = pytest.mark.browser

NOTE = "From Hermes Agent, cli. Write to continue it here."


@pytest.fixture
def db(server):
    with AgentDb(server.folder / "agent") as made:
        made.session("s-1", ["Where is the key?", "Under the mat."], title="The key")
        yield made


def test_one_of_its_terminal_is_read_and_continued_here(db, server, open_page):
    page = open_page(server.url)
    expect(rows(page)).to_have_count(1)
    expect(rows(page).get_by_role("img", name="From Hermes Agent, cli")).to_be_visible()
    rows(page).get_by_role("link").click()
    expect(prompts(page)).to_contain_text("Where is the key?")
    expect(composer(page)).to_have_attribute("placeholder", NOTE)
    db.say("s-1", ["And the lamp?", "On the shelf."])
    expect(prompts(page).last).to_contain_text("And the lamp?")  # told live
    answer(page, "Thank you")
    expect(composer(page)).not_to_have_attribute("placeholder", NOTE)
    expect(rows(page)).to_have_count(1)
    page.reload()
    expect(prompts(page)).to_contain_text(["Where is the key?", "And the lamp?", "Thank you"])
    rows(page).click(button="right")
    expect(page.get_by_role("menuitem", name="Rename")).to_be_visible()  # it is ours now


def test_the_filter_shows_hermes_alone_and_a_hidden_one_comes_back(db, server, open_page):
    page = open_page(server.url)
    answer(page, "One of mine")
    expect(rows(page)).to_have_count(2)
    only = page.get_by_role("button", name="Hermes Agent")
    only.click()
    expect(only).to_have_attribute("aria-pressed", "true")
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text("The key")
    rows(page).click(button="right")
    expect(page.get_by_role("menuitem", name="Save as Markdown")).to_be_visible()
    expect(page.get_by_role("menuitem", name="Rename")).to_have_count(0)
    page.keyboard.press("Escape")
    menu(page, rows(page), "Delete")
    expect(rows(page)).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(rows(page)).to_have_count(1)
    only.click()
    expect(rows(page)).to_have_count(2)


def test_who_does_not_want_them_switches_them_off(db, server, open_page):
    page = open_page(f"{server.url}/settings/behaviour")
    expect(rows(page)).to_have_count(1)
    page.get_by_role("switch", name="Hermes Agent’s conversations").click()
    expect(rows(page)).to_have_count(0)
    expect(page.get_by_role("button", name="Hermes Agent", exact=True)).to_have_count(0)


def test_a_prompt_is_sent_to_it_from_its_address(db, server, open_page):
    page = open_page(f"{server.url}/c/{session_id_of('s-1')}")
    expect(prompts(page)).to_contain_text("Where is the key?")
    send(page, "Still there?")
    expect(prompts(page).last).to_contain_text("Still there?")
    expect(page.get_by_role("article", name="Reply")).to_have_count(2)
