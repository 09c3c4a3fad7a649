"""Ten tabs of one browser: more than it allows connections to a host, so they share one."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.chat import composer, finished, prompts, replies, rows, send

pytestmark = pytest.mark.browser

TABS = 10


def one_stream(tab: Page) -> None:
    """All tabs follow through one connection (while it is made anew, for a moment through two)."""
    tab.wait_for_function("async () => (await (await fetch('/health')).json()).streams === 1")


def opened(url: str, open_page: Callable[..., Page]) -> list[Page]:
    first = open_page(url)
    expect(composer(first)).to_be_visible()
    tabs = [first, *(open_page(url, beside=first) for _ in range(TABS - 1))]
    for number, tab in enumerate(tabs):
        send(tab, f"a table for tab {number}")
    return tabs


def test_ten_tabs_stream_at_once_through_one_connection_and_a_killed_server(make_server, open_page):
    server = make_server(pace=0.6)  # slow enough that the first tab's reply goes on when the last tab is open
    server.start()
    tabs = opened(server.url, open_page)
    for tab in tabs:
        expect(replies(tab).last).to_contain_text("Where a conversation")
    one_stream(tabs[0])
    server.kill()
    server.pace = 0.01
    server.start()
    for number, tab in enumerate(tabs):
        expect(tab.locator("[data-line]")).to_contain_text("Interrupted: the server stopped.")
        expect(prompts(tab)).to_have_count(1)
        expect(prompts(tab)).to_contain_text(f"tab {number}")
        expect(rows(tab)).to_have_count(TABS)
    for tab in tabs:
        tab.locator("[data-line]").get_by_role("button", name="Retry").click()
    one_stream(tabs[0])
    for tab in tabs:
        finished(tab)
        expect(replies(tab).last).to_contain_text("nothing else knows")
    whole = tabs[0].locator(".markdown").last.inner_text()
    for tab in tabs[1:]:
        assert tab.locator(".markdown").last.inner_text() == whole


def test_a_tab_that_is_closed_takes_nothing_from_the_others(make_server, open_page):
    server = make_server(pace=0.02)
    server.start()
    one = open_page(server.url)
    send(one, "a table")
    expect(replies(one).last).to_contain_text("Where a conversation")
    two = open_page(one.url, beside=one)
    three = open_page(server.url, beside=one)
    expect(replies(two).last).to_contain_text("Where a conversation")
    one.close()
    finished(two)
    send(three, "another")
    finished(three)
    expect(rows(two)).to_have_count(2)
    one_stream(two)


def test_without_shared_workers_a_tab_follows_by_itself(server, open_page):
    page = open_page("about:blank")
    page.context.add_init_script("delete globalThis.SharedWorker")
    page.goto(server.url)
    send(page, "a table")
    finished(page)
    expect(replies(page).last).to_contain_text("nothing else knows")
    one_stream(page)
