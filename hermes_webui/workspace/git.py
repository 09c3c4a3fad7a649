"""What Git says of a workspace: its state, differences and history. Only reading, and nothing of the repository runs.

A repository's own configuration names commands: hooks, a file system monitor, external differences, `textconv`,
filters, what signs, pages or fetches. Every one of them is switched off for each call; those with names of their own
(`filter.X`, `diff.X`) are asked for first and then emptied. `GIT_WORK_TREE` is given, or `core.worktree` would choose.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct, structs

from hermes_webui.errors import BadRequest, Forbidden, HermesError, NotFound
from hermes_webui.workspace.command import Output, run
from hermes_webui.workspace.commits import (
    FORM,
    LOG_FORM,
    MOST_FILES,
    Commit,
    Record,
    below,
    commits_of,
    files_of,
    id_of,
    old_path_of,
    record_of,
)
from hermes_webui.workspace.descent import descend
from hermes_webui.workspace.names import parts_of
from hermes_webui.workspace.repository import Repository, repository_of

SECONDS: Final = 10.0
SECONDS_FOR_RENAMES: Final = 3.0
MOST: Final = 16 << 20
MOST_PATCH: Final = 1 << 20
MOST_MESSAGE: Final = 64 << 10
MOST_CHANGES: Final = 5000
MOST_COMMITS: Final = 500
MOST_DRIVERS: Final = 500

#: What is the same for every repository.
OFF: Final[Mapping[str, str]] = {
    "core.fsmonitor": "false",
    "core.hooksPath": "/dev/null",
    "core.pager": "cat",
    "core.editor": "false",
    "core.sshCommand": "false",
    "core.askPass": "false",
    "core.gitProxy": "",
    "core.alternateRefsCommand": "false",
    "core.untrackedCache": "false",
    "core.preloadIndex": "true",
    "core.quotePath": "false",
    "credential.helper": "",
    "diff.external": "",
    "diff.orderFile": "/dev/null",
    "diff.submodule": "short",
    "diff.ignoreSubmodules": "all",
    "gpg.program": "false",
    "i18n.logOutputEncoding": "UTF-8",
    "log.showSignature": "false",
    "protocol.allow": "never",
    "safe.bareRepository": "explicit",
    "status.submoduleSummary": "false",
    "submodule.recurse": "false",
}
DRIVER: Final = re.compile(
    r"(filter\..+\.(?:clean|smudge|process)|diff\..+\.(?:command|textconv)|gpg\..+\.program)", re.DOTALL
)
REQUIRED: Final = re.compile(r"filter\..+\.required", re.DOTALL)

#: How Git says that an id is none of a commit's.
UNKNOWN: Final = re.compile(r"bad object|bad revision|unknown revision|expected commit type")

#: What Git needs of the environment: who and where it is, and the user's own settings (`safe.directory`).
PASSED: Final = ("PATH", "HOME", "XDG_CONFIG_HOME", "TMPDIR", "SYSTEMROOT")
FIXED: Final[Mapping[str, str]] = {
    "LC_ALL": "C.UTF-8",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "false",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_PAGER": "cat",
    "GIT_ATTR_NOSYSTEM": "1",
}

PLAIN: Final = ("--no-color", "--no-ext-diff", "--no-textconv", "--ignore-submodules=all")

#: To find what was renamed and changed, files that went are compared with those that came: at most 100 with 100.
MOST_RENAMES: Final = 100
RENAMES: Final = ("--find-renames=50%", f"-l{MOST_RENAMES}")
NO_RENAMES: Final = ("--no-renames",)


class Change(Struct, frozen=True):
    """A file that differs: a letter of Git's (M, A, D, T, U, ? for one that it does not know), and whether that is
    staged. A file that is both is there twice.
    """

    path: str
    state: str
    staged: bool


class Status(Struct, frozen=True):
    """`branch` is empty without one. `message` says why a repository is not read."""

    repository: str | None = None
    branch: str = ""
    ahead: int = 0
    behind: int = 0
    changes: Sequence[Change] = ()
    truncated: bool = False
    message: str = ""


class Git:
    """Git for one workspace, real path `root`; `ceiling` is the folder above which no repository is looked for."""

    def __init__(self, root: Path, ceiling: Path, environment: Mapping[str, str], command: str = "git") -> None:
        self._root = root
        self._ceiling = ceiling
        self._command = command
        passed = {name: environment[name] for name in PASSED if name in environment}
        self._environment = {**passed, **FIXED, "GIT_CEILING_DIRECTORIES": str(ceiling.parent), "GIT_WORK_TREE": "."}

    def status(self) -> Status:
        """The state of the files in the workspace. Never raises for what is wrong with a repository: it is told."""
        try:
            repository = self._repository()
            if repository is None:
                return Status()
            arguments = ("--porcelain=v2", "--branch", "-z", "--untracked-files=all", "--ignore-submodules=all")
            output = self._git(repository, "status", *arguments, "--no-renames", "--", repository.prefix or ".")
            self._well(output)
        except Forbidden as error:
            return Status(message=error.message)
        return _status(output, repository)

    def diff(self, path: str, *, staged: bool) -> str:
        """The difference of one file, or of all (empty path); at most `MOST_PATCH` bytes."""
        repository = self._repository()
        if repository is None:
            return ""
        how = ("--cached",) if staged else ()
        output = self._git(repository, "diff", *PLAIN, *NO_RENAMES, *how, *_within(repository, path), most=MOST_PATCH)
        self._well(output)
        return output.data.decode("utf-8", "replace")

    def log(self, limit: int) -> list[Commit]:
        """The newest commits that touch the workspace. Empty without any."""
        repository = self._repository()
        if repository is None:
            return []
        many = f"--max-count={min(limit, MOST_COMMITS)}"
        where = repository.prefix or "."
        output = self._git(repository, "log", "-z", many, LOG_FORM, "--no-show-signature", "--no-color", "--", where)
        if output.code and "does not have any commits" in output.error:
            return []
        self._well(output)
        return list(commits_of(output.data))

    def commit(self, commit: str) -> Record:
        """One commit, by its whole id: what is said of it, its files, and their differences in the first `MOST_PATCH`
        bytes. Raises `NotFound` where there is none.
        """
        repository, record = self._record(commit)
        listed, renames = self._listed(repository, record, "--numstat")
        patch = self._compared(repository, record, *renames, "-p", most=MOST_PATCH)
        self._well(patch)
        text = patch.data.decode("utf-8", "replace")
        files = list(files_of(listed.data, text, whole=not patch.truncated))
        more = listed.truncated or len(files) > MOST_FILES
        return structs.replace(record, files=files[:MOST_FILES], truncated=more)

    def patch(self, commit: str, path: str) -> str:
        """What a commit changed in one file, whatever its name was before, or in all (empty path); at most `MOST_PATCH`
        bytes.
        """
        repository, record = self._record(commit)
        wanted = "/".join(_lexical(path))
        listed, renames = self._listed(repository, record)
        paths = (wanted, *filter(None, (old_path_of(listed.data, wanted),)))
        output = self._compared(repository, record, *renames, "-p", paths=paths, most=MOST_PATCH)
        self._well(output)
        return output.data.decode("utf-8", "replace")

    def _record(self, commit: str) -> tuple[Repository, Record]:
        named = f"{id_of(commit)}^{{commit}}"
        repository = self._repository()
        if repository is not None:
            how = ("--max-count=1", FORM, "--no-show-signature", "--no-color", "--no-notes", named, "--")
            output = self._git(repository, "log", *how, most=MOST_MESSAGE)
            if not output.code or not UNKNOWN.search(output.error):
                self._well(output)
                if (record := record_of(output.data, whole=not output.truncated)) is not None:
                    return repository, record
        raise NotFound("There is no such commit in this workspace.")

    def _listed(self, repository: Repository, record: Record, *how: str) -> tuple[Output, Sequence[str]]:
        """A commit's files, and how they were compared: where to find what was renamed takes long, without."""
        form = ("--raw", *how, "-z", "--abbrev=8")
        found = self._compared(repository, record, *RENAMES, *form, most=MOST, seconds=SECONDS_FOR_RENAMES)
        renames = NO_RENAMES if found.out_of_time else RENAMES
        if found.out_of_time:
            found = self._compared(repository, record, *renames, *form, most=MOST)
        self._well(found)
        return found, renames

    def _compared(
        self,
        repository: Repository,
        record: Record,
        *how: str,
        paths: Sequence[str] = ("",),
        most: int,
        seconds: float = SECONDS,
    ) -> Output:
        """A commit beside its first parent; the first commit of all beside nothing."""
        trees = (record.parents[0], record.id) if record.parents else ("--root", record.id)
        options = ("-r", "--no-commit-id", *PLAIN, *how)
        relative, wanted = _relative(repository), [_named(repository, path) for path in paths]
        return self._git(
            repository, "diff-tree", *options, *relative, *trees, "--", *wanted, most=most, seconds=seconds
        )

    def files(self) -> list[str] | None:
        """The files that Git knows or would know (not the ignored ones), from the workspace down; None without a
        repository.
        """
        try:
            repository = self._repository()
            if repository is None:
                return None
            arguments = ("-z", "--cached", "--others", "--exclude-standard", "--", repository.prefix or ".")
            output = self._git(repository, "ls-files", *arguments)
            self._well(output)
        except HermesError:
            return None
        found = (below(raw, repository.prefix) for raw in output.data.split(b"\0"))
        return list(dict.fromkeys(path for path in found if path))

    def _repository(self) -> Repository | None:
        return repository_of(self._root, self._ceiling)

    def _git(self, repository: Repository, *arguments: str, most: int = MOST, seconds: float = SECONDS) -> Output:
        switched = {**OFF, **self._drivers(repository)}
        return self._run(repository, arguments, switched, most, seconds)

    def _drivers(self, repository: Repository) -> dict[str, str]:
        """The repository's own commands, emptied."""
        output = self._run(repository, ("config", "--null", "--name-only", "--list"), OFF, MOST)
        self._well(output)
        names = {name.decode("utf-8", "surrogateescape") for name in output.data.split(b"\0") if name}
        drivers = dict.fromkeys(filter(DRIVER.fullmatch, names), "")
        required = dict.fromkeys(filter(REQUIRED.fullmatch, names), "false")
        if output.truncated or len(drivers) + len(required) > MOST_DRIVERS:
            raise Forbidden("This repository's configuration names too many commands. Nothing of its history is read.")
        return {**drivers, **required}

    def _run(
        self,
        repository: Repository,
        arguments: Sequence[str],
        switched: Mapping[str, str],
        most: int,
        seconds: float = SECONDS,
    ) -> Output:
        environment = {**self._environment, "GIT_CONFIG_COUNT": str(len(switched))}
        for number, (name, value) in enumerate(switched.items()):
            environment[f"GIT_CONFIG_KEY_{number}"] = name
            environment[f"GIT_CONFIG_VALUE_{number}"] = value
        call = (self._command, "--no-pager", *arguments)
        try:
            with descend(repository.top, (), ()) as spot, spot.folder() as folder:
                return run(call, folder, repository.top, environment, seconds, most)
        except OSError as error:
            raise Forbidden("Git cannot be started here; the files themselves are all there.") from error

    def _well(self, output: Output) -> None:
        """Raises `Forbidden` with a sentence where Git did not do it."""
        if output.out_of_time:
            raise Forbidden(
                f"Git took longer than {SECONDS:g} seconds and was ended. The files themselves are all there."
            )
        if output.truncated or not output.code:
            return
        if "dubious ownership" in output.error:
            raise Forbidden(
                "This repository belongs to another user. Git reads it once you allow that: safe.directory."
            )
        raise Forbidden("Git cannot read this repository. The files themselves are all there.")


