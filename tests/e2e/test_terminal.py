"""A terminal in the conversation's folder: only where it is switched on, and a reload finds it as it was."""

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.e2e.conftest import Server
from tests.e2e.desk import SESSION, opened, plant

pytestmark = pytest.mark.browser

AT = f"/c/{SESSION}"


def switched_on(server: Server) -> None:
    config = server.folder.parent / "config.toml"
    config.write_text("[workspace]\nterminal = true\n", "utf-8")
    server.settings["HERMES_WEBUI_CONFIG"] = str(config)
    server.settings["SHELL"] = "/bin/sh"


def screen(page: Page) -> FrameLocator:
    return page.frame_locator("iframe[title=Terminal]")


def shown(page: Page, text: str) -> None:
    expect(screen(page).locator(".xterm-rows")).to_contain_text(text)


def test_there_is_none_unless_it_is_switched_on(make_server, open_page):
    server = make_server()
    plant(server)
    server.start()
    page = open_page(f"{server.url}{AT}")
    panel = opened(page)
    expect(panel.get_by_role("tab", name="Changes")).to_be_visible()
    expect(panel.get_by_role("tab", name="Terminal")).to_have_count(0)


def test_it_runs_in_the_folder_and_a_reload_finds_it_as_it_was(make_server, open_page):
    server = make_server()
    folder = plant(server)
    switched_on(server)
    server.start()
    page = open_page(f"{server.url}{AT}")
    panel = opened(page)
    panel.get_by_role("tab", name="Terminal").click()
    field = screen(page).get_by_role("textbox", name="Terminal")
    expect(field).to_be_focused()
    page.keyboard.type("echo in-$(basename $PWD)-$((40 + 2))\n")
    shown(page, "in-demo-42")
    page.keyboard.type("printf '<img src=x onerror=alert(1)>\\033[31mred\\n' && touch made\n")
    shown(page, "<img src=x onerror=alert(1)>red")
    assert (folder / "made").exists()
    page.keyboard.press("F6")
    expect(panel.get_by_role("tab", name="Terminal")).to_be_focused()
    page.reload()
    page.get_by_role("tab", name="Terminal").click()
    shown(page, "in-demo-42")
    expect(screen(page).get_by_role("textbox", name="Terminal")).to_be_focused()
    page.keyboard.type("echo again-$((1 + 1))\n")
    shown(page, "again-2")
    page.keyboard.type("exit\n")
    expect(page.get_by_text("This terminal has ended.")).to_be_visible()
    page.get_by_role("button", name="Open a new one").click()
    expect(page.get_by_text("This terminal has ended.")).to_have_count(0)
