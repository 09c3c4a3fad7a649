"""axe-core finds nothing serious on any screen, in light and dark, on a desk and on a phone."""

from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.e2e.chat import answer, menu, rows
from tests.e2e.screens import SCREENS, SIZES

pytestmark = pytest.mark.browser

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
#: WCAG 2.2 AA and what axe calls good practice, but for what is a matter of taste.
RUN = """() => axe.run(document, {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  resultTypes: ['violations'],
})"""
GRAVE = {"serious", "critical"}


def faults(page: Page) -> list[str]:
    """What axe finds to be serious or critical, with the first elements of each."""
    page.evaluate(AXE)
    found: dict[str, Any] = page.evaluate(RUN)
    return [
        f"{each['id']}: {each['help']}: {[node['html'][:160] for node in each['nodes'][:3]]}"
        for each in found["violations"]
        if each["impact"] in GRAVE
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["desk", "phone"])
def test_every_screen_is_accessible(server, open_page, size, scheme):
    phone = size == "phone"
    page = open_page(
        server.url, viewport=SIZES[size], color_scheme=scheme, has_touch=phone, is_mobile=phone, reduced_motion="reduce"
    )
    found = {}
    for name, go in SCREENS.items():
        go(page)
        found[name] = faults(page)
        page.keyboard.press("Escape")
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
