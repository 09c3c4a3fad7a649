"""Every screen looks as it did when somebody last looked at it and was content: four sizes, light and dark.

What is kept of a screen is a picture of a twelfth of its width and height (`tests/e2e/looks/`): coarse enough to be the
same with another Chromium or another font, fine enough that a part which moved, vanished or changed its colour shows.
After a change that is meant: `HERMES_WEBUI_RENEW_LOOKS=1 make unit ARGS="-k looks"`, look at the full pictures in
`test-results/`, commit the small ones.
"""

import base64
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.e2e.screens import SCREENS, SIZES

pytestmark = [pytest.mark.browser, pytest.mark.heavy]

LOOKS = Path(__file__).parent / "looks"
RESULTS = Path(__file__).parents[2] / "test-results"
RENEW = "HERMES_WEBUI_RENEW_LOOKS"
SHRINK = 12
#: How much the colour of a cell may differ (of 255) from the nearest of those around it in the kept picture, and how
#: many of the cells may differ more.
NEAR, STRAYS = 20, 0.02

#: Those that are the same each time: where one has scrolled to in a conversation depends on when what was drawn.
LOOKED_AT = ("empty", "conversation", "appearance", "behaviour", "models", "access")

#: Nothing moves, nothing blinks, and one font wherever it is there.
STILL = """
*, *::before, *::after { animation: none !important; transition: none !important; caret-color: transparent !important; }
body, button, input, textarea, select { font-family: "DejaVu Sans", sans-serif !important; }
time, .time { visibility: hidden !important; }
"""

#: The picture, shrunk; and, where there is another one, the share of cells that differ from it.
COMPARE = """async ([picture, other, shrink, near]) => {
  const read = async (bytes) => createImageBitmap(await (await fetch(`data:image/png;base64,${bytes}`)).blob());
  const pixels = (image, width, height) => {
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext('2d', { willReadFrequently: true });
    context.imageSmoothingQuality = 'high';
    context.drawImage(image, 0, 0, width, height);
    return [canvas, context.getImageData(0, 0, width, height).data];
  };
  const image = await read(picture);
  const [width, height] = [Math.round(image.width / shrink), Math.round(image.height / shrink)];
  const [canvas, own] = pixels(image, width, height);
  const small = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer());
  const encoded = btoa(String.fromCharCode(...small));
  if (!other) return [encoded, 1];
  const kept = await read(other);
  if (kept.width !== width || kept.height !== height) return [encoded, 1];
  const [, before] = pixels(kept, width, height);
  const bands = [0, 1, 2];
  const differs = (at, other) => bands.some((band) => Math.abs(own[4 * at + band] - before[4 * other + band]) > near);
  const around = [-1, 0, 1].flatMap((down) => [-1, 0, 1].map((right) => down * width + right));
  let strays = 0;
  for (let at = 0; at < width * height; at++) {
    if (around.every((step) => at + step < 0 || at + step >= width * height || differs(at, at + step))) strays += 1;
  }
  return [encoded, strays / (width * height)];
}"""


class Eye:
    """Shrinks and compares pictures, in a page of its own that no policy binds."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def differs(self, picture: bytes, name: str) -> float:
        """The share of cells that differ from the kept picture; the first picture is kept where that is asked for."""
        path = LOOKS / f"{name}.png"
        kept = base64.b64encode(path.read_bytes()).decode() if path.exists() else None
        given: list[Any] = [base64.b64encode(picture).decode(), kept, SHRINK, NEAR]
        small, share = self._page.evaluate(COMPARE, given)
        if os.environ.get(RENEW) and share > STRAYS / 2:
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(base64.b64decode(small))
            share = 0
        if share > STRAYS or os.environ.get(RENEW):
            RESULTS.mkdir(exist_ok=True)
            (RESULTS / f"{name}.png").write_bytes(picture)
        return float(share)


@pytest.fixture
def eye(browser: Any) -> Iterator[Eye]:
    page = browser.new_page()
    yield Eye(page)
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_every_screen_looks_as_it_did(server, open_page, eye, size, scheme):
    page = open_page(server.url, viewport=SIZES[size], color_scheme=scheme, bypass_csp=True, reduced_motion="reduce")
    found = {}
    for name in LOOKED_AT:
        SCREENS[name](page)
        page.add_style_tag(content=STILL)
        page.mouse.move(0, 0)
        found[name] = eye.differs(page.screenshot(), f"{size}-{scheme}-{name}")
        page.keyboard.press("Escape")
    assert {name: share for name, share in found.items() if share > STRAYS} == {}


def test_a_part_that_moved_shows(server, open_page, eye):
    page = open_page(server.url, viewport=SIZES["desk"], color_scheme="light", bypass_csp=True)
    SCREENS["empty"](page)
    page.add_style_tag(content=f"{STILL} .sidebar {{ display: none }}")
    assert eye.differs(page.screenshot(), "desk-light-empty") > STRAYS
