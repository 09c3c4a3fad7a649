"""Schedules, usage, profiles and kept prompts in the settings: by hand and by keys, on a desk and a phone."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.chat import answer, composer, prompts, rows, send
from tests.e2e.screens import SIZES
from tests.e2e.test_accessibility import faults

pytestmark = pytest.mark.browser

SECTIONS = ("schedules", "usage", "profiles", "prompts")
TOO_WIDE = (
    "[document.documentElement, document.querySelector('.settings-scroll')].some((e) => e.scrollWidth > e.clientWidth)"
)
TOO_SMALL = """[...document.querySelectorAll('.settings-scroll :is(button, a[href], summary, input, select, textarea)')]
  .filter((one) => one.checkVisibility({ opacityProperty: true }) && !one.matches('[type=checkbox], [type=radio]'))
  .map((one) => [one.textContent, one.getBoundingClientRect().height]).filter(([, height]) => height < 44)"""


def item(page: Page, name: str):
    return page.get_by_role("listitem").filter(has=page.get_by_role("heading", name=name))


def settings(page: Page, url: str, section: str) -> None:
    page.goto(f"{url}/settings/{section}")
    expect(page.get_by_role("dialog", name="Settings")).to_be_visible()


def make_schedule(page: Page, name: str) -> None:
    page.get_by_role("button", name="Add a schedule").click()
    page.get_by_label("Name").fill(name)
    page.get_by_label("Prompt", exact=True).fill("What is new?")
    page.get_by_label("When", exact=True).select_option("weekly")
    page.get_by_role("checkbox", name="Saturday").check(force=True)
    page.get_by_label("Time", exact=True).fill("07:30")
    expect(page.get_by_text(re.compile(r"Next: .*7:30"))).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()


def test_a_schedule_is_made_run_changed_and_taken_away(server, open_page):
    page = open_page(server.url)
    settings(page, server.url, "schedules")
    make_schedule(page, "Morning")
    morning = item(page, "Morning")
    expect(morning).to_contain_text(re.compile("Mon, Tue, Wed, Thu, Fri, Sat at 7:30"))
    page.get_by_role("button", name="Run Morning now").click()
    expect(morning.get_by_role("link")).to_have_count(1)
    expect(morning).to_contain_text("done")
    morning.get_by_role("link").click()
    expect(page.get_by_role("dialog", name="Settings")).to_have_count(0)
    expect(prompts(page).first).to_contain_text("What is new?")
    expect(rows(page).first).to_contain_text("Morning ·")
    expect(rows(page).first.get_by_role("img", name="Sent by the schedule Morning")).to_be_visible()
    page.go_back()
    settings(page, server.url, "schedules")
    page.get_by_role("button", name="Change Morning").click()
    page.get_by_role("switch", name="Switched on").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(item(page, "Morning")).to_contain_text("Switched off")
    page.get_by_role("button", name="Change Morning").click()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("heading", name="Morning")).to_have_count(0)
    expect(rows(page)).to_have_count(1)


def test_what_is_wrong_is_told_and_nothing_typed_is_lost(server, open_page):
    page = open_page(server.url)
    settings(page, server.url, "schedules")
    page.get_by_role("button", name="Add a schedule").click()
    page.get_by_label("Name").fill("Odd")
    page.get_by_label("Prompt", exact=True).fill("x")
    page.get_by_label("When", exact=True).select_option("cron")
    page.get_by_label("Cron expression").fill("61 * * * *")
    expect(page.get_by_text(re.compile("says no time"))).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text(re.compile("says no time"))).to_have_count(2)
    expect(page.get_by_label("Name")).to_have_value("Odd")
    page.get_by_label("Cron expression").fill("0 7 * * 1")
    page.get_by_role("button", name="Save").click()
    expect(item(page, "Odd")).to_contain_text("By cron: 0 7 * * 1")


def test_a_profile_is_what_a_new_conversation_begins_with(server, open_page):
    work = server.folder / "workspace" / "papers"
    work.mkdir(parents=True)
    page = open_page(server.url)
    settings(page, server.url, "profiles")
    page.get_by_role("button", name="Add a profile").click()
    page.get_by_label("Name").fill("Research")
    page.get_by_label("Model", exact=True).select_option('["demo","demo","demo"]')
    page.get_by_label("Folder", exact=True).fill(str(work))
    page.get_by_role("switch", name="Use it by default").check()
    page.get_by_role("button", name="Save").click()
    expect(item(page, "Research")).to_contain_text("New conversations begin with it.")
    page.goto(server.url)
    expect(page.get_by_label("Begin with", exact=True)).to_have_value(re.compile(r"^[0-9a-f]+$"))
    answer(page, "hello")
    expect(page.get_by_label("Begin with", exact=True)).to_have_count(0)
    first = page.evaluate("fetch('/api/sessions').then((r) => r.json()).then((found) => found.sessions[0])")
    assert (first["profile"], first["workspace"]) == ("Research", str(work.resolve()))
    page.keyboard.press("Control+Shift+O")
    page.get_by_label("Begin with", exact=True).select_option(label="No profile")
    answer(page, "again")
    second = page.evaluate("fetch('/api/sessions').then((r) => r.json()).then((found) => found.sessions[0])")
    assert (second["profile"], second["workspace"]) == (None, "")


def test_kept_prompts_are_found_changed_and_taken_back(server, open_page):
    page = open_page(server.url)
    settings(page, server.url, "prompts")
    for name, text in (("Review", "Review {file}"), ("Translate", "Translate into {language}")):
        page.get_by_role("button", name="Add a prompt").click()
        page.get_by_label("Name").fill(name)
        page.get_by_label("Prompt", exact=True).fill(text)
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("heading", name=name)).to_be_visible()
    page.get_by_role("searchbox", name="Search the prompts").fill("LANGUAGE")
    expect(page.get_by_role("heading", name="Review")).to_have_count(0)
    page.get_by_role("button", name="Change Translate").click()
    page.get_by_label("Prompt", exact=True).fill("Translate into {language}, briefly")
    page.get_by_role("button", name="Save").click()
    expect(item(page, "Translate")).to_contain_text("briefly")
    page.get_by_role("button", name="Change Translate").click()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("heading", name="Translate")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(item(page, "Translate")).to_contain_text("briefly")
    page.goto(server.url)
    composer(page).press_sequentially("@Trans")
    expect(page.get_by_role("option", name=re.compile("Translate"))).to_be_visible()


def test_usage_is_drawn_and_its_figures_can_be_read(server, open_page):
    page = open_page(server.url)
    answer(page, "hello")
    page.get_by_role("button", name="Options").last.click()
    page.get_by_role("menuitem", name=re.compile("tokens used")).click()
    expect(page.get_by_role("heading", name="Usage and cost")).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("the most"))).to_be_visible()
    table = page.get_by_role("region", name="By model")
    expect(table.get_by_role("row").nth(1)).to_contain_text("demo")
    page.get_by_text("Figures by day").click()
    expect(page.get_by_role("region", name="Figures by day").get_by_role("row")).to_have_count(2)
    page.get_by_role("radio", name="Last 7 days").check(force=True)
    expect(page.locator(".bar")).to_have_count(7)


def test_the_figures_of_use_stand_whole_on_a_phone(server, open_page):
    page = open_page(server.url, viewport=SIZES["phone"], has_touch=True, is_mobile=True)
    answer(page, "hello")
    settings(page, server.url, "usage")
    page.get_by_text("Figures by day").click()
    for name in ("By model", "Figures by day"):
        table = page.get_by_role("region", name=name)
        assert table.evaluate("one => one.scrollWidth <= one.clientWidth"), name
        figures = table.get_by_role("row").nth(1)
        expect(figures.get_by_role("cell")).to_have_count(4)
        expect(table.get_by_role("columnheader")).to_have_count(5)
        assert figures.get_by_role("cell").last.evaluate("one => getComputedStyle(one, '::before').content") == (
            '"Tokens written"'
        )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["desk", "phone"])
def test_the_sections_are_accessible_and_fit(server, open_page, size, scheme):
    phone = size == "phone"
    page = open_page(
        server.url, viewport=SIZES[size], color_scheme=scheme, has_touch=phone, is_mobile=phone, reduced_motion="reduce"
    )
    settings(page, server.url, "schedules")
    make_schedule(page, "Morning")
    page.get_by_role("button", name="Run Morning now").click()
    expect(item(page, "Morning")).to_contain_text("done")
    found = {}
    for section in SECTIONS:
        settings(page, server.url, section)
        expect(page.locator(".settings-scroll > *").first).to_be_visible()
        buttons = page.get_by_role("button", name=re.compile("^(Add a|Change Morning)"))
        for button in buttons.all():
            button.click()
        found[section] = faults(page)
        assert not page.evaluate(TOO_WIDE), section
        assert not phone or page.evaluate(TOO_SMALL) == [], section
    assert not any(found.values()), found


def test_a_schedule_is_made_by_keys_alone(server, open_page):
    page = open_page(server.url)
    send(page, "hello")
    page.keyboard.press("Control+k")
    page.keyboard.type("cron")
    expect(page.get_by_role("option", name="Schedules")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Schedules")).to_be_visible()
    button = page.get_by_role("button", name="Add a schedule")
    expect(button).to_be_visible()
    button.focus()
    page.keyboard.press("Enter")
    page.get_by_label("Name").focus()
    page.keyboard.type("By keys")
    page.keyboard.press("Tab")
    page.keyboard.type("What is new?")
    page.get_by_label("Name").press("Enter")
    expect(page.get_by_role("heading", name="By keys")).to_be_visible()
