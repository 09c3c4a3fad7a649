"""Sorting the list: projects, tags, many at once, the trash, what is unread, and all of it by keys."""

import json
import time
from typing import Any, Literal
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.chat import answer, composer, finished, menu, rows, send

pytestmark = pytest.mark.browser

MOD: Literal["ControlOrMeta"] = "ControlOrMeta"
TO_THE_END = """() => new Promise((done) => {
  const list = document.querySelector('.sessions');
  const step = () => {
    list.scrollTop = list.scrollHeight;
    if (document.querySelector('.more')) requestAnimationFrame(step);
    else done();
  };
  step();
})"""


def seeded(server: Any, *titles: str, **fields: Any) -> None:
    """Conversations, the first one the newest, and a started server."""
    for number, title in enumerate(titles):
        at = time.time() - 60 * number
        said = [
            {"role": "user", "content": title, "timestamp": at},
            {"role": "assistant", "content": "ok", "timestamp": at},
        ]
        server.seed(f"s{number:05d}", title, said, **fields)
    server.start()


def post(server: Any, path: str, **body: Any) -> Any:
    request = Request(server.url + path, json.dumps(body).encode(), {"content-type": "application/json"})
    with urlopen(request) as reply:
        return json.load(reply)


def row(page: Page, title: str) -> Locator:
    return rows(page).filter(has_text=title)


def shown(page: Page) -> Locator:
    return rows(page).locator(".session-title")


def test_a_row_is_dragged_into_a_project_and_the_other_tab_sees_it(make_server, open_page):
    server = make_server()
    seeded(server, "Roses", "Trains", "Owls")
    page = open_page(server.url)
    other = open_page(server.url, beside=page)
    page.get_by_role("button", name="New project").click()
    page.get_by_role("textbox", name="New project").fill("Garden")
    page.get_by_role("radio", name="Green").check(force=True)
    page.get_by_role("button", name="Create").click()
    garden = page.get_by_role("button", name="Garden", exact=True)
    row(page, "Roses").click(modifiers=[MOD])
    row(page, "Owls").click(modifiers=[MOD])
    row(page, "Owls").drag_to(garden)
    expect(row(page, "Owls").get_by_label("In the project Garden")).to_be_visible()
    other.get_by_role("button", name="Garden", exact=True).click()
    expect(shown(other)).to_have_text(["Roses", "Owls"])
    menu(other, row(other, "Roses"), "Move to project")
    other.get_by_role("menuitem", name="Remove from the project").click()
    expect(shown(other)).to_have_text(["Owls"])
    other.get_by_role("button", name="Garden", exact=True).click()
    expect(rows(other)).to_have_count(3)


def test_tags_are_given_shown_and_searched(make_server, open_page):
    server = make_server()
    seeded(server, "Roses", "Trains")
    page = open_page(server.url)
    menu(page, row(page, "Roses"), "Tags")
    page.get_by_role("textbox", name="Tags").fill("#home garden")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(row(page, "Roses").locator(".tag")).to_have_text(["home", "garden"])
    row(page, "Roses").locator(".tag").first.click()
    expect(page.get_by_role("searchbox")).to_have_value("#home")
    expect(shown(page)).to_have_text(["Roses"])
    menu(page, row(page, "Roses"), "Tags")
    page.get_by_role("button", name="Remove the tag home").click()
    expect(rows(page)).to_have_count(0)


def test_tags_that_are_given_one_after_the_other_are_all_kept(make_server, open_page):
    server = make_server()
    seeded(server, "Roses")
    page = open_page(server.url)
    menu(page, row(page, "Roses"), "Tags")
    for tag in ("red", "white", "pink"):
        page.keyboard.type(tag)
        page.keyboard.press("Enter")
    for tag in ("red", "white", "pink"):
        expect(page.get_by_role("button", name=f"Remove the tag {tag}")).to_be_visible()


def test_many_are_deleted_at_once_and_come_back_at_once(make_server, open_page):
    server = make_server()
    seeded(server, "One", "Two", "Three", "Four", "Five")
    page = open_page(server.url)
    row(page, "Two").click(modifiers=[MOD])
    row(page, "Four").click(modifiers=["Shift"])
    bar = page.get_by_role("toolbar", name="Selected conversations")
    expect(bar).to_contain_text("3")
    bar.get_by_role("button", name="Delete").click()
    expect(shown(page)).to_have_text(["One", "Five"])
    expect(bar).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(shown(page)).to_have_text(["One", "Two", "Three", "Four", "Five"])


def test_the_trash_gives_back_what_was_deleted(make_server, open_page):
    server = make_server()
    seeded(server, "Keep", "Throw away")
    page = open_page(server.url)
    menu(page, row(page, "Throw away"), "Delete")
    expect(rows(page)).to_have_count(1)
    page.get_by_role("button", name="Trash").click()
    expect(shown(page)).to_have_text(["Throw away"])
    page.get_by_role("button", name="Restore “Throw away”").click()
    expect(page.get_by_text("Nothing is deleted.")).to_be_visible()
    page.get_by_role("button", name="Back to all").click()
    expect(shown(page)).to_have_text(["Keep", "Throw away"])


