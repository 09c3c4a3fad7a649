"""The settings: what is set on the page holds at once and after a restart, and no key ever comes out again."""

import errno
import json
import logging
import os
import stat
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from hermes_webui import settings
from hermes_webui.errors import SettingsError
from tests.peers.hermes import Hermes, Unsynced
from tests.peers.openai_server import ModelPeer, unused_address

KEY = "sk-secret-0123456789-abWXYZ"
OTHER = "sk-another-9876543210-cdQRST"
PASSWORD = "correct horse"


class Full(Unsynced):
    full = False

    def write(self, fd: int, data: bytes | memoryview) -> int:
        if self.full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(fd, data)


@pytest.fixture
def peer() -> Iterator[ModelPeer]:
    with ModelPeer(key=KEY) as started:
        yield started


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Hermes]:
    async with Hermes(tmp_path / "state", own_engines=True) as started:
        yield started


def read_again(server: Hermes, **environment: str) -> None:
    """What `serve` does at its start: reads the settings."""
    server.settings = settings.read({**environment}, state=str(server.settings.state), port="0")


def provider(told: dict, name: str) -> dict:
    return next(each for each in told["providers"] if each["id"] == name)


async def test_an_address_with_its_key_answers_at_once_and_after_a_restart(server: Hermes, peer: ModelPeer):
    told = await server.post("/api/settings/provider", name="My lab", base_url=f"{peer.url}/v1/", api_key=f" {KEY}\n")
    assert told["id"] == "my-lab"
    assert provider(told, "my-lab")["key"] == {"from": "page", "variable": "MY_LAB_API_KEY", "end": "WXYZ"}
    session_id = await server.new()
    session = await server.talk(session_id, "please say: here", engine="model", model_provider="my-lab")
    assert session["messages"][-1]["content"] == "here"
    read_again(server)
    await server.restart()
    told = await server.get("/api/settings")
    assert provider(told, "my-lab")["base_url"] == f"{peer.url}/v1"
    session = await server.talk(session_id, "please say: again")
    assert session["messages"][-1]["content"] == "again"


