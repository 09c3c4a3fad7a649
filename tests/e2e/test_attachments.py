"""Files go with a prompt: by button, drop and paste, through a reload and an absent server, each once."""

import re
import struct
import zlib

import pytest
from playwright.sync_api import expect

from tests.e2e.chat import composer, finished, prompts, send
from tests.e2e.held import Held

pytestmark = pytest.mark.browser

TALL = {"width": 1000, "height": 6000}  # all of the conversation is drawn
NOTES = {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"what was said"}
PROGRAM = {"name": "tool.exe", "mimeType": "image/png", "buffer": b"\x7fELF\0\0"}

#: Files in a DataTransfer, as a drag or the clipboard holds them.
TRANSFER = """([kind, files, text]) => {
  const data = new DataTransfer();
  for (const [name, type, content] of files) data.items.add(new File([content], name, { type }));
  if (text) data.setData('text/plain', text);
  const target = kind === 'paste' ? document.getElementById('composer') : document.querySelector('.stage-area');
  const options = { bubbles: true, cancelable: true };
  if (kind === 'paste') target.dispatchEvent(new ClipboardEvent('paste', { ...options, clipboardData: data }));
  else target.dispatchEvent(new DragEvent(kind, { ...options, dataTransfer: data }));
}"""


def png(width: int, height: int) -> bytes:
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress((b"\0" + b"\x20\x80\x70" * width) * height)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def attach(page, *files):
    page.get_by_role("button", name="Add").click()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("menuitem", name="Attach files").click()
    chooser.value.set_files(list(files))


def tray(page, state="done"):
    return page.locator(f"[data-attachment={state}]")


def files_of(page):
    """The files of the prompts that are shown."""
    return prompts(page).get_by_role("listitem")