def test_a_reply_that_nobody_saw_is_unread_until_one_looks(make_server, open_page):
    server = make_server(pace=0.05)
    server.start()
    page = open_page(server.url)
    answer(page, "seen at once")
    expect(rows(page).get_by_label("Not read yet")).to_have_count(0)
    send(page, "a table please")
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    page.get_by_role("button", name="New chat").first.click()
    other = open_page(server.url)
    expect(rows(other).get_by_label("Not read yet")).to_have_count(1)
    expect(rows(page).get_by_label("Not read yet")).to_have_count(1)
    expect(page).to_have_title("(1) Hermes")
    rows(other).locator("a").click()
    expect(rows(page).get_by_label("Not read yet")).to_have_count(0)
    expect(page).to_have_title("Hermes")
    other.close()  # where it is looked at, the mark would be gone at once
    menu(page, rows(page), "Mark as unread")
    expect(rows(page).get_by_label("Not read yet")).to_have_count(1)


def test_the_list_is_walked_and_filed_by_keys_alone(make_server, open_page):
    server = make_server()
    seeded(server, "One", "Two", "Three", "Four")
    page = open_page(server.url)
    expect(rows(page)).to_have_count(4)
    page.get_by_role("searchbox").focus()
    page.keyboard.press("ArrowDown")
    expect(row(page, "One").locator("a")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("F2")
    page.keyboard.type("Renamed by keys")
    page.keyboard.press("Enter")
    expect(row(page, "Renamed by keys").locator("a")).to_be_focused()
    page.keyboard.press("Shift+F10")
    expect(page.get_by_role("menuitem", name="Open in a new tab")).to_be_focused()
    page.keyboard.press("Escape")
    expect(row(page, "Renamed by keys").locator("a")).to_be_focused()
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    expect(page.get_by_role("toolbar", name="Selected conversations")).to_contain_text("3")
    page.keyboard.press("Escape")
    expect(page.get_by_role("toolbar", name="Selected conversations")).to_have_count(0)
    page.keyboard.press("Delete")
    expect(shown(page)).to_have_text(["One", "Renamed by keys", "Three"])
    expect(row(page, "Three").locator("a")).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="One")).to_be_visible()
    row(page, "One").locator("a").focus()
    page.keyboard.type("three")
    expect(page.get_by_role("searchbox")).to_have_value("three")
    expect(shown(page)).to_have_text(["Three"])


def test_the_list_is_hidden_and_drawn_wider_and_stays_so(make_server, open_page):
    server = make_server()
    seeded(server, "One")
    page = open_page(server.url)
    edge = page.get_by_role("separator", name="Width of the list")
    edge.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(edge).to_have_attribute("aria-valuenow", "328")
    page.reload()
    expect(edge).to_have_attribute("aria-valuenow", "328")
    assert page.locator(".sidebar").bounding_box()["width"] == 328
    page.keyboard.press(f"{MOD}+b")
    expect(rows(page)).to_have_count(0)
    page.reload()
    expect(composer(page)).to_be_visible()
    page.get_by_role("button", name="Conversations").click()
    expect(rows(page)).to_have_count(1)


def test_ten_thousand_are_a_list_like_any_other(make_server, open_page):
    server = make_server()
    seeded(server, *(f"Conversation {number}" for number in range(1200)))
    page = open_page(server.url)
    expect(rows(page).first).to_contain_text("Conversation 0")
    assert rows(page).count() < 80
    page.get_by_role("searchbox").fill("1177")
    expect(shown(page)).to_have_text(["Conversation 1177"])
    page.get_by_role("searchbox").fill("")
    expect(rows(page).first).to_contain_text("Conversation 0")
    rows(page).first.locator("a").focus()
    last = row(page, "Conversation 1199")
    page.evaluate(TO_THE_END)
    expect(page.get_by_role("navigation", name="Conversations")).to_be_focused()
    page.keyboard.press("End")
    expect(last.locator("a")).to_be_focused()
    assert rows(page).count() < 80


def test_what_another_device_does_moves_nothing_under_the_pointer(make_server, open_page):
    server = make_server()
    seeded(server, "One", "Two", "Three")
    page = open_page(server.url)
    row(page, "Two").hover()
    post(server, "/api/session/rename", session_id="s00000", title="Uno")
    post(server, "/api/session/pin", session_id="s00002", pinned=True)
    expect(row(page, "Uno")).to_be_visible()
    expect(shown(page)).to_have_text(["Uno", "Two", "Three"])
    page.mouse.move(900, 300)
    expect(shown(page)).to_have_text(["Three", "Uno", "Two"])


def test_a_conversation_is_duplicated(server, open_page):
    page = open_page(server.url)
    answer(page, "a table")
    menu(page, rows(page), "Duplicate")
    expect(rows(page)).to_have_count(2)
    expect(page.get_by_role("article", name="You")).to_contain_text("a table")
    send(page, "and on it goes")
    finished(page)
