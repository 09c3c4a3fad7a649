"""The server as a program: how it starts, what it says, whom it turns away, how it ends."""

import re
import signal
import socket
import time
from pathlib import Path

import httpx2
import pytest

from hermes_webui.web.login import hash_of
from tests.peers.hermes import HOST, Process, contents
from tests.peers.openai_server import ModelPeer

#: Told to stop it ends well, and then as the signal says, for whoever started it.
STOPPED = {0, -signal.SIGTERM}

#: One for each way that a key can come in; none is of a kind that is taken out of texts because of its looks alone.
SECRETS = {
    "OPENAI_API_KEY": "sk-proj-Zq1Xw2Ce3Vr4Bt5Ny6Mu7",
    "ANTHROPIC_API_KEY": "sk-ant-Aa1Bb2Cc3Dd4Ee5Ff6Gg7",
    "GEMINI_API_KEY": "AIzaSyHh1Ii2Jj3Kk4Ll5Mm6Nn7",
    "PLAIN_API_KEY": "correct.horse.battery.staple",
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def client(server: Process) -> httpx2.Client:
    return httpx2.Client(base_url=server.url, timeout=20, trust_env=False, verify=False)


def talk(http: httpx2.Client, prompt: str, **more: object) -> str:
    """One turn, to its end; gives the session's id."""
    session_id = str(http.post("/api/session/new", json={}).json()["session"]["session_id"])
    run = http.post("/api/chat/start", json={"session_id": session_id, "message": prompt, **more})
    assert run.status_code == 202, run.text
    with http.stream("GET", "/api/chat/stream", params={"stream_id": run.json()["stream_id"]}) as stream:
        assert "event: stream_end" in "".join(stream.iter_text())
    return session_id


def test_it_says_where_it_is_and_stops_when_it_is_told_to_with_its_streams_open(home: Path):
    with Process(home, "--port", "0") as server, client(server) as http:
        assert re.fullmatch(rf"http://{HOST}:\d+", server.url)
        session_id = talk(http, "hello")
        with http.stream("GET", "/api/events", params={"session_id": session_id}) as stream:
            assert stream.status_code == 200
            status, _, err = server.end()
        assert status in STOPPED
        assert err == ""
    folder = home / ".hermes" / "webui" / "sessions"
    assert (folder / "_log" / f"{session_id}.jsonl").exists()
    assert (folder / f"{session_id}.json").exists()


def test_a_second_server_says_who_is_there_and_gives_up(home: Path):
    state = str(home / "state")
    before = time.strftime("%Y-%m-%d %H:")
    with Process(home, "--state", state, "--port", "0") as server:
        status, out, err = Process(home, "--state", state, "--port", "0").finish()
        assert (status, out) == (2, "")
        assert f"process {server.pid} on {socket.gethostname()}, since " in err
        assert before in err or time.strftime("%Y-%m-%d %H:") in err
        assert "HERMES_WEBUI_STATE_DIR" in err
        assert "Traceback" not in err


def test_a_port_that_is_taken_is_said_in_one_sentence_and_the_directory_is_given_free(home: Path):
    with socket.create_server((HOST, 0)) as taken:
        port = str(taken.getsockname()[1])
        status, out, err = Process(home, "--port", port).finish()
    assert status not in {0, None}
    assert out == ""
    assert port in err
    assert "in use" in err
    assert "Traceback" not in err
    assert len(err.strip().splitlines()) == 1


def test_a_new_store_says_where_conversations_were_found(home: Path):
    with Process(home, "--port", "0") as server, client(server) as http:
        talk(http, "hello")
    with Process(home, "--state", str(home / "elsewhere"), "--port", "0") as server:
        _, _, err = server.end()
    assert "This store is empty" in err
    assert str(home / ".hermes" / "webui" / "sessions") in err
    with Process(home, "--state", str(home / "elsewhere"), "--port", "0") as server:
        assert "This is a new, empty store" not in server.end()[2]


def test_another_address_than_this_machines_wants_a_password_and_then_asks_for_it(home: Path):
    status, _, err = Process(home, "--host", "0.0.0.0", "--port", "0").finish()
    assert (status, "password" in err) == (2, True)
    assert not (home / ".hermes").exists()
    stored = hash_of("correct horse")
    given = {"HERMES_WEBUI_PASSWORD_HASH": stored}
    with (
        Process(home, "--host", "0.0.0.0", "--port", "0", "--log-level", "debug", **given) as server,
        client(server) as http,
    ):
        assert http.get("/health").status_code == 200
        assert http.get("/api/sessions").status_code == 401
        assert http.post("/api/login", json={"password": "wrong"}).status_code == 401
        assert http.post("/api/login", json={"password": "correct horse"}).status_code == 200
        assert http.get("/api/sessions").status_code == 200
        assert http.get("/api/sessions", headers={"host": "evil.example"}).status_code == 403
        _, out, err = server.end()
    assert stored not in out + err
    assert "correct horse" not in out + err
    kept = contents(home / ".hermes")
    assert not [name for name, (data, _) in kept.items() if stored.encode() in data or b"correct horse" in data]


def test_a_broken_configuration_ends_in_a_sentence(home: Path):
    state = home / ".hermes" / "webui"
    state.mkdir(parents=True)
    (state / "config.toml").write_text("[server\n")
    status, out, err = Process(home, "--port", "0").finish()
    assert (status, out) == (2, "")
    assert "config.toml cannot be read" in err
    assert "Traceback" not in err


def test_no_secret_is_ever_told(home: Path):
    """At the chattiest, with providers that fail and repeat what they were sent."""
    with ModelPeer() as peer:
        state = home / ".hermes" / "webui"
        state.mkdir(parents=True)
        tables = [f"[providers.plain]\nbase_url = '{peer.url}/v1'\nmodels = ['peer-small']"]
        tables += [f"[providers.{name}]\nbase_url = '{peer.url}'\nmodels = ['m']" for name in ("anthropic", "google")]
        tables += [f"[providers.openai]\nbase_url = '{peer.url}/v1'\nmodels = ['m']"]
        tables += [f"[providers.ollama]\nbase_url = '{peer.url}'"]
        (state / "config.toml").write_text("\n\n".join(tables))
        told = []
        with Process(home, "--port", "0", "--log-level", "debug", **SECRETS) as server, client(server) as http:
            for provider in ("plain", "openai", "anthropic", "google"):
                for words in (
                    "please fail: 401",
                    "please fail: 500",
                    "please cut, please write 9 words",
                    "please babble",
                ):
                    session_id = talk(http, words, model_provider=provider, model="m")
                    told.append(http.get("/api/session", params={"session_id": session_id}).text)
            assert any('"auth"' in each for each in told)
            paths = ("/api/models", "/api/engines", "/health", "/api/openapi.json", "/api/docs", "/api/sessions")
            told += [http.get(path).text for path in paths]
            peer.behave("please fail: 401")
            told.append(http.get("/api/models").text)
            status, out, err = server.end()
    assert status in STOPPED
    assert len(err) > 1_000
    sent = {seen.headers.get("authorization", "") for seen in peer.requests}
    assert f"Bearer {SECRETS['PLAIN_API_KEY']}" in sent
    for secret in SECRETS.values():
        assert secret not in out + err
        assert secret not in "".join(told)
        assert not [name for name, (data, _) in contents(state / "sessions").items() if secret.encode() in data]


def test_a_killed_server_leaves_a_directory_that_the_next_one_takes(home: Path):
    with Process(home, "--port", "0") as server, client(server) as http:
        session_id = talk(http, "hello")
        server.kill()
    with Process(home, "--port", "0") as server, client(server) as http:
        found = http.get("/api/session", params={"session_id": session_id}).json()["session"]
        assert found["messages"][0]["content"] == "hello"
        assert server.end()[0] in STOPPED
