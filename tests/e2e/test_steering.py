"""Steering: a prompt is given to the reply that is being written, at its next step, and stands where it was read."""

import os

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.chat import composer, finished, prompts, replies, send, session_id

pytestmark = pytest.mark.browser

STEER = "Steer: give it to the running reply at its next step"
STEERS = "Queue (Ctrl+Enter) · Steer the reply: send to its next step (Ctrl+Shift+Enter)"
MARK = "Goes to the reply at its next step"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def waiting(page: Page):
    """A reply that waits for an answer: its next step comes when the test wants it."""
    send(page, "approve")
    expect(page.locator("[data-question]")).to_be_visible()
    return page.get_by_role("group", name="Queued messages")


def allow(page: Page) -> None:
    page.get_by_role("button", name="Allow", exact=True).click()


def spoken(page: Page) -> list[str]:
    """The prompts of the conversation, also those that are not in view."""
    found = page.request.get(f"{page.url.split('/c/')[0]}/api/session?session_id={session_id(page)}").json()
    return [each["content"] for each in found["session"]["messages"] if each["role"] == "user"]


def look(page: Page, name: str) -> None:
    """For who wants to see it: `LOOKS=folder`."""
    if folder := os.environ.get("LOOKS"):
        page.screenshot(path=f"{folder}/{name}.png")


@pytest.mark.parametrize(("name", "options"), [("desk-light", {}), ("phone-dark", {**PHONE, "color_scheme": "dark"})])
def test_a_key_sends_to_the_next_step_and_the_prompt_stands_behind_it(server, open_page, name, options):
    page = open_page(server.url, **options)
    queue = waiting(page)
    send(page, "and then the wasps")
    expect(queue.get_by_role("listitem")).to_have_count(1)
    composer(page).fill("say it in Latin")
    composer(page).press("ControlOrMeta+Enter")
    items = queue.get_by_role("listitem")
    expect(items).to_have_text([f"say it in Latin{MARK}", "and then the wasps"])
    expect(items.nth(0).get_by_role("button", name=STEER)).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_test_id("announcer")).to_have_text(MARK)
    expect(composer(page)).to_have_value("")
    look(page, f"{name}-waiting")
    queue.get_by_role("button", name="Remove “and then the wasps”").click()
    expect(items).to_have_count(1)
    allow(page)
    expect(page.get_by_text("You say meanwhile: “say it in Latin”")).to_be_visible()
    finished(page)
    assert spoken(page) == ["approve", "say it in Latin"]
    expect(prompts(page).last).to_contain_text("say it in Latin")
    expect(prompts(page).last).to_contain_text("Given to the reply while it was written")
    look(page, f"{name}-taken")
    page.reload()
    expect(prompts(page).last).to_contain_text("say it in Latin")
    expect(prompts(page).last).to_contain_text("Given to the reply while it was written")


def test_a_button_steers_and_takes_it_back_and_another_tab_sees_it(server, open_page):
    page = open_page(server.url)
    queue = waiting(page)
    for text in ("one", "two"):
        send(page, text)
    items = queue.get_by_role("listitem")
    expect(items).to_have_text(["one", "two"])
    other = open_page(page.url, beside=page)
    there = other.get_by_role("group", name="Queued messages").get_by_role("listitem")
    button = items.filter(has_text="two").get_by_role("button", name=STEER)
    button.click()
    expect(there).to_have_text([f"two{MARK}", "one"])
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(page.get_by_test_id("announcer")).to_have_text("It waits for its turn again.")
    expect(there).to_have_text(["two", "one"])
    other.get_by_role("group", name="Queued messages").get_by_role("button", name=STEER).last.click()
    expect(items).to_have_text([f"one{MARK}", "two"])
    page.get_by_role("button", name="Stop").click()
    queue.get_by_role("button", name="Send now").click()
    expect(prompts(page).last).to_contain_text("two")
    finished(page)
    assert spoken(page) == ["approve", "one", "two"]


def test_it_is_held_through_a_kill_of_the_server_and_taken_after_the_answer(server, open_page):
    page = open_page(server.url)
    queue = waiting(page)
    composer(page).fill("say it in Latin")
    composer(page).press("ControlOrMeta+Enter")
    expect(queue).to_contain_text(MARK)
    server.kill()
    server.start()
    page.reload()
    expect(queue).to_contain_text(MARK)
    allow(page)
    expect(prompts(page).last).to_contain_text("say it in Latin")
    finished(page)
    expect(replies(page).last).to_contain_text("You say meanwhile: “say it in Latin”")


def test_where_enter_makes_lines_another_key_steers_and_the_map_names_it(server, open_page):
    page = open_page(server.url)
    page.evaluate("() => localStorage.setItem('hermes.sendKey', '\"mod-enter\"')")
    page.reload()
    composer(page).fill("approve")
    composer(page).press("Control+Enter")
    expect(page.locator("[data-question]")).to_be_visible()
    page.locator(".scroller").focus()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog.locator("dl > div", has_text="Steer the reply").locator("kbd")).to_have_text(
        ["Ctrl", "Shift", "Enter"]
    )
    page.keyboard.press("Escape")
    items = page.get_by_role("group", name="Queued messages").get_by_role("listitem")
    composer(page).fill("one")
    composer(page).press("Control+Enter")
    expect(items).to_have_text(["one"])
    composer(page).fill("two")
    expect(page.get_by_role("button", name="Queue", exact=True)).to_have_attribute("title", STEERS)
    composer(page).press("Control+Shift+Enter")
    expect(items).to_have_text([f"two{MARK}", "one"])
