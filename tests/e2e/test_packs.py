"""The page's modules in a browser, as they are sent: each can be had by its own address, and there is one of each."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

import hermes_webui
from hermes_webui.web.assets import load, modules
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

ONE = """async (names) => {
  const base = document.querySelector('script[type=module]').src.split('/').slice(0, 5).join('/');
  let compared = 0;
  for (const pack of ['app', 'assistant-message']) {
    const packed = await import(`${base}/packs/${pack}.js`);
    for (const name of names) {
      const inside = packed[`$${name.replace(/\\.js$/, '').replace(/\\W/g, '_')}`];
      if (!inside) continue;
      const module = await import(`${base}/${name}`);
      for (const key of Object.keys(module)) {
        if (module[key] !== inside[key]) return `${name}: ${key}`;
        compared += 1;
      }
    }
  }
  return compared;
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
    assert page.evaluate(ONE, names) > 300


def test_what_runs_beside_the_page_does_not_bring_the_page_along():
    beside = [found.relative_to(UI).as_posix() for found in UI.glob("frames/*.js")] + ["net/worker.js"]
    contents = {name: file.plain for name, file in load(UI).files.items() if not name.startswith("vendor/")}
    for name in beside:
        assert "packs/app.js" not in modules(contents, [name]), name
