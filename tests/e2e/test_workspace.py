"""The files of a conversation's folder: seen, found, changed and taken back, by mouse and by keys."""

import re
from typing import Any

import pytest
from playwright.sync_api import Dialog, expect

from tests.e2e.chat import answer, composer, finished, send
from tests.e2e.desk import SESSION, SOURCE, commit, editor, entry, opened, paper, plant, tree

pytestmark = pytest.mark.browser

AT = f"/c/{SESSION}"


def test_a_new_conversation_gets_a_folder_with_one_click(make_server, open_page):
    server = make_server()
    plant(server)
    server.start()
    page = open_page(server.url)
    page.get_by_role("button", name="Workspace").click()
    panel = page.get_by_role("complementary", name="Workspace")
    expect(panel).to_contain_text("No folder yet")
    panel.get_by_role("button", name="Choose another folder").click()
    panel.get_by_role("button", name="Look into workspace").click()
    panel.get_by_role("button", name="Use demo").click()
    expect(entry(page, "README")).to_be_visible()
    expect(tree(page)).to_be_focused()
    expect(page.get_by_role("button", name="Workspace: demo").first).to_be_visible()
    answer(page, "please say: good")
    page.reload()
    expect(entry(page, "README")).to_be_visible()  # as it was left: open, and the same folder
    send(page, "once more")
    finished(page)


def test_the_tree_goes_by_keys_alone(make_server, open_page):
    server = make_server()
    folder = plant(server)
    server.start()
    page = open_page(f"{server.url}{AT}")
    opened(page)
    page.keyboard.press("ArrowRight")
    expect(entry(page, "app.py")).to_be_visible()
    page.keyboard.type("app")
    page.keyboard.press("Enter")
    expect(paper(page, "app.py")).to_contain_text("class App")
    expect(paper(page, "app.py").locator(".hljs-keyword").first).to_be_visible()
    page.get_by_role("button", name="Back to the list").click()
    tree(page).focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(entry(page, "src")).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("End")
    page.keyboard.press("F2")
    page.get_by_role("textbox", name="New name for README").fill("notes.md")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="notes.md")).to_be_visible()  # that name is taken
    page.get_by_role("textbox", name="New name for README").fill("READ.ME")
    page.keyboard.press("Enter")
    expect(entry(page, "READ.ME")).to_be_visible()
    expect(tree(page)).to_be_focused()
    page.keyboard.press("Delete")
    expect(entry(page, "READ.ME")).to_have_count(0)
    assert not (folder / "READ.ME").exists()
    page.get_by_role("button", name="Undo").click()
    expect(entry(page, "READ.ME")).to_be_visible()
    assert (folder / "READ.ME").read_text("utf-8") == "Read me\n"
    tree(page).focus()
    page.keyboard.press("Home")
    page.keyboard.press("Shift+F10")
    page.get_by_role("menuitem", name="New file").press("Enter")
    page.get_by_role("textbox", name="New file in src").fill("new.py")
    page.keyboard.press("Enter")
    expect(editor(page, "new.py")).to_be_focused()
    assert (folder / "src" / "new.py").read_bytes() == b""


def test_what_is_typed_outlives_a_reload_and_is_saved_by_a_key(make_server, open_page):
    server = make_server()
    folder = plant(server)
    server.start()
    page = open_page(f"{server.url}{AT}")
    opened(page)
    entry(page, "README").click()
    paper(page, "README").get_by_role("button", name="Edit").click()
    editor(page, "README").press("ControlOrMeta+End")
    page.keyboard.type("if x:\nmore")
    expect(editor(page, "README")).to_have_value("Read me\nif x:\n    more")
    page.keyboard.press("Shift+Tab")
    expect(editor(page, "README")).to_have_value("Read me\nif x:\nmore")
    page.reload()
    expect(entry(page, "README")).to_have_attribute("aria-label", re.compile("not saved"))
    entry(page, "README").click()
    expect(editor(page, "README")).to_have_value("Read me\nif x:\nmore")
    editor(page, "README").press("ControlOrMeta+s")
    expect(paper(page, "README").get_by_role("button", name="Save")).to_be_disabled()
    assert (folder / "README").read_text("utf-8") == "Read me\nif x:\nmore"
    page.get_by_role("button", name="Back to the list").click()
    expect(entry(page, "README")).not_to_have_attribute("aria-label", re.compile("not saved"))