def test_files_that_are_chosen_go_with_the_prompt_and_pictures_are_shown(server, open_page):
    page = open_page(server.url)
    attach(page, {"name": "lake.png", "mimeType": "image/png", "buffer": png(300, 200)}, NOTES)
    expect(tray(page)).to_have_count(2)
    send(page, "what is this")
    expect(tray(page)).to_have_count(0)
    finished(page)
    page.reload()
    expect(files_of(page)).to_have_count(2)
    expect(page.get_by_role("link", name="notes.txt")).to_have_attribute("download", "notes.txt")
    picture = page.get_by_role("button", name="Show lake.png larger")
    expect(picture.locator("img")).to_have_attribute("width", "300")
    picture.click()
    dialog = page.get_by_role("dialog", name="lake.png")
    expect(dialog.get_by_role("img")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(picture).to_be_focused()


def test_what_cannot_be_attached_says_why_and_holds_the_prompt_until_it_is_removed(server, open_page):
    page = open_page(server.url)
    composer(page).fill("look")
    attach(page, PROGRAM, {"name": "none.txt", "mimeType": "text/plain", "buffer": b""})
    expect(page.get_by_text("none.txt is empty")).to_be_visible()
    expect(tray(page, "refused")).to_contain_text("tool.exe is no image")
    expect(page.get_by_role("button", name="Send")).to_be_disabled()
    page.get_by_role("button", name="Remove tool.exe").click()
    expect(composer(page)).to_be_focused()
    expect(page.get_by_role("button", name="Send")).to_be_enabled()


def test_files_can_be_dropped_anywhere_on_the_conversation(server, open_page):
    page = open_page(server.url)
    expect(composer(page)).to_be_focused()
    page.evaluate(TRANSFER, ["dragenter", [["a.txt", "text/plain", "hello"]], ""])
    expect(page.get_by_text("Drop to attach")).to_be_visible()
    page.evaluate(TRANSFER, ["drop", [["a.txt", "text/plain", "hello"]], ""])
    expect(page.get_by_text("Drop to attach")).to_have_count(0)
    expect(tray(page)).to_contain_text("a.txt")
    page.keyboard.press("Enter")
    expect(files_of(page)).to_have_count(1)
    expect(page.locator(".title")).to_have_text("a.txt")


def test_pictures_are_pasted_and_a_long_text_becomes_a_file_that_can_be_taken_back(server, open_page):
    page = open_page(server.url)
    expect(composer(page)).to_be_focused()
    page.evaluate(TRANSFER, ["paste", [["image.png", "image/png", "\x89PNG nothing"]], ""])
    expect(page.get_by_text("Pasted image.png", exact=True)).to_be_visible()
    page.get_by_role("button", name="Remove Pasted image.png").click()
    composer(page).fill("before ")
    page.evaluate(TRANSFER, ["paste", [], "word " * 3000])
    expect(tray(page)).to_contain_text("Pasted text.txt")
    expect(composer(page)).to_have_value("before ")
    page.get_by_role("button", name="Put it into the field").click()
    expect(composer(page)).to_have_value("before " + "word " * 3000)
    expect(tray(page)).to_have_count(0)


def test_a_draft_keeps_its_files_through_a_reload(server, open_page):
    page = open_page(server.url)
    attach(page, NOTES)
    expect(tray(page)).to_have_count(1)
    page.reload()
    expect(tray(page)).to_contain_text("notes.txt")
    page.get_by_role("button", name="Remove notes.txt").click()
    page.reload()
    expect(composer(page)).to_be_focused()
    expect(tray(page)).to_have_count(0)


def test_a_file_that_found_no_server_waits_survives_a_reload_and_is_sent_once_with_its_prompt(server, open_page):
    page = open_page(server.url, viewport=TALL)
    send(page, "hello")
    finished(page)
    uploads = re.compile("/api/attachments")
    page.route(uploads, lambda route: route.abort())
    page.route("**/api/chat/start", lambda route: route.abort())
    attach(page, NOTES)
    expect(tray(page, "waiting")).to_contain_text("Waits for the server")
    page.reload()
    expect(tray(page, "waiting")).to_contain_text("notes.txt")
    send(page, "read this")
    expect(composer(page)).to_have_value("")
    expect(page.locator("[data-stage=waiting]")).to_be_visible()
    page.reload()
    expect(page.locator("[data-stage=waiting]")).to_be_visible()
    server.kill()
    page.unroute(uploads)
    page.unroute("**/api/chat/start")
    server.start()
    expect(page.locator("[data-stage=waiting]")).to_have_count(0)
    finished(page)
    page.reload()
    expect(prompts(page)).to_have_count(2)
    expect(files_of(page)).to_have_count(1)
    expect(page.get_by_role("link", name="notes.txt")).to_be_visible()


def test_a_prompt_that_is_taken_back_brings_its_files_back(server, open_page):
    page = open_page(server.url)
    send(page, "hello")
    finished(page)
    page.route("**/api/chat/start", lambda route: route.abort())
    attach(page, NOTES)
    expect(tray(page)).to_have_count(1)
    send(page, "not quite")
    page.get_by_role("button", name="Take back").click()
    expect(composer(page)).to_have_value("not quite")
    expect(tray(page)).to_contain_text("notes.txt")


def test_a_file_that_is_on_its_way_stays_with_its_conversation(server, open_page):
    """Also where this browser keeps no files."""
    page = open_page(server.url, viewport=TALL)
    page.add_init_script("IDBFactory.prototype.open = () => { throw new Error('closed'); }")
    page.reload()
    send(page, "first")
    finished(page)
    held = Held(page, "**/api/attachments?*")
    attach(page, NOTES)
    held.first()
    page.get_by_role("button", name="New chat").first.click()
    expect(tray(page, "sending")).to_have_count(0)
    with page.expect_response("**/api/attachments?*"):
        held.let_go()
    page.go_back()
    expect(tray(page)).to_have_text(re.compile("notes.txt"))
    send(page, "read it")
    finished(page)
    expect(files_of(page)).to_have_text([re.compile("notes.txt")])
