"""Only folders below the named roots may be workspaces, links resolved; never the disk or the server's own files."""

from pathlib import Path

import pytest

from hermes_webui.errors import BadRequest, Forbidden, NotFound, SettingsError
from hermes_webui.workspace.roots import Roots


@pytest.fixture
def state(tmp_path: Path) -> Path:
    (tmp_path / "home" / "state" / "sessions").mkdir(parents=True)
    (tmp_path / "code" / "project").mkdir(parents=True)
    return tmp_path / "home" / "state"


def roots(state: Path, *given: str | Path, said: dict | None = None) -> Roots:
    return Roots(state, {"roots": [str(each) for each in given]} if given else {}, lambda: said or {})


def test_without_any_there_is_one_of_its_own(state: Path):
    found = roots(state)
    assert (found.all(), found.default()) == ([], "")
    found.prepare()
    assert found.default() == str(state / "workspace")
    assert found.admit(str(state / "workspace")) == state / "workspace"


def test_folders_below_a_root_may_be_and_others_not(state: Path, tmp_path: Path):
    found = roots(state, tmp_path / "code")
    assert found.admit(str(tmp_path / "code" / "project")) == tmp_path / "code" / "project"
    (tmp_path / "codex").mkdir()
    (tmp_path / "code" / "out").symlink_to(tmp_path / "codex")
    for path in (tmp_path / "codex", tmp_path, "/", "/etc", tmp_path / "code" / "out", state):
        with pytest.raises(Forbidden, match="not among the ones that may be workspaces"):
            found.admit(str(path))
    for path in ("code", "", "../code", "a\0b", "\ud800"):
        with pytest.raises(BadRequest):
            found.admit(path)
    with pytest.raises(NotFound):
        found.admit(str(tmp_path / "code" / "missing"))


def test_a_root_may_be_a_link_and_stands_for_what_it_points_at(state: Path, tmp_path: Path):
    (tmp_path / "link").symlink_to(tmp_path / "code")
    found = roots(state, tmp_path / "link")
    assert [root.path for root in found.all()] == [str(tmp_path / "code")]
    assert found.admit(str(tmp_path / "link" / "project")) == tmp_path / "code" / "project"


def test_the_disk_the_state_and_what_holds_it_are_refused(state: Path, tmp_path: Path):
    (tmp_path / "link").symlink_to(state)
    for path in ("/", state, state.parent, tmp_path, state / "sessions", tmp_path / "link", f"{tmp_path}/code/../home"):
        with pytest.raises(BadRequest, match="cannot be a workspace"):
            roots(state).checked([str(path)])
        with pytest.raises(SettingsError, match=r"\[workspace\] roots"):
            roots(state, path)
    for wrong in ("text", [7], [""], ["/missing/folder"], ["a"] * 51, {"a": 1}):
        with pytest.raises(BadRequest):
            roots(state).checked(wrong)


def test_what_was_set_on_the_page_is_added_and_judged_again_each_time(state: Path, tmp_path: Path):
    said = {"roots": [str(tmp_path / "code"), "/", str(state.parent), str(tmp_path / "gone"), 7]}
    found = roots(state, said=said)
    assert [root.path for root in found.all()] == [str(tmp_path / "code")]
    (tmp_path / "code").rename(tmp_path / "moved")
    (tmp_path / "code").symlink_to(state.parent)
    assert found.all() == []


def test_a_table_that_says_something_else_stops_the_start(state: Path):
    tables: list[dict] = [{"root": []}, {"terminal": "yes"}, {"roots": "x"}]
    for table in tables:
        with pytest.raises(SettingsError):
            Roots(state, table, dict)


def test_terminals_are_off_unless_switched_on(state: Path):
    assert not Roots(state, {}, dict).terminal
    assert not Roots(state, {}, lambda: {"terminal": "true"}).terminal
    assert Roots(state, {}, lambda: {"terminal": True}).terminal
    assert Roots(state, {"terminal": True}, dict).terminal
    assert not Roots(state, {"terminal": False}, lambda: {"terminal": True}).terminal


def test_a_root_that_is_not_there_now_stops_nothing_and_may_come(state: Path, tmp_path: Path):
    found = roots(state, tmp_path / "disk", tmp_path / "code")
    assert [root.path for root in found.all()] == [str(tmp_path / "code")]
    (tmp_path / "disk").mkdir()
    assert [root.path for root in found.all()] == [str(tmp_path / "disk"), str(tmp_path / "code")]


def test_gits_own_folder_is_no_workspace(state: Path, tmp_path: Path):
    (tmp_path / "code" / ".git" / "hooks").mkdir(parents=True)
    for path in (".git", ".git/hooks"):
        with pytest.raises(Forbidden, match=r"\.git"):
            roots(state, tmp_path / "code").admit(str(tmp_path / "code" / path))
