"""The first visit says what there is to talk to and lets one begin; later only a greeting is left of it."""

import pytest
from playwright.sync_api import expect

from tests.e2e.chat import answer, composer, finished, replies
from tests.e2e.held import Held
from tests.peers.ollama import OllamaPeer
from tests.peers.openai_server import ModelPeer

pytestmark = pytest.mark.browser


def test_without_a_model_the_demo_is_two_keys_away(server, open_page):
    page = open_page(server.url)
    found = page.get_by_role("region", name="Found here")
    expect(found).to_contain_text("No model is connected.")
    found.get_by_role("button", name="Try the demo").click()
    expect(composer(page)).to_be_focused()
    page.keyboard.press("Enter")
    finished(page)
    expect(replies(page).first).to_be_visible()
    page.keyboard.press("Control+Shift+O")
    expect(page.get_by_role("heading", name="What are you thinking about?")).to_be_visible()
    expect(found).to_have_count(0)
    page.reload()
    expect(page.get_by_role("heading", name="What are you thinking about?")).to_be_visible()
    expect(found).to_have_count(0)


def test_what_is_found_is_named_and_answers_at_once(make_server, open_page, tmp_path):
    agent = tmp_path / "bin" / "goose"
    agent.parent.mkdir()
    agent.write_text("#!/bin/sh\n", "utf-8")
    agent.chmod(0o755)
    with ModelPeer() as peer:
        server = make_server()
        server.settings["OPENAI_BASE_URL"] = f"{peer.url}/v1"
        server.settings["OPENAI_API_KEY"] = "sk-test"
        server.settings["PATH"] = str(agent.parent)
        server.start()
        page = open_page(server.url)
        found = page.get_by_role("region", name="Found here")
        expect(found).to_contain_text("OpenAI answers: 2 models.")
        expect(found).to_contain_text("goose")
        answer(page, "please say: good morning")
        expect(replies(page).last).to_contain_text("good morning")


def test_the_way_to_a_key_leads_to_the_settings(server, open_page):
    page = open_page(server.url, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page.get_by_role("button", name="Give a key").click()
    expect(page.get_by_role("heading", name="Models and keys")).to_be_visible()
    page.get_by_role("button", name="Add a key for Anthropic").click()
    expect(page.get_by_label("Key", exact=True)).to_be_visible()


RIGHT_TO_LEFT = "document.documentElement.dir = 'rtl'"
#: What stands outside the window, or is wider than what holds it.
OUTSIDE = """[...document.querySelectorAll('button, a, input, textarea, h1, h2')]
  .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest('.away, [inert], [popover]'))
  .filter((one) => { const { left, right } = one.getBoundingClientRect(); return left < -1 || right > innerWidth + 1; })
  .map((one) => one.outerHTML.slice(0, 80))"""


FRAME = """[...document.querySelectorAll('.sidebar, .brand')].map((one) => {
  const { x, y, width, height } = one.getBoundingClientRect();
  return [x, y, width, height].map(Math.round);
})"""


@pytest.mark.parametrize("kept", ["", "localStorage.setItem('hermes.sidebarWidth', '400')"])
def test_the_frame_stands_before_the_modules_are_here_and_nothing_moves(server, open_page, kept):
    page = open_page(server.url)
    page.evaluate(kept)
    held = Held(page, "**/packs/app.js")
    page.goto(server.url, wait_until="commit")
    expect(page.locator(".first-frame .brand")).to_be_visible()
    held.first()
    before = page.evaluate(FRAME)
    held.let_go()
    expect(composer(page)).to_be_visible()
    assert page.evaluate(FRAME) == before
    expect(page.locator(".first-frame")).to_have_count(0)


def test_a_list_that_is_hidden_does_not_flash_in(server, open_page):
    page = open_page(server.url)
    page.keyboard.press("Control+b")
    held = Held(page, "**/packs/app.js")
    page.goto(server.url, wait_until="commit")
    held.first()
    expect(page.locator(".first-frame .sidebar")).to_be_hidden()
    held.let_go()
    expect(composer(page)).to_be_visible()
    expect(page.locator(".sidebar")).to_be_hidden()


def test_what_the_page_begins_with_is_asked_for_before_its_modules_are_here_and_once(server, open_page):
    page = open_page(server.url)
    answer(page, "Hello")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.removeprefix(server.url).partition("?")[0]))
    held = Held(page, "**/packs/app.js")
    page.goto(page.url, wait_until="commit")
    held.first()
    first = ("/api/session", "/api/sessions", "/api/projects", "/api/models")
    expect(page.locator(".first-frame")).to_be_visible()
    assert {path for path in asked if path in first} == set(first)
    held.let_go()
    expect(replies(page).last).to_be_visible()
    assert sorted(path for path in asked if path in first) == sorted(first)


