"""One conversation from the first visit on: it is saved before it is answered, and nothing of it is lost."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.chat import answer, composer, finished, prompts, replies, rows, send, session_id
from tests.e2e.held import Held

pytestmark = pytest.mark.browser


def test_a_first_visitor_sends_a_prompt_sees_it_saved_and_reads_the_reply(make_server, open_page):
    server = make_server(pace=0.05)  # slow enough that "Saved" is seen
    server.start()
    page = open_page(server.url)
    expect(page.get_by_role("heading", name="What are you thinking about?")).to_be_visible()
    expect(composer(page)).to_be_focused()
    send(page, "hello")
    expect(page.locator("[data-stage]")).to_contain_text("Saved")
    expect(composer(page)).to_have_value("")
    session_id(page)
    finished(page)
    expect(page.locator("[data-stage]")).to_have_count(0)
    expect(replies(page).last).to_contain_text("This is a demo")
    expect(replies(page).last.get_by_role("table")).to_be_visible()
    expect(rows(page)).to_have_count(1)


def test_a_reload_in_the_middle_of_a_reply_shows_it_whole(make_server, open_page):
    server = make_server(pace=0.03)
    server.start()
    page = open_page(server.url)
    send(page, "please a table")
    expect(replies(page).last).to_contain_text("Where a conversation")
    page.reload()
    expect(prompts(page)).to_have_count(1)
    finished(page)
    live = replies(page).last.inner_text()
    assert "nothing else knows" in live
    page.reload()
    expect(page.get_by_role("button", name="Answer again")).to_be_visible()
    assert replies(page).last.inner_text() == live


def test_stop_keeps_what_had_arrived_and_retry_adds_a_version(make_server, open_page):
    server = make_server(pace=0.1)
    server.start()
    page = open_page(server.url)
    send(page, "something long")
    expect(page.get_by_text("Writing")).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    line = page.locator("[data-line]")
    expect(line).to_contain_text("Stopped. What had arrived is kept.")
    line.get_by_role("button", name="Retry").click()
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    expect(page.get_by_text("Writing")).to_be_visible()
    composer(page).press("Escape")
    expect(page.get_by_role("group", name="Versions").last).to_contain_text("2/2")


def test_an_edited_prompt_is_a_version_and_arrows_lead_back(server, open_page):
    page = open_page(server.url)
    answer(page, "the first wording")
    prompts(page).hover()
    prompts(page).get_by_role("button", name="Edit").click()
    editor = page.get_by_role("textbox", name="Edit the prompt")
    editor.fill("the second wording")
    editor.press("Enter")
    expect(prompts(page)).to_contain_text("the second wording")
    finished(page)
    versions = prompts(page).get_by_role("group", name="Versions")
    expect(versions).to_contain_text("2/2")
    versions.get_by_role("button", name="Previous version").click()
    expect(prompts(page)).to_contain_text("the first wording")
    expect(replies(page).last).to_contain_text("This is a demo")
    versions.get_by_role("button", name="Next version").click()
    expect(prompts(page)).to_contain_text("the second wording")


def test_the_end_of_a_reply_is_told_where_the_page_never_saw_it_begin(server, open_page):
    page = open_page(server.url)
    answer(page, "the first wording")
    held = Held(page, "**/api/session?*")
    prompts(page).hover()
    prompts(page).get_by_role("button", name="Edit").click()
    page.get_by_role("textbox", name="Edit the prompt").fill("the second wording")
    page.keyboard.press("Enter")
    held.first()
    announcer = page.get_by_test_id("announcer")
    expect(announcer).to_have_text("")
    other = open_page(page.url, beside=page)
    expect(prompts(other)).to_contain_text("the second wording")
    finished(other)
    held.let_go()
    expect(prompts(page)).to_contain_text("the second wording")
    expect(announcer).to_have_text("Reply finished")


def test_a_failure_is_a_sentence_with_a_way_on(server, open_page):
    page = open_page(server.url)
    send(page, "error")
    line = page.locator("[data-line=bad]")
    expect(line).to_contain_text("This failure is the demo's")
    expect(line.get_by_role("button", name="Retry")).to_be_visible()
    expect(replies(page).first).to_contain_text("this reply breaks off")


def test_a_stop_holds_the_prompts_that_wait_and_one_can_be_taken_out(make_server, open_page):
    server = make_server(pace=0.1)
    server.start()
    page = open_page(server.url)
    send(page, "something long")
    expect(page.get_by_text("Writing")).to_be_visible()
    send(page, "not this one")
    queue = page.get_by_role("group", name="Queued messages")
    expect(queue).to_contain_text("not this one")
    send(page, "but this one")
    expect(queue.get_by_role("listitem")).to_have_count(2)
    queue.get_by_role("button", name="Remove “not this one”").click()
    expect(queue.get_by_role("listitem")).to_have_count(1)
    page.get_by_role("button", name="Stop").click()
    told = "Stopped. 1 message waits: send it now, or it follows what you write next."
    expect(queue).to_contain_text(told)
    expect(page.get_by_test_id("announcer")).to_have_text(told)
    expect(prompts(page)).to_have_count(1)
    page.reload()
    expect(queue).to_contain_text(told)
    composer(page).press("Escape")  # a second stop finds nothing to stop
    queue.get_by_role("button", name="Send now").click()
    expect(prompts(page)).to_have_count(2)
    expect(prompts(page).last).to_contain_text("but this one")
    expect(queue).to_have_count(0)


def test_what_is_typed_is_kept_through_a_reload_and_a_change_of_conversation(server, open_page):
    page = open_page(server.url)
    answer(page, "hello")
    composer(page).fill("half a thought")
    page.get_by_role("button", name="New chat").first.click()
    expect(composer(page)).to_have_value("")
    composer(page).fill("another half")
    page.go_back()
    expect(composer(page)).to_have_value("half a thought")
    page.reload()
    expect(composer(page)).to_have_value("half a thought")
    page.goto(server.url)
    expect(composer(page)).to_have_value("another half")


def test_a_draft_is_there_in_another_browser(server, open_page):
    page = open_page(server.url)
    answer(page, "hello")
    with page.expect_response(re.compile("/api/session/draft")):
        composer(page).fill("begun here")
    other = open_page(page.url)
    expect(composer(other)).to_have_value("begun here")


def test_the_keyboard_is_enough(server, open_page):
    page = open_page(server.url)
    answer(page, "hello")
    page.keyboard.press("Control+Shift+KeyO")
    page.wait_for_url(server.url + "/")
    expect(composer(page)).to_be_focused()
    rows(page).get_by_role("link").focus()
    page.keyboard.press("/")
    expect(composer(page)).to_be_focused()
    page.get_by_role("button", name="Model:").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="Find a model")).to_be_focused()
    expect(page.get_by_role("option", name="Demo")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Model:")).to_be_focused()
    rows(page).get_by_role("link").focus()
    page.keyboard.press("Enter")
    expect(prompts(page)).to_contain_text("hello")
