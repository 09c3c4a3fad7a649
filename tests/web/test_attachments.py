"""Files that people attach: known by their bytes, kept once under their content, given out so that nothing runs."""

import asyncio
import errno
import hashlib
import os
import re
import struct
import zlib
from pathlib import Path
from urllib.parse import quote

import pytest

from hermes_webui.engines.base import TurnEnded
from tests.peers.faulty_disk import FullDisk
from tests.peers.hermes import Hermes, contents

UPLOAD = {"content-type": "application/octet-stream", "x-hermes-upload": "1"}


def png(width: int, height: int, seed: bytes = b"") -> bytes:
    """A PNG with this size in its head; what is behind need not be an image."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head)) + seed


def jpeg(width: int, height: int, orientation: int = 1) -> bytes:
    tiff = b"II*\0" + struct.pack("<IH", 8, 1) + struct.pack("<HHIHH", 0x0112, 3, 1, orientation, 0)
    exif = b"Exif\0\0" + tiff
    frame = struct.pack(">BHHB", 8, height, width, 3)
    return b"\xff\xd8\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + b"\xff\xc0" + struct.pack(">H", 9) + frame


GIF = b"GIF89a" + struct.pack("<HH", 7, 5)
WEBP = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + (639).to_bytes(3, "little") + (479).to_bytes(3, "little")
AVIF = b"\0\0\0\x1cftypavif\0\0\0\0" + b"\0\0\0\x14ispe\0\0\0\0" + struct.pack(">II", 64, 48)
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\nrest"


async def upload(hermes: Hermes, data: bytes, name: str = "file", **headers: str):
    """The reply to a file that is sent."""
    return await hermes.client.post(
        f"/api/attachments?name={quote(name, safe='')}", content=data, headers={**UPLOAD, **headers}
    )


async def kept(hermes: Hermes, data: bytes, name: str = "file") -> dict:
    reply = await upload(hermes, data, name)
    assert reply.status_code == 200, reply.text
    return reply.json()["attachment"]


def files(hermes: Hermes) -> list[Path]:
    return [path for path in (hermes.settings.state / "attachments").rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("data", "kind", "size"),
    [
        (png(640, 480), "image/png", (640, 480)),
        (jpeg(4000, 3000), "image/jpeg", (4000, 3000)),
        (jpeg(4000, 3000, orientation=6), "image/jpeg", (3000, 4000)),
        (GIF, "image/gif", (7, 5)),
        (WEBP, "image/webp", (640, 480)),
        (AVIF, "image/avif", (64, 48)),
        (PDF, "application/pdf", None),
        (b"name,age\nAda,36\n", "text/plain", None),
        ("ünï 再见\n".encode(), "text/plain", None),
        ("Grüße, alte Welt".encode("cp1252"), "text/plain", None),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "text/plain", None),
        (b"<!doctype html><script>1</script>", "text/plain", None),
    ],
)
async def test_a_file_is_what_its_bytes_say(hermes: Hermes, data, kind, size):
    found = await kept(hermes, data, "photo.exe")
    assert (found["name"], found["type"], found["size"]) == ("photo.exe", kind, len(data))
    assert (found.get("width"), found.get("height")) == (size or (None, None))
    assert found["is_image"] == kind.startswith("image/")
    assert found["id"] == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("data", [b"\x7fELF\0\0", b"PK\x03\x04\0", b"\0", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBP"])
async def test_what_no_model_reads_is_not_taken_and_leaves_nothing(hermes: Hermes, data):
    reply = await upload(hermes, data, "picture.png")
    assert reply.status_code == 415
    assert "picture.png" in reply.json()["error"]["message"]
    assert files(hermes) == []


async def test_an_empty_file_is_not_taken(hermes: Hermes):
    reply = await upload(hermes, b"", "empty.txt")
    assert (reply.status_code, files(hermes)) == (400, [])


async def test_a_file_comes_back_as_it_was_and_no_page_can_be_made_of_it(hermes: Hermes):
    for data, how in ((png(2, 2), "inline"), (PDF, "attachment"), (b"<script>alert(1)</script>", "attachment")):
        found = await kept(hermes, data, 'a "quoted"\r\nx-evil: 1 ünï.html')
        reply = await hermes.client.get(f"/api/attachments/{found['id']}?name={quote(found['name'])}")
        assert reply.content == data
        assert reply.headers["content-type"].partition(";")[0] == found["type"]
        assert reply.headers["content-disposition"].startswith(f"{how};")
        assert reply.headers.get_list("content-security-policy") == [
            "sandbox; default-src 'none'; frame-ancestors 'none'"
        ]
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["cache-control"] == "private, max-age=31536000, immutable"
        assert "x-evil" not in reply.headers


async def test_a_part_of_a_file_can_be_had_and_a_known_one_is_not_sent_again(hermes: Hermes):
    found = await kept(hermes, b"0123456789")
    address = f"/api/attachments/{found['id']}"
    part = await hermes.client.get(address, headers={"range": "bytes=2-4"})
    assert (part.status_code, part.content) == (206, b"234")
    whole = await hermes.client.get(address)
    again = await hermes.client.get(address, headers={"if-none-match": whole.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


HOSTILE = (
    *("../../etc/passwd", "..\\..\\boot.ini", "/etc/passwd", "C:\\x\\notes.txt", "a/b/c.txt", "...", " ", "a\0b"),
    *("\u202egnp.exe", "x\r\ny", "a" * 5000 + ".png", "\ud800", "con", ".hidden", "%2e%2e%2f"),
)


async def test_names_are_for_showing_and_never_become_paths(hermes: Hermes):
    for name in HOSTILE:
        address = "/api/attachments?name=" + quote(name, safe="", errors="surrogatepass")
        reply = await hermes.client.post(address, content=b"text", headers=UPLOAD)
        if reply.status_code == 400:
            continue
        shown = reply.json()["attachment"]["name"]
        assert 0 < len(shown) <= 200
        assert not re.search(r"[/\\\x00-\x1f\u202e]", shown)
    folder = hermes.settings.state / "attachments"
    assert files(hermes) == [folder / (identity := hashlib.sha256(b"text").hexdigest())[:2] / identity]
    assert (await kept(hermes, b"text", "a" * 5000 + ".png"))["name"].endswith(".png")


async def test_ids_that_are_none_find_nothing(hermes: Hermes):
    found = await kept(hermes, b"secret")
    state = hermes.settings.state
    (state / "attachments" / "ab").mkdir(exist_ok=True)
    (state / "attachments" / "ab" / "plain").write_bytes(b"secret")
    ids = (
        *("..", "%2e%2e", "..%2f..%2fsecret", "ab%2fplain", "plain", found["id"].upper(), found["id"][:-1], "0" * 64),
        *(found["id"] + "%0a", found["id"] + "%00", f"..%2f{found['id']}", "é" * 64, "a" * 5000),
    )
    for identity in ids:
        reply = await hermes.client.get(f"/api/attachments/{identity}")
        assert reply.status_code in {404, 405}, identity
        assert b"secret" not in reply.content


async def test_the_same_content_is_kept_once(hermes: Hermes):
    first, second = await kept(hermes, png(1, 1), "one.png"), await kept(hermes, png(1, 1), "two.png")
    assert first["id"] == second["id"]
    assert (first["name"], second["name"]) == ("one.png", "two.png")
    assert len(files(hermes)) == 1


async def test_only_the_page_may_upload(hermes: Hermes):
    before = contents(hermes.settings.state)
    for headers in (
        {"content-type": "application/octet-stream"},
        {"content-type": "application/json", "x-hermes-upload": "1"},
        {"content-type": "text/plain", "x-hermes-upload": "1"},
        {"content-type": "multipart/form-data; boundary=x", "x-hermes-upload": "1"},
        {"content-type": "application/octet-stream", "x-hermes-upload": "0"},
        {"x-hermes-upload": "1"},
    ):
        reply = await hermes.client.post("/api/attachments?name=x", content=b"text", headers=headers)
        assert reply.status_code == 415, headers
    for headers in ({"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"}):
        assert (await upload(hermes, b"text", **headers)).status_code == 403
    elsewhere = await hermes.client.post("/api/session/new", content=b"{}", headers=UPLOAD)
    assert elsewhere.status_code == 415
    assert contents(hermes.settings.state) == before


async def test_what_is_too_large_is_refused_in_a_sentence_and_nothing_of_it_stays(hermes: Hermes):
    async def endless():
        for _ in range(26):
            yield b"a" * (1 << 20)

    told = await upload(hermes, b"a" * ((25 << 20) + 1), "big.txt")
    streamed = await hermes.client.post("/api/attachments?name=big.txt", content=endless(), headers=UPLOAD)
    for reply in (told, streamed):
        assert (reply.status_code, reply.json()["error"]["code"]) == (413, "too_large")
        assert "big.txt is larger than 25 MB" in reply.json()["error"]["message"]
    assert files(hermes) == []


async def test_an_upload_that_breaks_off_leaves_nothing(hermes: Hermes):
    head = (
        f"POST /api/attachments?name=x HTTP/1.1\r\nHost: 127.0.0.1:{hermes.port}\r\nx-hermes-upload: 1\r\n"
        "Content-Type: application/octet-stream\r\nContent-Length: 100000\r\nConnection: close\r\n\r\n"
    )
    _, writer = await asyncio.open_connection("127.0.0.1", hermes.port)
    writer.write(head.encode() + b"a" * 500)
    await hermes.settled(lambda: files(hermes))
    writer.close()
    await hermes.settled(lambda: not files(hermes))
    await kept(hermes, b"the next one is not disturbed")
    assert len(files(hermes)) == 1


async def test_a_full_disk_is_said_and_nothing_is_half_kept(tmp_path: Path):
    disk = FullDisk()
    async with Hermes(tmp_path / "state", disk=disk) as hermes:
        await kept(hermes, b"before")
        disk.full = True
        reply = await upload(hermes, b"after" * 1_000_000, "notes.txt")
        assert (reply.status_code, reply.json()["error"]["code"]) == (503, "disk_full")
        assert "The disk is full" in reply.json()["error"]["message"]
        disk.full = False
        assert len(files(hermes)) == 1
        await kept(hermes, b"after")


async def test_a_disk_that_fails_at_the_last_moment_keeps_nothing(tmp_path: Path, monkeypatch):
    async with Hermes(tmp_path / "state") as hermes:
        for step in ("sync", "rename"):
            with monkeypatch.context() as patch:
                patch.setattr(hermes.disk, step, _failing)
                assert (await upload(hermes, b"text")).status_code == 503
            assert files(hermes) == []
        await kept(hermes, b"text")


def _failing(*_: object) -> None:
    raise OSError(errno.EIO, os.strerror(errno.EIO))


async def test_what_a_crash_left_half_written_is_cleared_at_the_start(hermes: Hermes):
    await kept(hermes, b"whole")
    await hermes.stop()
    (hermes.settings.state / "attachments" / ".incoming.1.2.tmp").write_bytes(b"half")
    await hermes.start()
    assert len(files(hermes)) == 1


async def test_a_prompts_attachments_are_described_by_the_store_and_survive_a_restart(hermes: Hermes):
    found = await kept(hermes, png(3, 2), "photo.png")
    session_id = await hermes.new(engine="puppet")
    lied = {"id": found["id"], "name": "photo.png", "type": "text/html", "size": 1, "extra": "kept"}
    await hermes.send(session_id, "look", attachments=[lied])
    await hermes.stop()
    await hermes.start()
    (shown,) = (await hermes.session(session_id))["messages"][0]["attachments"]
    assert shown == {**found, "extra": "kept"}


async def test_a_prompt_may_be_a_file_alone_and_is_named_after_it(hermes: Hermes):
    found = await kept(hermes, PDF, "report.pdf")
    session_id = await hermes.new(engine="puppet")
    await hermes.send(session_id, "", attachments=[found])
    assert (await hermes.session(session_id))["title"] == "report.pdf"


async def test_an_attachment_that_is_not_here_is_refused_before_anything_is_kept(hermes: Hermes):
    session_id = await hermes.new(engine="puppet")
    for identity in ("0" * 64, "../../etc/passwd", 7, None):
        body = {"session_id": session_id, "message": "look", "attachments": [{"id": identity, "name": "gone.png"}]}
        reply = await hermes.client.post("/api/chat/start", json=body)
        assert reply.status_code == 400
        assert "gone.png is not here any more" in reply.json()["error"]["message"]
    many = [{"name": "x"}] * 21
    body = {"session_id": session_id, "message": "look", "attachments": many}
    assert (await hermes.client.post("/api/chat/start", json=body)).status_code == 400
    assert (await hermes.session(session_id))["messages"] == []


async def test_an_edited_prompt_keeps_its_files_unless_others_are_named(hermes: Hermes):
    found = await kept(hermes, PDF, "report.pdf")
    session_id = await hermes.new(engine="demo")
    sent = await hermes.send(session_id, "look", attachments=[found])
    await hermes.ended(sent["stream_id"])
    wish = {"session_id": session_id, "message_id": sent["message_id"], "message": "see"}
    edited = await hermes.post("/api/session/edit", 202, **wish)
    await hermes.ended(edited["stream_id"])
    assert (await hermes.session(session_id))["messages"][0]["attachments"] == [found]
    bare = {"message_id": edited["message_id"], "message": "no file", "attachments": []}
    await hermes.post("/api/session/edit", 202, session_id=session_id, **bare)
    assert not (await hermes.session(session_id))["messages"][0].get("attachments")


async def test_an_engine_gets_the_files_with_the_turn(hermes: Hermes):
    found = await kept(hermes, b"line", "notes.txt")
    session_id = await hermes.new(engine="puppet")
    await hermes.send(session_id, "look", attachments=[found, {"name": "theirs", "path": "/etc/passwd"}])
    await hermes.settled(lambda: hermes.puppet.turns)
    (turn,) = hermes.puppet.turns
    assert {key: (file.type, file.data) for key, file in turn.files.items()} == {found["id"]: ("text/plain", b"line")}


async def test_a_prompt_that_waits_says_which_files_it_has_and_keeps_them(hermes: Hermes):
    found = await kept(hermes, b"line", "notes.txt")
    session_id = await hermes.new(engine="puppet")
    await hermes.send(session_id, "first")
    await hermes.send(session_id, "", attachments=[found])
    (waiting,) = (await hermes.session(session_id))["queue"]
    assert (waiting["content"], waiting["files"]) == ("", ["notes.txt"])
    hermes.puppet.say(TurnEnded())
    await hermes.settled(lambda: len(hermes.puppet.turns) > 1)
    assert (await hermes.session(session_id))["messages"][-1]["attachments"] == [found]


async def test_prompts_are_kept_changed_and_forgotten(hermes: Hermes):
    made = (await hermes.post("/api/prompts/save", title=" Review ", text="Review {what}"))["prompt"]
    assert (made["title"], made["text"]) == ("Review", "Review {what}")
    await hermes.post("/api/prompts/save", title="Again", text="Once more")
    await hermes.post("/api/prompts/save", id=made["id"], title="Review", text="Look at {what}")
    await hermes.stop()
    await hermes.start()
    listed = (await hermes.get("/api/prompts"))["prompts"]
    assert [(each["title"], each["text"]) for each in listed] == [("Again", "Once more"), ("Review", "Look at {what}")]
    await hermes.post("/api/prompts/delete", id=made["id"])
    assert [each["title"] for each in (await hermes.get("/api/prompts"))["prompts"]] == ["Again"]
    for body in ({"title": "", "text": "x"}, {"title": "x", "text": " "}, {"title": "x" * 101, "text": "x"}):
        assert (await hermes.client.post("/api/prompts/save", json=body)).status_code == 400
    gone = {"id": made["id"], "title": "x", "text": "x"}
    assert (await hermes.client.post("/api/prompts/save", json=gone)).status_code == 404


async def test_a_file_of_prompts_that_cannot_be_read_is_put_aside_not_overwritten(hermes: Hermes):
    path = hermes.settings.state / "prompts.json"
    path.write_bytes(b'{"prompts": [{"id": "a", "tit')
    assert (await hermes.get("/api/prompts"))["prompts"] == []
    await hermes.post("/api/prompts/save", title="New", text="text")
    (aside,) = (hermes.settings.state / "_quarantine").iterdir()
    assert aside.read_bytes() == b'{"prompts": [{"id": "a", "tit'