def test_what_draws_replies_keeps_nothing_else_waiting(server, open_page):
    page = open_page(server.url)
    answer(page, "Hello")
    held = Held(page, "**/vendor/markdown-it.js")
    page.goto(page.url, wait_until="commit")
    held.first()
    expect(composer(page)).to_be_visible()
    expect(page.get_by_role("navigation").get_by_role("link").first).to_be_visible()
    held.let_go()
    expect(replies(page).last).to_be_visible()


@pytest.mark.parametrize("width", [1280, 390])
def test_right_to_left_does_not_break_the_page(server, open_page, width):
    page = open_page(server.url, viewport={"width": width, "height": 800})
    page.evaluate(RIGHT_TO_LEFT)
    answer(page, "a table")
    assert page.evaluate(OUTSIDE) == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    page.keyboard.press("Control+,")
    expect(page.get_by_role("dialog", name="Settings")).to_be_visible()
    assert page.evaluate(OUTSIDE) == []
    nav, body = (page.locator(part).bounding_box() for part in (".settings-nav", ".settings-body"))
    assert width < 760 or (nav and body and nav["x"] > body["x"])


def test_a_language_that_is_chosen_is_kept_and_one_that_is_gone_is_english(server, open_page):
    page = open_page(f"{server.url}/settings/appearance", locale="de-DE")
    with page.expect_navigation():
        page.get_by_label("Sprache").select_option("en")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_label("Language")).to_have_value("en")
    page.evaluate("localStorage.setItem('hermes.language', '\"xx\"')")
    page.reload()
    expect(page.get_by_role("dialog", name="Settings")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_at_twice_the_size_nothing_is_cut_off(server, open_page):
    page = open_page(server.url, viewport={"width": 640, "height": 400})
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    page.keyboard.press("Control+,")
    expect(page.get_by_role("dialog", name="Settings")).to_be_visible()
    assert page.evaluate(OUTSIDE) == []


def test_what_is_started_later_is_found_when_one_comes_back_to_the_page(make_server, open_page, free_port):
    server = make_server()
    server.settings["OLLAMA_HOST"] = f"127.0.0.1:{free_port}"
    server.start()
    page = open_page(server.url)
    found = page.get_by_role("region", name="Found here")
    expect(found).to_contain_text("No model is connected.")
    with OllamaPeer(port=free_port):
        coming_back = (
            "() => { dispatchEvent(new Event('focus')); return document.body.innerText.includes('Ollama answers'); }"
        )
        page.wait_for_function(coming_back, polling=500)
        expect(found).to_contain_text("Ollama answers: 2 models.")
        expect(page.get_by_role("button", name="Model: qwen3:8b")).to_be_visible()
        composer(page).fill("please say: I was late")
        page.keyboard.press("Enter")
        finished(page)
        expect(replies(page).last).to_contain_text("I was late")


def test_a_model_that_is_fetched_later_stands_in_the_menu_when_it_is_opened(make_server, open_page, free_port):
    server = make_server()
    server.settings["OLLAMA_HOST"] = f"127.0.0.1:{free_port}"
    with OllamaPeer(port=free_port) as ollama:
        ollama.models = ()
        server.start()
        page = open_page(server.url)
        chooser = page.get_by_role("button", name="Model: Demo")
        chooser.click()
        expect(page.get_by_role("option", name="Demo")).to_be_visible()
        page.keyboard.press("Escape")
        ollama.models = ("qwen3:8b",)
        opened_again = """() => {
          const sheet = document.querySelector('.sheet.models');
          if (sheet.matches(':popover-open')) sheet.hidePopover(); else sheet.showPopover();
          return sheet.innerText.includes('qwen3:8b');
        }"""
        page.wait_for_function(opened_again, polling=700)