@pytest.mark.parametrize(("choice", "kept"), [("Keep mine", "mine"), ("Take the saved one", "theirs")])
def test_a_file_that_was_changed_elsewhere_is_never_overwritten_unasked(make_server, open_page, choice, kept):
    server = make_server()
    folder = plant(server, {"a.txt": "begin\n"})
    server.start()
    page = open_page(f"{server.url}{AT}")
    opened(page)
    entry(page, "a.txt").click()
    paper(page, "a.txt").get_by_role("button", name="Edit").click()
    editor(page, "a.txt").fill("mine")
    (folder / "a.txt").write_text("theirs", "utf-8")
    editor(page, "a.txt").press("ControlOrMeta+s")
    both = page.get_by_role("group", name="Two versions of this file")
    expect(both).to_be_visible()
    assert (folder / "a.txt").read_text("utf-8") == "theirs"
    expect(paper(page, "a.txt").locator(".ws-patch-line.removed")).to_have_text(re.compile("theirs"))
    expect(paper(page, "a.txt").locator(".ws-patch-line.added")).to_have_text(re.compile("mine"))
    both.get_by_role("button", name=choice).click()
    expect(both).to_have_count(0)
    expect(editor(page, "a.txt")).to_have_value(kept)
    expect(paper(page, "a.txt").get_by_role("button", name="Save")).to_be_disabled()
    assert (folder / "a.txt").read_text("utf-8") == kept


def test_a_search_leads_to_the_line(make_server, open_page):
    server = make_server()
    plant(server)
    server.start()
    page = open_page(f"{server.url}{AT}")
    opened(page)
    field = page.get_by_role("combobox", name="Search files")
    field.fill("log")
    expect(page.get_by_role("option")).to_have_count(1)
    page.get_by_role("button", name="In text").click()
    field.fill("value * 41")
    expect(page.get_by_role("option")).to_contain_text("return value * 41")
    field.press("Enter")
    expect(paper(page, "app.py").locator(".ws-mark")).to_be_in_viewport()
    expect(paper(page, "app.py").get_by_text("def part_41")).to_be_in_viewport()


def test_files_are_brought_in_and_taken_out(make_server, open_page, tmp_path):
    server = make_server()
    folder = plant(server)
    server.start()
    page = open_page(f"{server.url}{AT}")
    panel = opened(page)
    (tmp_path / "up.bin").write_bytes(bytes(range(256)))
    with page.expect_file_chooser() as chooser:
        panel.get_by_role("button", name="Upload files").click()
    chooser.value.set_files([tmp_path / "up.bin"])
    expect(page.get_by_text("1 file was uploaded.")).to_be_visible()
    assert (folder / "up.bin").read_bytes() == bytes(range(256))
    entry(page, "up.bin").click()
    expect(paper(page, "up.bin")).to_contain_text("not a text file")
    with page.expect_download() as download:
        paper(page, "up.bin").get_by_role("button", name="Download").last.click()
    assert download.value.path().read_bytes() == bytes(range(256))


def test_changes_are_grouped_and_shown_line_by_line(make_server, open_page):
    server = make_server()
    folder = plant(server)
    commit(folder)
    (folder / "README").write_text("Read this\n", "utf-8")
    (folder / "fresh.txt").write_text("new\n", "utf-8")
    server.start()
    page = open_page(f"{server.url}{AT}")
    panel = opened(page)
    expect(entry(page, "README")).to_have_attribute("aria-label", re.compile("modified"))
    panel.get_by_role("tab", name="Changes").click()
    expect(panel).to_contain_text("main")
    expect(panel).to_contain_text("Begin")
    panel.get_by_role("button", name="README").click()
    expect(paper(page, "README").locator(".ws-patch-line.removed")).to_have_text(re.compile("Read me"))
    expect(paper(page, "README").locator(".ws-patch-line.added")).to_have_text(re.compile("Read this"))
    panel.get_by_role("tab", name="Files").click()  # what was opened does not lie over what is chosen now
    entry(page, "README").click()
    expect(paper(page, "README")).to_contain_text("Read this")
    panel.get_by_role("tab", name="Changes").click()
    expect(panel.get_by_text("Begin")).to_be_visible()


