"""The files of a conversation's workspace over HTTP: shown, saved, moved, deleted, searched, and given out safely."""

import asyncio
import json
import os
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import cast
from urllib.parse import quote

import pytest

from hermes_webui.app import Opened
from hermes_webui.engines.base import Diff, Location, ToolCallFinished, ToolCallStarted, TurnEnded
from tests.peers.hermes import Hermes
from tests.peers.inprocess import InProcess
from tests.peers.scripted_engine import ScriptedEngine
from tests.workspace.conftest import ONLY_OUTSIDE, SECRET
from tests.workspace.hostile import hostile_paths

JSON = {"content-type": "application/json"}
UPLOAD = {"content-type": "application/octet-stream", "x-hermes-upload": "1"}


class Work:
    """A server with one allowed root, a session that works there, and the ways of asking."""

    def __init__(self, hermes: Hermes, root: Path, outside: Path) -> None:
        self.hermes = hermes
        self.root = root
        self.outside = outside
        self.session_id = ""

    async def get(self, name: str, status: int = 200, /, **query):
        return await self.hermes.get(f"/api/workspace/{name}", status, session_id=self.session_id, **query)

    async def post(self, name: str, status: int = 200, /, **body):
        return await self.hermes.post(f"/api/workspace/{name}", status, session_id=self.session_id, **body)

    async def upload(self, path: str, data, **headers: str):
        address = f"/api/workspace/upload?session_id={self.session_id}&path={quote(path, safe='')}"
        return await self.hermes.client.post(address, content=data, headers={**UPLOAD, **headers})

    def head(self, path: str, size: int) -> bytes:
        """The head of an upload's request."""
        return (
            f"POST /api/workspace/upload?session_id={self.session_id}&path={path} HTTP/1.1\r\n"
            f"Host: 127.0.0.1:{self.hermes.port}\r\nx-hermes-upload: 1\r\nContent-Type: application/octet-stream\r\n"
            f"Content-Length: {size}\r\nConnection: close\r\n\r\n"
        ).encode()

    async def raw(self, path: str, *, headers: dict | None = None, **query):
        params = {"session_id": self.session_id, "path": path, **query}
        return await self.hermes.client.get("/api/workspace/raw", params=params, headers=headers or {})


@pytest.fixture
def memory() -> Iterator[Path]:
    """A folder in memory where there is one: tens of thousands of files are made there."""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        yield Path(folder).resolve()


@pytest.fixture
async def work(memory: Path) -> AsyncIterator[Work]:
    root, outside = memory / "code" / "project", memory / "outside"
    (root / "src").mkdir(parents=True)
    outside.mkdir()
    (outside / "canary.txt").write_bytes(SECRET)
    (outside / ONLY_OUTSIDE).write_bytes(SECRET)
    (root / "README.md").write_text("# Hello\n")
    (root / "src" / "main.py").write_text("print('hello')\n")
    tables = {"workspace": {"roots": [str(memory / "code")]}}
    async with Hermes(memory / "state", tables=tables, environment=dict(os.environ)) as hermes:
        made = Work(hermes, root, outside)
        made.session_id = await hermes.new(engine="puppet", workspace=str(root))
        yield made


async def test_a_folder_is_listed_a_page_at_a_time(work: Work):
    found = await work.get("tree")
    assert [(each["name"], each["path"], each["kind"]) for each in found["entries"]] == [
        ("src", "src", "folder"),
        ("README.md", "README.md", "file"),
    ]
    assert (found["path"], found["total"], found["next"]) == ("", 2, None)
    page = await work.get("tree", limit=1)
    assert (len(page["entries"]), page["next"]) == (1, 1)
    rest = await work.get("tree", limit=1, offset=1)
    assert (rest["entries"][0]["name"], rest["next"]) == ("README.md", None)
    await work.get("tree", 400, limit="x")
    await work.get("tree", 404, path="missing")


