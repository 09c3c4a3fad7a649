"""One hour of somebody who has no mouse: every function by keys alone, and the focus is never lost on the way."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.chat import composer, finished, replies, rows

pytestmark = pytest.mark.browser

#: Where the focus is: nowhere is the body.
LOST = "document.activeElement === document.body || document.activeElement === null"


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def command(page: Page, words: str) -> None:
    """By the palette, which reaches everything."""
    press(page, "Control+k")
    dialog = page.get_by_role("dialog", name="Commands and search")
    expect(dialog).to_be_visible()
    page.keyboard.type(words)
    expect(dialog.get_by_role("option").first).to_contain_text(re.compile(words, re.IGNORECASE))
    press(page, "Enter")
    expect(dialog).to_have_count(0)


def focused(page: Page) -> bool:
    return not page.evaluate(LOST)


def first_exchange(page: Page) -> None:
    expect(composer(page)).to_be_focused()
    page.keyboard.type("Show me a table")
    press(page, "Enter")
    finished(page)
    expect(composer(page)).to_be_focused()


def test_writing_stopping_and_taking_up_again(server, open_page):
    page = open_page(server.url)
    first_exchange(page)
    page.keyboard.type("Say something long")
    press(page, "Enter")
    expect(replies(page)).to_have_count(2)
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    expect(replies(page).last).to_contain_text("A long reply")
    press(page, "Escape")
    expect(page.locator("[data-line=calm]")).to_contain_text("Stopped")
    press(page, "ArrowUp")  # the prompt before comes back
    expect(composer(page)).to_have_value("Say something long")
    press(page, "Control+a", "Delete")
    command(page, "Continue")
    expect(replies(page).last).to_contain_text("Part 8 of 8")
    finished(page)
    assert focused(page)


def test_finding_ones_way(server, open_page):
    page = open_page(server.url)
    first_exchange(page)
    press(page, "Control+f")
    expect(page.get_by_role("search").get_by_role("textbox")).to_be_focused()
    page.keyboard.type("table")
    expect(page.get_by_role("search").get_by_role("status")).to_have_text(re.compile(r"of \d"))
    press(page, "Escape")
    expect(page.get_by_role("search")).to_have_count(0)
    assert focused(page)
    press(page, "Control+Shift+l")
    outline = page.get_by_role("complementary", name="Outline")
    expect(outline.get_by_text("Show me a table")).to_be_visible()
    command(page, "Outline of the prompts")
    expect(outline).to_have_count(0)
    command(page, "Keyboard shortcuts")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    press(page, "Escape")
    press(page, "Control+,")
    expect(page.get_by_role("dialog", name="Settings")).to_be_visible()
    assert focused(page)
    press(page, "Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_what_can_be_done_to_a_conversation(server, open_page):
    page = open_page(server.url)
    first_exchange(page)
    command(page, "Rename")
    expect(page.get_by_role("textbox", name="Title")).to_be_focused()
    press(page, "Control+a")
    page.keyboard.type("By keys alone")
    press(page, "Enter")
    expect(page.get_by_role("heading", name="By keys alone")).to_be_visible()
    assert focused(page)
    command(page, "Pin")
    expect(page.get_by_role("navigation", name="Conversations")).to_contain_text("Pinned")
    command(page, "Fork this")
    expect(page.get_by_role("heading", name=re.compile("By keys alone .+"))).to_be_visible()
    expect(rows(page)).to_have_count(2)
    command(page, "Archive")
    expect(rows(page)).to_have_count(1)
    assert focused(page)


def test_a_reply_is_asked_for_again(server, open_page):
    page = open_page(server.url)
    first_exchange(page)
    press(page, "Shift+Tab")
    assert focused(page)
    command(page, "again")
    expect(replies(page).last).to_contain_text("2/2")
    finished(page)
    assert focused(page)