async def test_no_key_comes_out_again(server: Hermes, peer: ModelPeer, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    replies = []
    peer.key = "another"
    calls = (
        ("/api/settings/provider", {"name": "lab", "base_url": f"{peer.url}/v1", "api_key": KEY}),
        ("/api/settings/provider", {"id": "openai", "api_key": KEY}),
        ("/api/settings/provider", {"id": "nobody", "api_key": KEY}),
        ("/api/settings/provider", {"id": "openai", "api_key": f"{KEY} {KEY}"}),
        ("/api/settings/provider", {"id": "openai", "api_key": KEY, "base_url": f"http://{KEY}@x/"}),
        ("/api/settings/provider", {"base_url": f"http://user:{KEY}@127.0.0.1:1/v1"}),
        ("/api/settings/provider", {"id": "openai", "api_key": [KEY]}),
        ("/api/providers/test", {"id": "lab"}),
        ("/api/providers/test", {"id": "lab", "api_key": KEY}),
        ("/api/providers/test", {"id": "google", "api_key": f"{KEY}\n{KEY}"}),
        ("/api/providers/test", {"base_url": f"{peer.url}/v1", "api_key": KEY}),
        ("/api/settings/titles", {"on": False}),
    )
    for path, body in calls:
        replies.append((await server.client.post(path, json=body)).text)
    paths = ("/api/settings", "/api/models", "/api/about", "/api/engines", "/health")
    replies += [(await server.client.get(path)).text for path in paths]
    session = await server.talk(await server.new(), "hello", engine="model", model_provider="lab", model="peer-small")
    replies.append(json.dumps(session))
    for text in (*replies, caplog.text):
        assert KEY not in text
        assert KEY[:12] not in text
    file = server.settings.state / "settings.json"
    assert KEY in file.read_text("utf-8")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_the_environment_and_the_owners_file_go_before_the_page(tmp_path: Path, peer: ModelPeer):
    state = tmp_path / "state"
    state.mkdir()
    written = f'# mine\n[providers.lab]\nbase_url = "{peer.url}/v1"\napi_key = "{KEY}"\n'
    (state / "config.toml").write_text(written, "utf-8")
    kept = {
        "providers": {"openai": {"api_key": OTHER}},
        "default": {"engine": "demo", "provider": "demo", "model": "demo"},
    }
    (state / "settings.json").write_text(json.dumps(kept), "utf-8")
    server = Hermes(state, own_engines=True)
    read_again(server, OPENAI_API_KEY=KEY, HERMES_WEBUI_MODEL="peer-small", HERMES_WEBUI_PROVIDER="lab")
    async with server:
        told = await server.get("/api/settings")
        assert provider(told, "openai")["key"] == {"from": "environment", "variable": "OPENAI_API_KEY", "end": KEY[-4:]}
        assert provider(told, "lab")["key"]["from"] == "config.toml"
        assert (told["default"]["model"], told["default"]["from"]) == ("peer-small", "config.toml")
        for body in ({"id": "openai", "api_key": OTHER}, {"id": "lab", "api_key": OTHER}):
            refusal = await server.post("/api/settings/provider", 409, **body)
            assert "go before this page" in refusal["error"]["message"]
        await server.post("/api/settings/default", 409, engine="demo", model_provider="demo", model="demo")
        await server.post("/api/settings/provider", 400, id="lab", base_url="http://127.0.0.1:9/v1")
        await server.post("/api/settings/titles", on=False)
    assert (state / "config.toml").read_text("utf-8") == written


async def test_no_provider_has_the_name_of_an_agent(tmp_path: Path, server: Hermes, peer: ModelPeer):
    """Else it would be the agent that is asked."""
    told = await server.post("/api/settings/provider", name="Gemini", base_url=f"{peer.url}/v1")
    assert provider(told, "gemini-2")["name"] == "Gemini"
    named = {"claude": {"base_url": f"{peer.url}/v1"}}
    with pytest.raises(SettingsError, match=r"`claude` has the name of an agent.*providers.claude-api"):
        async with Hermes(tmp_path / "other", own_engines=True, providers=named) as other:
            await other.get("/api/settings")


@pytest.mark.parametrize("name", ["settings.json", "config.toml"])
def test_a_file_that_cannot_be_read_is_named_and_left_as_it_is(tmp_path: Path, name: str):
    (tmp_path / name).write_text('[providers\n{"password_hash": ', "utf-8")
    with pytest.raises(SettingsError, match=name):
        settings.read({}, state=str(tmp_path))
    assert (tmp_path / name).read_text("utf-8") == '[providers\n{"password_hash": '


async def test_what_another_program_wrote_meanwhile_is_not_overwritten(server: Hermes):
    await server.post("/api/settings/titles", on=False)
    file = server.settings.state / "settings.json"
    file.write_text('{"titles": true, "mine": 1}', "utf-8")
    refusal = await server.post("/api/settings/titles", 409, on=False)
    assert "Nothing was overwritten" in refusal["error"]["message"]
    assert file.read_text("utf-8") == '{"titles": true, "mine": 1}'


async def test_a_key_does_not_follow_to_another_address(server: Hermes, peer: ModelPeer):
    told = await server.post("/api/settings/provider", name="lab", base_url=f"{peer.url}/v1", api_key=KEY)
    with ModelPeer() as elsewhere:
        await server.post("/api/providers/test", id="lab", base_url=f"{elsewhere.url}/v1")
        assert [seen.headers.get("authorization") for seen in elsewhere.requests] == [None]
        told = await server.post("/api/settings/provider", id="lab", base_url=f"{elsewhere.url}/v1")
    assert provider(told, "lab")["key"]["from"] == ""
    told = await server.post("/api/settings/provider/remove", id="lab")
    assert "lab" not in [each["id"] for each in told["providers"]]
    await server.post("/api/settings/provider/remove", 404, id="lab")


async def test_a_provider_of_the_page_takes_no_key_from_the_environment(tmp_path: Path, peer: ModelPeer):
    server = Hermes(tmp_path / "state", own_engines=True, environment={"LAB_API_KEY": KEY})
    async with server:
        told = await server.post("/api/settings/provider", name="lab", base_url=f"{peer.url}/v1")
        assert provider(told, "lab")["key"]["from"] == ""
        await server.post("/api/providers/test", id="lab")
    assert all("authorization" not in seen.headers for seen in peer.requests)


async def test_the_test_button_really_asks(server: Hermes, peer: ModelPeer):
    async def tried(**wish: str) -> dict:
        found: dict = await server.post("/api/providers/test", **wish)
        return found

    address = f"{peer.url}/v1"
    assert await tried(name="Lab", base_url=address, api_key=KEY) == {
        "ok": True, "code": "ok", "message": "Lab answers: 2 models.", "models": 2,
    }  # fmt: skip
    assert (await tried(base_url=address, api_key=OTHER))["code"] == "wrong_key"
    assert (await tried(base_url=address))["code"] == "no_key"
    assert (await tried(id="openai"))["code"] == "no_key"
    peer.behave("please babble")
    assert (await tried(base_url=address, api_key=KEY))["code"] == "refused"
    peer.behave("please fail: 500")
    assert (await tried(base_url=address, api_key=KEY))["code"] == "refused"
    with unused_address() as nowhere:
        found = await tried(base_url=f"{nowhere}/v1", api_key=KEY)
    assert (found["ok"], found["code"]) == (False, "unreachable")
    await server.post("/api/providers/test", 400, base_url="not an address")
    await server.post("/api/providers/test", 404, id="nobody")
    assert not (server.settings.state / "settings.json").exists()


async def test_an_address_that_cannot_be_one_is_refused_in_a_sentence(server: Hermes):
    for address in ("", "nonsense", "ftp://x/", "http://[", "http://", "javascript:1", "http://x\ny/", "x" * 3000):
        refusal = await server.post("/api/settings/provider", 400, name="x", base_url=address)
        assert refusal["error"]["message"].endswith(".")
    await server.post("/api/settings/provider", 404, id="nobody", api_key=KEY)
    assert not (server.settings.state / "settings.json").exists()


async def test_the_default_model_is_chosen_and_given_back(server: Hermes):
    told = await server.post("/api/settings/default", engine="demo", model_provider="demo", model="demo")
    assert told["default"]["from"] == "page"
    read_again(server)
    await server.restart()
    assert (await server.get("/api/settings"))["default"] == {
        "engine": "demo", "provider": "demo", "model": "demo", "from": "page",
    }  # fmt: skip
    told = await server.post("/api/settings/default")
    assert told["default"]["from"] == ""


async def test_a_password_set_on_the_page_keeps_this_browser_and_nobody_else(server: Hermes):
    await server.post("/api/settings/password", 400, password="short")
    told = await server.post("/api/settings/password", password=PASSWORD)
    assert told["password"]["from"] == "page"
    await server.get("/api/settings")
    old = "; ".join(f"{name}={value}" for name, value in server.client.cookies.items())
    server.client.cookies.clear()
    await server.get("/api/settings", 401)
    await server.post("/api/settings/password", 401, password="another one")
    await server.post("/api/login", 401, password="another one")
    await server.post("/api/login", password=PASSWORD)
    await server.post("/api/settings/password", 403, password="another one", current="guess")
    await server.post("/api/settings/password", password="another one", current=PASSWORD)
    server.client.cookies.clear()
    assert (await server.client.get("/api/settings", headers={"cookie": old})).status_code == 401
    assert PASSWORD not in (server.settings.state / "settings.json").read_text("utf-8")
    read_again(server)
    await server.restart()
    await server.get("/api/settings", 401)
    await server.post("/api/login", password="another one")
    told = await server.post("/api/settings/password", password="", current="another one")
    assert told["password"]["from"] == ""


async def test_streams_that_were_open_before_the_password_end(server: Hermes):
    session_id = await server.new()
    async with server.page_stream(session_id) as stream, server.page_stream() as other:
        await server.post("/api/settings/password", password=PASSWORD)
        for each in (stream, other):
            assert "list" not in {told.type for told in await each.all()}


async def test_without_a_password_the_settings_are_this_machines_alone(tmp_path: Path):
    async with Hermes(tmp_path / "state", own_engines=True, hosts=frozenset({"127.0.0.1", "box.lan"})) as server:
        await server.get("/api/settings")
        for headers in ({"host": "box.lan"}, {"x-forwarded-for": "192.168.0.9"}, {"forwarded": "for=1.2.3.4"}):
            for path in ("/api/settings", "/api/about"):
                reply = await server.client.get(path, headers=headers)
                assert (reply.status_code, reply.json()["error"]["code"]) == (403, "forbidden")
            for path in ("/api/settings/provider", "/api/settings/password", "/api/providers/test"):
                reply = await server.client.post(path, json={"password": PASSWORD}, headers=headers)
                assert reply.status_code == 403


async def test_a_disk_that_does_not_take_it_changes_nothing(tmp_path: Path):
    disk = Full()
    async with Hermes(tmp_path / "state", own_engines=True, disk=disk) as server:
        disk.full = True
        refusal = await server.post("/api/settings/provider", 503, id="openai", api_key=KEY)
        assert refusal["error"]["code"] == "disk_full"
        told = await server.get("/api/settings")
        assert provider(told, "openai")["key"]["from"] == ""
        disk.full = False
        told = await server.post("/api/settings/provider", id="openai", api_key=KEY)
        assert provider(told, "openai")["key"]["from"] == "page"


async def test_about_says_where_things_are_and_whose_work_it_is(server: Hermes):
    told = await server.get("/api/about")
    assert told["state"] == str(server.settings.state)
    assert told["size"]["bytes"] > 0
    assert told["health"] == {"writable": True, "recovered": 0, "damaged": 0, "quarantined": 0}
    names = {each["name"].lower(): each for each in told["licences"]}
    assert {"preact", "markdown-it", "starlette", "msgspec"} <= names.keys()
    assert names["starlette"]["part"] == "server"
    assert all(each["licence"] != "?" for each in told["licences"]), told["licences"]
