"""The command line: `hermes-webui` serves; the other commands look after what it keeps."""

from __future__ import annotations

import argparse
import getpass
import logging
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hermes_webui import __version__, settings
from hermes_webui.errors import HermesError
from hermes_webui.store.directory import DirectoryStore, opened, recount, recover_directory, rows
from hermes_webui.store.files import risk_of
from hermes_webui.store.identity import elsewhere
from hermes_webui.store.purge import NOT_DELETED, purging_of
from hermes_webui.store.recovery import Report
from hermes_webui.store.verify import verify

DESCRIPTION = "A web page for talking to AI agents and models that does not lose a conversation."

PASSWORD_LENGTH = 8

#: Fewer conversations than this are looked at before a person would wonder.
MANY = 200

EXAMPLES = """\
examples:
  hermes-webui                         start it; the address is printed
  hermes-webui serve --port 9000       on another port
  hermes-webui sessions                what conversations there are (--deleted: those in the trash)
  hermes-webui restore ID              take a deleted one back (while no server runs)
  hermes-webui purge ID                delete one that is in the trash for good (while no server runs)
  hermes-webui verify                  check every file; nothing is changed
  hermes-webui recover                 put right what a crash left (a starting server does it too)
  hermes-webui agents                  which agents are here (agents test ID, agents install hermes)
  hermes-webui password                set the password that other machines need

Conversations are kept in HERMES_WEBUI_STATE_DIR, else ~/.hermes/webui; settings in config.toml there.
Models are found by OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY, OPENROUTER_API_KEY, OLLAMA_API_KEY,
by a running Ollama, or by [providers.NAME] in config.toml. With none of them a demo answers.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; returns the exit status: 0 well, 1 something was found, 2 it could not be done."""
    parser = _parser()
    given = parser.parse_args(arguments)
    command = given.command or _serve
    try:
        return int(command(given))
    except HermesError as error:
        _say(error.message)
        return 2
    except OSError as error:
        where = f"{error.filename} cannot be used: " if error.filename else ""
        _say(f"{where}{error.strerror or error}. Another directory can be named by HERMES_WEBUI_STATE_DIR.")
        return 2
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    shape = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("hermes-webui", description=DESCRIPTION, epilog=EXAMPLES, formatter_class=shape)
    parser.add_argument("--version", action="version", version=__version__)
    parser.add_argument("--state", metavar="DIRECTORY", help="where conversations are kept")
    _server_options(parser, suppress=False)
    parser.set_defaults(command=None)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    serve = commands.add_parser("serve", help="start the server (the default)")
    _server_options(serve, suppress=True)
    serve.set_defaults(command=_serve)
    check = commands.add_parser("verify", help="check the files of all conversations, or of one; changes nothing")
    check.add_argument("session", nargs="?", help="a session id")
    check.set_defaults(command=_verify)
    commands.add_parser("recover", help="put right what a crash left, and say what was done").set_defaults(
        command=_recover
    )
    listed = commands.add_parser("sessions", help="list the conversations, newest first")
    listed.add_argument("--all", action="store_true", help="archived ones too")
    listed.add_argument("--deleted", action="store_true", help="the deleted ones instead")
    listed.set_defaults(command=_sessions)
    back = commands.add_parser("restore", help="take a deleted conversation back")
    back.add_argument("session", help="a session id, as `sessions --deleted` lists them")
    back.set_defaults(command=_restore)
    gone = commands.add_parser("purge", help="delete what is in the trash for good; nothing brings it back")
    gone.add_argument("sessions", nargs="+", metavar="ID", help="session ids, as `sessions --deleted` lists them")
    gone.add_argument("--yes", action="store_true", help="do not ask")
    gone.set_defaults(command=_purge)
    agents = commands.add_parser("agents", help="which agents are on this machine; try one, or install it")
    agents.add_argument("what", nargs="?", choices=("list", "test", "install"), default="list")
    agents.add_argument("agent", nargs="?", help="its id, as the list shows it")
    agents.set_defaults(command=_agents)
    commands.add_parser("password", help="set the password that other machines need").set_defaults(command=_password)
    commands.add_parser("version", help="print the version").set_defaults(command=_version)
    return parser


