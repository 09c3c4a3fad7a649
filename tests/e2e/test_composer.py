"""The field is free at once, and no text is lost: on a slow line, without a server, refused, without storage."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.chat import answer, composer, finished, prompts, rows, send
from tests.e2e.held import Held

pytestmark = pytest.mark.browser

START = "**/api/chat/start"
TALL = {"width": 1000, "height": 6000}  # all of the conversation is drawn
FORBIDDEN = (
    "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } });"
)
#: A draft that the server has too.
ON_THE_SERVER = """() => Object.entries(localStorage).some(([name, kept]) =>
  name.includes('draft.') && kept.includes('from the draft') && kept.includes('"dirty":false'))"""
FULL = "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };"


def once_each(page, *texts):
    expect(prompts(page)).to_have_text([re.compile("^" + re.escape(text)) for text in texts])


def test_what_is_typed_right_after_enter_is_neither_lost_nor_glued_to_what_was_sent(server, open_page):
    page = open_page(server.url, viewport=TALL)
    answer(page, "hello")
    held = Held(page, START)
    composer(page).focus()
    page.keyboard.type("one")
    page.keyboard.press("Enter")
    page.keyboard.type("two")
    expect(composer(page)).to_have_value("two")
    expect(page.locator("[data-stage=sending]")).to_have_count(1)
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.keyboard.type("three")
    expect(composer(page)).to_have_value("three")
    expect(page.locator("[data-stage=sending]")).to_have_count(2)
    held.first()
    assert len(held.routes) == 1
    held.let_go()
    expect(prompts(page)).to_have_count(3)
    finished(page)
    once_each(page, "hello", "one", "two")
    expect(composer(page)).to_have_value("three")
    page.reload()
    once_each(page, "hello", "one", "two")
    expect(composer(page)).to_have_value("three")


def test_a_new_conversation_takes_its_second_prompt_before_it_has_a_name(server, open_page):
    page = open_page(server.url, viewport=TALL)
    held = Held(page, "**/api/session/new")
    send(page, "one")
    expect(page.locator("[data-stage]")).to_have_count(1)
    send(page, "two")
    expect(page.locator("[data-stage]")).to_have_count(2)
    held.let_go()
    expect(prompts(page)).to_have_count(2)
    finished(page)
    once_each(page, "one", "two")
    expect(rows(page)).to_have_count(1)


def test_several_prompts_written_without_a_server_survive_a_reload_and_go_out_in_order(server, open_page):
    page = open_page(server.url, viewport=TALL)
    answer(page, "hello")
    page.route(START, lambda route: route.abort())
    for text in ("one", "two", "three"):
        send(page, text)
        expect(composer(page)).to_have_value("")
    expect(page.locator("[data-stage=waiting]")).to_have_count(3)
    page.reload()
    expect(page.locator("[data-stage=waiting]")).to_have_count(3)
    server.kill()
    page.unroute(START)
    server.start()
    expect(page.locator("[data-stage=waiting]")).to_have_count(0)
    expect(prompts(page)).to_have_count(4)
    finished(page)
    once_each(page, "hello", "one", "two", "three")


def test_a_refused_prompt_comes_back_before_what_was_typed_since(server, open_page):
    page = open_page(server.url, viewport=TALL)
    answer(page, "hello")
    held = Held(page, START)
    send(page, "too much")
    expect(page.locator("[data-stage=sending]")).to_be_visible()
    composer(page).fill("a next thought")
    held.first().fulfill(status=413, json={"error": {"code": "too_large", "message": "It is too long."}})
    expect(composer(page)).to_have_value("too much\n\na next thought")
    expect(page.get_by_text("Not sent: It is too long.")).to_be_visible()
    expect(prompts(page)).to_have_count(1)


def test_what_is_taken_back_comes_before_what_was_typed_since_and_the_focus_goes_there(server, open_page):
    page = open_page(server.url, viewport=TALL)
    answer(page, "hello")
    page.route(START, lambda route: route.abort())
    send(page, "not quite")
    composer(page).fill("a next thought")
    page.get_by_role("button", name="Take back").click()
    expect(composer(page)).to_have_value("not quite\n\na next thought")
    expect(composer(page)).to_be_focused()


@pytest.mark.parametrize("script", [FORBIDDEN, FULL], ids=["forbidden", "full"])
def test_a_browser_that_keeps_nothing_has_a_page_that_works(server, open_page, script):
    page = open_page(server.url, viewport=TALL)
    page.add_init_script(script)
    page.reload()
    send(page, "hello")
    expect(page.get_by_text("Drafts are not kept in this browser")).to_have_count(1)
    expect(prompts(page)).to_have_count(1)
    finished(page)
    expect(composer(page)).to_have_value("")
    page.route(START, lambda route: route.abort())
    send(page, "once more")
    expect(page.get_by_text("Not sent: The server does not answer.")).to_be_visible()
    expect(composer(page)).to_have_value("once more")
    expect(composer(page)).to_be_editable()
    expect(prompts(page)).to_have_count(1)
    page.unroute(START)
    composer(page).press("Enter")
    expect(prompts(page)).to_have_count(2)
    expect(composer(page)).to_have_value("")
    finished(page)
    once_each(page, "hello", "once more")


def begun(page, server, *texts):
    """A conversation in which these were said; its address."""
    page.goto(server.url)
    for text in texts:
        answer(page, text)
    return page.url


def test_enter_while_the_conversation_is_still_on_its_way_sends_once_to_that_one(server, open_page):
    page = open_page(server.url, viewport=TALL)
    one, other = begun(page, server, "one"), begun(page, server, "other")
    page.goto(one)
    held = Held(page, "**/api/session?*")
    composer(page).fill("from the draft")
    page.wait_for_function(ON_THE_SERVER)
    page.reload()
    held.first()
    expect(composer(page)).to_have_value("from the draft")
    composer(page).focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(composer(page)).to_have_value("")
    expect(page.locator("[data-stage=saved]")).to_have_count(1)
    page.keyboard.type("next")
    held.let_go()
    once_each(page, "one", "from the draft")
    finished(page)
    expect(composer(page)).to_have_value("next")
    page.reload()
    once_each(page, "one", "from the draft")
    page.goto(other)
    once_each(page, "other")


def test_enter_and_away_before_the_conversation_is_there_goes_to_the_one_that_was_meant(server, open_page):
    page = open_page(server.url, viewport=TALL)
    one, other = begun(page, server, "one"), begun(page, server, "other")
    identity = one.rsplit("/", 1)[1]
    starts = Held(page, START)
    opening = Held(page, f"**/api/session?*{identity}*")
    rows(page).filter(has_text="one").first.click()
    opening.first()
    composer(page).focus()
    page.keyboard.type("meant for one")
    page.keyboard.press("Enter")
    expect(page.locator("[data-stage=sending]")).to_have_count(1)
    starts.first()
    rows(page).filter(has_text="other").first.click()
    once_each(page, "other")
    starts.let_go()
    opening.let_go()
    rows(page).filter(has_text="one").first.click()
    once_each(page, "one", "meant for one")
    finished(page)
    page.goto(other)
    once_each(page, "other")
    assert len(starts.routes) == 1


def test_enter_in_a_conversation_that_turns_out_to_be_gone_sends_nothing_and_gives_the_text_back(server, open_page):
    page = open_page(server.url)
    address = begun(page, server, "one")
    page.request.post(f"{server.url}/api/session/delete", data={"session_id": address.rsplit("/", 1)[1]})
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    held = Held(page, "**/api/session?*")
    page.goto(address)
    held.first()
    composer(page).focus()
    page.keyboard.type("too late")
    page.keyboard.press("Enter")
    toast = page.get_by_text("Not sent: This conversation was deleted")
    expect(toast.first).to_be_visible()
    page.get_by_role("button", name="Copy the text").click()
    assert page.evaluate("navigator.clipboard.readText()") == "too late"
    held.let_go()
    expect(page.get_by_text("This conversation was deleted, here or in another tab.")).to_be_visible()
    expect(page.get_by_role("button", name="Restore")).to_be_visible()
    assert page.request.get(f"{server.url}/api/sessions").json()["total"] == 0