def test_a_commit_is_opened_from_the_log_and_left_by_keys_alone(make_server, open_page):
    server = make_server()
    folder = plant(server, {"a.txt": "one\n", "gone.txt": "two\n"})
    commit(folder)
    (folder / "a.txt").write_text("other\n", "utf-8")
    (folder / "gone.txt").unlink()
    (folder / "long.txt").write_text("".join(f"line {at}\n" for at in range(20_000)), "utf-8")
    (folder / "picture.bin").write_bytes(bytes(range(256)))
    commit(folder, "Change it\n\nBecause it was not good.")
    server.start()
    page = open_page(f"{server.url}{AT}")
    panel = opened(page)
    panel.get_by_role("tab", name="Changes").press("Enter")
    panel.get_by_role("button", name="Change it").press("Enter")
    shown = paper(page, "Change it")
    expect(shown.get_by_role("heading", name="Change it", level=3)).to_be_visible()
    expect(shown).to_contain_text("Because it was not good.")
    expect(shown).to_contain_text("Ada")
    expect(shown).to_contain_text("4 files changed")
    expect(shown.locator(".patch-line.added").first).to_contain_text("other")
    expect(shown.locator(".patch-line.removed")).to_have_text([re.compile("one"), re.compile("two")])
    shown.locator("summary", has_text="picture.bin").click()
    shown.locator("summary", has_text="picture.bin").click()
    expect(shown).to_contain_text("This is not a text file: there are no lines")
    shown.locator("summary", has_text="long.txt").press("Enter")
    expect(shown).to_contain_text("too long to show in this list. Open them by themselves")
    shown.get_by_role("button", name="Show the changes").press("Enter")
    expect(paper(page, "long.txt").locator(".ws-patch-line.added").first).to_contain_text("line 0")
    page.keyboard.press("Escape")
    expect(shown.get_by_role("heading", name="Change it", level=3)).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel.get_by_role("button", name="Change it")).to_be_focused()
    panel.get_by_role("button", name="Begin").press("Enter")
    expect(paper(page, "Begin")).to_contain_text("2 files changed")  # the first of all


def test_a_commit_shows_a_renamed_file_with_both_names_and_a_new_one_from_its_first_line(make_server, open_page):
    server = make_server()
    lines = [f"line {at}\n" for at in range(60)]
    long = [f"line {at} of a long file\n" for at in range(6000)]
    folder = plant(server, {"a.txt": "".join(lines), "same.txt": "".join(lines[:9]), "long.txt": "".join(long)})
    commit(folder)
    (folder / "docs").mkdir()
    for old, new in (("a.txt", "b.txt"), ("same.txt", "docs/same.txt"), ("long.txt", "longer.txt")):
        (folder / old).rename(folder / new)
    (folder / "b.txt").write_text("".join([*lines[:-1], "other\n"]), "utf-8")
    (folder / "longer.txt").write_text("".join(f"changed {at}\n{long[at]}" for at in range(6000)), "utf-8")
    (folder / "new.txt").write_text("".join(f"{at}. entry\n" for at in range(60)), "utf-8")
    commit(folder, "Rename")
    server.start()
    page = open_page(f"{server.url}{AT}")
    panel = opened(page)
    panel.get_by_role("tab", name="Changes").press("Enter")
    panel.get_by_role("button", name="Rename").press("Enter")
    shown = paper(page, "Rename")
    expect(shown).to_contain_text("4 files changed")
    renamed = shown.locator("details", has_text="b.txt")
    expect(renamed.locator("summary")).to_match_aria_snapshot("""
      - strong: a.txt
      - img "renamed to": →
      - strong: b.txt
      - img "1 lines added, 1 removed": +1 −1
      - img "renamed": R
    """)
    expect(renamed.locator(".patch-line.removed")).to_have_text(re.compile("line 59"))
    expect(renamed.locator(".patch-line.added")).to_have_text(re.compile("other"))
    expect(renamed.locator(".patch-hunk")).to_have_count(1)  # lines above are left out
    expect(shown.locator("details", has_text="docs/same.txt")).to_contain_text("Only the name has changed.")
    fresh = shown.locator("details", has_text="new.txt")
    expect(fresh.locator(".patch-hunk")).to_have_count(0)
    fresh.get_by_role("button", name="Show all 60 lines").press("Enter")
    expect(fresh.locator(".patch-line.added")).to_have_count(60)
    shown.locator("summary", has_text="longer.txt").press("Enter")
    shown.get_by_role("button", name="Show the changes").press("Enter")
    alone = paper(page, "longer.txt")
    expect(alone).to_contain_text("rename from long.txt")
    expect(alone.locator(".ws-patch-line.added").first).to_contain_text("changed 0")
    expect(alone.locator(".ws-patch-line.removed")).to_have_count(0)


