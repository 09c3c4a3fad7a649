"""One hour of somebody who has no mouse: every function by keys alone, and the focus is never lost on the way."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.chat import composer, finished, prompts, replies, rows

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
    expect(dialog.get_by_role("option").first).to_contain_text(words)
    press(page, "Enter")
    expect(dialog).to_have_count(0)


def focused(page: Page) -> bool:
    return not page.evaluate(LOST)


def test_every_function_is_reached_by_keys(server, open_page):
    page = open_page(server.url)
    expect(composer(page)).to_be_focused()
    page.keyboard.type("Show me a table")
    press(page, "Enter")
    finished(page)
    expect(composer(page)).to_be_focused()

    page.keyboard.type("Say something long")  # and stop it
    press(page, "Enter")
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    press(page, "Escape")
    finished(page)
    expect(page.get_by_text("Stopped. What had arrived is kept.").first).to_be_visible()

    press(page, "ArrowUp")  # the prompt before comes back
    expect(composer(page)).to_have_value("Say something long")
    composer(page).press("Control+a")
    press(page, "Delete")

    press(page, "Control+f")  # find
    page.keyboard.type("table")
    expect(page.get_by_role("search").get_by_role("status")).to_have_text(re.compile(r"of \d"))
    press(page, "Escape")
    expect(page.get_by_role("search")).to_have_count(0)
    assert focused(page)

    press(page, "Control+Shift+l")  # the outline, and a way through it
    outline = page.get_by_role("complementary", name="Outline")
    expect(outline.get_by_text("Show me a table")).to_be_visible()
    command(page, "Outline of the prompts")
    expect(outline).to_have_count(0)

    command(page, "Rename")
    page.keyboard.type("By keys alone")
    press(page, "Enter")
    expect(page.get_by_role("heading", name="By keys alone")).to_be_visible()
    assert focused(page)

    command(page, "Pin")
    expect(page.get_by_role("navigation", name="Conversations")).to_contain_text("Pinned")

    command(page, "Fork")
    expect(page.get_by_role("heading", name=re.compile("By keys alone .*"))).to_be_visible()
    expect(rows(page)).to_have_count(2)

    command(page, "Keyboard shortcuts")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    press(page, "Escape")

    press(page, "Control+,")  # settings
    dialog = page.get_by_role("dialog", name="Settings")
    expect(dialog).to_be_visible()
    assert focused(page)
    press(page, "Escape")
    expect(dialog).to_have_count(0)

    command(page, "Delete")
    expect(rows(page)).to_have_count(1)
    assert focused(page)


def test_a_message_is_edited_and_answered_again_by_keys(server, open_page):
    page = open_page(server.url)
    page.keyboard.type("Show me a table")
    press(page, "Enter")
    finished(page)
    prompts(page).last.focus()
    for _ in range(6):  # through the message's own buttons
        press(page, "Tab")
        if page.evaluate("document.activeElement.closest('.prompt') !== null"):
            break
    assert page.evaluate("document.activeElement.closest('.prompt, .reply') !== null")
    command(page, "Answer again")
    expect(replies(page).last).to_contain_text("2/2")
    finished(page)
    assert focused(page)
