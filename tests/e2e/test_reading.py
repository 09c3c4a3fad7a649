"""Reading: a place that stays, an address that leads nowhere, what a silent model and an absent server look like."""

import math
import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.chat import answer, composer, finished, prompts, replies, rows, send

pytestmark = pytest.mark.browser

#: Follows the first whole line of the view until the reply has ended; how far it ever was from its place.
DRIFT = """() => new Promise((done) => {
  const edge = document.querySelector('.scroller').getBoundingClientRect().top;
  const lines = [...document.querySelectorAll('.reply .block > *, .reply .fold')];
  const line = lines.find((one) => one.getBoundingClientRect().top >= edge);
  const before = line.getBoundingClientRect().top;
  let worst = 0;
  let grew = 0;
  let height = 0;
  const look = () => {
    const now = document.querySelector('.scroller').scrollHeight;
    if (now !== height) grew += 1;
    height = now;
    worst = Math.max(worst, line.isConnected ? Math.abs(line.getBoundingClientRect().top - before) : 9999);
    if (document.querySelector('[aria-label=Stop]')) requestAnimationFrame(look);
    else done({ worst, grew });
  };
  look();
})"""


def stop_the_clock(page: Page) -> None:
    """From here on only that time passes which the test lets pass, however slow the machine is; no frame comes."""
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 1)


def test_the_first_visible_line_of_a_streaming_reply_with_a_tool_stays_where_it_is(make_server, open_page):
    server = make_server(pace=0.02)
    server.start()
    page = open_page(server.url, viewport={"width": 1000, "height": 420})
    send(page, "something long")
    expect(page.locator("[data-tool=ok]")).to_be_visible()
    expect(page.locator(".reply .block").nth(3)).to_be_visible()
    page.locator(".scroller").hover()
    page.mouse.wheel(0, -60)
    expect(page.get_by_role("button", name="To the")).to_be_visible()
    followed = page.evaluate(DRIFT)
    assert followed["grew"] > 3
    assert followed["worst"] <= 1.5


def test_the_way_to_the_end_goes_where_all_is_in_view(server, open_page):
    page = open_page(server.url, viewport={"width": 1000, "height": 420})
    answer(page, "a table")
    page.locator(".scroller").hover()
    page.mouse.wheel(0, -300)
    expect(page.get_by_role("button", name="To the end")).to_be_visible()
    page.set_viewport_size({"width": 1000, "height": 3000})
    expect(page.get_by_role("button", name="To the end")).to_have_count(0)


def test_an_address_that_leads_nowhere_says_so_and_is_asked_for_once(server, open_page):
    page = open_page(server.url)
    answer(page, "hello")
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/api/session?" in request.url else None)
    page.goto(f"{server.url}/c/ffffffffffff")
    expect(page.get_by_text("There is no such conversation here.")).to_be_visible()
    expect(composer(page)).to_have_count(0)
    server.kill()
    expect(page.get_by_text("The server does not answer.")).to_be_visible()
    server.start()
    expect(page.get_by_text("The server does not answer.")).to_have_count(0)
    assert len(asked) == 1
    page.get_by_role("main").get_by_role("button", name="New chat").click()
    expect(composer(page)).to_be_focused()


@pytest.mark.parametrize("status", [403, 500])
def test_a_conversation_that_cannot_be_read_is_no_tight_loop(server, open_page, status):
    page = open_page(server.url)
    answer(page, "hello")
    page.clock.install()
    begun = page.evaluate("Date.now()")
    asked = []
    error = {"error": {"code": "internal", "message": "It cannot be read now."}}

    def refuse(route):
        asked.append(route)
        route.fulfill(status=status, json=error)

    page.route("**/api/session?*", refuse)
    with page.expect_response("**/api/session?*"):
        page.reload()
    expect(page.get_by_text("It cannot be read now.")).to_be_visible()
    expect(rows(page)).to_have_count(1)
    if status == 403:
        page.clock.fast_forward(60_000)
        assert len(asked) == 1
        return
    with page.expect_response("**/api/session?*"):
        page.clock.fast_forward(1000)
    seconds = (page.evaluate("Date.now()") - begun) / 1000
    assert len(asked) <= 2 + math.log2(1 + seconds), "each pause is twice the one before; a server that greets is asked"
    page.unroute("**/api/session?*")
    page.clock.fast_forward(30_000)
    expect(prompts(page)).to_have_count(1)


def test_a_silent_model_is_waited_for_in_words(make_server, open_page):
    server = make_server(pace=600)
    server.start()
    page = open_page(server.url)
    page.clock.install()
    page.reload()
    send(page, "hello")
    expect(page.locator("[data-stage=answering]")).to_be_visible()
    expect(page.locator(".waits")).to_be_visible()
    page.clock.fast_forward(3100)
    expect(page.get_by_text("Waiting for the model…")).to_be_visible()


