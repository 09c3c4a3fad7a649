"""The page without its server: it opens, says so in a line, shows what the browser holds, and goes on when it can."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.chat import composer, finished, prompts, replies, rows, send

pytestmark = pytest.mark.browser

AWAY = re.compile("The server does not answer")
KEPT = "caches.keys().then((names) => names.filter((name) => name.startsWith('hermes-files-')))"
CONTROLLED = (
    "navigator.serviceWorker.ready.then(({ active }) => active.state === 'activated' || active.state === 'activating')"
)

PATHS = """caches.keys()
  .then((names) => Promise.all(names.map((name) => caches.open(name).then((cache) => cache.keys()))))
  .then((found) => found.flat().map(({ url }) => new URL(url).pathname))"""
#: How wide the picture at an address is.
WIDTH = """(src) => new Promise((done, failed) => {
  const image = Object.assign(new Image(), { src, onerror: failed, onload: () => done(image.naturalWidth) });
})"""


def installed(page: Page) -> None:
    page.evaluate(CONTROLLED)
    page.wait_for_function("() => Boolean(navigator.serviceWorker.controller)")


@pytest.fixture
def open_kept(open_page):
    """A page whose service worker works."""

    def make(url: str) -> Page:
        page = open_page(url, service_workers="allow")
        installed(page)
        return page

    return make


def test_the_page_opens_without_its_server_and_sends_what_waited_once(server, open_kept):
    page = open_kept(server.url)
    expect(composer(page)).to_be_focused()
    server.kill()
    page.reload()
    expect(page.get_by_text(AWAY)).to_be_visible()
    expect(page.get_by_text("what this browser has kept")).to_be_visible()
    send(page, "written in the tunnel")
    expect(page.locator("[data-stage=waiting]")).to_be_visible()
    composer(page).fill("half a thought")
    page.reload()
    expect(composer(page)).to_have_value("half a thought")
    expect(page.locator("[data-stage=waiting]")).to_contain_text("Kept in this browser")
    server.start()
    finished(page)
    expect(prompts(page)).to_have_count(1)
    expect(rows(page)).to_have_count(1)
    expect(page.get_by_text(AWAY)).to_have_count(0)
    expect(composer(page)).to_have_value("half a thought")


def test_a_conversation_opened_without_its_server_is_there_once_it_is_back(server, open_kept):
    page = open_kept(server.url)
    send(page, "a table")
    finished(page)
    there = replies(page).count()
    server.kill()
    page.reload()
    expect(page.get_by_text(AWAY).first).to_be_visible()
    server.start()
    expect(replies(page)).to_have_count(there)


def test_the_page_is_the_servers_where_it_answers_and_only_one_version_is_kept(server, open_kept):
    page = open_kept(server.url)
    found = re.search(r"/static/(\w{12})/", page.content())
    assert found is not None
    page.evaluate("caches.open('hermes-files-0123456789ab')")
    page.evaluate("caches.open('hermes-page').then((cache) => cache.put('/', new Response('an old page')))")
    page.reload()
    expect(composer(page)).to_be_visible()
    page.wait_for_function(f"() => {KEPT}.then((names) => names.length === 1 && names[0].endsWith('{found[1]}'))")
    said = page.evaluate(PATHS)
    assert "/" in said
    assert any(path.endswith("/components/palette.js") for path in said), "parts that come later are kept, too"
    assert not [path for path in said if path.startswith("/api/")]
    assert page.evaluate("caches.match('/').then((page) => page.text())").startswith("<!doctype html>")


def test_it_can_be_installed(server, open_page):
    page = open_page(server.url)
    address = page.locator("link[rel=manifest]").get_attribute("href")
    manifest = page.request.get(server.url + address).json()
    assert (manifest["display"], manifest["start_url"], manifest["scope"]) == ("standalone", "/", "/")
    sizes = {(icon["sizes"], icon["purpose"]) for icon in manifest["icons"]}
    assert {("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")} <= sizes
    for icon in manifest["icons"]:
        found = page.evaluate(WIDTH, icon["src"])
        assert icon["sizes"] == "any" or found == int(icon["sizes"].split("x")[0])
    for shortcut in manifest["shortcuts"]:
        assert page.request.get(server.url + shortcut["url"]).ok