@pytest.mark.parametrize(
    ("name", "data", "kind", "editable"),
    [
        ("a.py", b"print(1)\n", "text", True),
        ("a.md", b"# A\n", "markdown", True),
        ("a.csv", b"a,b\n1,2\n", "csv", True),
        ("a.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1", "image", False),
        ("a.pdf", b"%PDF-1.7\n\xe2\xe3", "pdf", False),
        ("a.bin", b"\x7fELF\0\0", "binary", False),
        ("zeros.txt", b"Gr\xfc\xdfe\0", "binary", False),
        ("cyrillic.txt", "Привет, мир\n".encode("cp1251"), "binary", False),
        ("box.txt", b"\xc9\xcd\xcd\xcd\xbb\n", "binary", False),
        ("unknown.txt", b"a \x81 b\n", "binary", False),
        ("odd.txt", "Zug".encode("utf-16") + b"\0", "binary", False),
        ("half.txt", b"\xff\xfe\x00\xd8a\0", "binary", False),
        ("utf32.txt", "Zug".encode("utf-32"), "binary", False),
        ("a.svg", b"<svg><script>1</script></svg>", "text", True),
        ("empty", b"", "text", True),
    ],
)
async def test_a_file_is_shown_as_what_its_bytes_are(work: Work, name, data, kind, editable):
    (work.root / name).write_bytes(data)
    found = await work.get("file", path=name)
    assert (found["name"], found["size"], found["kind"], found["editable"]) == (name, len(data), kind, editable)
    assert found["truncated"] is False
    assert found["text"] == (data.decode() if editable else None)


@pytest.mark.parametrize(
    ("codec", "name", "text", "mark"),
    [
        ("cp1252", "Windows-1252", "Preis: 5 € – „schön“\r\nça va\r\n", ""),
        ("latin-1", "ISO 8859-1 (Latin-1)", "Grüße\naus Köln\n", ""),
        ("utf-16-le", "UTF-16 LE", "Grüße, 世界 😀\r\n", "\ufeff"),
        ("utf-16-be", "UTF-16 BE", "Grüße, 世界 😀\n", "\ufeff"),
        ("utf-8", "UTF-8", "Grüße, 世界 😀\r\n", "\ufeff"),
    ],
)
async def test_a_text_in_another_encoding_is_shown_and_saved_back_in_it(work: Work, codec, name, text, mark):
    path = work.root / "old.txt"
    path.write_bytes((mark + text).encode(codec))
    seen = await work.get("file", path="old.txt")
    assert (seen["kind"], seen["encoding"], seen["text"], seen["editable"]) == ("text", name, mark + text, True)
    typed = seen["text"].replace("\r\n", "\n") + "größer\n"  # as a field of a page has it
    await work.post("save", path="old.txt", text=typed, version=seen["version"])
    ends = "\r\n" if "\r" in text else "\n"
    assert path.read_bytes() == (mark + text + f"größer{ends}").encode(codec)
    assert (await work.get("file", path="old.txt"))["encoding"] == name


async def test_utf_16_keeps_its_mark_whatever_is_typed(work: Work):
    (work.root / "old.txt").write_bytes("a".encode("utf-16"))
    seen = await work.get("file", path="old.txt")
    await work.post("save", path="old.txt", text="b", version=seen["version"])
    assert (work.root / "old.txt").read_bytes() == "b".encode("utf-16")


@pytest.mark.parametrize(
    ("text", "why"), [("größer → kleiner", "has no “→”"), ("Ã¼ber", "could tell"), ("é" * 40, "could tell")]
)
async def test_what_an_encoding_cannot_hold_is_not_saved(work: Work, text, why):
    before = "schön".encode("latin-1")
    (work.root / "old.txt").write_bytes(before)
    seen = await work.get("file", path="old.txt")
    refused = await work.post("save", 400, path="old.txt", text=text, version=seen["version"])
    assert why in refused["error"]["message"]
    assert (work.root / "old.txt").read_bytes() == before


async def test_a_large_text_that_is_cut_within_a_character_is_text(work: Work):
    for codec in ("utf-16", "utf-8"):
        (work.root / "large.txt").write_bytes(("x" + "😀" * (1 << 19)).encode(codec))
        found = await work.get("file", path="large.txt")
        assert (found["truncated"], found["editable"], set(found["text"]) - {"\ufeff"}) == (True, False, {"x", "😀"})


async def test_a_large_text_is_begun(work: Work):
    (work.root / "large.txt").write_bytes("ä".encode() * (3 << 20))
    found = await work.get("file", path="large.txt")
    assert (found["truncated"], found["version"], found["size"], found["editable"]) == (True, None, 6 << 20, False)
    assert set(found["text"]) == {"ä"}


