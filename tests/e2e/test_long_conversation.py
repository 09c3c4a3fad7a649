"""5,000 messages: there at once, smooth, and the reader's place is kept."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.chat import prompts, send

pytestmark = pytest.mark.browser

COUNT = 5000
#: Scrolls up by `steps` pixels and reports every row that did not move by just as much.
WALK = """async ([steps, by]) => {
  const scroller = document.querySelector('.scroller');
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const jumps = [];
  for (let step = 0; step < steps; step++) {
    const seen = [...document.querySelectorAll('.rows [data-id]')].find((row) => row.getBoundingClientRect().top > 120);
    const before = seen?.getBoundingClientRect().top;
    const place = scroller.scrollTop;
    scroller.scrollTop -= by;
    await frame();
    const after = document.querySelector(`.rows [data-id="${seen?.dataset.id}"]`)?.getBoundingClientRect().top;
    if (place > by && !(Math.abs(after - before - by) <= 2)) jumps.push([step, before, after]);
  }
  return { jumps, rows: document.querySelectorAll('.row').length, elements: document.querySelectorAll('*').length };
}"""

#: What is left to scroll.
BELOW = """(() => {
  const scroller = document.querySelector('.scroller');
  return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
})()"""
#: The row that is being read, and where it is.
PLACE = """(() => {
  const row = [...document.querySelectorAll('.rows [data-id]')].find((one) => one.getBoundingClientRect().top > 120);
  return [row.dataset.id, row.getBoundingClientRect().top];
})()"""


def is_at(page: Page, place: list) -> bool:
    """Whether the reader sees the same message at the same height, but for parts of a pixel, which browsers round."""
    message, top = page.evaluate(PLACE)
    return message == place[0] and abs(top - place[1]) < 1


def words(number: int) -> str:
    if number % 9 == 0:
        return f"Answer {number}\n\n```python\n" + "value = 1\n" * (number % 23 + 1) + "```\n"
    return f"Answer {number}. " + "Some words that fill a line or two of the column. " * (number % 7 + 1)


@pytest.fixture
def long_one(make_server):
    server = make_server(pace=0.02)
    messages = [
        {
            "role": "assistant" if at % 2 else "user",
            "content": words(at) if at % 2 else f"Question {at}",
            "timestamp": 1.79e9 + at,
        }
        for at in range(COUNT)
    ]
    server.seed("00000000abcd", "A long one", messages)
    server.start()
    return server


def test_it_opens_at_its_end_and_draws_only_what_is_near(long_one, open_page):
    page = open_page(f"{long_one.url}/c/00000000abcd")
    expect(prompts(page).last).to_contain_text(f"Question {COUNT - 2}")
    assert page.evaluate(BELOW) <= 2
    assert page.locator(".row").count() < 60


def test_scrolling_up_loads_older_pages_and_moves_nothing_else(long_one, open_page):
    page = open_page(f"{long_one.url}/c/00000000abcd")
    expect(prompts(page).last).to_contain_text(f"Question {COUNT - 2}")
    walked = page.evaluate(WALK, [400, 120])
    assert walked["jumps"] == []
    assert walked["rows"] < 60
    page.get_by_role("button", name="To the end").click()
    expect(prompts(page).last).to_contain_text(f"Question {COUNT - 2}")


def test_a_reader_above_is_left_alone_while_a_reply_streams(long_one, open_page):
    page = open_page(f"{long_one.url}/c/00000000abcd")
    expect(prompts(page).last).to_contain_text(f"Question {COUNT - 2}")
    send(page, "something long")
    expect(page.get_by_text("Writing")).to_be_visible()
    page.locator(".scroller").hover()
    page.mouse.wheel(0, -1500)
    expect(page.get_by_role("button", name="To the new text")).to_be_visible()
    before = page.evaluate(PLACE)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_test_id("announcer")).to_have_text("Reply stopped")
    assert is_at(page, before)
    page.get_by_role("button", name="To the").click()
    expect(page.locator("[data-line]").last).to_be_in_viewport()
