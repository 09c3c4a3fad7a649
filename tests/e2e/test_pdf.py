"""PDFs are shown page by page; nothing of one runs, and one that cannot be shown can be downloaded."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.chat import answer, composer
from tests.e2e.desk import SESSION, entry, opened, paper, plant
from tests.e2e.pdf import chinese, pdf
from tests.e2e.screens import SIZES
from tests.e2e.test_accessibility import faults
from tests.e2e.test_first_visit import OUTSIDE
from tests.e2e.test_untrusted_text import RUN

pytestmark = pytest.mark.browser

AT = f"/c/{SESSION}"
FORTY = [f"This is leaf {at}" for at in range(1, 41)]
SHARP = """() => {
  const one = document.querySelector('.pdf-page canvas');
  return one && one.width >= one.clientWidth * 1.98;
}"""
WIDE = """() => {
  const { scrollWidth, clientWidth } = document.querySelector('.pdf-pages');
  return scrollWidth > clientWidth;
}"""
#: Whether something dark or coloured stands on a page's canvas.
INK = """one => {
  const { data } = one.getContext('2d').getImageData(0, 0, one.width, one.height);
  return data.some((value, at) => at % 4 !== 3 && value < 128);
}"""


def leaf(page: Page, number: int) -> Locator:
    return page.get_by_role("group", name=re.compile(rf"^Page {number} of "))


def test_a_pdf_is_read_page_by_page(make_server, open_page):
    server = make_server()
    plant(server, {"book.pdf": pdf(FORTY)})
    server.start()
    page = open_page(f"{server.url}{AT}", device_scale_factor=2)
    opened(page)
    entry(page, "book.pdf").click()
    first = leaf(page, 1)
    expect(first.locator("canvas")).to_be_visible()
    assert first.locator("canvas").evaluate(INK)
    assert first.locator("canvas").evaluate("one => one.width / one.clientWidth") == pytest.approx(2, abs=0.02)
    expect(first.get_by_text("This is leaf 1")).to_be_attached()
    assert page.locator("canvas").count() < 8  # the others are drawn when they are near
    pages = page.get_by_role("group", name="book.pdf")
    pages.focus()
    page.keyboard.press("End")
    expect(leaf(page, 40).locator("canvas")).to_be_in_viewport()
    expect(page.get_by_label("Page number")).to_have_value("40")
    expect(first.locator("canvas")).to_have_count(0)  # and let go when they are far
    page.get_by_label("Page number").fill("17")
    page.keyboard.press("Enter")
    expect(leaf(page, 17).locator("canvas")).to_be_in_viewport()
    leaf(page, 17).get_by_text("This is leaf 17").select_text()
    assert page.evaluate("getSelection().toString()") == "This is leaf 17"
    page.get_by_role("button", name="Larger").click()
    expect(leaf(page, 17)).to_be_in_viewport()
    page.wait_for_function(SHARP)
    assert leaf(page, 17).evaluate("one => one.clientWidth > one.parentElement.clientWidth")


def test_a_chinese_pdf_without_its_font_says_what_it_says(make_server, open_page):
    server = make_server()
    plant(server, {"zh.pdf": chinese("中文测试")})
    server.start()
    page = open_page(f"{server.url}{AT}")
    opened(page)
    entry(page, "zh.pdf").click()
    expect(leaf(page, 1).get_by_text("中文测试")).to_be_attached()


def test_a_pdf_that_is_written_anew_is_shown_where_one_was(make_server, open_page):
    server = make_server()
    folder = plant(server, {"book.pdf": pdf(FORTY)})
    server.start()
    page = open_page(f"{server.url}{AT}")
    opened(page)
    entry(page, "book.pdf").click()
    expect(leaf(page, 1).locator("canvas")).to_be_visible()
    page.get_by_label("Page number").fill("9")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Smaller").click()
    width = leaf(page, 9).evaluate("one => one.clientWidth")
    (folder / "book.pdf").write_bytes(pdf([f"Now leaf {at}" for at in range(1, 21)]))
    answer(page, "please say: good")
    expect(page.get_by_role("group", name="Page 9 of 20").get_by_text("Now leaf 9")).to_be_in_viewport()
    assert leaf(page, 9).evaluate("one => one.clientWidth") == width


def test_no_script_of_a_pdf_runs_and_nothing_is_fetched_from_elsewhere(make_server, open_page):
    server = make_server()
    plant(server, {"evil.pdf": pdf(["Evil"], script=f"app.alert\\(1\\); {RUN}")})
    server.start()
    asked = []
    page = open_page(f"{server.url}{AT}")
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    opened(page)
    entry(page, "evil.pdf").click()
    expect(leaf(page, 1).locator("canvas")).to_be_visible()
    assert page.evaluate("globalThis.hacked ?? 0") == 0
    assert page.locator("script:not([src]):not([type=importmap]), style, iframe").count() == 0
    assert any("pdf.worker" in url for url in asked)
    assert [url for url in asked if not url.startswith((server.url, "data:", "blob:"))] == []


LOCKED = pdf(["Secret"], password="sesame")
BROKEN = b"%PDF-1.7\nnothing of the kind\n"


@pytest.mark.parametrize(("content", "words"), [(LOCKED, "protected by a password"), (BROKEN, "damaged")])
def test_a_pdf_that_cannot_be_shown_can_be_downloaded(make_server, open_page, content, words):
    server = make_server()
    plant(server, {"closed.pdf": content})
    server.start()
    page = open_page(f"{server.url}{AT}")
    opened(page)
    entry(page, "closed.pdf").click()
    expect(paper(page, "closed.pdf").get_by_role("alert")).to_contain_text(words)
    with page.expect_download() as download:
        paper(page, "closed.pdf").get_by_role("button", name="Download").last.click()
    assert download.value.path().read_bytes() == content


def test_a_pdf_that_was_attached_opens_over_the_page(server, open_page):
    page = open_page(server.url)
    file = {"name": "paper.pdf", "mimeType": "application/pdf", "buffer": pdf(["A leaf that was sent"])}
    expect(composer(page)).to_be_focused()
    page.locator("input[type=file]").set_input_files([file])
    answer(page, "please say: seen")
    page.get_by_role("button", name="paper.pdf").click()
    dialog = page.get_by_role("dialog", name="paper.pdf")
    expect(dialog.get_by_text("A leaf that was sent")).to_be_visible()
    expect(dialog.locator("canvas")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("button", name="paper.pdf")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["desk", "phone"])
def test_a_pdf_is_accessible_and_fits(make_server, open_page, size, scheme):
    server = make_server()
    plant(server, {"book.pdf": pdf(FORTY[:3])})
    server.start()
    phone = size == "phone"
    page = open_page(f"{server.url}{AT}", viewport=SIZES[size], color_scheme=scheme, has_touch=phone, is_mobile=phone)
    page.get_by_role("button", name="Workspace: demo").click()
    entry(page, "book.pdf").click()
    expect(leaf(page, 1).locator("canvas")).to_be_visible()
    assert [*faults(page), *page.evaluate(OUTSIDE)] == []
    assert page.evaluate(
        "document.querySelector('.pdf-pages').scrollWidth <= document.querySelector('.pdf-pages').clientWidth"
    )
