"""Every screen in light and dark, wide and narrow. With HERMES_WEBUI_SCREENSHOTS set, the pictures are kept there."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.chat import answer, finished, rows, send

pytestmark = pytest.mark.browser

SIZES = {"desk": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}
#: Nothing is wider than the window, and what can be touched is large enough for a thumb.
TOO_WIDE = "document.documentElement.scrollWidth > innerWidth"
TOO_SMALL = """[...document.querySelectorAll('button, a[href], summary, input:not([type=radio]), textarea')]
  .filter((one) => !one.closest('[inert], .markdown') && one.checkVisibility({ opacityProperty: true }))
  .map((one) => [one.getAttribute('aria-label') ?? one.textContent, one.getBoundingClientRect().height])
  .filter(([, height]) => height < 44)"""


def keep(page: Page, name: str) -> None:
    folder = os.environ.get("HERMES_WEBUI_SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_every_screen_fits(server, open_page, size, scheme):
    phone = size == "phone"
    page = open_page(server.url, viewport=SIZES[size], color_scheme=scheme, has_touch=phone, is_mobile=phone)
    name = f"{size}-{scheme}"
    expect(page.get_by_role("heading", name="What are you thinking about?")).to_be_visible()
    keep(page, f"{name}-empty")
    answer(page, "Show me a table")
    keep(page, f"{name}-table")
    answer(page, "Now code in three languages")
    expect(page.locator("code [class^=hljs]").first).to_be_attached()
    keep(page, f"{name}-code")
    send(page, "error")
    expect(page.locator("[data-line=bad]")).to_be_visible()
    finished(page)
    keep(page, f"{name}-error")
    assert not page.evaluate(TOO_WIDE)
    if phone:
        small = page.evaluate(TOO_SMALL)
        assert small == [], small
        page.get_by_role("button", name="Conversations").click()
        expect(rows(page).first).to_be_in_viewport()
        keep(page, f"{name}-drawer")
        page.keyboard.press("Escape")
        expect(rows(page).first).not_to_be_visible()


def test_a_chosen_theme_is_there_before_the_first_paint(server, open_page):
    page = open_page(f"{server.url}/settings/appearance", color_scheme="light")
    background = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(background)
    page.get_by_role("radio", name="Dark").check(force=True)
    dark = page.evaluate(background)
    assert light != dark
    page.reload(wait_until="commit")
    page.locator("body").wait_for(state="attached")
    assert page.evaluate(background) == dark
    page.get_by_role("radio", name="Same as the system").check(force=True)
    assert page.evaluate(background) == light


def test_a_first_visit_is_light(server, open_page, browser):
    page = browser.new_context().new_page()
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    sizes = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(server.url)
    expect(page.get_by_role("heading", name="What are you thinking about?")).to_be_visible()
    page.wait_for_load_state("load")
    page.context.close()
    assert sum(sizes) <= 200_000, f"{sum(sizes):,.0f} bytes in {len(sizes)} requests"
