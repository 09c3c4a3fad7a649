"""What is committed works anywhere: it names no package registry's host and no folder of one machine."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# In pieces, so that this file passes its own test.
HOSTS = (
    *("pypi" + ".org", "python" + "hosted.org", "npm" + "js.org", "npm" + "js.com", "yarn" + "pkg.com"),
    *("deb." + "debian.org", "archive." + "ubuntu.com", "crates" + ".io", "proxy." + "golang.org"),
)
FOLDERS = tuple(
    "/" + name for name in ("wor" + "k/", "roo" + "t/", "opt/" + "pypi", "opt/" + "wheels", "tmp/bash" + "_jobs")
)
# A folder counts where it begins a path: not in ./network/ or in a word.
FORBIDDEN = re.compile(
    "|".join([*map(re.escape, HOSTS), rf"(?<![\w.~%-])(?:{'|'.join(map(re.escape, FOLDERS))})"]),
    re.IGNORECASE,
)


#: What git leaves in a file that two people changed, until somebody has decided.
UNDECIDED = re.compile("^(?:" + "<" * 7 + "|" + ">" * 7 + ") ", re.MULTILINE)


def committed(root: Path) -> list[Path]:
    """The files that are in git or would be added to it; in an unpacked archive, all but hidden folders."""
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        paths = root.rglob("*")
        return [p for p in paths if p.is_file() and not any(q.startswith(".") for q in p.relative_to(root).parts[:-1])]
    return [path for name in listed.split("\0") if name and (path := root / name).is_file()]


def faults(content: bytes) -> Iterator[str]:
    """Each forbidden name in a text, with its line; bytes that are no text have none."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return
    for match in FORBIDDEN.finditer(text):
        yield f"line {text.count(chr(10), 0, match.start()) + 1} names {match[0]}"
    for match in UNDECIDED.finditer(text):
        yield f"line {text.count(chr(10), 0, match.start()) + 1} is a conflict that nobody has decided"


def test_no_committed_file_names_a_registry_or_a_folder_of_this_machine():
    files = committed(ROOT)
    assert ROOT / "pyproject.toml" in files
    found = [f"{path.relative_to(ROOT)}: {fault}" for path in files for fault in faults(path.read_bytes())]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", [*("https://" + host + "/simple" for host in HOSTS), *FOLDERS, HOSTS[0].upper()])
def test_a_forbidden_name_is_reported_with_its_line(name):
    (fault,) = faults(f"one\ntwo {name}\n".encode())
    assert fault.startswith("line 2 names ")


def test_a_conflict_that_nobody_has_decided_is_reported():
    (fault,) = faults(("one\n" + "<" * 7 + " HEAD\ntwo\n").encode())
    assert fault.startswith("line 2 is a conflict")


@pytest.mark.parametrize("text", ["a/network/b", "~/work/notes", "$HOME/work/x", "the root/branch", "debian.org"])
def test_other_names_are_not_reported(text):
    assert list(faults(text.encode())) == []


def test_bytes_that_are_no_text_are_passed_over():
    assert list(faults(b"\xff\x00" + HOSTS[0].encode())) == []


def test_an_unpacked_archive_is_searched_too(tmp_path, monkeypatch):
    (tmp_path / "a.txt").touch()
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "b.txt").touch()
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert committed(tmp_path) == [tmp_path / "a.txt"]
