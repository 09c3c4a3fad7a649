"""What the composer helps with: commands, kept prompts, the prompts before, two drafts of one, models to find."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.chat import answer, composer, finished, prompts, send
from tests.e2e.desk import plant, tree

pytestmark = pytest.mark.browser


def options(page):
    return page.get_by_role("listbox", name="Commands").get_by_role("option")


def test_commands_are_found_and_run_by_the_keyboard_alone(server, open_page):
    page = open_page(server.url)
    answer(page, "hello")
    page.keyboard.type("/")
    expect(options(page).first).to_be_visible()
    page.keyboard.type("dar")
    expect(options(page)).to_have_count(1)
    expect(composer(page)).to_have_attribute("aria-activedescendant", "suggestion-0")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(composer(page)).to_have_value("")
    page.keyboard.type("/")
    first = options(page).first.get_attribute("aria-selected")
    page.keyboard.press("ArrowDown")
    expect(options(page).nth(1)).to_have_attribute("aria-selected", first or "")
    page.keyboard.press("Escape")
    expect(options(page)).to_have_count(0)
    expect(composer(page)).to_have_value("/")
    page.keyboard.type("no such command")
    page.keyboard.press("Enter")
    expect(prompts(page).last).to_contain_text("/no such command")
    finished(page)
    page.keyboard.type("/new")
    page.keyboard.press("Tab")
    page.wait_for_url(server.url + "/")
    expect(composer(page)).to_be_focused()


def test_a_prompt_is_kept_and_inserted_with_its_first_place_selected(server, open_page):
    page = open_page(server.url)
    composer(page).fill("Review {what} for {whom}")
    page.get_by_role("button", name="Add").click()
    page.get_by_role("menuitem", name="Keep as a prompt").click()
    dialog = page.get_by_role("dialog", name="Keep as a prompt")
    dialog.get_by_role("textbox", name="Name").fill("Review")
    page.keyboard.press("Enter")
    expect(page.get_by_text("“Review” is kept")).to_be_visible()
    composer(page).fill("")
    composer(page).press_sequentially("please @rev")
    expect(page.get_by_role("option", name="Review")).to_be_visible()
    page.keyboard.press("Enter")
    expect(composer(page)).to_have_value("please Review {what} for {whom}")
    expect(composer(page)).to_be_focused()
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    page.keyboard.type("this")
    page.evaluate("() => { const f = document.getElementById('composer'); f.setSelectionRange(14, 18); }")
    page.keyboard.press("Tab")
    page.keyboard.type("Ada")
    expect(composer(page)).to_have_value("please Review this for Ada")
    composer(page).fill("@")
    composer(page).press("Shift+Delete")
    expect(page.get_by_text("“Review” was deleted.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    composer(page).fill("")
    composer(page).press_sequentially("@")
    expect(page.get_by_role("option", name="Review")).to_be_visible()


def test_up_brings_the_last_prompts_back_and_down_leads_forward_again(server, open_page):
    page = open_page(server.url)
    answer(page, "first")
    answer(page, "second")
    composer(page).press("ArrowUp")
    expect(composer(page)).to_have_value("second")
    composer(page).press("ArrowUp")
    expect(composer(page)).to_have_value("first")
    composer(page).press("ArrowDown")
    expect(composer(page)).to_have_value("second")
    composer(page).press_sequentially(", changed")
    composer(page).press("ArrowUp")
    expect(composer(page)).to_have_value("second, changed")
    page.goto(server.url)
    composer(page).fill("")
    composer(page).press("ArrowUp")
    expect(composer(page)).to_have_value("second")
    composer(page).press("ArrowDown")
    expect(composer(page)).to_have_value("")


def test_two_tabs_that_write_different_drafts_are_told_and_neither_is_lost(server, open_page):
    one = open_page(server.url)
    answer(one, "hello")
    two = open_page(one.url)  # another browser: it has a storage of its own
    expect(prompts(two)).to_have_count(1)
    with one.expect_response(re.compile("/api/session/draft")):
        composer(one).fill("written here")
    with two.expect_response(re.compile("/api/session/draft")) as refused:
        composer(two).fill("written there")
    assert refused.value.status == 409
    group = two.get_by_role("group", name="Another tab or device wrote a different draft:")
    expect(group).to_contain_text("written here")
    expect(composer(two)).to_have_value("written there")
    with two.expect_response(re.compile("/api/session/draft")) as saved:
        group.get_by_role("button", name="Keep both").click()
    assert saved.value.status == 200
    expect(group).to_have_count(0)
    expect(composer(two)).to_have_value("written here\n\nwritten there")
    with one.expect_response(re.compile("/api/session/draft")):
        composer(one).press_sequentially(", on")
    one.get_by_role("button", name="Use that one").click()
    expect(composer(one)).to_have_value("written here\n\nwritten there")


def test_enter_makes_a_line_where_that_was_chosen(server, open_page):
    page = open_page(server.url)
    page.evaluate("() => localStorage.setItem('hermes.sendKey', '\"mod-enter\"')")
    page.reload()
    composer(page).focus()
    page.keyboard.type("one")
    page.keyboard.press("Enter")
    page.keyboard.type("two")
    expect(composer(page)).to_have_value("one\ntwo")
    page.keyboard.press("Control+Enter")
    expect(prompts(page)).to_contain_text("one")


MODELS = {
    "providers": [
        {
            "id": "router",
            "name": "Router",
            "engine": "model",
            "ready": True,
            "models": [
                {"id": f"m-{n}", "provider": "router", "name": f"Model {n}", "context_length": 8192} for n in range(500)
            ],
        }
    ],
    "default": {"engine": "model", "provider": "router", "model": "m-7"},
}


def test_one_of_five_hundred_models_is_found_liked_and_chosen_by_the_keyboard(server, open_page):
    page = open_page(server.url)
    page.route("**/api/models", lambda route: route.fulfill(json=MODELS))
    page.reload()
    page.get_by_role("button", name="Model: Model 7").click()
    field = page.get_by_role("combobox", name="Find a model")
    expect(field).to_be_focused()
    expect(page.get_by_role("option", name="Model 7, Router, 8k context")).to_have_attribute("aria-selected", "true")
    page.keyboard.type("model 432")
    expect(page.get_by_role("listbox", name="Choose the model").get_by_role("option").first).to_contain_text(
        "Model 432"
    )
    page.keyboard.press("Control+d")
    page.keyboard.press("Enter")
    expect(composer(page)).to_be_focused()
    page.get_by_role("button", name="Model: Model 432").click()
    favourites = page.get_by_role("group", name="Favourites")
    expect(favourites.get_by_role("option", name="Model 432")).to_have_attribute("aria-selected", "true")
    page.reload()
    page.get_by_role("button", name="Model: Model 432").click()
    expect(favourites.get_by_role("option", name="Model 432")).to_be_visible()


def test_what_a_crash_took_from_the_browsers_storage_is_sent_all_the_same(server, open_page):
    page = open_page(server.url)
    answer(page, "hello")
    page.route("**/api/chat/start", lambda route: route.abort())
    send(page, "in two places")
    expect(page.locator("[data-stage=waiting]")).to_be_visible()
    page.evaluate(
        "() => Object.keys(localStorage).filter((n) => n.includes('outbox')).forEach((n) => localStorage.removeItem(n))"
    )
    page.unroute("**/api/chat/start")
    page.reload()
    finished(page)
    expect(prompts(page).last).to_contain_text("in two places")


def test_at_leads_to_a_folder_where_there_is_none_and_then_names_its_files(make_server, open_page):
    server = make_server()
    plant(server)
    server.start()
    page = open_page(server.url)
    expect(composer(page)).to_be_focused()
    page.keyboard.type("Look at @")
    expect(page.get_by_role("listbox", name="Prompts and files")).to_contain_text("No prompts are kept yet.")
    way = page.get_by_role("option", name="Choose the folder")
    expect(way).to_contain_text("Once this conversation has a folder, @ names its files too.")
    page.keyboard.type("none")  # a word: what was written is sent by Enter, and leads nowhere else
    expect(way).to_have_count(0)
    expect(page.locator(".suggest-none")).to_contain_text("Once this conversation has a folder")
    for _ in "none":
        page.keyboard.press("Backspace")
    expect(way).to_be_visible()
    page.keyboard.press("Enter")
    panel = page.get_by_role("complementary", name="Workspace")
    panel.get_by_role("button", name="Look into workspace").click()
    panel.get_by_role("button", name="Use demo").click()
    expect(tree(page)).to_be_visible()
    composer(page).focus()
    expect(composer(page)).to_have_value("Look at @")
    page.keyboard.type("READ")
    page.get_by_role("option", name="README").click()
    expect(composer(page)).to_have_value("Look at README ")
