"""A question that waits, and a reply that ends, are told by the system while nobody looks at the page, only then."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.chat import answer, composer
from tests.e2e.conftest import Server

pytestmark = pytest.mark.browser

#: A headless browser shows no notifications and hides no tab: what the page asks of it is written down instead.
SYSTEM = """
globalThis.told = [];
globalThis.Notification = class {
  static permission = 'default';
  static requestPermission() { this.permission = 'granted'; return Promise.resolve('granted'); }
  constructor(title, { body, tag }) {
    told.push({ title, body, tag });
    told.last = this;
  }
  close() {}
};
let away = false;
Object.defineProperty(document, 'hidden', { get: () => away });
Object.defineProperty(document, 'visibilityState', { get: () => (away ? 'hidden' : 'visible') });
globalThis.look = (here) => {
  away = !here;
  document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
};
"""


def watched(server: Server, open_page: Any, *, on: bool = True) -> Page:
    """A page that looks at a conversation of its own, with notifications switched on or not."""
    page: Page = open_page("about:blank")
    page.add_init_script(SYSTEM)
    page.goto(f"{server.url}/settings/behaviour")
    switch = page.get_by_role("switch", name="Tell me when a reply is finished")
    expect(switch).not_to_be_checked()
    if on:
        switch.check()
        expect(switch).to_be_checked()
    page.keyboard.press("Escape")
    answer(page, "hello")
    return page


def asked(page: Page, server: Server, session_id: str = "") -> str:
    """A prompt from elsewhere to which the demo asks something; the conversation's id, once it waits."""
    post = page.request.post
    identity = session_id or post(f"{server.url}/api/session/new", data={}).json()["session"]["session_id"]
    post(f"{server.url}/api/chat/start", data={"session_id": identity, "message": "approve"})
    for _ in range(1000):
        if page.request.get(f"{server.url}/api/session?session_id={identity}").json()["session"]["asked"]:
            break
    return str(identity)


def told(page: Page) -> list[dict[str, str]]:
    found: list[dict[str, str]] = page.evaluate("[...told]")
    return found


def test_a_question_that_waits_is_told_once_and_leads_to_its_conversation(server, open_page):
    page = watched(server, open_page)
    page.evaluate("look(false)")
    other = asked(page, server)
    page.wait_for_function("() => told.length > 0")
    (notice,) = told(page)
    assert notice == {"title": "approve", "body": "Needs your answer", "tag": other}
    page.evaluate("look(true)")
    page.evaluate("told.last.onclick()")
    page.wait_for_url(f"**/c/{other}")
    expect(page.locator("[data-question]")).to_be_visible()
    page.get_by_role("button", name="Allow", exact=True).click()
    expect(page.locator("[data-question]")).to_have_count(0)
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)
    assert len(told(page)) == 1  # what ended was looked at


def test_a_question_that_waited_before_is_not_told_again_and_its_end_is(server, open_page):
    page = watched(server, open_page)
    other = asked(page, server)
    expect(page.get_by_role("img", name="Needs your answer")).to_be_visible()  # in the list: it was seen
    page.evaluate("look(false)")
    session = page.request.get(f"{server.url}/api/session?session_id={other}").json()["session"]
    given = {"session_id": other, "request_id": session["asked"][0]["request_id"], "choice": "deny"}
    given["choice"] = next(one["id"] for one in session["asked"][0]["options"] if one["kind"].startswith("reject"))
    assert page.request.post(f"{server.url}/api/session/answer", data=given).ok
    page.wait_for_function("() => told.length > 0")
    assert told(page) == [{"title": "approve", "body": "Reply finished", "tag": other}]


@pytest.mark.parametrize(("on", "hidden"), [(True, False), (False, True)])
def test_nothing_is_told_to_who_looks_or_wants_none(server, open_page, on, hidden):
    page = watched(server, open_page, on=on)
    page.evaluate(f"look({'false' if hidden else 'true'})")
    asked(page, server)
    expect(page.get_by_role("img", name="Needs your answer")).to_be_visible()
    assert told(page) == []
    expect(composer(page)).to_be_visible()
