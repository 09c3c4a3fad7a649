"""Renew the icons: `python tools/renew_icons.py` draws `ui/icon.svg` as PNG in the sizes that systems ask for.

The browser that the tests use draws them. A maskable icon fills its square, its sign well inside: systems cut it
to their own shape.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

UI = Path(__file__).resolve().parents[1] / "hermes_webui" / "ui"
SIZES = {"icon-192": (192, False), "icon-512": (512, False), "maskable-512": (512, True), "touch-180": (180, True)}
#: How much of a maskable icon its sign may take: the safe zone is a circle of four fifths.
INSIDE = 0.76
STYLE = "<style>* { margin: 0 } svg { display: block; width: 100vw; height: 100vh }</style>"


def drawn(svg: str, *, maskable: bool) -> str:
    """The icon's markup; a maskable one without round corners, its sign smaller."""
    if not maskable:
        return svg
    svg = re.sub(r' rx="\d+"', "", svg)
    inset = 16 * (1 - INSIDE)
    return svg.replace("<path", f'<path transform="translate({inset} {inset}) scale({INSIDE})"')


def main() -> None:
    """Draws them all."""
    svg = (UI / "icon.svg").read_text("utf-8")
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    (UI / "icons").mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        for name, (size, maskable) in SIZES.items():
            page = browser.new_page(viewport={"width": size, "height": size})
            page.set_content(STYLE + drawn(svg, maskable=maskable))
            page.screenshot(path=UI / "icons" / f"{name}.png", omit_background=True)
        browser.close()


if __name__ == "__main__":
    main()