async def test_saving_asks_for_the_version_that_was_seen(work: Work):
    seen = await work.get("file", path="README.md")
    saved = await work.post("save", path="README.md", text="# New\n", version=seen["version"])
    assert (work.root / "README.md").read_text() == "# New\n"
    late = await work.post("save", 409, path="README.md", text="# Mine\n", version=seen["version"])
    assert late["error"]["current"] == {"version": saved["version"], "text": "# New\n"}
    assert "written by somebody else" in late["error"]["message"]
    again = await work.post("save", path="README.md", text="# Mine\n", version=late["error"]["current"]["version"])
    assert again["path"] == "README.md"
    assert (await work.post("save", path="deep/new.txt", text="x", version=None))["path"] == "deep/new.txt"
    exists = await work.post("save", 409, path="deep/new.txt", text="y", version=None)
    assert exists["error"]["current"]["text"] == "x"
    gone = await work.post("save", 409, path="gone.txt", text="y", version="0" * 64)
    assert gone["error"]["current"] is None
    for version in ("*", ""):
        await work.post("save", 400, path="README.md", text="y", version=version)
    assert (work.root / "README.md").read_text() == "# Mine\n"


async def test_line_ends_stay_what_they_are(work: Work):
    (work.root / "dos.txt").write_bytes(b"one\r\ntwo\r\n")
    seen = await work.get("file", path="dos.txt")
    await work.post("save", path="dos.txt", text="one\ntwo\nthree\n", version=seen["version"])
    assert (work.root / "dos.txt").read_bytes() == b"one\r\ntwo\r\nthree\r\n"


async def test_making_moving_deleting_and_taking_back(work: Work):
    assert (await work.post("make", path="lib", kind="folder"))["path"] == "lib"
    made = await work.post("make", path="lib/new.py", kind="file")
    assert made["kind"] == "file"
    await work.post("make", 409, path="lib/new.py", kind="file")
    await work.post("make", 400, path="lib/fifo", kind="fifo")
    assert (await work.post("move", path="lib/new.py", to="src/new.py"))["path"] == "src/new.py"
    await work.post("move", 409, path="src/new.py", to="README.md")
    trash_id = (await work.post("trash", path="src"))["trash_id"]
    assert not (work.root / "src").exists()
    await work.get("tree", 404, path="src")
    assert (await work.post("restore", trash_id=trash_id))["path"] == "src"
    assert (work.root / "src" / "new.py").exists()
    await work.post("restore", 404, trash_id=trash_id)
    await work.post("trash", 400, path="")


async def test_a_file_is_uploaded_as_it_comes(work: Work):
    async def pieces():
        for _ in range(20):
            yield b"x" * 100_000

    reply = await work.upload("data/big.bin", pieces())
    assert (reply.status_code, reply.json()["size"]) == (200, 2_000_000)
    assert (work.root / "data" / "big.bin").stat().st_size == 2_000_000
    assert (await work.upload("data/big.bin", b"other")).status_code == 409
    assert (await work.upload("empty.txt", b"")).status_code == 200
    assert (await work.upload("../evil.txt", b"x")).status_code == 403
    status, told = await work.hermes.raw(work.head("x.txt", 2 << 30))
    assert (status, b"larger than 1024 MB" in told) == (413, True)
    assert sorted(path.name for path in work.root.rglob(".hermes-part-*")) == []


async def test_an_upload_that_breaks_off_leaves_nothing(work: Work):
    _, writer = await asyncio.open_connection("127.0.0.1", work.hermes.port)
    writer.write(work.head("half.bin", 100_000) + b"a" * 500)
    await work.hermes.settled(lambda: list(work.root.glob(".hermes-part-*")))
    writer.close()
    await work.hermes.settled(lambda: not list(work.root.glob(".hermes-part-*")))
    assert not (work.root / "half.bin").exists()


async def test_only_the_page_may_write(work: Work):
    address = f"/api/workspace/upload?session_id={work.session_id}&path=x"
    for headers in ({"content-type": "application/json"}, {"content-type": "application/octet-stream"}):
        assert (await work.hermes.client.post(address, content=b"x", headers=headers)).status_code == 415
    body = {"session_id": work.session_id, "path": "README.md", "text": "", "version": None, "trash_id": "", "to": "x"}
    for name in ("save", "make", "move", "trash", "restore"):
        for headers in ({"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"}):
            reply = await work.hermes.client.post(f"/api/workspace/{name}", json=body, headers=headers)
            assert reply.status_code == 403
        plain = {"content-type": "text/plain"}
        reply = await work.hermes.client.post(f"/api/workspace/{name}", content=b"{}", headers=plain)
        assert reply.status_code == 415
    assert sorted(path.name for path in work.root.iterdir()) == ["README.md", "src"]


PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1"


