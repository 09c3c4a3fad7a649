"""Every key that the map names does what it says: the keys that are pressed here are read from the map itself."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.chat import answer, composer, finished, prompts, replies, send
from tests.e2e.desk import SESSION, editor, entry, paper, plant, tree
from tests.e2e.pdf import pdf
from tests.e2e.test_list_filing import row, seeded, shown

pytestmark = pytest.mark.browser

#: As the map prints them, and as Playwright calls them.
PRINTED = {"Ctrl": "Control", "Esc": "Escape", "Del": "Delete", "↑": "ArrowUp", "↓": "ArrowDown"}
PRINTED |= {"←": "ArrowLeft", "→": "ArrowRight"}
READ = """(map) => [...map.querySelectorAll('[data-keys]')].map((row) => [row.dataset.keys,
  [...row.querySelectorAll('.keys')].map((keys) => [...keys.children].map((one) => one.textContent))])"""
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
LOOKED_AT = "() => new Promise((done) => setTimeout(done, 700))"
GROUPS = ("first", "writing", "questions", "reading", "queue", "list", "models", "workspace")
#: In a terminal, which is off unless the owner wants it: test_terminal.py.
ELSEWHERE = {"workspace:palette.key-terminal"}


class Keys:
    """One group of the map, and which of its rows have been tried. The rows by the end of their names."""

    def __init__(self, page: Page, group: str) -> None:
        self.page = page
        page.evaluate("() => document.activeElement.blur()")
        page.keyboard.press("?")
        dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
        expect(dialog).to_be_visible()
        found = {str(name): keys for name, keys in dialog.evaluate(READ)}
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        assert {name.partition(":")[0] for name in found} == set(GROUPS)
        self.rows = {name: keys for name, keys in found.items() if name.startswith(f"{group}:")}
        self.tried = set(ELSEWHERE)

    def press(self, name: str, at: int = 0) -> None:
        """Presses the key that the map names, or the `at`th of those that stand beside one another."""
        (found,) = [each for each in self.rows if each.endswith((f":{name}", f".{name}", f".key-{name}"))]
        self.tried.add(found)
        parts = self.rows[found][at]
        self.page.keyboard.press("+".join(PRINTED.get(one, one.lower() if len(one) == 1 else one) for one in parts))

    def all_tried(self) -> None:
        assert set(self.rows) <= self.tried


def test_the_map_is_read_on_a_small_screen_and_begins_with_what_is_used_most(server, open_page):
    page = open_page(server.url)
    page.evaluate("() => document.activeElement.blur()")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog.locator("[data-keys]").first).to_have_text("Commands and searchCtrlK")
    expect(dialog.locator("[data-keys]").first).to_be_in_viewport(ratio=1)
    phone = open_page(server.url, **PHONE)
    phone.evaluate("() => document.activeElement.blur()")
    phone.keyboard.press("?")
    last = phone.get_by_role("dialog", name="Keyboard shortcuts").locator("[data-keys]").last
    last.scroll_into_view_if_needed()
    expect(last).to_be_in_viewport(ratio=1)


def test_the_keys_that_are_used_most(make_server, open_page):
    server = make_server(pace=0.05)
    server.start()
    page = open_page(server.url)
    keys = Keys(page, "first")
    palette = page.get_by_role("dialog", name="Commands and search")
    keys.press("palette.open")
    expect(palette).to_be_visible()
    before = page.get_by_role("option", selected=True).inner_text()
    keys.press("walk", 1)
    expect(page.get_by_role("option", selected=True)).not_to_have_text(before)
    keys.press("close")
    expect(palette).to_have_count(0)
    page.evaluate("() => document.activeElement.blur()")
    keys.press("chat.write")
    expect(composer(page)).to_be_focused()
    keys.press("settings.open")
    expect(page.get_by_role("dialog", name="Settings")).to_be_visible()
    page.keyboard.press("Escape")
    edge = page.get_by_role("separator").first
    edge.focus()
    width = edge.get_attribute("aria-valuenow")
    keys.press("width", 1)
    expect(edge).not_to_have_attribute("aria-valuenow", str(width))
    send(page, "something long")
    expect(page.get_by_text("Writing")).to_be_visible()
    keys.press("chat.stop")
    expect(page.locator("[data-line]")).to_contain_text("Stopped")
    keys.press("chat.new")
    page.wait_for_url(f"{server.url}/")
    page.evaluate("() => document.activeElement.blur()")
    keys.press("keys.open")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    keys.all_tried()


def test_the_keys_where_one_writes(server, open_page):
    page = open_page(server.url)
    keys = Keys(page, "writing")
    field = composer(page)
    field.fill("Review {what} for {whom}")
    page.get_by_role("button", name="Add").click()
    page.get_by_role("menuitem", name="Keep as a prompt").click()
    page.get_by_role("dialog").get_by_role("textbox", name="Name").fill("Review")
    page.keyboard.press("Enter")
    expect(page.get_by_text("“Review” is kept")).to_be_visible()
    field.fill("")
    keys.press("slash")
    expect(page.get_by_role("option", name="/new")).to_be_visible()
    field.fill("")
    keys.press("at")
    expect(page.get_by_role("option", name="Review")).to_be_visible()
    keys.press("take", 1)
    expect(field).to_have_value("Review {what} for {whom}")
    page.wait_for_function("() => document.activeElement.selectionEnd > document.activeElement.selectionStart")
    keys.press("gap")
    page.keyboard.type("Ada")
    expect(field).to_have_value(re.compile("^Review {what} for .?Ada"))
    field.fill("")
    page.keyboard.type("@")
    expect(page.get_by_role("option", name="Review")).to_be_visible()
    keys.press("forget")
    expect(page.get_by_text("“Review” was deleted.")).to_be_visible()
    field.fill("approve")
    keys.press("send")
    expect(page.locator("[data-question]")).to_be_visible()
    keys.press("older")
    expect(field).to_have_value("approve")
    keys.press("line")
    expect(field).to_have_value("approve\n")
    keys.press("steer")
    expect(page.get_by_role("group", name="Queued messages")).to_contain_text("Goes to the reply at its next step")
    keys.all_tried()


def test_the_keys_that_answer_agents(server, open_page):
    page = open_page(server.url)
    keys = Keys(page, "questions")
    card = page.locator("[data-question]")
    for name, at in (("allow_once", 1), ("reject_once", 0), ("reject_once", 1), ("allow_session", 1)):
        send(page, "approve")
        expect(card).to_be_visible()
        if at == 0:
            keys.press("answer.show")
            expect(card).to_be_focused()
        page.evaluate(LOOKED_AT)
        keys.press(name, at)
        expect(card).to_have_count(0)
        finished(page)
    send(page, "inquire")
    page.get_by_role("textbox", name="What is your favourite flower?").fill("the foxglove")
    keys.press("answer")
    expect(replies(page).last).to_contain_text("You said: the foxglove")
    keys.all_tried()


def test_the_keys_of_a_conversation(server, open_page):
    page = open_page(server.url)
    answer(page, "a table of birds")
    answer(page, "a table of bees")
    keys = Keys(page, "reading")
    keys.press("find")
    bar = page.get_by_role("search")
    bar.get_by_role("textbox").fill("table of")
    expect(bar.get_by_role("status")).to_have_text(re.compile("^1 of"))
    keys.press("hits")
    expect(bar.get_by_role("status")).to_have_text(re.compile("^2 of"))
    keys.press("hits", 1)
    expect(bar.get_by_role("status")).to_have_text(re.compile("^1 of"))
    page.keyboard.press("Escape")
    keys.press("outline")
    expect(page.get_by_role("complementary", name="Outline")).to_be_visible()
    keys.press("outline")
    page.locator(".scroller").focus()
    keys.press("ends")
    keys.press("messages")
    expect(page.locator("[data-stop]:focus")).to_have_count(1)
    keys.press("ends", 1)
    page.locator(".scroller").focus()
    keys.press("prompts", 1)
    expect(prompts(page).last.locator("[data-stop]:focus").or_(page.locator("[data-stop]:focus"))).to_have_count(1)
    bar = replies(page).last.get_by_role("toolbar")
    bar.get_by_role("button").first.focus()
    keys.press("along", 1)
    expect(bar.get_by_role("button").first).not_to_be_focused()
    keys.press("rename")
    expect(page.get_by_role("textbox", name="Title")).to_be_focused()
    keys.all_tried()


def test_the_keys_of_messages_that_wait(server, open_page):
    page = open_page(server.url)
    send(page, "approve")
    expect(page.locator("[data-question]")).to_be_visible()
    keys = Keys(page, "queue")
    send(page, "one")
    send(page, "two")
    items = page.get_by_role("group", name="Queued messages").get_by_role("listitem")
    expect(items).to_have_text(["one", "two"])
    page.get_by_role("button", name="Reword “two”").focus()
    keys.press("move")
    expect(items).to_have_text(["two", "one"])
    keys.press("move", 1)
    expect(items).to_have_text(["one", "two"])
    keys.press("reword")
    expect(page.get_by_role("textbox", name="Reword the waiting message")).to_have_value("two")
    keys.all_tried()


def test_the_keys_of_the_list(make_server, open_page):
    server = make_server()
    seeded(server, "One", "Two", "Three", "Four")
    page = open_page(server.url)
    expect(shown(page)).to_have_text(["One", "Two", "Three", "Four"])
    keys = Keys(page, "list")
    chosen = page.get_by_role("toolbar", name="Selected conversations")
    row(page, "One").locator("a").focus()
    keys.press("select")
    expect(chosen).to_contain_text("1")
    keys.press("range", 1)
    expect(chosen).to_contain_text("2")
    keys.press("all")
    expect(chosen).to_contain_text("4")
    keys.press("none")
    expect(chosen).to_have_count(0)
    keys.press("menu")
    expect(page.get_by_role("menuitem", name="Open in a new tab")).to_be_focused()
    page.keyboard.press("Escape")
    row(page, "Four").locator("a").focus()
    keys.press("delete")
    expect(shown(page)).to_have_text(["One", "Two", "Three"])
    row(page, "Two").locator("a").focus()
    keys.press("rename")
    page.keyboard.type("Owls")
    page.keyboard.press("Enter")
    expect(row(page, "Owls").locator("a")).to_be_focused()
    keys.press("open")
    expect(page.get_by_role("heading", name="Owls")).to_be_visible()
    row(page, "Owls").locator("a").focus()
    page.keyboard.type("one")  # A to Z
    keys.tried.add("list:palette.key-type")
    expect(page.get_by_role("searchbox")).to_have_value("one")
    keys.press("toggle")
    expect(page.get_by_role("navigation", name="Conversations")).not_to_be_visible()
    keys.press("filter")
    expect(page.get_by_role("searchbox")).to_be_focused()
    keys.all_tried()


def test_the_key_of_the_models(server, open_page):
    page = open_page(server.url)
    keys = Keys(page, "models")
    page.get_by_role("button", name=re.compile("^Model: ")).click()
    expect(page.get_by_role("combobox", name="Find a model")).to_be_focused()
    keys.press("like")
    expect(page.get_by_role("option", name=re.compile("favourite$")).first).to_be_visible()
    keys.all_tried()


@pytest.fixture
def workspace(make_server, open_page):
    """A conversation with a folder, the keys of the panel, and the tree with the focus."""
    server = make_server()
    folder = plant(server, {"src/app.py": "a = 1\n", "README": "Read me\n", "book.pdf": pdf(["A leaf"])})
    server.start()
    page = open_page(f"{server.url}/c/{SESSION}")
    expect(replies(page)).to_have_count(1)
    keys = Keys(page, "workspace")
    keys.press("toggle")
    expect(tree(page)).to_be_focused()
    return page, keys, folder


IN_A_FILE = ("save", "indent", "leave", "zoom")


def test_the_keys_of_the_tree_of_files(workspace):
    page, keys, _ = workspace
    keys.press("fold")
    expect(entry(page, "app.py")).to_be_visible()
    keys.press("fold", 1)
    expect(entry(page, "app.py")).to_have_count(0)
    page.keyboard.type("read")  # A to Z
    keys.tried.add("workspace:palette.key-name")
    keys.press("file-menu")
    expect(page.get_by_role("menu")).to_be_visible()
    page.keyboard.press("Escape")
    keys.press("rename")
    page.get_by_role("textbox", name="New name for README").fill("NOTES")
    page.keyboard.press("Enter")
    expect(entry(page, "NOTES")).to_be_visible()
    keys.press("open")
    expect(paper(page, "NOTES")).to_contain_text("Read me")
    page.get_by_role("button", name="Back to the list").click()
    tree(page).focus()
    keys.press("delete")
    expect(entry(page, "NOTES")).to_have_count(0)
    keys.tried |= {f"workspace:palette.key-{name}" for name in IN_A_FILE}  # below
    keys.all_tried()


def test_the_keys_in_a_file(workspace):
    page, keys, folder = workspace
    entry(page, "README").click()
    paper(page, "README").get_by_role("button", name="Edit").click()
    field = editor(page, "README")
    expect(field).to_be_focused()
    keys.press("indent")
    expect(field).to_have_value("    Read me\n")
    keys.press("indent", 1)
    expect(field).to_have_value("Read me\n")
    page.keyboard.type("Do ")
    keys.press("save")
    expect(paper(page, "README").get_by_role("button", name="Save")).to_be_disabled()
    assert (folder / "README").read_text("utf-8") == "Do Read me\n"
    keys.press("leave")
    expect(field).to_be_focused()  # Tab leads out now
    keys.press("leave")
    paper(page, "README").get_by_role("button", name="Edit").focus()
    keys.press("leave")
    expect(tree(page)).to_be_visible()
    entry(page, "book.pdf").click()
    leaf = page.get_by_role("group", name=re.compile("^Page 1 of "))
    expect(leaf.locator("canvas")).to_be_visible()
    width = leaf.bounding_box()["width"]
    page.get_by_role("group", name="book.pdf").focus()
    keys.press("zoom")
    page.wait_for_function(f"() => document.querySelector('.pdf-page').getBoundingClientRect().width > {width} + 1")
    assert all(any(each.endswith(f"-{name}") for each in keys.tried) for name in IN_A_FILE)