def _within(repository: Repository, path: str) -> tuple[str, ...]:
    """Arguments for what lies at a path of the workspace, told from the workspace down."""
    return (*_relative(repository), "--", _named(repository, path))


def _relative(repository: Repository) -> tuple[str, ...]:
    return (f"--relative={repository.prefix}/",) if repository.prefix else ()


def _named(repository: Repository, path: str) -> str:
    return "/".join((repository.prefix, *_lexical(path))).strip("/") or "."


def _lexical(path: str) -> tuple[str, ...]:
    """The names of a path as Git has them: a link is one of them, and nothing goes up."""
    parts = parts_of(path)
    if ".." in parts:
        raise BadRequest("A path for Git names no folder above.")
    return parts


def _status(output: Output, repository: Repository) -> Status:
    branch, ahead, behind = "", 0, 0
    changes: list[Change] = []
    for field in output.data.split(b"\0"):
        kind, _, rest = field.partition(b" ")
        if kind == b"#":
            name, _, value = rest.decode("utf-8", "replace").partition(" ")
            if name == "branch.head" and value != "(detached)":
                branch = value
            elif name == "branch.ab":
                ahead, behind = (abs(int(each)) for each in value.split())
        elif kind in {b"1", b"u", b"?"} and len(changes) <= MOST_CHANGES:
            changes += _changes(kind, rest, repository.prefix)
    more = output.truncated or len(changes) > MOST_CHANGES
    return Status(repository.top.name, branch, ahead, behind, changes[:MOST_CHANGES], more)


def _changes(kind: bytes, rest: bytes, prefix: str) -> Iterator[Change]:
    """One line of porcelain v2 (git-status(1)): the path stands after 7 fields, of an unmerged file after 9."""
    before = {b"1": 7, b"u": 9, b"?": 0}[kind]
    *fields, raw = rest.split(b" ", before)
    path = below(raw, prefix)
    if not path or len(fields) != before:
        return
    if kind == b"?":
        yield Change(path, "?", staged=False)
    elif kind == b"u":
        yield Change(path, "U", staged=False)
    else:
        index, tree = fields[0].decode("ascii", "replace")[:1], fields[0].decode("ascii", "replace")[1:2]
        if index != ".":
            yield Change(path, index, staged=True)
        if tree != ".":
            yield Change(path, tree, staged=False)
