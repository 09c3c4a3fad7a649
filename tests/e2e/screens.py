"""The screens of the page, and how one comes to each: what looks at all of them goes by this list."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from playwright.sync_api import Page, ViewportSize, expect

from tests.e2e.chat import answer, finished, send
from tests.e2e.served_tools import serve_tools

SIZES: Mapping[str, ViewportSize] = MappingProxyType(
    {
        "phone": {"width": 390, "height": 844},
        "tablet": {"width": 820, "height": 1180},
        "desk": {"width": 1280, "height": 800},
        "wide": {"width": 1920, "height": 1080},
    }
)


def empty(page: Page) -> None:
    expect(page.get_by_role("heading", name="What are you thinking about?")).to_be_visible()


def conversation(page: Page) -> None:
    answer(page, "Show me a table")
    answer(page, "Now code in three languages")
    expect(page.locator("code [class^=hljs]").first).to_be_attached()


def formulas(page: Page) -> None:
    answer(page, "And math")
    expect(page.locator(".katex").first).to_be_visible()


def failure(page: Page) -> None:
    send(page, "error")
    expect(page.locator("[data-line=bad]")).to_be_visible()
    finished(page)


def question(prompt: str) -> Callable[[Page], None]:
    """What an agent asks; the question before it is gone by then."""

    def go(page: Page) -> None:
        waiting = page.locator("[data-question]")
        send(page, prompt)
        expect(waiting).to_be_visible()

    return go


def left(page: Page) -> None:
    """Escape, between two screens, has stopped what waited."""
    expect(page.locator("[data-question]")).to_have_count(0)


def agents_at_work(page: Page) -> None:
    left(page)
    send(page, "plan")
    finished(page)
    page.locator(".plan summary").click()
    send(page, "subagents")
    finished(page)


def tools(page: Page) -> None:
    section("tools")(page)
    page.get_by_role("button", name="2 tools").click()
    page.get_by_role("button", name="Try read_file").click()
    page.get_by_role("button", name="Change files").scroll_into_view_if_needed()


def agents(page: Page) -> None:
    serve_tools(page)
    section("agents")(page)
    expect(page.get_by_text("Gemini CLI")).to_be_visible()


def chooser(page: Page) -> None:
    page.get_by_role("button", name="Model:").click()
    expect(page.get_by_text("Demo").last).to_be_visible()


def outline(page: Page) -> None:
    page.keyboard.press("ControlOrMeta+Shift+l")
    panel = page.get_by_role("complementary", name="Outline")
    expect(panel.get_by_text("Show me a table")).to_be_visible()


def find(page: Page) -> None:
    page.get_by_role("button", name="Close the outline").click()
    page.keyboard.press("ControlOrMeta+f")
    page.get_by_role("search").get_by_role("textbox").fill("table")
    expect(page.get_by_role("search").get_by_role("status")).to_have_text(re.compile(r"of \d"))


def palette(page: Page) -> None:
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog", name="Commands and search")).to_be_visible()


def keys(page: Page) -> None:
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.locator(".scroller").focus()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()


def section(name: str) -> Callable[[Page], None]:
    """A section of the settings."""

    def go(page: Page) -> None:
        page.goto(f"{page.url.split('/', 3)[0]}//{page.url.split('/', 3)[2]}/settings/{name}")
        parts = page.locator(".settings-scroll .setting, .settings-scroll form, .provider, .about")
        expect(parts.first).to_be_visible()

    return go


def after_leaving(show: Callable[[Page], None]) -> Callable[[Page], None]:
    """In a new conversation: the one before waits for an answer."""

    def shown(page: Page) -> None:
        left(page)
        show(page)

    return shown


#: In this order: each begins where the one before ended, after Escape.
SCREENS: Mapping[str, Callable[[Page], None]] = MappingProxyType(
    {
        "empty": empty,
        "conversation": conversation,
        "formulas": formulas,
        "failure": failure,
        "permission": question("approve"),
        "change": after_leaving(question("patch")),
        "form": after_leaving(question("form")),
        "agents at work": agents_at_work,
        "chooser": chooser,
        "outline": outline,
        "find": find,
        "palette": palette,
        "keys": keys,
        **{name: section(name) for name in ("appearance", "behaviour", "models", "access", "about")},
        "agents": agents,
        "tools": tools,
    }
)
