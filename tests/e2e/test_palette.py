"""The palette and the keyboard map: everything within reach of the keyboard alone."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.chat import answer, composer, prompts
from tests.e2e.held import Held

pytestmark = pytest.mark.browser


def test_what_lies_over_the_page_moves_nothing_under_it(server, open_page):
    page = open_page(server.url)
    before = composer(page).bounding_box()
    for keys, name in (("Control+k", "Commands and search"), ("Control+,", "Settings")):
        page.keyboard.press(keys)
        expect(page.get_by_role("dialog", name=name)).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        assert composer(page).bounding_box() == before


def test_a_conversation_a_command_and_a_setting_are_reached_by_keys_alone(server, open_page):
    page = open_page(server.url)
    answer(page, "a table of rivers")
    page.keyboard.press("Control+Shift+O")
    expect(prompts(page)).to_have_count(0)
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox")
    expect(field).to_be_focused()
    page.keyboard.type("rivr")
    expect(page.get_by_role("option", selected=True)).to_contain_text("a table of rivers")
    page.keyboard.press("Enter")
    expect(prompts(page)).to_contain_text("a table of rivers")
    page.keyboard.press("Control+k")
    expect(field).to_be_focused()
    expect(page.get_by_role("group", name="Used lately").get_by_role("option")).to_have_count(1)
    page.keyboard.type("dark th")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(composer(page)).to_be_focused()
    page.keyboard.press("Control+k")
    page.keyboard.type("notifications")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/settings/behaviour$"))
    expect(page.get_by_role("dialog", name="Settings")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(r"/c/[\w-]+$"))
    expect(prompts(page)).to_contain_text("a table of rivers")


def test_the_arrows_walk_and_escape_leaves_everything_as_it_was(server, open_page):
    page = open_page(server.url)
    composer(page).fill("half a thought")
    page.keyboard.press("Control+k")
    chosen = page.get_by_role("option", selected=True)
    expect(chosen).to_have_count(1)
    first = chosen.inner_text()
    page.keyboard.press("ArrowUp")
    expect(chosen).not_to_have_text(first)
    active = page.get_by_role("combobox").get_attribute("aria-activedescendant")
    expect(chosen).to_have_attribute("id", active)
    page.keyboard.press("ArrowDown")
    page.keyboard.type("no such thing")
    expect(page.get_by_text("Nothing found for “no such thing”.")).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(composer(page)).to_be_focused()
    expect(composer(page)).to_have_value("half a thought")


def test_the_keyboard_map_names_the_keys_that_work(server, open_page):
    page = open_page(server.url)
    composer(page).fill("is this a question?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("heading").first.click()
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(keys).to_contain_text("New chat")
    expect(keys).to_contain_text("CtrlShiftO")
    page.keyboard.press("Escape")
    expect(keys).to_have_count(0)


def test_what_is_typed_before_the_palette_is_there_goes_into_it(server, open_page):
    page = open_page(server.url)
    composer(page).fill("half a thought")
    held = Held(page, "**/components/palette.js")
    page.keyboard.press("Control+k")
    page.keyboard.type("darq")
    page.keyboard.press("Backspace")
    page.keyboard.type("k")
    page.keyboard.press("Enter")
    held.let_go()
    expect(page.get_by_role("combobox")).to_have_value("dark")
    expect(page.get_by_role("option", selected=True)).to_contain_text("Dark theme")
    page.keyboard.press("Escape")
    expect(composer(page)).to_have_value("half a thought")
    expect(prompts(page)).to_have_count(0)
