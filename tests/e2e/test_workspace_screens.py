"""The panel of the workspace on a desk and a phone, light and dark: nothing serious by axe-core, nothing outside."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.desk import SESSION, commit, editor, entry, paper, plant
from tests.e2e.screens import SIZES
from tests.e2e.test_accessibility import faults
from tests.e2e.test_first_visit import OUTSIDE

pytestmark = pytest.mark.browser


def back(page: Page) -> None:
    button = page.get_by_role("button", name="Back to the list")
    if button.is_visible():
        button.click()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["desk", "phone"])
def test_every_part_of_the_panel_is_accessible(make_server, open_page, size, scheme):
    server = make_server()
    folder = plant(
        server,
        {
            "src/app.py": "import os\n",
            "a.csv": "name,amount\nAda,12\n",
            "b.md": "# Title\n\ntext\n",
            "README": "Read me\n",
        },
    )
    commit(folder)
    (folder / "README").write_text("Read this\n", "utf-8")
    server.start()
    phone = size == "phone"
    page = open_page(
        f"{server.url}/c/{SESSION}",
        viewport=SIZES[size],
        color_scheme=scheme,
        has_touch=phone,
        is_mobile=phone,
        reduced_motion="reduce",
    )
    found = {}

    def look(name: str) -> None:
        found[name] = [*faults(page), *page.evaluate(OUTSIDE)]

    page.get_by_role("button", name="Workspace: demo").click()
    expect(entry(page, "README")).to_be_visible()
    look("tree")
    for name, seen in (("a.csv", "Ada"), ("b.md", "Title"), ("README", "Read this")):
        entry(page, name).click()
        expect(paper(page, name)).to_contain_text(seen)
        look(name)
        if name != "README":
            back(page)
    paper(page, "README").get_by_role("button", name="Edit").click()
    editor(page, "README").fill("mine")
    look("editor")
    (folder / "README").write_text("theirs", "utf-8")
    editor(page, "README").press("ControlOrMeta+s")
    expect(page.get_by_role("group", name="Two versions of this file")).to_be_visible()
    look("conflict")
    back(page)
    page.get_by_role("combobox", name="Search files").fill("a")
    expect(page.get_by_role("option").first).to_be_visible()
    look("search")
    page.get_by_role("tab", name="Changes").click()
    for name, shown, line in (("README", "diff", ".ws-patch-line"), ("Begin", "commit", ".patch-line")):
        page.get_by_role("button", name=name).first.click()
        expect(paper(page, name).locator(line).first).to_be_visible()
        look(shown)
        back(page)
    page.get_by_role("button", name="Workspace: demo").last.click()
    expect(
        page.get_by_role("button", name="Use this folder").or_(page.get_by_role("button", name="Use workspace")).first
    ).to_be_visible()
    look("chooser")
    assert not any(found.values()), found


def test_escape_leads_back_to_the_conversation_and_closes_the_panel_on_a_phone(make_server, open_page):
    server = make_server()
    plant(server)
    server.start()
    page = open_page(f"{server.url}/c/{SESSION}", viewport=SIZES["phone"], has_touch=True, is_mobile=True)
    page.get_by_role("button", name="Workspace: demo").click()
    expect(entry(page, "README")).to_be_visible()
    assert page.locator("main").evaluate("one => one.inert")
    page.keyboard.press("Escape")
    expect(page.get_by_role("complementary", name="Workspace")).to_have_count(0)
    assert not page.locator("main").evaluate("one => one.inert")
