"""The page's modules in a browser, as they are sent: each can be had by its own address, and there is one of each."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

import hermes_webui
from tests.e2e.conftest import Server

pytestmark = pytest.mark.browser

UI = Path(hermes_webui.__file__).parent / "ui"
#: What runs by being imported: the page itself, and what runs in frames and workers.
RUNS = ("app.js", "first.js", "sw.js", "net/worker.js", "frames/", "vendor/")

ALL = """async (names) => {
  const base = document.querySelector('script[type=module]').src.split('/').slice(0, 5).join('/');
  const failed = [];
  for (const name of names) {
    const module = await import(`${base}/${name}`).catch((error) => failed.push(`${name}: ${error}`));
    const missing = Object.keys(module).filter((key) => module[key] === undefined);
    if (missing.length) failed.push(`${name}: ${missing}`);
  }
  return failed;
}"""

ONE = """async () => {
  const base = document.querySelector('script[type=module]').src.split('/').slice(0, 5).join('/');
  const { PageContext } = await import(`${base}/page/page.js`);
  const { $page_page } = await import(`${base}/packs/app.js`);
  return PageContext === $page_page.PageContext && typeof PageContext.Provider;
}"""


@pytest.mark.parametrize("path", ["/", "/c/none"])
def test_every_module_can_be_imported_and_there_is_one_of_each(
    server: Server, open_page: Callable[..., Page], path: str
):
    page = open_page(server.url + path)
    names = sorted(found.relative_to(UI).as_posix() for found in UI.rglob("*.js"))
    names = [name for name in names if not name.startswith(RUNS)]
    assert len(names) > 200
    assert page.evaluate(ALL, names) == []
    assert page.evaluate(ONE) == "function"
