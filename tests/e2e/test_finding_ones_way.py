"""A long conversation: links to messages, words in it, its prompts, and a place that is the reader's."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.chat import FINISHED, answer, prompts, rows, send, session_id
from tests.e2e.held import Held
from tests.e2e.test_long_conversation import PLACE, WALK, is_at

pytestmark = pytest.mark.browser

COUNT = 3000
SID = "00000000abcd"
DAY = 86_400
BEGIN = 1_780_000_000
HOSTILE = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"

#: As another tab would do it.
SELECT = """([session_id, message_id]) => fetch('/api/session/select', {
  method: 'POST', headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ session_id, message_id }),
})"""


def message(at: int) -> dict:
    words = f"Answer {at}. " + "Some words that fill a line or two of the column. " * (at % 7 + 1)
    needle = " The Café needle is here." if at % 500 == 1 else ""
    text = words + needle if at % 2 else f"Question {at} about things"
    if at == 1000:
        text = f"Question 1000 {HOSTILE} needle"
    return {"role": "assistant" if at % 2 else "user", "content": text, "timestamp": BEGIN + at * DAY / 10}


@pytest.fixture
def long_one(make_server):
    server = make_server(pace=0.02)
    server.seed(SID, f"Long {HOSTILE}", [message(at) for at in range(COUNT)])
    server.start()
    return server


def id_of(page: Page, number: int) -> str:
    """The id of a prompt, as the server has it."""
    path = f"/api/session/outline?session_id={SID}&first={number // 2 + 1}&limit=1"
    found = page.evaluate("(path) => fetch(path).then((answer) => answer.json())", path)
    return str(found["prompts"][0]["id"])


def shown(page: Page, text: str):
    return page.locator(".row").filter(has_text=re.compile(rf"{text}\b"))


def at_end(page: Page) -> None:
    expect(prompts(page).last).to_contain_text(f"Question {COUNT - 2}")


def find(page: Page, words: str):
    page.keyboard.press("ControlOrMeta+f")
    field = page.get_by_role("search").get_by_role("textbox")
    expect(field).to_be_focused()
    field.fill(words)
    return field


def test_a_link_to_a_message_shows_it_and_gives_it_the_focus(long_one, open_page):
    page = open_page(f"{long_one.url}/c/{SID}")
    at_end(page)
    link = f"{long_one.url}/c/{SID}#{id_of(page, 1200)}"
    page.goto("about:blank")
    page.goto(link)
    expect(shown(page, "Question 1200")).to_be_in_viewport()
    expect(shown(page, "Question 1200").get_by_role("article")).to_be_focused()
    assert page.locator(".row").count() < 60
    page.reload()
    expect(shown(page, "Question 1200")).to_be_in_viewport()
    walked = page.evaluate(WALK, [60, 120])
    assert walked["jumps"] == []
    walked = page.evaluate(WALK, [120, -120])
    assert walked["jumps"] == []
    page.get_by_role("button", name="To the newest").click()
    at_end(page)
    expect(page).to_have_url(f"{long_one.url}/c/{SID}")


@pytest.mark.parametrize("height", [700, 820, 1200])
def test_a_link_to_the_first_or_the_last_ones_shows_them_where_they_can_be(long_one, open_page, height):
    page = open_page(f"{long_one.url}/c/{SID}", viewport={"width": 1280, "height": height})
    at_end(page)
    links = [(number, f"/c/{SID}#{id_of(page, number)}") for number in (COUNT - 2, COUNT - 4, 0)]
    for number, link in links:
        page.goto("about:blank")
        page.goto(long_one.url + link)
        expect(shown(page, f"Question {number}")).to_be_in_viewport()
        page.goto(long_one.url)
        page.evaluate("(path) => { history.pushState(null, '', path); dispatchEvent(new Event('popstate')); }", link)
        expect(shown(page, f"Question {number}")).to_be_in_viewport()
        expect(shown(page, f"Question {number}").get_by_role("article")).to_be_focused()


def test_a_link_within_the_page_goes_there_and_back_again(long_one, open_page):
    page = open_page(f"{long_one.url}/c/{SID}")
    at_end(page)
    for number in (40, 2000):
        page.evaluate("(id) => { location.hash = id; }", id_of(page, number))
        expect(shown(page, f"Question {number}")).to_be_in_viewport()
    page.go_back()
    expect(shown(page, "Question 40")).to_be_in_viewport()


def test_a_link_to_nothing_says_so_and_shows_the_end(long_one, open_page):
    page = open_page(f"{long_one.url}/c/{SID}#m999999-abcd")
    expect(page.get_by_text("There is no such message in this conversation.")).to_be_visible()
    at_end(page)
    page.get_by_role("button", name="Dismiss").click()
    expect(page.get_by_text("There is no such message in this conversation.")).to_have_count(0)


def test_a_link_to_another_version_shows_it_when_it_is_wanted(server, open_page):
    page = open_page(server.url, viewport={"width": 1280, "height": 2000})  # prompt and reply are in view
    answer(page, "first words")
    sid = session_id(page)
    first = page.locator(".row").first.get_attribute("data-id")
    page.locator(".row").first.hover()
    page.get_by_role("button", name="Edit").click()
    page.get_by_role("textbox", name="Edit the prompt").fill("second words")
    page.get_by_role("textbox", name="Edit the prompt").press("Enter")
    expect(prompts(page).first).to_contain_text("second words")
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)
    page.goto("about:blank")
    page.goto(f"{server.url}/c/{sid}#{first}")
    expect(page.get_by_text("stands in another version")).to_be_visible()
    expect(prompts(page).first).to_contain_text("second words")
    page.get_by_role("button", name="Show that version").click()
    expect(prompts(page).first).to_contain_text("first words")
    expect(page.get_by_text("stands in another version")).to_have_count(0)


def test_words_are_found_across_messages_that_are_not_loaded(long_one, open_page):
    page = open_page(f"{long_one.url}/c/{SID}")
    at_end(page)
    field = find(page, "cafe NEEDLE")
    bar = page.get_by_role("search")
    expect(bar.get_by_role("status")).to_have_text("1 of 6")
    expect(shown(page, "Answer 2501")).to_be_in_viewport()
    marked = "[...CSS.highlights.get('found-now')].map((range) => range.toString())"
    page.wait_for_function(f"() => {marked}.length === 1")
    assert page.evaluate(marked) == ["Café needle"]
    field.press("Enter")
    expect(bar.get_by_role("status")).to_have_text("2 of 6")
    expect(shown(page, "Answer 2001")).to_be_in_viewport()
    field.press("Shift+Enter")
    expect(shown(page, "Answer 2501")).to_be_in_viewport()
    bar.get_by_role("button", name="Next, newer").click()
    expect(bar.get_by_role("status")).to_have_text("6 of 6")
    expect(shown(page, "Answer 1")).to_be_in_viewport()
    field.fill("nowhere to be seen")
    expect(bar.get_by_role("status")).to_have_text("Nothing found")
    field.press("Escape")
    expect(bar).to_have_count(0)
    expect(page.get_by_role("textbox", name="Message")).to_be_focused()
    page.wait_for_function("() => CSS.highlights.size === 0")


def test_the_second_press_is_the_browsers(long_one, open_page):
    page = open_page(f"{long_one.url}/c/{SID}")
    at_end(page)
    page.evaluate("addEventListener('keydown', (event) => { window.kept = event.defaultPrevented; })")
    find(page, "x")
    assert page.evaluate("window.kept") is True
    page.keyboard.press("ControlOrMeta+f")
    assert page.evaluate("window.kept") is False


def test_the_outline_leads_to_any_prompt_and_follows_the_reader(long_one, open_page):
    page = open_page(f"{long_one.url}/c/{SID}")
    at_end(page)
    page.get_by_role("button", name="Outline of the prompts").click()
    outline = page.get_by_role("complementary", name="Outline")
    expect(outline.locator("[aria-current=location]")).to_contain_text(f"Question {COUNT - 2}")
    assert outline.get_by_role("button").count() < 80
    current = outline.locator("[aria-current=location]")
    current.focus()
    current.press("Home")
    expect(outline.get_by_role("button", name="Question 0")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(shown(page, "Question 2")).to_be_in_viewport()
    expect(outline.locator("[aria-current=location]")).to_contain_text("Question 2 ")
    outline.get_by_label("Go to a date").fill("2026-09-01")
    day = page.evaluate("new Date(2026, 8, 1).getTime() / 1000")
    number = next(at for at in range(COUNT) if BEGIN + at * DAY / 10 >= day)
    kind = "Answer" if number % 2 else "Question"
    expect(shown(page, f"{kind} {number}")).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(outline).to_have_count(0)
    expect(page.locator(".scroller")).to_be_focused()


def test_the_readers_place_is_kept_while_a_reply_streams_elsewhere_and_the_way_back_says_how_much_is_new(
    long_one, open_page
):
    page = open_page(f"{long_one.url}/c/{SID}")
    at_end(page)
    link = f"{long_one.url}/c/{SID}#{id_of(page, 1200)}"
    other = open_page(link)
    expect(shown(other, "Question 1200")).to_be_in_viewport()
    before = other.evaluate(PLACE)
    send(page, "tell me more")
    expect(page.get_by_test_id("announcer")).to_have_text("Reply finished")
    button = other.get_by_role("button", name=re.compile(r"To the \d new messages"))
    expect(button).to_be_visible()
    expect(other.get_by_test_id("announcer")).to_have_text("Reply finished")
    assert is_at(other, before)
    button.click()
    expect(prompts(other).last).to_contain_text("tell me more")
    expect(other.get_by_role("button", name="To the")).to_have_count(0)


def test_another_version_of_a_prompt_in_the_middle_is_shown_where_the_first_one_stood(long_one, open_page):
    page = open_page(f"{long_one.url}/c/{SID}")
    at_end(page)
    first = id_of(page, 1200)
    page.evaluate("(id) => { location.hash = id; }", first)
    row = shown(page, "Question 1200")
    expect(row).to_be_in_viewport()
    row.hover()
    row.get_by_role("button", name="Edit").click()
    page.get_by_role("textbox", name="Edit the prompt").fill("Other words")
    page.get_by_role("textbox", name="Edit the prompt").press("Enter")
    expect(page.get_by_test_id("announcer")).to_have_text("Reply finished")
    page.evaluate("(id) => { location.hash = id; }", shown(page, "Answer 1199").get_attribute("data-id"))
    expect(shown(page, "Answer 1199").get_by_role("article")).to_be_focused()
    page.evaluate(SELECT, [SID, first])
    expect(shown(page, "Question 1200")).to_be_in_viewport()
    expect(shown(page, "Answer 1199")).to_be_in_viewport()
    expect(page.get_by_text("Other words")).to_have_count(0)


def test_who_sends_from_elsewhere_is_taken_to_the_end(long_one, open_page):
    page = open_page(f"{long_one.url}/c/{SID}")
    at_end(page)
    page.evaluate("(id) => { location.hash = id; }", id_of(page, 40))
    expect(shown(page, "Question 40")).to_be_in_viewport()
    answer(page, "and now?")
    expect(prompts(page).last).to_contain_text("and now?")
    expect(page.get_by_role("button", name="To the")).to_have_count(0)


def test_who_sends_from_elsewhere_is_taken_to_the_end_though_the_end_was_asked_for_too_early(long_one, open_page):
    page = open_page(f"{long_one.url}/c/{SID}")
    at_end(page)
    page.evaluate("(id) => { location.hash = id; }", id_of(page, 40))
    expect(shown(page, "Question 40")).to_be_in_viewport()
    starts = Held(page, "**/api/chat/start")
    answers = []
    page.route("**/api/session?*", lambda route: answers.append((route, route.fetch())), times=1)
    with page.expect_request("**/api/session?*"):
        send(page, "and now?")
    starts.let_go()
    expect(page.get_by_test_id("announcer")).to_have_text(FINISHED)
    ((route, answer_before),) = answers
    route.fulfill(response=answer_before)
    expect(prompts(page).last).to_contain_text("and now?")
    expect(page.get_by_role("button", name="To the")).to_have_count(0)


def test_keys_lead_from_message_to_message(long_one, open_page):
    page = open_page(f"{long_one.url}/c/{SID}")
    at_end(page)
    page.locator(".scroller").focus()
    page.keyboard.press("p")
    expect(prompts(page).last).to_be_focused()
    page.keyboard.press("j")
    expect(page.get_by_role("article", name="Reply").last).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("ArrowUp")
    expect(shown(page, f"Answer {COUNT - 3}").get_by_role("article")).to_be_focused()
    page.keyboard.press("Tab")
    expect(shown(page, f"Answer {COUNT - 3}").get_by_role("button").first).to_be_focused()
    page.locator(".scroller").focus()
    page.keyboard.press("Home")
    expect(shown(page, "Question 0").get_by_role("article")).to_be_focused()
    page.keyboard.press("End")
    at_end(page)


def test_the_title_is_changed_in_its_place(server, open_page):
    page = open_page(server.url)
    answer(page, "named by itself")
    page.get_by_role("heading", name="named by itself").dblclick()
    page.get_by_role("textbox", name="Title").fill("By hand")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="By hand")).to_be_visible()
    expect(rows(page)).to_contain_text("By hand")
    page.keyboard.press("F2")
    page.get_by_role("textbox", name="Title").fill("dropped")
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="By hand")).to_be_visible()


def test_the_whole_conversation_is_copied_and_saved(server, open_page):
    page = open_page(server.url, permissions=["clipboard-read", "clipboard-write"])
    answer(page, "keep this")
    page.get_by_role("button", name="Options of this conversation").click()
    page.get_by_role("menuitem", name="Copy as Markdown").click()
    expect(page.get_by_text("The conversation is on the clipboard")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith("# keep this")
    for entry, ending in (("Download as Markdown", ".md"), ("Download as JSON", ".json")):
        page.get_by_role("button", name="Options of this conversation").click()
        with page.expect_download() as saved:
            page.get_by_role("menuitem", name=entry).click()
        assert saved.value.suggested_filename == f"keep this{ending}"


def test_hostile_titles_prompts_and_snippets_are_text(long_one, open_page):
    page = open_page(f"{long_one.url}/c/{SID}")
    at_end(page)
    page.get_by_role("button", name="Outline of the prompts").click()
    find(page, "onerror")
    expect(page.get_by_role("search").get_by_role("status")).to_have_text("1 of 1")
    expect(shown(page, "Question 1000")).to_be_in_viewport()
    expect(page.get_by_role("complementary").get_by_text("Question 1000")).to_be_visible()
    assert "owned" not in page.title().replace(HOSTILE, "")
    assert page.locator("main img").count() == 0
