"""What a message can hold: formulas, diagrams, notes, tasks, pictures, code, tools, thoughts; nothing moves."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.e2e.chat import answer, replies

pytestmark = pytest.mark.browser

SESSION = "00000000abcd"
LONG_CODE = "\n".join(f"value_{number} = {number}" for number in range(60))
#: The height of an element, in whole pixels.
HEIGHT = "one => Math.round(one.getBoundingClientRect().height)"
#: Adds up what has moved without anybody's doing.
WATCH_SHIFTS = """
globalThis.shifts = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) globalThis.shifts += entry.value;
}).observe({ type: 'layout-shift' });
"""


@pytest.fixture
def show(make_server, open_page):
    """Opens a page on a conversation that ends in such a reply."""

    def show(text="", *more, **options):
        server = make_server()
        reply = [{"role": "assistant", "content": text}] if text else []
        messages = [{"role": "user", "content": "Please"}, *reply, *more]
        server.seed(SESSION, "Seen", [{**body, "timestamp": 1.79e9 + at} for at, body in enumerate(messages)])
        server.start()
        return open_page(f"{server.url}/c/{SESSION}", **options)

    return show


def test_formulas_are_drawn_and_prices_are_not(show):
    page = show("From $5 to $10: $e^{i\\pi}$ and\n\n$$\n\\sqrt{\\frac{a}{b}}\n- c\n$$\n\nbut $\\frac{a$ is broken.")
    expect(page.locator(".math.drawn")).to_have_count(2)
    expect(page.locator(".math.drawn math")).to_have_count(2)
    assert page.locator(".math.display").evaluate(HEIGHT) > 40
    expect(replies(page)).to_contain_text("From $5 to $10:")
    expect(page.locator(".math.wrong")).to_have_text("$\\frac{a$")


def test_a_diagram_is_a_picture_in_a_place_that_was_kept_for_it(show):
    page = show("```mermaid\ngraph LR\n  A[Start] --> B[End]\n```\n\n```mermaid\ngraph LR\n  A --> [\n```\n")
    diagram = page.get_by_role("img", name="Diagram")
    expect(diagram).to_be_visible()
    expect(page.get_by_text("This diagram cannot be drawn")).to_be_visible()
    figure = page.locator(".diagram").first
    before = figure.evaluate(HEIGHT)
    figure.get_by_role("button", name="Source").click()
    expect(figure.get_by_text("A[Start] --> B[End]")).to_be_visible()
    assert figure.evaluate(HEIGHT) == before
    figure.get_by_role("button", name="Source").click()
    figure.get_by_role("button", name="Enlarge").click()
    expect(page.get_by_role("dialog", name="Diagram")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(figure.get_by_role("button", name="Enlarge")).to_be_focused()


def test_a_diagram_follows_the_theme(show):
    page = show("```mermaid\ngraph LR\n  A --> B\n```\n", color_scheme="light")
    diagram = page.get_by_role("img", name="Diagram")
    light = diagram.get_attribute("src")
    page.emulate_media(color_scheme="dark")
    expect(diagram).not_to_have_attribute("src", light)


def test_footnotes_lead_to_their_text_and_back(show):
    page = show(
        "First[^1], second[^two], [^a-z] is text.\n\n" + "word\n\n" * 40 + "[^1]: One.\n\n[^two]: Two *words*.\n"
    )
    expect(page.locator(".note-mark")).to_have_text(["1", "two"])
    page.locator(".note-mark a").last.click()
    expect(page.locator(".note-label a").last).to_be_focused()
    expect(page.get_by_text("Two words.")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator(".note-mark a").last).to_be_focused()
    assert page.url.endswith(SESSION)


def test_tasks_are_boxes_that_cannot_be_changed(show):
    page = show("- [x] one\n- [ ] two\n  - three\n")
    expect(page.get_by_role("checkbox", name="done")).to_be_disabled()
    expect(page.get_by_role("checkbox", name="to do")).not_to_be_checked()


def test_a_picture_from_elsewhere_waits_for_a_click(show):
    page = show("![A cat](https://elsewhere.example/cat.svg)")
    asked = []
    drawing = '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="200"></svg>'

    def give(route):
        asked.append(route.request.headers.get("referer"))
        route.fulfill(content_type="image/svg+xml", body=drawing)

    page.route("https://elsewhere.example/**", give)
    button = page.get_by_role("button", name="Load image from elsewhere.example")
    expect(button).to_be_visible()
    expect(page.get_by_role("link", name="A cat")).to_be_visible()
    assert asked == []
    button.click()
    expect(page.frame_locator(".picture-frame").get_by_role("img", name="A cat")).to_be_visible()
    assert page.locator(".picture-frame").evaluate("one => [one.width, one.height]") == ["300", "200"]
    assert asked == [None]


def test_a_picture_in_the_text_has_its_place_from_the_start(show):
    dot = (
        "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4//8/w38GIAXDIBKE0"
        "DHxgljNBAAO9TXL0Y4OHwAAAABJRU5ErkJggg=="
    )
    page = show(f"![A dot]({dot})")
    assert page.get_by_role("img", name="A dot").evaluate("one => [one.width, one.height]") == [5, 5]


def test_code_is_copied_and_wrapped_as_it_was_chosen(show):
    page = show("```toml\nlong = '" + "words " * 60 + "'\n```\n", permissions=["clipboard-read", "clipboard-write"])
    code = page.locator(".code")
    expect(code.locator(".hljs-attr")).to_have_text("long")
    code.get_by_role("button", name="Copy").click()
    expect(code.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith("long = 'words")
    one_line = code.evaluate(HEIGHT)
    code.get_by_role("button", name="Wrap").click()
    expect(code.get_by_role("button", name="Wrap")).to_have_attribute("aria-pressed", "true")
    assert code.evaluate(HEIGHT) > one_line
    page.reload()
    expect(code.get_by_role("button", name="Wrap")).to_have_attribute("aria-pressed", "true")
    assert code.evaluate(HEIGHT) > one_line


def test_long_code_is_folded_until_somebody_wants_it(show):
    page = show(f"```python\n{LONG_CODE}\n```\n")
    code = page.locator(".code")
    folded = code.evaluate(HEIGHT)
    code.get_by_role("button", name="Show all 60 lines").click()
    assert code.evaluate(HEIGHT) > folded
    expect(page.locator(".code pre")).to_be_focused()


def test_what_a_tool_did_is_told_in_full_on_demand(show):
    diff = "--- a\n+++ b\n@@ -1 +1 @@\n-old\n+new"
    calls = [("c1", {"command": "git diff"}, diff, "ok"), ("c2", {"path": "big"}, LONG_CODE, "failed")]
    asked = [
        {"id": one, "type": "function", "function": {"name": f"tool {one}", "arguments": json.dumps(given)}}
        for one, given, _, _ in calls
    ]
    given = [
        {"role": "tool", "tool_call_id": one, "name": one, "content": text, "status": status, "duration": 75}
        for one, _, text, status in calls
    ]
    called = {"role": "assistant", "content": "", "reasoning": "I *must*.", "thought": 12.2, "tool_calls": asked}
    page = show("", called, *given)
    expect(page.locator("[data-tool=ok] summary")).to_contain_text(re.compile("tool c1.*git diff.*done · 1 min 15 s"))
    page.locator("[data-tool=ok] summary").click()
    expect(page.locator(".diff-line.added")).to_have_text("+new")
    page.locator("[data-tool=failed] summary").focus()
    page.keyboard.press("Enter")
    card = page.locator("[data-tool=failed]")
    expect(card).not_to_contain_text("value_59")
    card.get_by_role("button", name="Show all 60 lines").click()
    expect(card).to_contain_text("value_59")
    page.get_by_text("Thought for 12 s").click()
    expect(page.locator(".reasoning em")).to_have_text("must")


def test_nothing_shifts_while_a_reply_with_everything_streams_and_settles(make_server, open_page):
    server = make_server(pace=0.01)
    server.start()
    page = open_page(server.url, viewport={"width": 1000, "height": 500})
    answer(page, "code")
    page.evaluate(WATCH_SHIFTS)
    answer(page, "table")
    answer(page, "once more")
    assert page.evaluate("globalThis.shifts") < 0.03
