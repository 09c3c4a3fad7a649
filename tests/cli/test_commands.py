"""The commands that look after what is kept, and what each says and returns."""

import socket
from pathlib import Path

import pytest

from hermes_webui import __version__
from hermes_webui.cli import main
from tests.peers.hermes import Hermes, contents

COMMANDS = ("serve", "verify", "recover", "sessions", "restore", "purge", "password", "version")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, and nothing in the environment."""
    for name in ("STATE_DIR", "HOST", "PORT", "CONFIG", "LOG_LEVEL", "PASSWORD_HASH", "ALLOWED_HOSTS", "DEMO_PACE"):
        monkeypatch.delenv(f"HERMES_WEBUI_{name}", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    return tmp_path


@pytest.fixture
async def state(home: Path) -> Path:
    """A state directory with three conversations, one of them archived, and one in the trash."""
    async with Hermes(home / "state") as hermes:
        for title in ("One", "Two", "Archived", "Trashed"):
            session_id = await hermes.new(title=title)
            await hermes.exchange(session_id, f"hello {title}", f"hi {title}")
        rows = {row["title"]: row["session_id"] for row in (await hermes.get("/api/sessions"))["sessions"]}
        await hermes.post("/api/session/archive", session_id=rows["Archived"])
        await hermes.post("/api/session/delete", session_id=rows["Trashed"])
    return home / "state"


def ran(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """Exit status, output and errors of a command."""
    try:
        status = main([str(each) for each in arguments])
    except SystemExit as ended:
        status = int(ended.code or 0)
    told = capsys.readouterr()
    assert "Traceback" not in told.out + told.err
    return status, told.out, told.err


def sid(state: Path, title: str) -> str:
    """The id of the conversation with this title."""
    logs = (state / "sessions" / "_log").iterdir()
    return next(path.stem for path in logs if f'"{title}"'.encode() in path.read_bytes())


def test_the_help_teaches(home: Path, capsys: pytest.CaptureFixture[str]):
    status, out, _ = ran(capsys, "--help")
    assert status == 0
    for word in (
        *COMMANDS,
        "HERMES_WEBUI_STATE_DIR",
        "~/.hermes/webui",
        "config.toml",
        "OPENAI_API_KEY",
        "Ollama",
        "demo",
    ):
        assert word in out
    assert "examples:" in out
    for command in COMMANDS:
        status, out, _ = ran(capsys, command, "--help")
        assert (status, "usage: hermes-webui" in out) == (0, True)


def test_the_version_is_printed(home: Path, capsys: pytest.CaptureFixture[str]):
    assert ran(capsys, "version") == (0, f"{__version__}\n", "")


def test_an_unknown_command_is_refused(home: Path, capsys: pytest.CaptureFixture[str]):
    status, _, err = ran(capsys, "dance")
    assert (status, "dance" in err) == (2, True)


def test_conversations_are_listed_newest_first(state: Path, capsys: pytest.CaptureFixture[str]):
    before = contents(state)
    status, out, _ = ran(capsys, "--state", state, "sessions")
    assert status == 0
    lines = out.splitlines()
    assert [line.split()[-1] for line in lines] == ["Two", "One"]
    assert lines[0].split()[0] == sid(state, "Two")
    assert " 2 " in lines[0]
    _, out, _ = ran(capsys, "--state", state, "sessions", "--all")
    assert [line.split()[-1] for line in out.splitlines()] == ["Archived", "Two", "One"]
    assert contents(state) == before


def test_the_list_goes_on_after_a_conversation_that_cannot_be_read(state: Path, capsys: pytest.CaptureFixture[str]):
    for name, data in (("00broken", b"{ broken"), ("zzbroken", b"")):
        (state / "sessions" / f"{name}.json").write_bytes(data)
    before = contents(state)
    status, out, err = ran(capsys, "--state", state, "sessions")
    assert status == 0
    assert [line.split()[-1] for line in out.splitlines()] == ["Two", "One"]
    assert {line.partition(":")[0] for line in err.splitlines()} == {"00broken", "zzbroken"}
    assert contents(state) == before


def test_a_directory_with_nothing_in_it_has_no_conversations_and_stays_empty(
    home: Path, capsys: pytest.CaptureFixture[str]
):
    assert ran(capsys, "--state", home / "nothing", "sessions")[:2] == (0, "")
    assert ran(capsys, "--state", home / "nothing", "verify")[0] == 0
    assert ran(capsys, "--state", home / "nothing", "recover")[0] == 2
    assert not (home / "nothing").exists()


def test_a_clean_store_verifies_and_is_not_touched(state: Path, capsys: pytest.CaptureFixture[str]):
    before = contents(state)
    status, out, _ = ran(capsys, "--state", state, "verify")
    assert (status, "4 conversations checked, 0 findings." in out) == (0, True)
    status, out, _ = ran(capsys, "--state", state, "verify", sid(state, "One"))
    assert (status, "1 conversation checked" in out) == (0, True)
    assert contents(state) == before


def test_damage_is_found_and_where_it_is_is_said(state: Path, capsys: pytest.CaptureFixture[str]):
    session_id = sid(state, "One")
    log = state / "sessions" / "_log" / f"{session_id}.jsonl"
    lines = log.read_bytes().split(b"\n")
    place = sum(len(line) + 1 for line in lines[:2])
    lines[2] = lines[2].replace(b"prompt", b"prOmpt").replace(b"hello", b"hallo").replace(b"puppet", b"pupper")
    log.write_bytes(b"\n".join(lines))
    before = contents(state)
    status, out, _ = ran(capsys, "--state", state, "verify")
    assert status == 1
    assert f"{session_id}: LOSS: line 3 (byte {place})" in out
    assert contents(state) == before
    assert ran(capsys, "--state", state, "verify", sid(state, "Two"))[0] == 0


def test_a_line_that_is_gone_and_a_snapshot_that_cannot_be_read_are_found(
    state: Path, capsys: pytest.CaptureFixture[str]
):
    log = state / "sessions" / "_log" / f"{sid(state, 'One')}.jsonl"
    lines = log.read_bytes().split(b"\n")
    log.write_bytes(b"\n".join(lines[:2] + lines[3:]))
    (state / "sessions" / f"{sid(state, 'Two')}.json").write_bytes(b"{")
    status, out, _ = ran(capsys, "--state", state, "verify")
    assert status == 1
    assert "line 3 is missing" in out
    assert f"{sid(state, 'Two')}: the snapshot cannot be read" in out


def test_what_is_no_session_cannot_be_verified(state: Path, capsys: pytest.CaptureFixture[str]):
    for name in ("nobody", "../x", "a/b", "x\0y", "é", "a" * 10_000, "."):
        status, _, err = ran(capsys, "--state", state, "verify", name)
        assert (status, bool(err.strip())) == (2, True)


def test_recovery_puts_right_what_a_crash_left_and_says_so(state: Path, capsys: pytest.CaptureFixture[str]):
    log = state / "sessions" / "_log" / f"{sid(state, 'One')}.jsonl"
    whole = log.read_bytes()
    log.write_bytes(whole + b'{"seq":9,"at":1.0,"type":"message.ad')
    (state / "sessions" / f"{sid(state, 'Two')}.json").unlink()
    status, out, _ = ran(capsys, "--state", state, "verify")
    assert (status, "unfinished append" in out) == (1, True)
    status, out, _ = ran(capsys, "--state", state, "recover")
    assert status == 0
    assert "1 conversation: had an unfinished write at the end; it was cut off and kept in _quarantine." in out
    assert log.read_bytes() == whole
    kept = [path.read_bytes() for path in (state / "sessions" / "_quarantine").iterdir()]
    assert kept == [b'{"seq":9,"at":1.0,"type":"message.ad']
    assert ran(capsys, "--state", state, "verify")[0] == 0
    assert ran(capsys, "--state", state, "recover")[1].endswith("0 needed something.\n")


async def test_what_is_in_use_is_only_looked_at(home: Path, capsys: pytest.CaptureFixture[str]):
    async with Hermes(home / "state") as hermes:
        session_id = await hermes.new()
        await hermes.exchange(session_id, "hello", "hi")
        assert ran(capsys, "--state", home / "state", "sessions")[1].startswith(session_id)
        assert ran(capsys, "--state", home / "state", "verify")[0] == 0
        for command in ("recover", "serve"):
            status, _, err = ran(capsys, "--state", home / "state", command)
            assert status == 2
            assert "is in use by process" in err
            assert socket.gethostname() in err


# -- the password


def test_a_password_is_shown_as_what_to_put_into_the_settings(home: Path, capsys, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("getpass.getpass", lambda prompt: "correct horse")
    status, out, _ = ran(capsys, "--state", home, "password")
    assert status == 0
    assert "password_hash = '$argon2id$" in out
    assert "correct horse" not in out
    (home / "config.toml").write_text(out[out.index("[server]") :])
    assert ran(capsys, "--state", home, "version")[0] == 0
    assert not (home / "sessions").exists()


@pytest.mark.parametrize("typed", [["short", "short"], ["correct horse", "correct house"]])
def test_a_password_that_is_short_or_mistyped_is_none(
    home: Path, capsys, monkeypatch: pytest.MonkeyPatch, typed: list[str]
):
    monkeypatch.setattr("getpass.getpass", lambda prompt: typed.pop(0))
    status, out, err = ran(capsys, "--state", home, "password")
    assert (status, out) == (2, "")
    assert "Nothing was changed." in err


# -- settings that cannot be used


CONFIGS = {
    "nonsense": "this is no toml",
    "bytes": b"\xff\xfe",
    "section": "server = 1",
    "providers": "providers = []",
    "host": "[server]\nhost = ['a']",
    "port list": "[server]\nport = [1]",
    "port word": "[server]\nport = 'abc'",
    "port float": "[server]\nport = 1.5",
    "hosts": "[server]\nallowed_hosts = 5",
    "hash": "[server]\npassword_hash = ['x']",
    "default": "default = 'x'",
    "model": "[default]\nmodel = ['x']",
    "provider": "[providers.mine]\nbase_url = 5",
    "no address": "[providers.mine]\nname = 'x'",
    "unknown key": "[providers.mine]\nbase_url = 'http://127.0.0.1:1/v1'\nnonsense = 1",
}


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS.keys())
def test_a_broken_configuration_is_said_in_a_sentence(home: Path, capsys, config: str | bytes):
    data = config if isinstance(config, bytes) else config.encode()
    (home / "config.toml").write_bytes(data)
    status, _, err = ran(capsys, "--state", home, "serve" if b"[providers." in data else "verify")
    assert status == 2
    assert "config.toml" in err or "is no port" in err
    assert len(err.split()) > 4


@pytest.mark.parametrize("port", ["abc", "-1", "65536", "1.5", "²", "99999999999999999999", "8787x"])
def test_a_port_that_is_none_is_said_in_a_sentence(home: Path, capsys, port: str):
    status, _, err = ran(capsys, "--state", home, f"--port={port}", "verify")
    assert (status, "is no port" in err) == (2, True)


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "abc"), ("LOG_LEVEL", "loud"), ("DEMO_PACE", "fast"), ("CONFIG", "/")],
)
def test_an_environment_that_cannot_be_used_is_said_in_a_sentence(
    home: Path, capsys, monkeypatch, name: str, value: str
):
    monkeypatch.setenv(f"HERMES_WEBUI_{name}", value)
    status, _, err = ran(capsys, "--state", home, "verify")
    assert status == 2
    assert len(err.split()) > 4


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org", "127.0.0.1.example.org"])
def test_other_machines_are_not_let_in_without_a_password(home: Path, capsys, host: str):
    status, out, err = ran(capsys, "--state", home, "--host", host, "--port", "0")
    assert (status, out) == (2, "")
    assert f"does not start on {host}" in err
    assert "password" in err
    assert not (home / "sessions").exists()


def test_a_directory_that_cannot_be_written_is_said_in_a_sentence(home: Path, capsys):
    (home / "file").write_text("not a directory")
    status, _, err = ran(capsys, "--state", home / "file", "--port", "0")
    assert status == 2
    assert str(home / "file") in err


def test_a_port_that_is_taken_is_said_in_a_sentence(home: Path, capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, out, err = ran(capsys, "--state", home, "--port", port)
    assert status not in {0, None}
    assert out == ""
    assert str(port) in err
    assert "in use" in err
    assert ran(capsys, "--state", home, "recover")[0] == 0


def in_trash(state: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [line.split()[-1] for line in ran(capsys, "--state", state, "sessions", "--deleted")[1].splitlines()]


def answering(monkeypatch: pytest.MonkeyPatch, answer: str | EOFError) -> None:
    """Somebody is there, and types this, or Ctrl-D."""

    def typed(_prompt: str) -> str:
        if isinstance(answer, EOFError):
            raise answer
        return answer

    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", typed)


def test_what_is_in_the_trash_is_deleted_for_good(state: Path, capsys: pytest.CaptureFixture[str]):
    session_id = sid(state, "Trashed")
    status, out, _ = ran(capsys, "--state", state, "purge", session_id, "--yes")
    assert status == 0
    assert out.splitlines() == [f"{session_id}  2 messages  Trashed", f"{session_id} is deleted for good."]
    assert in_trash(state, capsys) == []
    assert not any(b"hello Trashed" in data for data, _ in contents(state).values())
    status, _, err = ran(capsys, "--state", state, "purge", session_id, "--yes")
    assert (status, "deleted for good" in err) == (2, True)
    assert ran(capsys, "--state", state, "restore", session_id)[0] == 2
    assert ran(capsys, "--state", state, "verify", session_id)[0] == 2
    assert ran(capsys, "--state", state, "verify")[:2] == (0, "3 conversations checked, 0 findings.\n")


def test_nothing_is_deleted_for_good_without_a_word(
    state: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    session_id = sid(state, "Trashed")
    before = contents(state)
    status, _, err = ran(capsys, "--state", state, "purge", session_id)
    assert (status, "--yes" in err) == (2, True)
    assert contents(state) == before
    for answer in ("", "n", "no", "what"):
        answering(monkeypatch, answer)
        status, out, err = ran(capsys, "--state", state, "purge", session_id)
        assert (status, "cannot be undone" in out, err) == (1, True, "Nothing was changed.\n")
    answering(monkeypatch, EOFError())
    assert ran(capsys, "--state", state, "purge", session_id)[::2] == (1, "Nothing was changed.\n")
    assert in_trash(state, capsys) == ["Trashed"]
    answering(monkeypatch, "yes")
    assert ran(capsys, "--state", state, "purge", session_id)[0] == 0
    assert in_trash(state, capsys) == []


def test_what_is_not_in_the_trash_is_not_deleted_for_good_nor_what_is_named_with_it(
    state: Path, capsys: pytest.CaptureFixture[str]
):
    status, _, err = ran(capsys, "--state", state, "purge", sid(state, "Trashed"), sid(state, "One"), "--yes")
    assert (status, "Delete it first" in err) == (1, True)
    assert ran(capsys, "--state", state, "purge", "00nothing", "--yes")[0] == 2
    assert ran(capsys, "--state", state, "purge", "../x", "--yes")[0] == 2
    assert in_trash(state, capsys) == ["Trashed"]


async def test_while_a_server_runs_it_is_asked_on_its_page(home: Path, capsys: pytest.CaptureFixture[str]):
    async with Hermes(home / "state") as hermes:
        session_id = await hermes.new()
        await hermes.exchange(session_id, "hello", "hi")
        await hermes.post("/api/session/delete", session_id=session_id)
        status, _, err = ran(capsys, "--state", home / "state", "purge", session_id, "--yes")
        assert (status, "is in use by process" in err) == (2, True)
        assert [row["session_id"] for row in (await hermes.get("/api/sessions", trash=1))["sessions"]] == [session_id]


def test_a_deletion_for_good_that_was_cut_off_is_finished_by_recover(state: Path, capsys: pytest.CaptureFixture[str]):
    session_id = sid(state, "Trashed")
    (state / "sessions" / "_purged.jsonl").write_text(f'{{"session_id":"{session_id}","at":1.0}}\n')
    assert in_trash(state, capsys) == []
    assert ran(capsys, "--state", state, "recover")[0] == 0
    assert not any(b"hello Trashed" in data for data, _ in contents(state).values())
