"""Deleting for good: asked first, with the mouse or by keys, told to every tab, and stopped half-way if one likes."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.chat import answer, menu, rows, session_id
from tests.e2e.held import Held
from tests.e2e.test_accessibility import faults
from tests.e2e.test_list_filing import post, row, seeded, shown

pytestmark = pytest.mark.browser


def in_trash(make_server: Callable[..., Any], open_page: Callable[..., Page], *titles: str) -> tuple[Any, Page]:
    """A server with these in the trash (the first one on top) and one that is kept; its page, which shows the trash."""
    server = make_server()
    seeded(server, "Keep", *titles)
    for number in range(len(titles), 0, -1):
        post(server, "/api/session/delete", session_id=f"s{number:05d}")
    page = open_page(server.url)
    page.get_by_role("button", name="Trash", exact=True).click()
    expect(shown(page)).to_have_text(list(titles))
    return server, page


def asked(page: Page) -> Locator:
    return page.get_by_role("dialog")


def wish(page: Page, title: str) -> None:
    """The button of a row, which is there for a pointer over it."""
    row(page, title).hover()
    row(page, title).get_by_role("button", name=f"Delete “{title}” for good…").click()


def agree(page: Page) -> None:
    asked(page).get_by_role("button", name="Delete for good").click()


def test_one_is_deleted_for_good_after_a_question(make_server, open_page):
    server, page = in_trash(make_server, open_page, "Owls", "Trains")
    other = open_page(server.url, beside=page)
    other.get_by_role("button", name="Trash", exact=True).click()
    expect(shown(other)).to_have_text(["Owls", "Trains"])
    wish(page, "Owls")
    expect(asked(page)).to_have_accessible_name("Delete “Owls” for good?")
    expect(asked(page)).to_contain_text("its 2 messages and the files that only it holds. This cannot be undone.")
    expect(asked(page)).to_contain_text("Copies in backups and in exports are not touched.")
    expect(asked(page).get_by_role("button", name="Cancel")).to_be_focused()
    page.keyboard.press("Escape")
    expect(asked(page)).to_have_count(0)
    expect(shown(page)).to_have_text(["Owls", "Trains"])
    wish(page, "Owls")
    agree(page)
    expect(shown(page)).to_have_text(["Trains"])
    expect(page.get_by_text("Deleted for good: “Owls”")).to_be_visible()
    expect(shown(other)).to_have_text(["Trains"])
    page.reload()
    page.get_by_role("button", name="Trash", exact=True).click()
    expect(shown(page)).to_have_text(["Trains"])
    server.kill()
    server.start()
    page.reload()
    expect(shown(page)).to_have_text(["Keep"])
    page.get_by_role("button", name="Trash", exact=True).click()
    expect(shown(page)).to_have_text(["Trains"])


def test_by_keys_alone(make_server, open_page):
    _, page = in_trash(make_server, open_page, "Owls", "Trains", "Roses")
    page.get_by_role("searchbox").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("button", name="Restore “Owls”")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Delete")
    expect(asked(page)).to_have_accessible_name("Delete “Trains” for good?")
    page.keyboard.press("Enter")
    expect(asked(page)).to_have_count(0)
    expect(page.get_by_role("button", name="Restore “Trains”")).to_be_focused()
    page.keyboard.press("Delete")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(shown(page)).to_have_text(["Owls", "Roses"])
    expect(page.get_by_role("button", name="Restore “Roses”")).to_be_focused()
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Delete")
    expect(asked(page)).to_have_accessible_name("Delete 2 conversations for good?")
    expect(asked(page)).to_contain_text("their 4 messages")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.get_by_text("Nothing is deleted.")).to_be_visible()


def test_the_trash_is_emptied_whole_and_nothing_that_comes_meanwhile(make_server, open_page):
    titles = [f"Number {at:03d}" for at in range(90)]
    server, page = in_trash_unseen(make_server, open_page, titles)
    page.get_by_role("button", name="Empty trash…").click()
    expect(asked(page)).to_have_accessible_name("Empty the trash? 90 conversations are in it.")
    post(server, "/api/session/delete", session_id="s00000")
    agree(page)
    expect(asked(page)).to_have_count(0)
    expect(page.get_by_text("Deleted for good: 90 conversations")).to_be_visible()
    expect(shown(page)).to_have_text(["Keep"])
    logs = [path.stem for path in (server.folder / "sessions" / "_log").iterdir()]
    assert logs == ["s00000"]
    page.get_by_role("button", name="Empty trash…").click()
    expect(asked(page)).to_have_accessible_name("Empty the trash? “Keep” is in it.")
    agree(page)
    expect(page.get_by_text("Nothing is deleted.")).to_be_visible()
    expect(page.get_by_role("button", name="Empty trash…")).to_have_count(0)


def in_trash_unseen(make_server: Any, open_page: Any, titles: list[str]) -> tuple[Any, Page]:
    """As `in_trash`, of more than are drawn."""
    server = make_server()
    seeded(server, "Keep", *titles)
    for number in range(len(titles), 0, -1):
        post(server, "/api/session/delete", session_id=f"s{number:05d}")
    page = open_page(server.url)
    page.get_by_role("button", name="Trash", exact=True).click()
    expect(row(page, titles[0])).to_be_visible()
    return server, page


def test_many_are_stopped_half_way_and_the_rest_stays(make_server, open_page):
    _, page = in_trash(make_server, open_page, "Owls", "Trains", "Roses")
    held = Held(page, "**/api/session/purge")
    page.get_by_role("button", name="Empty trash…").click()
    agree(page)
    expect(asked(page)).to_contain_text("0 of 3 deleted for good")
    expect(asked(page).get_by_role("button", name="Stop")).to_be_focused()
    held.first()
    held.routes.pop(0).continue_()
    expect(asked(page)).to_contain_text("1 of 3 deleted for good")
    expect(shown(page)).to_have_text(["Trains", "Roses"])
    asked(page).get_by_role("button", name="Stop").click()
    expect(asked(page)).to_have_count(0)
    held.let_go()
    expect(page.get_by_text("Deleted for good: 2 conversations")).to_be_visible()
    expect(shown(page)).to_have_text(["Roses"])


def test_a_stop_holds_while_one_asks_about_another(make_server, open_page):
    _, page = in_trash(make_server, open_page, "Owls", "Trains", "Roses")
    held = Held(page, "**/api/session/purge")
    page.get_by_role("button", name="Empty trash…").click()
    agree(page)
    held.first()
    asked(page).get_by_role("button", name="Stop").click()
    expect(asked(page)).to_have_count(0)
    wish(page, "Roses")
    held.let_go()
    expect(page.get_by_text("Deleted for good: “Owls”")).to_be_visible()
    expect(shown(page)).to_have_text(["Trains", "Roses"])
    expect(asked(page)).to_have_accessible_name("Delete “Roses” for good?")
    expect(asked(page).get_by_role("button", name="Cancel")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_trash_and_the_question_are_accessible(make_server, open_page, scheme):
    server, first = in_trash(make_server, open_page, "Owls", "Trains")
    first.close()
    page = open_page(server.url, color_scheme=scheme, reduced_motion="reduce")
    page.get_by_role("button", name="Trash", exact=True).click()
    row(page, "Owls").hover()
    assert faults(page) == []
    wish(page, "Owls")
    expect(asked(page)).to_have_accessible_description(re.compile("This cannot be undone"))
    assert faults(page) == []


def test_a_refusal_is_said_and_ends_it(make_server, open_page):
    _, page = in_trash(make_server, open_page, "Owls", "Trains")
    full = '{"error":{"code":"disk_full","message":"The disk is full."}}'
    page.route("**/api/session/purge", lambda route: route.fulfill(status=503, body=full))
    page.get_by_role("button", name="Empty trash…").click()
    agree(page)
    expect(page.get_by_text("The disk is full.")).to_be_visible()
    expect(shown(page)).to_have_text(["Owls", "Trains"])
    expect(asked(page)).to_have_count(0)


def test_a_tab_that_shows_it_says_that_it_is_gone_and_keeps_nothing_of_it(server, open_page):
    one = open_page(server.url)
    answer(one, "short-lived")
    name = session_id(one)
    one.get_by_role("textbox", name="Message", exact=True).fill("typed and never sent")
    two = open_page(one.url, beside=one)
    expect(two.get_by_role("article", name="You")).to_have_count(1)
    menu(one, rows(one), "Delete")
    expect(two.get_by_role("main").get_by_role("button", name="Restore")).to_be_visible()
    one.get_by_role("button", name="Trash", exact=True).click()
    wish(one, "short-lived")
    agree(one)
    expect(one.get_by_text("Nothing is deleted.")).to_be_visible()
    expect(two.get_by_text("This conversation was deleted for good.")).to_be_visible()
    expect(two.get_by_role("button", name="Restore")).to_have_count(0)
    two.reload()
    expect(two.get_by_text("This conversation was deleted for good.")).to_be_visible()
    assert two.evaluate("(name) => localStorage.getItem('hermes.draft.' + name)", name) is None
