"""The words in which the tests speak of the page."""

import re

from playwright.sync_api import Locator, Page, expect

#: What the button is called; the second while a reply is written.
SENDS = re.compile("^(Send|Queue)$")
FINISHED = re.compile("Reply (finished|failed|stopped)")


def composer(page: Page) -> Locator:
    """Exactly: while a waiting prompt is reworded there is a second field, which names the message too."""
    return page.get_by_role("textbox", name="Message", exact=True)


def send(page: Page, text: str) -> None:
    """Enter sends nothing while an attached file is not safe yet: the button says when."""
    composer(page).fill(text)
    expect(page.get_by_role("button", name=SENDS)).to_be_enabled()
    composer(page).press("Enter")


def prompts(page: Page) -> Locator:
    return page.get_by_role("article", name="You")


def replies(page: Page) -> Locator:
    return page.get_by_role("article", name="Reply")


def finished(page: Page) -> None:
    """The page shows no prompt that is on its way or being answered, and a reply that nothing is added to any more.

    What the page has announced would not do: it may still be the end of the reply before, or, after a reload, that of
    a reply which ended meanwhile, of which a page says nothing.
    """
    expect(replies(page).last).to_be_visible()
    expect(page.locator("[data-stage]")).to_have_count(0)
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)


def answer(page: Page, text: str) -> None:
    """Sends a prompt and waits for its whole reply; a reader who does not see it is told of its end."""
    send(page, text)
    expect(prompts(page).last).to_contain_text(text)
    finished(page)
    expect(page.get_by_test_id("announcer")).to_have_text(FINISHED)


def session_id(page: Page) -> str:
    page.wait_for_url(re.compile(r"/c/[\w-]+$"))
    return page.url.rsplit("/", 1)[1]


def rows(page: Page) -> Locator:
    """The conversations of the list, without what a search finds in messages."""
    return page.get_by_role("navigation", name="Conversations").locator("li[data-id]")


def menu(page: Page, row: Locator, entry: str) -> None:
    row.hover()
    row.get_by_role("button", name="Options").click()
    page.get_by_role("menuitem", name=entry).click()