def test_what_changes_on_the_disk_is_seen_when_a_run_ends(make_server, open_page):
    server = make_server()
    folder = plant(server)
    server.start()
    page = open_page(f"{server.url}{AT}")
    panel = opened(page)
    entry(page, "README").click()
    expect(paper(page, "README")).to_contain_text("Read me")
    (folder / "README").write_text("Another text\n", "utf-8")
    (folder / "made.txt").write_text("x", "utf-8")
    answer(page, "please say: good")
    expect(paper(page, "README")).to_contain_text("Another text")
    panel.get_by_role("button", name="Back to the list").click()
    expect(entry(page, "made.txt")).to_be_visible()


def test_at_completes_paths_and_a_command_opens_them(make_server, open_page):
    server = make_server()
    plant(server)
    server.start()
    page = open_page(f"{server.url}{AT}")
    expect(composer(page)).to_be_focused()
    page.keyboard.type("Look at @src/ap")
    expect(page.get_by_role("option", name="app.py")).to_be_visible()
    page.keyboard.press("Enter")
    expect(composer(page)).to_have_value("Look at src/app.py ")
    opened(page)
    page.keyboard.press("End")
    page.keyboard.press("Shift+F10")
    page.get_by_role("menuitem", name="Mention").click()
    expect(composer(page)).to_have_value("Look at src/app.py README ")


@pytest.mark.heavy
def test_a_folder_of_a_hundred_thousand_entries_stays_quick(make_server, open_page):
    server = make_server()
    folder = plant(server, {"a.txt": "x"})
    (folder / "many").mkdir()
    for at in range(100_000):
        (folder / "many" / f"entry-{at:06d}").touch()
    server.start()
    page = open_page(f"{server.url}{AT}")
    opened(page)
    page.keyboard.press("ArrowRight")
    expect(entry(page, "entry-000000")).to_be_visible()
    page.keyboard.press("End")
    expect(entry(page, "entry-099999")).to_be_visible(timeout=5000)
    assert page.locator(".ws-row").count() < 80
    page.keyboard.press("PageUp")
    page.keyboard.press("Home")
    expect(entry(page, "many")).to_be_visible()


def test_the_owner_says_where_workspaces_may_be_and_whether_there_are_terminals(make_server, open_page, tmp_path):
    server = make_server()
    plant(server)
    (tmp_path / "projects" / "web").mkdir(parents=True)
    server.start()
    page = open_page(f"{server.url}/settings/workspace")
    page.get_by_label("Path of a folder").fill(str(tmp_path / "none"))
    page.get_by_role("button", name="Add the folder").click()
    expect(page.get_by_role("status").filter(has_text="none")).to_be_visible()
    page.get_by_label("Path of a folder").fill(str(tmp_path / "projects"))
    page.get_by_role("button", name="Add the folder").click()
    expect(page.get_by_role("heading", name="projects")).to_be_visible()
    page.get_by_role("switch", name="Terminal").click()
    expect(page.get_by_role("switch", name="Terminal")).to_be_checked()
    page.goto(f"{server.url}{AT}")
    panel = opened(page)
    expect(panel.get_by_role("tab", name="Terminal")).to_be_visible()
    panel.get_by_role("button", name="Workspace: demo").click()
    panel.get_by_role("button", name="Look into projects").click()
    panel.get_by_role("button", name="Use web").click()
    expect(panel).to_contain_text("This folder is empty.")