def _server_options(parser: argparse.ArgumentParser, *, suppress: bool) -> None:
    default: Any = argparse.SUPPRESS if suppress else None
    parser.add_argument("--host", default=default, help="address to listen on (127.0.0.1; others need a password)")
    parser.add_argument("--port", default=default, help=f"port ({settings.PORT}; 0: any free one)")
    parser.add_argument(
        "--log-level", default=default, choices=("error", "warning", "info", "debug"), help="what to log"
    )


def _settings(given: argparse.Namespace) -> settings.Settings:
    return settings.read(state=given.state, host=given.host, port=given.port, log_level=given.log_level)


def _serve(given: argparse.Namespace) -> int:
    from hermes_webui.app import Opened, create_app
    from hermes_webui.server import Server, listen, raise_descriptor_limit

    chosen = _settings(given)
    logging.basicConfig(level=chosen.log_level.upper(), format="%(levelname)s %(name)s: %(message)s")
    raise_descriptor_limit()
    for sentence in _warnings(chosen):
        _say(sentence)
    found = Opened(chosen, _progress)
    for sentence in _told(found.report):
        _say(sentence)
    if not len(found.index):
        for place in elsewhere(found.store.root):
            _say(f"This store is empty: {found.store.root}. Conversations were found in {place}: set "
                 f"HERMES_WEBUI_STATE_DIR={place.parent} to use them.")  # fmt: skip

    def said(port: int) -> None:
        host = f"[{chosen.host}]" if ":" in chosen.host else chosen.host
        shown = "127.0.0.1" if chosen.host in {"0.0.0.0", "::"} else host  # noqa: S104 - shown, not bound
        kept = f"({_counted(len(found.index), 'conversation')} in {chosen.sessions})"
        print(f"Hermes WebUI {__version__}: http://{shown}:{port}  {kept}", flush=True)

    try:
        app = create_app(chosen, found)
        listening = listen(chosen.host, chosen.port)
    except HermesError:
        found.close()
        raise
    Server(app, chosen.host, chosen.port, chosen.log_level, said).run([listening])
    return 0


def _warnings(chosen: settings.Settings) -> list[str]:
    place: Path = chosen.state
    while not place.exists():
        place = place.parent
    risk = risk_of(place)
    return [f"Warning: {chosen.state} is on {risk}."] if risk else []


def _told(report: Report) -> list[str]:
    """What recovery did, a sentence each."""
    counts = (
        (report.restored, "restored from a backup or the log"),
        (report.adopted, "taken over as another program had changed them"),
        (report.interrupted, "had a reply under way; what had arrived is kept and marked"),
        (report.torn, "had an unfinished write at the end; it was cut off and kept in _quarantine"),
    )
    told = [f"{_counted(count, 'conversation')}: {what}." for count, what in counts if count]
    return told + [f"Damaged: {session}. `hermes-webui verify {session}` tells more." for session in report.damaged]


def _verify(given: argparse.Namespace) -> int:
    store = _store(given)
    wanted = [given.session] if given.session else sorted(store.session_ids())
    if given.session and not store.exists(given.session):
        _say("There is no such conversation here.")
        return 2
    found = []
    for done, session_id in enumerate(wanted):
        _progress(done, len(wanted))
        found += list(verify(store, session_id))
    for finding in found:
        print(f"{finding.session_id}: {'LOSS: ' if finding.serious else ''}{finding.text}")
    print(f"{_counted(len(wanted), 'conversation')} checked, {_counted(len(found), 'finding')}.")
    return 1 if found else 0


def _recover(given: argparse.Namespace) -> int:
    chosen = _settings(given)
    store = opened(chosen.sessions)
    if not store.root.exists():
        _say(f"There is nothing in {store.root}.")
        return 2
    with store.owned():
        purging_of(chosen.state, store).finish()
    report = recover_directory(store, store.root / "_index.json", chosen.state_db, _progress, close_runs=True)
    rows(store, store.root / "_index.json")
    recount(store)
    for sentence in _told(report):
        print(sentence)
    print(f"{report.scanned} conversations looked at, {report.recovered} needed something.")
    return 1 if report.damaged else 0