def test_an_absent_server_is_not_writing_and_the_lines_say_so(make_server, open_page):
    server = make_server(pace=0.05)
    server.start()
    page = open_page(server.url)
    page.clock.install()
    page.reload()
    send(page, "something long")
    expect(page.get_by_text("Writing")).to_be_visible()
    server.kill()
    expect(page.get_by_text("Waiting for the server…")).to_be_visible()
    expect(page.locator("[data-stage]")).to_contain_text("waiting for the server")
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)
    expect(page.locator(".pulse")).to_have_count(0)
    server.start()
    expect(page.get_by_text("1 conversation was interrupted")).to_be_visible()
    expect(rows(page).get_by_role("img", name="The last reply was interrupted")).to_be_visible()
    page.clock.fast_forward(9000)
    expect(page.get_by_text("1 conversation was interrupted")).to_have_count(0)


def test_a_conversation_opened_without_a_server_has_its_title(server, open_page):
    page = open_page(server.url)
    answer(page, "known by its title")
    page.get_by_role("button", name="New chat").first.click()
    server.kill()
    rows(page).get_by_role("link").click()
    expect(page.get_by_role("heading", name="known by its title")).to_be_visible()
    server.start()
    expect(prompts(page)).to_have_count(1)


def test_a_deletion_can_be_undone_for_twelve_seconds_and_while_it_is_pointed_at(server, open_page):
    page = open_page(server.url)
    answer(page, "hello")
    page.clock.install()
    rows(page).hover()
    rows(page).get_by_role("button", name="Options").click()
    expect(page.get_by_role("menuitem").first).to_be_focused()
    stop_the_clock(page)
    page.get_by_role("menuitem", name="Delete").click()
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_visible()
    page.clock.fast_forward(11_000)
    expect(undo).to_be_visible()
    undo.hover()
    page.clock.fast_forward(60_000)
    expect(undo).to_be_visible()
    page.locator(".brand").hover()
    page.clock.fast_forward(13_000)
    expect(undo).to_have_count(0)


def test_a_huge_prompt_is_folded(server, open_page):
    page = open_page(server.url)
    send(page, "a word " * 700 + "the last words")
    finished(page)
    expect(prompts(page)).not_to_contain_text("the last words")
    page.get_by_role("button", name="Show all").click()
    expect(prompts(page)).to_contain_text("the last words")


def test_a_first_page_with_only_the_demo_says_how_to_connect_a_model(server, open_page):
    page = open_page(server.url)
    expect(page.get_by_text("No model is connected.")).to_be_visible()
    page.get_by_role("button", name="try the demo").click()
    expect(composer(page)).to_have_value(re.compile("append-only"))


def test_a_session_of_a_model_that_is_not_here_is_answered_by_the_default(make_server, open_page):
    server = make_server()
    messages = [{"role": "user", "content": "from elsewhere", "timestamp": 1.79e9}]
    server.seed("00000000abcd", "Old", messages, model="gone-9000", model_provider=None)
    server.start()
    page = open_page(f"{server.url}/c/00000000abcd")
    expect(page.get_by_role("button", name="Model: gone-9000 (not available here)")).to_be_visible()
    answer(page, "and now")
    expect(replies(page).last).to_contain_text("demo")
    expect(page.get_by_role("button", name="Model: Demo")).to_be_visible()


def test_the_keys_of_a_rows_menu_stay_in_it_and_the_focus_is_never_lost(server, open_page):
    page = open_page(server.url)
    answer(page, "first")
    page.get_by_role("button", name="New chat").first.click()
    answer(page, "second")
    expect(rows(page)).to_have_count(2)
    expect(rows(page).first).to_contain_text("second")
    rows(page).first.hover()
    rows(page).first.get_by_role("button", name="Options").click()
    entries = page.get_by_role("menuitem")
    expect(entries.first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(entries.last).to_be_focused()
    page.keyboard.press("Home")
    expect(entries.first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("menuitem", name="Rename")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Title")).to_be_focused()
    page.keyboard.type("Renamed")
    page.keyboard.press("Enter")
    expect(rows(page).first.get_by_role("link")).to_be_focused()
    expect(rows(page).first).to_contain_text("Renamed")
    page.get_by_role("button", name="Answer again").click()
    expect(composer(page)).to_be_focused()
    finished(page)
    page.get_by_role("button", name="Previous version").click()
    expect(page.get_by_role("group", name="Versions")).to_contain_text("1/2")
    assert page.evaluate("document.activeElement !== document.body")


def test_escape_in_a_rows_menu_on_the_phone_closes_only_the_menu(server, open_page):
    page = open_page(server.url, viewport={"width": 390, "height": 780}, has_touch=True)
    answer(page, "hello")
    page.get_by_role("button", name="Conversations").click()
    rows(page).get_by_role("button", name="Options").click()
    expect(page.get_by_role("menuitem").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("menuitem", name="Rename")).to_have_count(0)
    expect(rows(page).get_by_role("link")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".drawer-open")).to_have_count(0)
