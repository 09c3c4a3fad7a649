"""Where a password is set, the page asks for it, and then goes on where it was."""

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import expect

from tests.e2e.chat import answer, prompts, rows

pytestmark = pytest.mark.browser


@pytest.fixture
def guarded(make_server):
    server = make_server()
    server.settings["HERMES_WEBUI_PASSWORD_HASH"] = PasswordHasher(time_cost=1, memory_cost=64).hash("open sesame")
    server.start()
    return server


def test_nothing_is_shown_before_the_password_and_all_of_it_after(guarded, open_page):
    page = open_page(guarded.url)
    field = page.get_by_label("Password of this server")
    expect(field).to_be_focused()
    expect(page.get_by_role("navigation")).to_have_count(0)
    field.fill("wrong")
    field.press("Enter")
    expect(page.get_by_role("alert")).not_to_be_empty()
    field.fill("open sesame")
    field.press("Enter")
    answer(page, "a table")
    expect(rows(page)).to_have_count(1)
    page.reload()
    expect(prompts(page)).to_contain_text("a table")
