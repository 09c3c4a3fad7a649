"""axe-core finds nothing serious on any screen, in light and dark, on a desk and on a phone."""

from collections.abc import Callable, Mapping
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.chat import answer, finished, menu, rows, send

pytestmark = pytest.mark.browser

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
#: WCAG 2.2 AA and what axe calls good practice, but for what is a matter of taste.
RUN = """() => axe.run(document, {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  resultTypes: ['violations'],
})"""
GRAVE = {"serious", "critical"}
SIZES = {"desk": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}


def faults(page: Page) -> list[str]:
    """What axe finds to be serious or critical, with the first elements of each."""
    page.evaluate(AXE)
    found: dict[str, Any] = page.evaluate(RUN)
    return [
        f"{each['id']}: {each['help']}: {[node['html'][:160] for node in each['nodes'][:3]]}"
        for each in found["violations"]
        if each["impact"] in GRAVE
    ]


def conversation(page: Page) -> None:
    answer(page, "Show me a table")
    answer(page, "Now code in three languages")
    expect(page.locator("code [class^=hljs]").first).to_be_attached()


def failure(page: Page) -> None:
    send(page, "error")
    expect(page.locator("[data-line=bad]")).to_be_visible()
    finished(page)


def chooser(page: Page) -> None:
    page.get_by_role("button", name="Model:").click()
    expect(page.get_by_text("Demo").last).to_be_visible()


SCREENS: Mapping[str, Callable[[Page], None]] = MappingProxyType(
    {"empty": lambda page: None, "conversation": conversation, "failure": failure, "chooser": chooser}
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_every_screen_is_accessible(server, open_page, size, scheme):
    phone = size == "phone"
    page = open_page(server.url, viewport=SIZES[size], color_scheme=scheme, has_touch=phone, is_mobile=phone)
    expect(page.get_by_role("heading", name="What are you thinking about?")).to_be_visible()
    found = {}
    for name, go in SCREENS.items():
        go(page)
        found[name] = faults(page)
        page.keyboard.press("Escape")
    assert not any(found.values()), found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_what_lies_over_the_page_is_accessible(server, open_page, size, scheme):
    phone = size == "phone"
    page = open_page(server.url, viewport=SIZES[size], color_scheme=scheme, has_touch=phone, is_mobile=phone)
    found = {}
    for keys, name in (("Control+k", "Commands and search"), ("Control+,", "Settings")):
        page.keyboard.press(keys)
        expect(page.get_by_role("dialog", name=name)).to_be_visible()
        found[name] = faults(page)
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
    for section in ("appearance", "behaviour", "models", "access", "about"):
        page.goto(f"{server.url}/settings/{section}")
        expect(
            page.locator(".settings-scroll .setting, .settings-scroll form, .provider, .about").first
        ).to_be_visible()
        found[section] = faults(page)
    assert not any(found.values()), found


def test_the_check_finds_what_is_wrong(server, open_page):
    page = open_page(server.url)
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<button></button>')")
    assert any(fault.startswith("button-name") for fault in faults(page))


def test_the_menu_of_a_conversation_is_accessible(server, open_page):
    page = open_page(server.url)
    answer(page, "Show me a table")
    menu(page, rows(page).first, "Rename")
    assert faults(page) == []


@pytest.mark.parametrize("size", SIZES)
def test_what_helps_to_find_ones_way_is_accessible(server, open_page, size):
    page = open_page(server.url, viewport=SIZES[size])
    answer(page, "Show me a table")
    page.keyboard.press("ControlOrMeta+Shift+l")
    expect(page.get_by_role("complementary", name="Outline").get_by_text("Show me a table")).to_be_visible()
    page.keyboard.press("ControlOrMeta+f")
    page.get_by_role("search").get_by_role("textbox").fill("table")
    expect(page.get_by_role("search").get_by_role("status")).to_have_text("1 of 2")
    assert faults(page) == []
    page.get_by_role("button", name="Options of this conversation").click()
    expect(page.get_by_role("menuitem", name="Rename")).to_be_visible()
    assert faults(page) == []
