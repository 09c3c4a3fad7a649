"""The settings in the page: what is chosen holds at once and after a reload; keys go in and do not come out."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.e2e.chat import answer, composer, prompts, replies, send
from tests.peers.openai_server import ModelPeer

pytestmark = pytest.mark.browser

KEY = "sk-secret-0123456789-abWXYZ"


def test_looks_hold_at_once_and_before_the_first_paint(server, open_page):
    page = open_page(f"{server.url}/settings/appearance")
    accent = "getComputedStyle(document.documentElement).getPropertyValue('--accent')"
    before = page.evaluate(accent)
    for group, name in (("Accent", "Violet"), ("Density", "Compact"), ("Size", "Large"), ("Width of the text", "Wide")):
        choices = page.get_by_role("radiogroup", name=group, exact=True)
        choices.get_by_role("radio", name=name, exact=True).check(force=True)
    assert page.evaluate(accent) != before
    page.reload(wait_until="commit")
    page.locator("body").wait_for(state="attached")
    looks = page.evaluate("({...document.documentElement.dataset})")
    assert looks == {"accent": "violet", "density": "compact", "size": "large", "width": "wide"}
    expect(page.get_by_role("radio", name="Violet")).to_be_checked()
    assert page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)") == 18


def test_every_accent_can_be_read_on_every_ground(server, open_page):
    page = open_page(server.url)
    worst = page.evaluate(CONTRAST)
    assert min(worst.values()) >= 4.5, worst


CONTRAST = """() => {
  const probe = document.body.appendChild(document.createElement('i'));
  const rgb = (name) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color.match(/[\\d.]+/g).slice(0, 3).map((part) => {
      const value = part / 255;
      return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
  };
  const light = (name) => { const [r, g, b] = rgb(name); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ratio = (one, other) => {
    const [high, low] = [light(one), light(other)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  };
  const found = {};
  const pairs = [['--accent', '--bg'], ['--accent', '--raised'], ['--accent', '--side'], ['--accent', '--accent-soft'],
    ['--on-accent', '--accent'], ['--text', '--accent-soft'], ['--muted', '--accent-soft'], ['--muted', '--soft']];
  for (const theme of ['light', 'dark']) for (const accent of ['', 'blue', 'violet', 'rose', 'amber', 'graphite']) {
    Object.assign(document.documentElement.dataset, { theme, accent });
    for (const [one, other] of pairs) found[`${theme} ${accent} ${one} ${other}`] = ratio(one, other);
  }
  return found;
}"""


def test_who_answers_is_called_by_name_and_what_is_not_installed_leads_to_how(make_server, open_page, tmp_path):
    own = tmp_path / "own-agent"
    own.write_text("#!/bin/sh\n")
    own.chmod(0o755)
    server = make_server()
    server.folder.mkdir()
    (server.folder / "config.toml").write_text(f'[agents.own]\ncommand = "{own}"\n')
    server.settings = {"PATH": "/nowhere"}
    server.start()
    page = open_page(f"{server.url}/settings/models")
    engines = page.locator(".engines")
    expect(engines.get_by_role("listitem")).to_have_text(
        [re.compile("^Models"), re.compile("^Demo"), re.compile("^own")]
    )
    expect(engines).to_contain_text("Not installed: Hermes Agent, OpenCode, Claude Code, Codex, Gemini CLI, Qwen Code.")
    engines.get_by_role("button", name="How to install them").press("Enter")
    expect(page).to_have_url(f"{server.url}/settings/agents")
    expect(page.get_by_role("heading", name="Claude Code")).to_be_visible()


def test_an_address_is_added_tested_and_answers_without_a_restart(server, open_page):
    with ModelPeer(key=KEY) as peer:
        page = open_page(f"{server.url}/settings/models")
        page.get_by_role("button", name="Add an OpenAI-compatible address").click()
        page.get_by_role("textbox", name="Name").fill("My lab")
        page.get_by_role("textbox", name="Address").fill(f"{peer.url}/v1")
        key = page.get_by_label("Key", exact=True)
        key.fill("sk-wrong")
        test = page.get_by_role("button", name="Test", exact=True)
        test.click()
        expect(page.get_by_text("My lab refuses this key.")).to_be_visible()
        key.fill(KEY)
        test.click()
        expect(page.get_by_text("My lab answers: 2 models.")).to_be_visible()
        page.get_by_role("button", name="Save").click()
        row = page.get_by_role("listitem").filter(has_text="My lab")
        expect(row).to_contain_text("2 models · key ends in WXYZ")
        row.get_by_role("button", name="Test My lab").click()
        expect(row.get_by_role("status")).to_have_text("My lab answers: 2 models.")
        assert KEY not in page.content()
        assert KEY not in json.dumps(page.evaluate("({...localStorage})"))
        page.get_by_role("button", name="Close").last.click()
        page.keyboard.press("Control+k")
        page.keyboard.type("peer-large")
        expect(page.get_by_role("option", selected=True)).to_contain_text("peer-large")
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Model: peer-large")).to_be_visible()
        expect(page.get_by_role("dialog")).to_have_count(0)
        answer(page, "please say: from the lab")
        expect(replies(page).last).to_contain_text("from the lab")


def test_a_password_set_here_is_asked_for_elsewhere_and_can_be_changed(server, open_page):
    page = open_page(f"{server.url}/settings/access")
    page.get_by_label("New password").fill("correct horse")
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_text("The new password applies from now on.")).to_be_visible()
    elsewhere = open_page(server.url)
    expect(elsewhere.get_by_label("Password of this server")).to_be_visible()
    page.get_by_label("Current password").fill("wrong guess")
    page.get_by_label("New password").fill("battery staple")
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_text("That is not the current password.")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Current password")).to_be_visible()


def test_the_settings_lie_over_the_conversation_and_leave_it_as_it_is(server, open_page):
    page = open_page(server.url)
    answer(page, "a table")
    send(page, "long")
    page.get_by_role("button", name="Settings").click()
    page.get_by_role("link", name="About").click()
    expect(page.get_by_text(str(server.folder))).to_be_visible()
    expect(page).to_have_url(re.compile(r"/settings/about$"))
    page.go_back()
    expect(page).to_have_url(re.compile(r"/c/[\w-]+$"))
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(prompts(page)).to_have_count(2)
    page.go_forward()
    expect(page.get_by_role("dialog", name="Settings")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(r"/c/[\w-]+$"))


def test_settings_work_with_a_thumb(server, open_page):
    page = open_page(f"{server.url}/settings", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page.get_by_role("link", name="Behaviour").click()
    page.get_by_role("switch", name="Titles by the model").click()
    expect(page.get_by_role("switch", name="Titles by the model")).not_to_be_checked()
    page.get_by_role("button", name="Settings").click()
    page.get_by_role("link", name="Appearance").click()
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    page.get_by_role("button", name="Close").last.click()
    expect(composer(page)).to_be_visible()
    page.reload()
    expect(composer(page)).to_be_visible()
