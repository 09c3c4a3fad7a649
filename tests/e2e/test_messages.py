"""What can be done with a message, by mouse and by keyboard alone; nothing of it is lost."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.chat import answer, composer, finished, prompts, replies, rows, send

pytestmark = pytest.mark.browser


def menu_of(page: Page, message, entry: str) -> None:
    message.hover()
    message.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name=entry, exact=True).click()


def menu_by_keyboard(page: Page, message, entry: str) -> None:
    """Tab stops once at a message's toolbar; arrows go along it, Enter opens the menu, arrows go down in it."""
    message.get_by_role("toolbar").get_by_role("button").first.focus()
    page.keyboard.press("ArrowLeft")
    expect(message.get_by_role("button", name="More", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    wanted = page.get_by_role("menuitem", name=entry, exact=True)
    expect(page.get_by_role("menuitem").first).to_be_focused()
    for _ in range(page.get_by_role("menuitem").count()):
        if wanted.evaluate("entry => entry === document.activeElement"):
            break
        page.keyboard.press("ArrowDown")
    expect(wanted).to_be_focused()
    page.keyboard.press("Enter")


#: What is on the clipboard once it is not "nothing" any more.
CHANGED = """async () => {
  for (let tries = 0; tries < 600; tries += 1) {
    const text = await navigator.clipboard.readText();
    if (text !== 'nothing') return text;
    await new Promise(requestAnimationFrame);
  }
}"""
BY = pytest.mark.parametrize("by", [menu_of, menu_by_keyboard])


@pytest.fixture
def talk(server, open_page):
    """A page with two exchanges, high enough to have both of them in it."""
    page = open_page(server.url, viewport={"width": 1280, "height": 3600})
    answer(page, "the first prompt")
    answer(page, "the second prompt")
    expect(page.get_by_role("button", name="More", exact=True)).to_have_count(4)
    return page


def top_of(place: Locator) -> float:
    box = place.bounding_box()
    assert box is not None
    return box["y"]


def cut_off(make_server, open_page, pace: float) -> Page:
    server = make_server(pace=pace)
    server.start()
    page = open_page(server.url)
    send(page, "something long")
    expect(replies(page).last).to_contain_text("Part 1 of 8")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("[data-line]")).to_be_visible()
    return page


@pytest.mark.parametrize("keyboard", [False, True])
def test_a_reply_that_was_cut_off_goes_on_as_one_reply(make_server, open_page, keyboard):
    page = cut_off(make_server, open_page, pace=0.006)
    before = replies(page).last.locator(".markdown").inner_text()
    assert "Part 8 of 8" not in before
    button = page.locator("[data-line]").get_by_role("button", name="Continue")
    if keyboard:
        button.focus()
        page.keyboard.press("Enter")
    else:
        button.click()
    expect(composer(page)).to_be_focused()
    expect(page.locator("[data-line]")).to_have_count(0)
    finished(page)
    shown = replies(page).last
    expect(shown).to_contain_text("Part 8 of 8")
    assert shown.locator(".markdown").inner_text().count("A long reply") == 1
    assert shown.get_by_role("toolbar").count() == 1
    live = shown.locator(".markdown").inner_text()
    page.reload()
    expect(replies(page).last).to_contain_text("Part 8 of 8")
    assert replies(page).last.locator(".markdown").inner_text() == live


def test_a_reply_that_failed_goes_on_from_its_line(server, open_page):
    page = open_page(server.url)
    send(page, "error")
    page.locator("[data-line=bad]").get_by_role("button", name="Continue").click()
    expect(replies(page).last).to_contain_text("breaks off in the middle. You let it go on")
    expect(page.locator("[data-line]")).to_have_count(0)


def test_a_reload_in_the_middle_of_a_continuation_shows_one_reply(make_server, open_page):
    page = cut_off(make_server, open_page, pace=0.02)
    page.get_by_role("button", name="Continue").click()
    expect(replies(page).last).to_contain_text("Part 3 of 8")
    page.reload()
    expect(replies(page).last).to_contain_text("A long reply")
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Continue")).to_be_visible()
    assert replies(page).last.locator(".markdown").inner_text().count("A long reply") == 1


@BY
def test_what_is_deleted_from_here_can_be_taken_back_at_once_and_after_a_reload(talk, by):
    page = talk
    by(page, prompts(page).nth(1), "Delete from here")
    expect(prompts(page)).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(prompts(page)).to_have_count(2)
    by(page, prompts(page).nth(1), "Delete from here")
    line = page.locator("[data-line=history]")
    expect(line).to_contain_text("in the history")
    page.reload()
    expect(prompts(page)).to_have_count(1)
    line.get_by_role("button", name="Show").click()
    expect(prompts(page)).to_have_count(2)
    expect(line).to_have_count(0)


def test_a_whole_conversation_can_be_deleted_from_its_first_prompt_on_and_goes_on_otherwise(talk):
    page = talk
    menu_of(page, prompts(page).first, "Delete from here")
    expect(prompts(page)).to_have_count(0)
    expect(page.locator("[data-line=history]")).to_be_visible()
    answer(page, "quite another beginning")
    expect(page.locator("[data-line=history]")).to_have_count(0)
    expect(prompts(page).get_by_role("group", name="Versions")).to_contain_text("2/2")


def test_a_prompt_whose_reply_was_deleted_can_be_answered(talk):
    page = talk
    menu_of(page, replies(page).last, "Delete from here")
    page.locator("[data-line=history]").get_by_role("button", name="Answer it").click()
    finished(page)
    expect(replies(page).last.get_by_role("group", name="Versions")).to_contain_text("2/2")


@BY
def test_a_fork_is_a_new_conversation_and_the_first_one_stays(talk, by):
    page = talk
    first = page.url
    expect(rows(page)).to_have_count(1)
    by(page, replies(page).nth(1), "Fork from here")
    expect(rows(page)).to_have_count(2)
    expect(page.get_by_role("heading", level=1)).to_contain_text("(fork)")
    expect(prompts(page)).to_have_count(1)
    assert page.url != first
    page.get_by_role("button", name="Back to the first one").click()
    page.wait_for_url(first)
    expect(prompts(page)).to_have_count(2)


@BY
def test_a_message_is_quoted_into_the_composer(talk, by):
    page = talk
    composer(page).fill("Well:")
    by(page, prompts(page).first, "Quote")
    expect(composer(page)).to_have_value("Well:\n\n> the first prompt\n\n")
    expect(composer(page)).to_be_focused()


def test_selected_text_of_a_reply_is_quoted(talk):
    page = talk
    replies(page).last.locator("p").last.click(click_count=3)
    page.get_by_role("button", name="Quote", exact=True).click()
    expect(composer(page)).to_have_value(re.compile("^> I was given all .* of this conversation"))
    expect(page.get_by_role("button", name="Quote", exact=True)).to_have_count(0)


@BY
def test_it_is_copied_as_markdown_as_text_and_as_a_link(server, open_page, by):
    page = open_page(server.url, permissions=["clipboard-read", "clipboard-write"])
    answer(page, "a table")

    def copied(entry: str) -> str:
        page.evaluate("navigator.clipboard.writeText('nothing')")
        by(page, replies(page).last, entry)
        return str(page.evaluate(CHANGED))

    markdown = copied("Copy as Markdown")
    assert "## A table" in markdown
    assert "| the log |" in markdown
    text = copied("Copy as plain text")
    assert "the log\tevery event, in order" in text
    assert "##" not in text
    assert re.fullmatch(re.escape(page.url) + r"#m\d+-[0-9a-f]{4}", copied("Copy link"))


@BY
def test_another_model_answers_from_the_menu(talk, by):
    page = talk
    by(page, replies(page).last, "Another model answers…")
    expect(page.get_by_role("menuitem").first).to_be_focused()
    page.keyboard.press("Enter")
    finished(page)
    expect(replies(page).last.get_by_role("group", name="Versions")).to_contain_text("2/2")


def test_the_models_stand_beside_answer_again(talk):
    page = talk
    replies(page).last.get_by_role("button", name="Another model answers").click()
    page.get_by_role("menuitem", name="Demo").click()
    finished(page)
    expect(replies(page).last.get_by_role("group", name="Versions")).to_contain_text("2/2")


def test_the_arrows_between_versions_keep_the_place_and_the_focus(make_server, open_page):
    server = make_server(pace=0.0005)
    server.start()
    page = open_page(server.url)
    answer(page, "something long")
    answer(page, "the second prompt")
    prompts(page).last.hover()
    prompts(page).last.get_by_role("button", name="Edit").click()
    page.get_by_role("textbox", name="Edit the prompt").fill("another wording")
    page.keyboard.press("Enter")
    expect(prompts(page).last).to_contain_text("another wording")
    finished(page)
    previous = prompts(page).last.get_by_role("button", name="Previous version")
    previous.scroll_into_view_if_needed()
    top = top_of(previous)
    previous.focus()
    page.keyboard.press("Enter")
    expect(prompts(page).last).to_contain_text("the second prompt")
    expect(previous).to_be_focused()
    assert abs(top_of(previous) - top) < 2


def test_an_edit_while_a_reply_is_written_says_what_it_does_and_does_it(make_server, open_page):
    server = make_server(pace=0.03)
    server.start()
    page = open_page(server.url)
    send(page, "something long")
    expect(replies(page).last).to_contain_text("Part 1")
    prompts(page).last.hover()
    prompts(page).last.get_by_role("button", name="Edit").click()
    expect(page.get_by_text("Sending stops it")).to_be_visible()
    page.get_by_role("textbox", name="Edit the prompt").fill("a table")
    page.get_by_role("button", name="Stop and send").click()
    expect(prompts(page).last).to_contain_text("a table")
    finished(page)
    expect(prompts(page).last.get_by_role("group", name="Versions")).to_contain_text("2/2")


def test_on_a_phone_one_button_copies_and_one_leads_to_all_else(server, open_page):
    page = open_page(server.url, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    answer(page, "a table")
    bar = replies(page).last.get_by_role("toolbar")
    expect(bar.get_by_role("button")).to_have_count(2)
    expect(bar.get_by_role("button", name="Copy", exact=True)).to_be_visible()
    bar.get_by_role("button", name="More", exact=True).tap()
    for entry in ("Copy as Markdown", "Answer again", "Fork from here", "Delete from here"):
        expect(page.get_by_role("menuitem", name=entry, exact=True)).to_be_visible()


# -- prompts that wait


def queued(make_server, open_page, *words: str):
    server = make_server(pace=0.2)  # the reply that they wait for lasts longer than any test
    server.start()
    page = open_page(server.url)
    send(page, "something long")
    expect(page.get_by_text("Writing")).to_be_visible()
    queue = page.get_by_role("group", name="Queued messages")
    for at, each in enumerate(words, 1):
        send(page, each)
        expect(queue.get_by_role("listitem")).to_have_count(at)
    return server, page, queue


def test_waiting_prompts_are_reworded_and_moved_and_another_tab_sees_it(make_server, open_page):
    _, page, queue = queued(make_server, open_page, "one", "two", "three")
    other = open_page(page.url, beside=page)
    there = other.get_by_role("group", name="Queued messages").get_by_role("listitem")
    queue.get_by_role("listitem").nth(2).get_by_role("button", name="Earlier").click()
    expect(queue.get_by_role("listitem")).to_have_text(["one", "three", "two"])
    expect(there).to_have_text(["one", "three", "two"])
    queue.get_by_role("button", name="Reword “one”").click()
    field = page.get_by_role("textbox", name="Reword the waiting message")
    field.fill("uno")
    field.press("Enter")
    expect(there).to_have_text(["uno", "three", "two"])
    queue.get_by_role("listitem").nth(2).drag_to(queue.get_by_role("listitem").nth(0))
    expect(there).to_have_text(["two", "uno", "three"])


def test_the_keyboard_is_enough_for_the_queue_and_a_restart_keeps_it(make_server, open_page):
    server, page, queue = queued(make_server, open_page, "one", "two")
    queue.get_by_role("button", name="Reword “two”").focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(queue.get_by_role("listitem")).to_have_text(["two", "one"])
    expect(queue.get_by_role("button", name="Reword “two”")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.type(", better")
    page.keyboard.press("Enter")
    expect(queue.get_by_role("listitem")).to_have_text(["two, better", "one"])
    expect(composer(page)).to_be_focused()
    server.kill()
    server.start()
    expect(queue).to_contain_text("Held after the last reply broke off")
    expect(queue.get_by_role("listitem")).to_have_text(["two, better", "one"])
    queue.get_by_role("button", name="Send now").click()
    expect(prompts(page).last).to_contain_text("two, better")


def test_what_is_reworded_when_the_page_goes_is_in_the_composer_of_the_next(make_server, open_page):
    _, page, queue = queued(make_server, open_page, "one")
    queue.get_by_role("button", name="Reword “one”").click()
    page.get_by_role("textbox", name="Reword the waiting message").fill("uno")
    page.reload()
    expect(composer(page)).to_have_value("uno")
    expect(queue.get_by_role("listitem")).to_have_text(["one"])


def test_what_is_reworded_when_its_turn_comes_goes_on_in_the_composer(make_server, open_page):
    _, page, queue = queued(make_server, open_page, "one")
    queue.get_by_role("button", name="Reword “one”").click()
    page.get_by_role("textbox", name="Reword the waiting message").fill("one, but quite different")
    page.get_by_role("button", name="Stop").click()
    queue.get_by_role("button", name="Send now").click()
    expect(prompts(page).last).to_contain_text("one")
    expect(composer(page)).to_have_value("one, but quite different")


def test_another_wording_after_a_try_in_vain_goes_under_another_key(talk):
    """The first one may have arrived, its answer not: under its key the server would take the second for the same."""
    sent = []

    def refuse(route):
        sent.append(route.request.post_data_json)
        route.abort()

    talk.route("**/api/session/edit", refuse)
    prompts(talk).last.hover()
    prompts(talk).last.get_by_role("button", name="Edit").click()
    field = talk.get_by_label("Edit the prompt")
    button = talk.locator(".editor button[type=submit]")
    for text in ("one wording", "one wording", "another wording"):
        field.fill(text)
        with talk.expect_event("requestfailed"):
            button.click()
        expect(button).to_be_enabled()
    assert [body["message"] for body in sent] == ["one wording", "one wording", "another wording"]
    keys = [body["key"] for body in sent]
    assert keys[0] == keys[1] != keys[2]
