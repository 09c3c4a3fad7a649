"""The vendored scripts are the ones that were reviewed: vendor.json lists every file with its hash."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

VENDOR = Path(__file__).parents[1] / "hermes_webui" / "ui" / "vendor"
LIST = "vendor.json"
FIELDS = {"file", "package", "version", "licence", "sha384"}


def faults(folder: Path) -> Iterator[str]:
    """Where the folder and its list differ; a folder that is not there has no faults."""
    if not folder.exists():
        return
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {LIST}
    entries = json.loads((folder / LIST).read_text("utf-8"))
    for entry in entries:
        if set(entry) != FIELDS or not all(entry.values()):
            yield f"{entry.get('file')}: an entry has {', '.join(sorted(FIELDS))}"
        elif entry["file"] not in found:
            yield f"{entry['file']}: listed, not there"
        elif hashlib.sha384((folder / entry["file"]).read_bytes()).hexdigest() != entry["sha384"]:
            yield f"{entry['file']}: another hash than listed"
    yield from (f"{name}: not listed" for name in sorted(found - {entry.get("file") for entry in entries}))


def vendored(folder: Path, **changes: str) -> Path:
    """A folder of one file, a.js, and its list with some fields changed."""
    content = b"export const a = 1;\n"
    (folder / "a.js").write_bytes(content)
    entry = {"file": "a.js", "package": "a", "version": "1.0", "licence": "MIT"}
    entry["sha384"] = hashlib.sha384(content).hexdigest()
    (folder / LIST).write_text(json.dumps([entry | changes]), "utf-8")
    return folder


def test_the_vendored_files_are_those_of_the_list():
    assert list(faults(VENDOR)) == []


def test_a_folder_that_agrees_with_its_list_has_no_faults(tmp_path):
    assert list(faults(vendored(tmp_path))) == []


def test_a_changed_file_is_reported(tmp_path):
    (vendored(tmp_path) / "a.js").write_bytes(b"export const a = 2;\n")
    assert list(faults(tmp_path)) == ["a.js: another hash than listed"]


def test_an_unlisted_file_is_reported(tmp_path):
    (vendored(tmp_path) / "b.js").write_bytes(b"")
    assert list(faults(tmp_path)) == ["b.js: not listed"]


def test_a_missing_file_is_reported(tmp_path):
    (vendored(tmp_path) / "a.js").unlink()
    assert list(faults(tmp_path)) == ["a.js: listed, not there"]


def test_an_entry_without_a_licence_is_reported(tmp_path):
    assert list(faults(vendored(tmp_path, licence=""))) == [f"a.js: an entry has {', '.join(sorted(FIELDS))}"]
