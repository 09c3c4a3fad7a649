"""The list of conversations, in one tab and in two."""

import pytest
from playwright.sync_api import expect

from tests.e2e.chat import answer, composer, menu, prompts, replies, rows, send

pytestmark = pytest.mark.browser


def test_rename_pin_delete_and_undo(server, open_page):
    page = open_page(server.url)
    answer(page, "first of all")
    page.get_by_role("button", name="New chat").first.click()
    answer(page, "second to none")
    expect(rows(page)).to_have_count(2)
    menu(page, rows(page).last, "Rename")
    page.get_by_role("textbox", name="Title").fill("Renamed by hand")
    page.keyboard.press("Enter")
    expect(rows(page).last).to_contain_text("Renamed by hand")
    menu(page, rows(page).last, "Pin")
    expect(page.get_by_role("region", name="Pinned")).to_contain_text("Renamed by hand")
    menu(page, page.get_by_role("region", name="Pinned").get_by_role("listitem"), "Delete")
    expect(rows(page)).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(rows(page)).to_have_count(2)
    expect(prompts(page)).to_contain_text("first of all")


def test_the_archive_is_a_list_of_its_own(server, open_page):
    page = open_page(server.url)
    answer(page, "put away")
    menu(page, rows(page), "Archive")
    expect(rows(page)).to_have_count(0)
    page.get_by_role("button", name="Archive", exact=True).click()
    expect(rows(page)).to_have_count(1)
    menu(page, rows(page), "Move back")
    page.get_by_role("button", name="Back to all").click()
    expect(rows(page)).to_have_count(1)


def test_the_filter_looks_at_titles(server, open_page):
    page = open_page(server.url)
    answer(page, "about owls")
    page.get_by_role("button", name="New chat").first.click()
    answer(page, "about trains")
    page.get_by_role("searchbox").fill("OWL")
    expect(rows(page)).to_have_count(1)
    page.get_by_role("searchbox").fill("nothing like it")
    expect(page.get_by_text("No title contains these words.")).to_be_visible()


def test_two_tabs_see_each_others_changes(make_server, open_page):
    server = make_server(pace=0.02)
    server.start()
    one = open_page(server.url)
    answer(one, "a table")
    two = open_page(one.url, beside=one)
    expect(prompts(two)).to_have_count(1)
    send(two, "code")
    expect(prompts(one)).to_have_count(2)
    expect(replies(one).last).to_contain_text("Three", ignore_case=True)
    menu(one, rows(one), "Rename")
    one.get_by_role("textbox", name="Title").fill("Seen in both")
    one.keyboard.press("Enter")
    expect(rows(two)).to_contain_text("Seen in both")
    expect(two.get_by_role("heading", name="Seen in both")).to_be_visible()
    expect(composer(two)).to_have_value("")


def test_a_conversation_deleted_in_another_tab_says_so(server, open_page):
    one = open_page(server.url)
    answer(one, "short-lived")
    two = open_page(one.url, beside=one)
    expect(prompts(two)).to_have_count(1)
    menu(one, rows(one), "Delete")
    expect(two.get_by_text("This conversation was deleted")).to_be_visible()
    expect(rows(two)).to_have_count(0)
    two.reload()
    two.get_by_role("main").get_by_role("button", name="Restore").click()
    expect(prompts(two)).to_have_count(1)
    expect(rows(one)).to_have_count(1)
    menu(one, rows(one), "Delete")
    two.get_by_role("main").get_by_role("button", name="Restore").click()
    expect(prompts(two)).to_have_count(1)
    expect(composer(two)).to_be_visible()
