"""The file of projects is another program's too: a change loses nothing of what stands in it."""

import json
from pathlib import Path

import pytest

from hermes_webui.errors import Conflict, StoreUnavailable
from hermes_webui.store.files import Disk
from hermes_webui.store.projects import Projects

OLD = {"project_id": "one", "name": "Old", "color": "red", "created_at": 1.0}
NEW = {"project_id": "two", "name": "New", "color": "teal", "created_at": 2.0}


def projects(tmp_path: Path, disk: Disk | None = None, text: str = json.dumps([OLD])) -> Projects:
    (tmp_path / "projects.json").write_text(text)
    return Projects(tmp_path / "projects.json", disk or Disk(), tmp_path / "_quarantine")


def on_disk(tmp_path: Path) -> list:
    return json.loads((tmp_path / "projects.json").read_bytes())


def test_a_file_that_cannot_be_read_for_a_moment_is_not_taken_for_an_empty_one(tmp_path, monkeypatch):
    kept = projects(tmp_path)
    read, refusals = Path.read_bytes, [OSError(24, "Too many open files")]

    def read_bytes(path: Path) -> bytes:
        if refusals:
            raise refusals.pop()
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    with pytest.raises(StoreUnavailable):
        kept.add(NEW)
    assert kept.add(NEW) == on_disk(tmp_path) == [OLD, NEW]


def test_what_another_program_writes_in_between_is_not_overwritten(tmp_path):
    class Shared(Disk):
        def make_folder(self, path: Path) -> None:
            (tmp_path / "projects.json").write_text(json.dumps([OLD, {**NEW, "name": "Theirs"}]))
            super().make_folder(path)

    with pytest.raises(Conflict):
        projects(tmp_path, Shared()).remove("one")
    assert [each["name"] for each in on_disk(tmp_path)] == ["Old", "Theirs"]


@pytest.mark.parametrize("text", ['[{"name": "no id"}]', '{"projects": []}', "not json", '[{"project_id": 7}]'])
def test_what_is_no_project_is_kept_aside_before_another_file_takes_its_place(tmp_path, text):
    assert projects(tmp_path, text=text).add(NEW) == on_disk(tmp_path) == [NEW]
    assert [path.read_text() for path in (tmp_path / "_quarantine").iterdir()] == [text]
