"""The server dies and comes back: the page says what was kept, and goes on by itself."""

import pytest
from playwright.sync_api import expect

from tests.e2e.chat import answer, composer, finished, prompts, replies, rows, send
from tests.e2e.held import Held

pytestmark = pytest.mark.browser

START = "**/api/chat/start"
#: The browser's second copy of what waits is read when the test says so: it may come after the conversation.
LATE_COPY = """
const begin = IDBDatabase.prototype.transaction;
const { set } = Object.getOwnPropertyDescriptor(IDBTransaction.prototype, 'oncomplete');
IDBDatabase.prototype.transaction = function (store, mode, options) {
  const transaction = begin.call(this, store, mode, options);
  if (store !== 'outbox' || mode !== 'readonly') return transaction;
  const late = (told) => set.call(transaction, () => { globalThis.copyComes = told; });
  return Object.defineProperty(transaction, 'oncomplete', { set: late });
};
"""


def test_a_server_killed_in_the_middle_of_a_reply_loses_nothing_that_was_shown(make_server, open_page):
    server = make_server(pace=0.2)
    server.start()
    page = open_page(server.url)
    send(page, "a table please")
    expect(replies(page).last).to_contain_text("Where a conversation")
    server.kill()
    expect(page.get_by_text("The server does not answer.")).to_be_visible()
    shown = page.locator(".markdown").last.inner_text()
    server.pace = 0.01
    server.start()
    expect(page.locator("[data-line]")).to_contain_text("Interrupted: the server stopped. What had arrived is kept.")
    expect(page.get_by_text("The server does not answer.")).to_have_count(0)
    expect(prompts(page)).to_have_count(1)
    assert page.locator(".markdown").last.inner_text().startswith(shown.rstrip("|").rstrip()[:60])
    expect(page.get_by_text("1 conversation was interrupted")).to_be_visible()
    page.get_by_role("button", name="Dismiss").click()
    expect(page.get_by_text("1 conversation was interrupted")).to_have_count(0)
    page.reload()
    expect(prompts(page)).to_have_count(1)
    page.locator("[data-line]").get_by_role("button", name="Retry").click()
    finished(page)
    expect(replies(page).last).to_contain_text("nothing else knows")


def test_a_prompt_sent_while_the_server_is_away_is_kept_through_a_reload_and_sent_once(server, open_page):
    page = open_page(server.url)
    send(page, "a table")
    finished(page)
    page.route(START, lambda route: route.abort())
    send(page, "written in the tunnel")
    expect(page.locator("[data-stage=waiting]")).to_contain_text("Kept in this browser")
    page.reload()
    expect(page.locator("[data-stage=waiting]")).to_contain_text("Kept in this browser")
    expect(composer(page)).to_have_value("")
    server.kill()
    page.unroute(START)
    server.start()
    expect(composer(page)).to_have_value("")
    expect(prompts(page).filter(has_text="written in the tunnel")).to_have_count(1)
    page.reload()
    expect(prompts(page).filter(has_text="written in the tunnel")).to_have_count(1)


def test_a_prompt_that_had_arrived_when_the_page_went_is_shown_once(server, open_page):
    page = open_page(server.url)
    answer(page, "a table")
    page.route(START, lambda route: route.fetch())  # and the answer never comes
    send(page, "said at last")
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    held = Held(page, START)
    page.add_init_script(LATE_COPY)
    page.reload()
    expect(prompts(page)).to_have_count(2)
    page.wait_for_function("() => Boolean(globalThis.copyComes)")
    page.evaluate("copyComes()")
    held.let_go()
    page.wait_for_function("() => !Object.keys(localStorage).some((name) => name.includes('outbox'))")
    expect(prompts(page).filter(has_text="said at last")).to_have_count(1)


def test_a_first_prompt_that_found_no_server_begins_one_conversation(server, open_page):
    page = open_page(server.url)
    expect(composer(page)).to_be_focused()
    server.kill()
    send(page, "is anybody there")
    expect(page.locator("[data-stage=waiting]")).to_be_visible()
    server.start()
    finished(page)
    expect(prompts(page)).to_have_count(1)
    expect(rows(page)).to_have_count(1)


def test_what_waits_can_be_taken_back(server, open_page):
    page = open_page(server.url)
    expect(composer(page)).to_be_focused()
    server.kill()
    send(page, "not quite")
    page.get_by_role("button", name="Take back").click()
    expect(prompts(page)).to_have_count(0)
    expect(composer(page)).to_be_editable()
    expect(composer(page)).to_have_value("not quite")