@pytest.mark.parametrize(
    ("data", "kind", "how"),
    [
        (b"<!doctype html><script>1</script>", "text/plain; charset=utf-8", "attachment"),
        (
            b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>",
            "text/plain; charset=utf-8",
            "attachment",
        ),
        (PNG, "image/png", "inline"),
        (b"%PDF-1.7\n\xe2\xe3", "application/pdf", "attachment"),
        (b"\x7fELF\0\0", "application/octet-stream", "attachment"),
    ],
)
async def test_bytes_are_given_out_so_that_nothing_runs(work: Work, data, kind, how):
    name = 'a "quoted" ünï.html'
    (work.root / name).write_bytes(data)
    reply = await work.raw(name)
    assert (reply.status_code, reply.content, reply.headers["content-type"]) == (200, data, kind)
    assert reply.headers["content-disposition"].startswith(f"{how};")
    assert reply.headers.get_list("content-security-policy") == ["sandbox; default-src 'none'; frame-ancestors 'none'"]
    assert reply.headers["x-content-type-options"] == "nosniff"
    saved = await work.raw(name, download=1)
    assert saved.headers["content-disposition"].startswith("attachment;")
    part = await work.raw(name, headers={"range": "bytes=2-4"})
    assert (part.status_code, part.content) == (206, data[2:5])
    same = await work.raw(name, headers={"if-none-match": reply.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    for wrong in ("bytes=9999999-", "bytes=5-2", "items=1-2", "bytes=0-1,3-4"):
        assert (await work.raw(name, headers={"range": wrong})).content == data


async def test_searches(work: Work):
    found = await work.get("search", query="main", **{"in": "names"})
    assert found == {"hits": [{"path": "src/main.py"}], "truncated": False}
    found = await work.get("search", query="HELLO", **{"in": "text"})
    assert {(hit["path"], hit["line"]) for hit in found["hits"]} == {("README.md", 1), ("src/main.py", 1)}
    assert (await work.get("search", query="m", limit=1))["truncated"] is True
    for query in ({"query": " "}, {"query": "x" * 501}, {"query": "x", "in": "other"}, {}):
        await work.get("search", 400, **query)


def git(folder: Path, *arguments: str) -> None:
    who = {f"GIT_{role}_{what}": "a@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), **who}
    subprocess.run(["git", *arguments], cwd=folder, env=environment, check=True, capture_output=True)


async def test_git_and_what_this_turn_changed(work: Work):
    git(work.root, "init", "-q", "-b", "main")
    (work.root / ".gitignore").write_text("*.log\n")
    git(work.root, "add", ".")
    git(work.root, "commit", "-qm", "Begin")
    (work.root / "README.md").write_text("before the prompt\n")
    for path in (work.root / ".gitignore", work.root / "README.md"):
        os.utime(path, (1_700_000_000, 1_700_000_000))
    before = await work.get("git")
    assert (before["repository"], before["branch"], before["touched"]) == ("project", "main", [])
    assert before["changes"] == [{"path": "README.md", "state": "M", "staged": False, "this_turn": False}]
    run = await work.hermes.send(work.session_id, "Change it")
    await work.hermes.settled(lambda: work.hermes.puppet.turns)
    assert work.hermes.puppet.turns[0].workspace == str(work.root)
    (work.root / "src" / "main.py").write_text("print('changed')\n")
    (work.root / "new.txt").write_text("new\n")
    (work.root / "noise.log").write_text("noise\n")
    outside = str(work.outside / "canary.txt")
    work.hermes.puppet.say(
        ToolCallStarted("c1", "edit", {}, kind="edit"),
        ToolCallFinished(
            "c1", "ok", "", diffs=(Diff("src/other.py", "p"), Diff(outside, "p")), locations=(Location("README.md"),)
        ),
        ToolCallStarted("c2", "read", {}, kind="read"),
        ToolCallFinished("c2", "ok", "", locations=(Location(str(work.root / ".gitignore")),)),
        TurnEnded(),
    )
    await work.hermes.ended(run["stream_id"])
    found = await work.get("git")
    assert found["touched"] == ["README.md", "new.txt", "src/main.py", "src/other.py"]
    assert {(each["path"], each["state"], each["this_turn"]) for each in found["changes"]} == {
        ("README.md", "M", True),
        ("new.txt", "?", True),
        ("src/main.py", "M", True),
    }
    assert "+print('changed')" in (await work.get("diff", path="src/main.py"))["patch"]
    assert (await work.get("diff", path="new.txt"))["patch"].endswith("+new\n")
    assert (await work.get("diff", path="noise.log"))["patch"] == ""
    assert [each["subject"] for each in (await work.get("log"))["commits"]] == ["Begin"]


async def test_a_commit_is_opened(work: Work):
    git(work.root, "init", "-q", "-b", "main")
    git(work.root, "add", ".")
    git(work.root, "commit", "-qm", "Begin\n\nAt the beginning.")
    (commit,) = (await work.get("log"))["commits"]
    found = await work.get("commit", commit=commit["id"])
    assert (found["message"], found["author"], found["parents"]) == ("Begin\n\nAt the beginning.", "a@example.org", [])
    assert found["at"] == commit["at"]
    files = {each["path"]: each for each in found["files"]}
    assert (files["src/main.py"]["state"], files["src/main.py"]["added"], files["src/main.py"]["removed"]) == (
        "A",
        1,
        0,
    )
    assert "+print('hello')" in files["src/main.py"]["patch"]
    alone = (await work.get("diff", commit=commit["id"], path="src/main.py"))["patch"]
    assert alone == files["src/main.py"]["patch"]
    for wrong in ("HEAD", "", "--output=x", commit["id"][:7]):
        await work.get("commit", 400, commit=wrong)
        await work.get("diff", 400, commit=wrong, path="src/main.py")
    await work.get("commit", 400)
    await work.get("commit", 404, commit="0" * 40)
    await work.get("diff", 404, commit="0" * 40)


async def test_without_a_repository_there_is_no_commit(work: Work):
    await work.get("commit", 404, commit="0" * 40)


async def test_touched_is_told_without_a_repository_too(work: Work):
    run = await work.hermes.send(work.session_id, "Change it")
    await work.hermes.settled(lambda: work.hermes.puppet.turns)
    (work.root / "src" / "main.py").write_text("print('changed')\n")
    os.utime(work.root / "README.md", (1_700_000_000, 1_700_000_000))
    work.hermes.puppet.say(TurnEnded())
    await work.hermes.ended(run["stream_id"])
    found = await work.get("git")
    assert (found["repository"], found["touched"]) == (None, ["src/main.py"])


async def test_a_workspace_outside_of_the_roots_is_shown_and_refused(work: Work):
    for path in (str(work.outside), "/etc", "/", "relative", str(work.root / ".." / ".." / "outside")):
        for name, body in (("new", {}), ("configure", {"session_id": work.session_id})):
            reply = await work.hermes.client.post(f"/api/session/{name}", json={"workspace": path, **body})
            assert reply.status_code in {400, 403}, path
    imported = f'{{"session_id": "20240101_abc", "title": "Old", "workspace": "{work.outside}", "messages": []}}'
    (work.hermes.sessions / "20240101_abc.json").write_text(imported)
    await work.hermes.restart()
    assert (await work.hermes.session("20240101_abc"))["workspace"] == str(work.outside)
    work.session_id = "20240101_abc"
    asked = [
        *(
            work.get(name, 403, path="canary.txt", query="canary", commit="0" * 40)
            for name in ("tree", "file", "search", "git", "diff", "log", "commit")
        ),
        work.post("save", 403, path="canary.txt", text="", version=None),
        work.post("make", 403, path="x"),
        work.post("move", 403, path="canary.txt", to="x"),
        work.post("trash", 403, path="canary.txt"),
        work.post("restore", 403, trash_id="0" * 16),
    ]
    for each in asked:
        assert "is not among the folders that may be workspaces" in (await each)["error"]["message"]
    assert (await work.raw("canary.txt")).status_code == 403
    assert (await work.upload("x", b"x")).status_code == 403
    assert sorted(path.name for path in work.outside.iterdir()) == ["canary.txt", ONLY_OUTSIDE]


async def test_a_session_that_chose_none_works_in_the_default(work: Work):
    work.session_id = await work.hermes.new()
    assert [each["name"] for each in (await work.get("tree"))["entries"]] == ["project"]
    await work.hermes.get("/api/workspace/tree", 404, session_id="missing")


async def test_roots_are_told_and_changed_by_the_owner(work: Work, tmp_path: Path):
    code = str(work.root.parent)
    found = await work.hermes.get("/api/workspace/roots")
    assert found == {
        "roots": [{"path": code, "name": "code", "from": "config.toml"}],
        "default": code,
        "terminal": False,
        "terminal_from": "",
    }
    found = await work.hermes.post("/api/workspace/roots", roots=[str(tmp_path)], terminal=True)
    assert found["roots"][1] == {"path": str(tmp_path), "name": tmp_path.name, "from": "page"}
    assert found["terminal"] is True
    for wrong in (["/"], [str(work.hermes.settings.state)], ["/missing"], "x", [7]):
        await work.hermes.post("/api/workspace/roots", 400, roots=wrong)
    kept = json.loads((work.hermes.settings.state / "settings.json").read_bytes())
    assert kept["workspace"] == {"roots": [str(tmp_path)], "terminal": True}
    through = {"x-forwarded-for": "203.0.113.7"}
    reply = await work.hermes.client.post("/api/workspace/roots", json={"roots": []}, headers=through)
    assert reply.status_code == 403


async def test_folders_to_choose_from(work: Work):
    (work.root / ".git").mkdir()  # may be no workspace, so it is not offered
    code = str(work.root.parent)
    found = await work.hermes.get("/api/workspace/folders")
    assert (found["parent"], found["folders"]) == (None, [{"name": "code", "path": code}])
    found = await work.hermes.get("/api/workspace/folders", path=code)
    assert (found["parent"], found["folders"]) == ("", [{"name": "project", "path": str(work.root)}])
    found = await work.hermes.get("/api/workspace/folders", path=str(work.root))
    assert (found["parent"], [each["name"] for each in found["folders"]]) == (code, ["src"])
    for path in (str(work.outside), "/", "/etc"):
        await work.hermes.get("/api/workspace/folders", 403, path=path)


def trap(work: Work) -> None:
    """What leads out, laid again: much of it is moved and deleted on the way, rightly."""
    for name, target in (
        ("out", work.outside),
        ("out.txt", work.outside / "canary.txt"),
        ("up", ".."),
        ("inside", "src"),
    ):
        if not (work.root / name).is_symlink():
            subprocess.run(["rm", "-rf", str(work.root / name)], check=True)
            (work.root / name).symlink_to(target)
    (work.root / "src").mkdir(exist_ok=True)
    if not os.path.lexists(work.root / "pipe"):
        os.mkfifo(work.root / "pipe")


GETS = ("tree", "file", "raw", "diff", "folders")


def posted(number: int, path: str) -> tuple[str, dict]:
    """One of the routes that change something, each in its turn."""
    bodies: tuple[tuple[str, dict], ...] = (
        ("workspace/save", {"path": path, "text": "x", "version": None}),
        ("workspace/make", {"path": path, "kind": "folder"}),
        ("workspace/move", {"path": "README.md", "to": path}),
        ("workspace/move", {"path": path, "to": f"src/{number}"}),
        ("workspace/trash", {"path": path}),
        ("workspace/restore", {"trash_id": path}),
        ("session/configure", {"workspace": path}),
    )
    return bodies[number % len(bodies)]


@pytest.mark.heavy
async def test_ten_thousand_hostile_paths_through_every_file_route(work: Work):
    """Each path through one route that reads and one that writes, each route in its turn; without sockets."""
    inside = InProcess(work.hermes.app, cast("Opened", None), cast("ScriptedEngine", None))
    session = {"session_id": work.session_id}
    refused = 0
    for number, given in enumerate(hostile_paths(str(work.outside), str(work.root))):
        if number % 50 == 0:
            trap(work)
        path = given.encode("utf-8", "replace").decode()  # a query cannot carry anything else
        name, body = posted(number, path)
        replies = [
            await inside._call("GET", f"/api/workspace/{GETS[number % len(GETS)]}", {**session, "path": path}, b"", {}),
            await inside._call("POST", f"/api/{name}", {}, json.dumps({**session, **body}).encode(), JSON),
        ]
        if number % 3 == 0:
            query = {**session, "path": path}
            replies.append(await inside._call("POST", "/api/workspace/upload", query, b"x", UPLOAD))
        if name == "session/configure":
            assert replies[1].status != 200 or not path or path.startswith(str(work.root.parent))
            await inside.post("/api/session/configure", **session, workspace=str(work.root))
        for reply in replies:
            assert reply.status in {200, 400, 403, 404, 409, 413}, (path, reply.body)
            assert SECRET not in reply.body, path
            assert ONLY_OUTSIDE.encode() not in reply.body, path
            refused += reply.status != 200
    assert refused > 12_000
    assert {path.name: path.read_bytes() for path in work.outside.iterdir()} == {
        "canary.txt": SECRET,
        ONLY_OUTSIDE: SECRET,
    }
