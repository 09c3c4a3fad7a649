"""Whatever a file is called and whatever stands in it: nothing of it runs, and nothing loads from elsewhere."""

import pytest
from playwright.sync_api import expect

from tests.e2e.desk import SESSION, commit, entry, opened, plant, tree
from tests.e2e.test_untrusted_text import ATTACKS, RUN

pytestmark = pytest.mark.browser

#: What must not come into being in the panel.
FORBIDDEN = (
    ".workspace :is(script, iframe, style, link, form, svg:not(.icon, .katex svg), video, object, embed, base, meta)"
)
PICTURE = f'<svg xmlns="http://www.w3.org/2000/svg" onload="parent.{RUN}"><script>parent.{RUN}</script></svg>'


def names() -> list[str]:
    """The attacks as names of files: without what no name may hold."""
    return [attack.replace("/", "∕").replace("\n", " ")[:60] for attack in ATTACKS]


def quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


def test_no_file_runs_loads_or_navigates(make_server, open_page):
    server = make_server()
    called = {f"{at:02d}{name}": "x" for at, name in enumerate(names())}
    contents = {
        "all.md": "\n\n".join(ATTACKS),
        "all.csv": "\n".join(f"{quoted(attack)},{quoted(attack)}" for attack in ATTACKS),
        "all.html": "\n".join(ATTACKS),
        "all.svg": PICTURE,
        "all.diff": ATTACKS[-1],
    }
    folder = plant(server, {**{f"names/{name}": text for name, text in called.items()}, **contents})
    commit(folder, "\n\n".join(ATTACKS))
    (folder / "all.html").write_text("\n".join(reversed(ATTACKS)), "utf-8")
    server.start()
    asked = []
    page = open_page(f"{server.url}/c/{SESSION}")
    page.on("request", lambda request: asked.append(request.url))
    panel = opened(page)

    def safe() -> None:
        assert page.locator(FORBIDDEN).count() == 0
        assert page.evaluate("globalThis.hacked ?? 0") == 0
        assert page.url.startswith(server.url)

    entry(page, "names").click()
    expect(tree(page).get_by_role("treeitem", level=2)).not_to_have_count(0)
    safe()
    for name in contents:
        page.get_by_role("combobox", name="Search files").fill(name)
        expect(page.get_by_role("option")).to_have_count(1)
        page.keyboard.press("Enter")
        expect(page.locator(".ws-paper-body").or_(page.locator(".ws-paper .markdown"))).not_to_have_count(0)
        expect(page.locator(".ws-paper-body .pulse")).to_have_count(0)
        safe()
        page.get_by_role("button", name="Back to the list").click()
    page.get_by_role("button", name="In text").click()
    page.get_by_role("combobox", name="Search files").fill("onerror")
    expect(page.get_by_role("option").first).to_be_visible()
    safe()
    panel.get_by_role("tab", name="Changes").click()
    panel.get_by_role("button", name="all.html").click()
    expect(page.locator(".ws-patch-line").first).to_be_visible()
    safe()
    page.get_by_role("button", name="Back to the list").click()
    panel.locator(".ws-commit").click()
    for part in ("all.html", "all.svg"):
        page.locator(".ws-part > summary", has_text=part).click()
        expect(page.get_by_role("region", name=f"Changes in {part}")).to_be_visible()
    safe()
    assert [url for url in asked if not url.startswith((server.url, "data:", "blob:"))] == []


def test_what_a_file_holds_is_no_page_of_ours(make_server, open_page):
    server = make_server()
    plant(server, {"page.html": f"<script>{RUN}</script>", "picture.svg": PICTURE})
    server.start()
    page = open_page(f"{server.url}/c/{SESSION}")
    for name in ("page.html", "picture.svg"):
        reply = page.request.get(f"{server.url}/api/workspace/raw?session_id={SESSION}&path={name}")
        assert "sandbox" in reply.headers["content-security-policy"]
        assert reply.headers["content-disposition"].startswith("attachment")