def test_a_path_in_a_tool_card_opens_its_file_at_the_line(make_server, open_page):
    server = make_server()
    folder = plant(server)
    call: dict[str, Any] = {
        "id": "t1",
        "type": "function",
        "function": {"name": "read", "arguments": "{}"},
        "title": "Read app.py",
        "kind": "read",
    }
    call["locations"] = [{"path": str(folder / "src" / "app.py"), "line": 100}, {"path": "/etc/passwd"}]
    messages: list[dict[str, Any]] = [
        {"role": "user", "content": "Look"},
        {"role": "assistant", "content": "", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "t1", "name": "read", "content": "seen"},
        {"role": "assistant", "content": "Seen."},
    ]
    server.seed(
        SESSION,
        "The app",
        [{**message, "timestamp": 1.79e9 + at} for at, message in enumerate(messages)],
        workspace=str(folder),
    )
    server.start()
    page = open_page(f"{server.url}{AT}")
    page.get_by_text("Read app.py").click()
    page.get_by_role("button", name="app.py:100").click()
    expect(paper(page, "app.py").locator(".ws-mark")).to_be_in_viewport()
    page.get_by_role("button", name="/etc/passwd").click()
    expect(page.get_by_text("lies outside")).to_be_visible()


def test_a_text_in_an_old_encoding_is_edited_in_it(make_server, open_page):
    server = make_server()
    folder = plant(server, {"alt.txt": "Grüße\r\naus Köln\r\n".encode("latin-1")})
    server.start()
    page = open_page(f"{server.url}{AT}")
    opened(page)
    entry(page, "alt.txt").click()
    shown = paper(page, "alt.txt")
    expect(shown).to_contain_text("aus Köln")
    expect(shown).to_contain_text("This text is in ISO 8859-1 (Latin-1), and is saved in it again.")
    shown.get_by_role("button", name="Edit").click()
    editor(page, "alt.txt").fill("Grüße → Köln\n")
    editor(page, "alt.txt").press("ControlOrMeta+s")
    expect(page.get_by_text("which has no “→”")).to_be_visible()
    expect(editor(page, "alt.txt")).to_have_value("Grüße → Köln\n")
    editor(page, "alt.txt").fill("Grüße an Köln\n")
    editor(page, "alt.txt").press("ControlOrMeta+s")
    expect(shown.get_by_role("button", name="Save")).to_be_disabled()
    assert (folder / "alt.txt").read_bytes() == "Grüße an Köln\r\n".encode("latin-1")


def test_the_owner_puts_back_and_empties_what_was_deleted(make_server, open_page):
    server = make_server()
    folder = plant(server, {"keep.txt": "kept\n", "src/app.py": SOURCE, "gone.txt": "x" * 2000})
    server.start()
    page = open_page(f"{server.url}{AT}")
    for name in ("src", "keep.txt", "gone.txt"):
        given = {"session_id": SESSION, "path": name}
        assert page.request.post(f"{server.url}/api/workspace/trash", data=given).ok
    page.goto(f"{server.url}/settings/workspace")
    trash = page.get_by_role("region", name="Trash of the workspaces")
    expect(trash).to_contain_text("3 entries")
    expect(trash).to_contain_text("stays for 30 days")
    trash.get_by_role("button", name="Put keep.txt back").click()
    expect(trash.get_by_role("status")).to_contain_text("keep.txt is in")
    expect(trash.get_by_role("heading", name="keep.txt")).to_have_count(0)
    assert (folder / "keep.txt").read_text("utf-8") == "kept\n"
    asked: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    page.once("dialog", dismiss)
    trash.get_by_role("button", name="Empty now").click()
    expect(trash.get_by_role("heading", name="gone.txt")).to_be_visible()
    page.once("dialog", lambda dialog: dialog.accept())
    trash.get_by_role("button", name="Empty now").click()
    expect(trash).to_contain_text("It is empty.")
    expect(trash.get_by_role("button", name="Empty now")).to_have_count(0)
    assert asked
    assert "2 entries" in asked[0]
    assert list((server.folder / "workspace-trash").iterdir()) == []
    assert (folder / "keep.txt").exists()