def _sessions(given: argparse.Namespace) -> int:
    store = _store(given)
    found = []
    wanted = sorted(store.session_ids())
    for done, session_id in enumerate(wanted):
        _progress(done, len(wanted))
        try:
            session = store.load(session_id)
        except HermesError as error:
            _say(f"{session_id}: {error.message}")
            continue
        row = session.summary()
        wanted_row = session.head.trashed if given.deleted else not session.head.trashed
        if wanted_row and (given.all or given.deleted or not row.archived):
            found.append(row)
    for each in sorted(found, key=lambda row: -row.last_message_at):
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(each.updated_at))
        print(f"{each.session_id}  {when}  {each.message_count:>6}  {each.title}")
    if not found:
        _say(f"No {'deleted ' if given.deleted else ''}conversations in {store.root}.")
    return 0


def _restore(given: argparse.Namespace) -> int:
    store = _store(given)
    if store.restore(given.session):
        print(f"{given.session} is back in the list.")
        return 0
    _say("That conversation is not deleted.")
    return 1


def _purge(given: argparse.Namespace) -> int:
    chosen = _settings(given)
    store = opened(chosen.sessions)
    if not store.root.exists():
        _say(f"There is nothing in {store.root}.")
        return 2
    if not given.yes and not sys.stdin.isatty():
        _say("Nobody is here to be asked whether this shall be deleted for good. Add --yes. Nothing was changed.")
        return 2
    with store.owned():
        wanted = list(dict.fromkeys(given.sessions))
        for session_id in wanted:
            session = store.load(session_id)
            if not session.head.trashed:
                _say(f"{session_id}: {NOT_DELETED} Nothing was changed.")
                return 1
            print(f"{session_id}  {_counted(session.head.message_count, 'message')}  {session.head.title}")
        if not given.yes and not _agreed(len(wanted)):
            _say("Nothing was changed.")
            return 1
        for session_id in wanted:
            purging_of(chosen.state, store).purge(session_id)
            print(f"{session_id} is deleted for good.")
    return 0


def _agreed(count: int) -> bool:
    what = "this conversation and the files that only it holds" if count == 1 else (
        f"these {count} conversations and the files that only they hold"
    )  # fmt: skip
    print(f"Delete {what} for good? This cannot be undone. Copies in backups are not touched.")
    try:
        return input("[y/N] ").strip().casefold() in {"y", "yes"}
    except EOFError:  # Ctrl-D
        print()
        return False


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _password(given: argparse.Namespace) -> int:
    from hermes_webui.web.login import hash_of

    chosen = _settings(given)
    first = getpass.getpass("New password: ")
    if len(first) < PASSWORD_LENGTH:
        _say(f"At least {PASSWORD_LENGTH} characters, please. Nothing was changed.")
        return 2
    if getpass.getpass("Again: ") != first:
        _say("The two differ. Nothing was changed.")
        return 2
    print(f"Put this into {chosen.state / 'config.toml'}:\n\n[server]\npassword_hash = '{hash_of(first)}'")
    return 0


def _agents(given: argparse.Namespace) -> int:
    from hermes_webui import agents_command, crew
    from hermes_webui.store.choices import NAME, Choices
    from hermes_webui.store.files import Disk

    if given.what != "list" and not given.agent:
        _say(f"Which agent? `hermes-webui agents` lists them; then `hermes-webui agents {given.what} ID`.")
        return 2
    chosen = _settings(given)
    found = crew.agents(chosen, Disk(), Choices(chosen.state / NAME, Disk(), chosen.chosen))
    if given.what == "test":
        return agents_command.tried(found, given.agent, print)
    if given.what == "install":
        return agents_command.installed(found, given.agent, chosen.state, print)
    return agents_command.listed(found, print)


def _version(_given: argparse.Namespace) -> int:
    print(__version__)
    return 0


def _store(given: argparse.Namespace) -> DirectoryStore:
    return opened(_settings(given).sessions)


def _progress(done: int, total: int) -> None:
    """A line that counts, where a person watches and it takes long enough to matter."""
    if total > MANY and done % 100 == 0 and sys.stderr.isatty():
        print(f"\r{done} of {total} …", end="\r" if done + 100 < total else "\r\033[K", file=sys.stderr, flush=True)


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)
