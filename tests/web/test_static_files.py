"""The page's files: found by their names alone, told apart by what they hold, sent packed where that helps."""

import gzip
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from hermes_webui.web.assets import load, modules
from tests.peers.hermes import HOST, Hermes

OUTSIDE = (
    "../pages.py",
    "..%2f..%2fpyproject.toml",
    "%2e%2e/%2e%2e/pyproject.toml",
    "..%5c..%5cpyproject.toml",
    "%2fetc%2fpasswd",
    "/etc/passwd",
    "....//....//pyproject.toml",
    "styles/../../app.py",
    "./index.html",
    "app.js%00.css",
    "app.js/",
    "..",
    "",
    "%c0%ae%c0%ae/x",
    "x" * 5_000,
    "../../../../../../../../etc/passwd",
)


async def test_nothing_outside_the_page_is_served(hermes: Hermes):
    for path in OUTSIDE:
        request = f"GET /static/{path} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n"
        status, reply = await hermes.raw(request.encode())
        assert status == 404, path
        assert b'{"error":' in reply
        assert b"root:" not in reply


@pytest.fixture
def files(hermes: Hermes) -> Mapping[str, object]:
    found: Mapping[str, object] = hermes.app.state.assets.files
    return found


async def test_every_file_has_its_type_and_a_tag(hermes: Hermes, files: Mapping[str, object]):
    kinds = {
        "js": "text/javascript; charset=utf-8",
        "css": "text/css; charset=utf-8",
        "html": "text/html; charset=utf-8",
        "svg": "image/svg+xml",
        "woff2": "font/woff2",
        "webmanifest": "application/manifest+json",
    }
    assert {"index.html", "app.js"} <= files.keys()
    for name in files:
        reply = await hermes.client.get(f"/static/{name}")
        assert reply.status_code == 200
        suffix = name.rpartition(".")[2]
        if suffix in kinds:
            assert reply.headers["content-type"] == kinds[suffix]
        assert reply.headers["etag"]
        assert reply.headers["cache-control"] == "no-cache"
    assert not [name for name in files if name.endswith((".py", ".pyc"))]


async def test_a_file_that_the_browser_has_is_not_sent_again(hermes: Hermes):
    for path in ("/", "/static/app.js", "/static/index.html", "/c/abc", "/manifest.webmanifest", "/favicon.ico"):
        first = await hermes.client.get(path)
        assert first.status_code == 200
        for known in (first.headers["etag"], f'"other", {first.headers["etag"]}', f"W/{first.headers['etag']}"):
            again = await hermes.client.get(path, headers={"if-none-match": known})
            assert (again.status_code, again.content) == (304, b"")
            assert again.headers["etag"] == first.headers["etag"]
        other = await hermes.client.get(path, headers={"if-none-match": '"other"'})
        assert (other.status_code, other.content) == (200, first.content)


async def test_text_is_packed_for_those_who_can_unpack_it(hermes: Hermes, files: Mapping[str, object]):
    url = "/static/" + next(name for name in files if name.startswith("vendor/") and name.endswith(".js"))
    plain = await hermes.client.get(url, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    async with hermes.client.stream("GET", url, headers={"accept-encoding": "gzip"}) as reply:
        packed = b"".join([chunk async for chunk in reply.aiter_raw()])
        assert reply.headers["content-encoding"] == "gzip"
        assert reply.headers["vary"] == "accept-encoding"
        assert int(reply.headers["content-length"]) == len(packed) < len(plain.content)
    assert gzip.decompress(packed) == plain.content


async def test_every_address_of_the_page_is_the_page(hermes: Hermes):
    page = await hermes.client.get("/")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "modulepreload of" not in page.text
    other = await hermes.client.get("/c/anything")
    assert other.headers["content-type"] == page.headers["content-type"]
    assert other.headers["content-security-policy"] == page.headers["content-security-policy"]
    head = await hermes.client.head("/")
    assert (head.status_code, head.content) == (200, b"")


def preloads(page: str) -> list[str]:
    return re.findall(r'<link rel="modulepreload" href="([^"]+)">', page)


async def test_the_page_names_its_files_by_what_they_hold_and_a_browser_keeps_them(hermes: Hermes):
    page = (await hermes.client.get("/")).text
    digest = hermes.app.state.assets.digest
    addresses = re.findall(r'"(/static/[^"]+)"', page)
    assert len(addresses) > 15
    assert all(address.startswith(f"/static/{digest}/") for address in addresses)
    for address in addresses:
        reply = await hermes.client.get(address)
        assert reply.status_code == 200, address
        assert reply.headers["cache-control"] == "max-age=31536000, immutable"
    async with hermes.stream("/api/events") as stream:
        hello = await stream.next()
        assert hello is not None
        assert hello.data is not None
        assert hello.data["ui"] == digest


async def test_files_of_another_version_are_not_mixed_in(hermes: Hermes):
    assert (await hermes.client.get("/static/0123456789ab/app.js")).status_code == 404


async def test_the_modules_that_the_page_begins_with_are_asked_for_at_once(hermes: Hermes, files: Mapping[str, object]):
    listed = [address.split("/", 3)[3] for address in preloads((await hermes.client.get("/")).text)]
    assert len(listed) == len(set(listed))
    assert {"app.js", "packs/app.js", "vendor/preact.js", "vendor/signals-core.js"} <= set(listed)
    late = ("vendor/highlight/", "vendor/markdown-it", "components/assistant-message", "packs/assistant-message")
    assert not [name for name in listed if name.startswith(late)], "what comes later is not preloaded"
    conversation = [address.split("/", 3)[3] for address in preloads((await hermes.client.get("/c/anything")).text)]
    assert conversation[: len(listed)] == listed
    drawing = {"vendor/markdown-it.js", "components/assistant-message.js", "packs/assistant-message.js"}
    assert drawing <= set(conversation)


def test_another_content_gives_other_addresses(tmp_path: Path):
    (tmp_path / "index.html").write_text('<script type="module" src="/static/a.js"></script>', "utf-8")
    (tmp_path / "a.js").write_text(
        "import { y } from './b/c.js';\n\nexport const z = y;\nconst late = () => import('./late.js');\n", "utf-8"
    )
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "c.js").write_text("import { x } from '../d.js';\n\nexport const y = x;\n", "utf-8")
    (tmp_path / "d.js").write_text("export const x = 1;\n", "utf-8")
    (tmp_path / "late.js").write_text("", "utf-8")
    first = load(tmp_path)
    contents = {name: file.plain for name, file in first.files.items()}
    assert modules(contents, ["a.js"]) == ["a.js", "packs/a.js"]
    assert b"const x = 1;" in contents["packs/a.js"]
    (tmp_path / "d.js").write_text("export const x = 2;\n", "utf-8")
    assert load(tmp_path).digest != first.digest


async def test_modules_come_without_their_comments_and_each_line_keeps_its_number(tmp_path):
    folder = tmp_path / "ui"
    folder.mkdir()
    source = "// why\n/**\n * what\n */\nconst one = 1; // stays\n  // indented\nconst two = `\n${'//'} stays`;\n"
    (folder / "part.js").write_text(source, "utf-8")
    sent = load(folder).files["part.js"].plain.decode()
    assert sent == "\n\n\n\nconst one = 1; // stays\n\nconst two = `\n${'//'} stays`;\n"
