"""Git's view of a workspace; and a hostile repository, of whose commands none ever runs."""

import os
import subprocess
from pathlib import Path

import pytest

from hermes_webui.errors import BadRequest, Forbidden, NotFound
from hermes_webui.workspace.command import run
from hermes_webui.workspace.git import Git

WHO = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
    "GIT_AUTHOR_DATE": "@1700000000 +0000",
    "GIT_COMMITTER_DATE": "@1700000000 +0000",
    "GIT_CONFIG_NOSYSTEM": "1",
}


def git(folder: Path, *arguments: str) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder.parent), **WHO}
    subprocess.run(["git", *arguments], cwd=folder, env=environment, check=True, capture_output=True)


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    folder = tmp_path / "roots" / "project"
    (folder / "lib").mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    (folder / "a.txt").write_text("one\n")
    (folder / "lib" / "b.txt").write_text("two\n")
    (folder / ".gitignore").write_text("*.log\n")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "Begin")
    return folder


def of(folder: Path, ceiling: Path | None = None) -> Git:
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder.parent.parent)}
    return Git(folder.resolve(), (ceiling or folder.parent).resolve(), environment)


def test_the_state_of_files_is_told(repo: Path):
    (repo / "a.txt").write_text("other\n")
    (repo / "lib" / "b.txt").unlink()
    (repo / "new ü.txt").write_text("new\n")
    (repo / "noise.log").write_text("x")
    (repo / "staged.txt").write_text("x")
    git(repo, "add", "staged.txt")
    (repo / "staged.txt").write_text("y")
    found = of(repo).status()
    assert (found.repository, found.branch, found.message) == ("project", "main", "")
    assert {(each.path, each.state, each.staged) for each in found.changes} == {
        ("a.txt", "M", False),
        ("lib/b.txt", "D", False),
        ("new ü.txt", "?", False),
        ("staged.txt", "A", True),
        ("staged.txt", "M", False),
    }


def test_how_far_a_branch_is_from_its_origin(repo: Path, tmp_path: Path):
    git(tmp_path / "roots", "clone", "-q", str(repo), "copy")
    copy = tmp_path / "roots" / "copy"
    (copy / "a.txt").write_text("ahead\n")
    git(copy, "commit", "-qam", "Ahead")
    assert (of(copy).status().ahead, of(copy).status().behind) == (1, 0)


def test_a_workspace_within_a_repository_sees_its_own_part(repo: Path):
    (repo / "a.txt").write_text("other\n")
    (repo / "lib" / "b.txt").write_text("other\n")
    part = of(repo / "lib", repo.parent)
    assert [each.path for each in part.status().changes] == ["b.txt"]
    assert "--- a/b.txt" in part.diff("b.txt", staged=False)
    assert part.diff("", staged=False).count("diff --git") == 1
    assert part.files() == ["b.txt"]
    assert part.log(5)[0].subject == "Begin"
    assert of(repo / "lib", repo / "lib").status().repository is None


def test_differences_and_history(repo: Path):
    (repo / "a.txt").write_text("other\n")
    assert of(repo).diff("a.txt", staged=False).endswith("-one\n+other\n")
    assert of(repo).diff("a.txt", staged=True) == ""
    git(repo, "add", "a.txt")
    assert of(repo).diff("a.txt", staged=True).endswith("-one\n+other\n")
    (commit,) = of(repo).log(10)
    assert (commit.subject, commit.author, commit.at) == ("Begin", "Ada", 1700000000.0)
    for path in ("../x", "a/../../x"):
        with pytest.raises(BadRequest):
            of(repo).diff(path, staged=False)
    for path in ("--output=canary", ":(top)", "-h"):
        assert of(repo).diff(path, staged=False) == ""
    assert not (repo / "canary").exists()


def test_a_commit_is_opened_by_its_id(repo: Path):
    (repo / "a.txt").write_text("one\ntwo\n")
    (repo / "lib" / "b.txt").unlink()
    (repo / "new ü.bin").write_bytes(bytes(range(256)))
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", "Change it\n\nBecause it was\nnot good.")
    newest, first = of(repo).log(2)
    found = of(repo).commit(newest.id)
    assert (found.id, found.parents, found.message) == (
        newest.id,
        [first.id],
        "Change it\n\nBecause it was\nnot good.",
    )
    assert (found.author, found.email, found.at) == ("Ada", "ada@example.org", 1700000000.0)
    assert (found.committer, found.committed_at, found.truncated) == ("Ada", 1700000000.0, False)
    assert [(each.path, each.state, each.added, each.removed) for each in found.files] == [
        ("a.txt", "M", 1, 0),
        ("lib/b.txt", "D", 0, 1),
        ("new ü.bin", "A", None, None),
    ]
    assert (found.files[0].patch or "").endswith(" one\n+two\n")
    assert "Binary files" in (found.files[2].patch or "")
    assert of(repo).patch(newest.id, "lib/b.txt").endswith("-two\n")
    assert of(repo).patch(newest.id, "").count("diff --git") == 3


def test_the_first_commit_and_a_merge_are_opened_too(repo: Path):
    (first,) = of(repo).log(1)
    opened = of(repo).commit(first.id)
    assert opened.parents == []
    assert [(each.path, each.state, each.added) for each in opened.files] == [
        (".gitignore", "A", 1),
        ("a.txt", "A", 1),
        ("lib/b.txt", "A", 1),
    ]
    git(repo, "checkout", "-qb", "side")
    (repo / "side.txt").write_text("side\n")
    git(repo, "add", "side.txt")
    git(repo, "commit", "-qm", "Side")
    git(repo, "checkout", "-q", "main")
    (repo / "a.txt").write_text("main\n")
    git(repo, "commit", "-qam", "Main")
    git(repo, "merge", "-q", "--no-edit", "side")
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=repo, check=True, capture_output=True, text=True)
    merge = of(repo).commit(head.stdout.strip())
    assert len(merge.parents) == 2
    assert [(each.path, each.state) for each in merge.files] == [("side.txt", "A")]  # beside the first of them


def test_a_file_that_becomes_a_link_keeps_the_differences_in_their_places(repo: Path):
    (repo / "a.txt").unlink()
    (repo / "a.txt").symlink_to("lib")
    (repo / "lib" / "b.txt").write_text("three\n")
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", "Link")
    link, text = of(repo).commit(of(repo).log(1)[0].id).files
    assert (link.path, link.state, (link.patch or "").count("diff --git")) == ("a.txt", "T", 2)
    assert (text.path, (text.patch or "").endswith("-two\n+three\n")) == ("lib/b.txt", True)


def _lines(first: int, last: int) -> str:
    return "".join(f"line {at}\n" for at in range(first, last))


def test_a_renamed_file_has_both_names_and_only_the_lines_that_changed(repo: Path):
    (repo / "a.txt").write_text(_lines(0, 30))
    (repo / "lib" / "same ü.txt").write_text(_lines(100, 130))
    (repo / "old.bin").write_bytes(bytes(range(256)))
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", "More")
    git(repo, "mv", "a.txt", "b.txt")
    git(repo, "mv", "lib/same ü.txt", "same ö.txt")
    git(repo, "mv", "old.bin", "new.bin")
    (repo / "b.txt").write_text(_lines(0, 29) + "other\n")
    (repo / "lib" / "b.txt").write_text("three\n")
    (repo / "c.txt").write_text("new\n")
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", "Rename")
    record = of(repo).commit(of(repo).log(1)[0].id)
    assert [(each.old_path, each.path, each.state, each.added, each.removed) for each in record.files] == [
        ("a.txt", "b.txt", "R", 1, 1),
        (None, "c.txt", "A", 1, 0),
        (None, "lib/b.txt", "M", 1, 1),
        ("old.bin", "new.bin", "R", None, None),
        ("lib/same ü.txt", "same ö.txt", "R", 0, 0),
    ]
    patches = [each.patch or "" for each in record.files]
    assert patches[0].endswith("-line 29\n+other\n")
    assert "-line 0\n" not in patches[0]
    assert patches[2].endswith("-two\n+three\n")
    assert patches[4].endswith("rename from lib/same ü.txt\nrename to same ö.txt\n")
    assert [of(repo).patch(record.id, each.path) for each in record.files] == patches
    assert of(repo).patch(record.id, "") == "".join(patches)
    assert of(repo).patch(record.id, "a.txt").endswith("-line 29\n")  # by its old name: that it is gone


def test_what_is_renamed_across_the_edge_of_a_workspace_tells_nothing_of_outside(repo: Path):
    (repo / "secret.txt").write_text(_lines(0, 30))
    (repo / "lib" / "in.txt").write_text(_lines(100, 130))
    (repo / "lib" / "stays.txt").write_text(_lines(200, 230))
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", "More")
    git(repo, "mv", "secret.txt", "lib/came.txt")
    git(repo, "mv", "lib/in.txt", "gone.txt")
    git(repo, "mv", "lib/stays.txt", "lib/stayed.txt")
    git(repo, "commit", "-qm", "Move")
    part = of(repo / "lib", repo.parent)
    record = part.commit(part.log(1)[0].id)
    assert [(each.old_path, each.path, each.state) for each in record.files] == [
        (None, "came.txt", "A"),
        (None, "in.txt", "D"),
        ("stays.txt", "stayed.txt", "R"),
    ]
    assert part.patch(record.id, "stayed.txt").endswith("rename from stays.txt\nrename to stayed.txt\n")
    assert part.patch(record.id, "came.txt").endswith("+line 29\n")
    assert "secret" not in repr(record) + part.patch(record.id, "")
    assert "gone.txt" not in repr(record) + part.patch(record.id, "")


def test_what_takes_long_to_be_found_as_renamed_is_told_as_gone_and_new(repo: Path, monkeypatch, tmp_path: Path):
    git(repo, "mv", "a.txt", "b.txt")
    git(repo, "commit", "-qm", "Rename")
    slow = tmp_path / "slow"
    slow.write_text('#!/bin/sh\ncase "$*" in *--find-renames*) exec sleep 60;; esac\nexec git "$@"\n')
    slow.chmod(0o755)
    monkeypatch.setattr("hermes_webui.workspace.git.SECONDS_FOR_RENAMES", 0.1)
    asked = Git(repo.resolve(), repo.parent.resolve(), {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}, str(slow))
    record = asked.commit(asked.log(1)[0].id)
    assert [(each.path, each.state, each.old_path) for each in record.files] == [
        ("a.txt", "D", None),
        ("b.txt", "A", None),
    ]
    assert (record.files[1].patch or "").endswith("+one\n")
    assert asked.patch(record.id, "b.txt").endswith("+one\n")


def test_a_workspace_within_a_repository_sees_its_own_part_of_a_commit(repo: Path):
    part = of(repo / "lib", repo.parent)
    record = part.commit(part.log(1)[0].id)
    assert [each.path for each in record.files] == ["b.txt"]
    assert "--- /dev/null\n+++ b/b.txt" in (record.files[0].patch or "")
    assert part.patch(record.id, "").count("diff --git") == 1
    assert part.patch(record.id, "b.txt").endswith("+two\n")


def test_a_large_commit_keeps_within_its_limits(repo: Path):
    (repo / "a.txt").write_text("".join(f"{at}\n" for at in range(40_000)))
    (repo / "z.txt").write_text("small\n")
    for at in range(1100):
        (repo / f"many-{at:04}").write_text("x" * 2000)
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", "m" * 100_000)
    found = of(repo).commit(of(repo).log(1)[0].id)
    assert (len(found.files), found.truncated) == (1000, True)
    assert (found.files[0].path, found.files[0].added, found.files[0].patch) == ("a.txt", 40_000, None)
    assert (found.files[1].patch or "").startswith("diff --git a/many-0000")
    assert found.files[-1].patch is None  # past the first MB
    assert len(found.message) < 1 << 16
    assert found.message.endswith("m …")
    assert of(repo).patch(found.id, "a.txt").endswith("\n+39999\n")
    assert len(of(repo).patch(found.id, "")) == 1 << 20


def test_only_a_whole_id_of_a_commit_is_taken(repo: Path):
    (commit,) = of(repo).log(1)
    blob = subprocess.run(["git", "rev-parse", "HEAD:a.txt"], cwd=repo, check=True, capture_output=True, text=True)
    git(repo, "branch", commit.id[:12])
    for wrong in (
        "",
        "HEAD",
        "main",
        commit.id[:12],
        commit.id.upper(),
        f"{commit.id}~1",
        f"--output=canary{commit.id}",
    ):
        for act in (of(repo).commit, lambda named: of(repo).patch(named, "")):
            with pytest.raises(BadRequest):
                act(wrong)
    for unknown in ("1" * 40, "1" * 64, blob.stdout.strip()):
        with pytest.raises(NotFound):
            of(repo).commit(unknown)
    with pytest.raises(BadRequest):
        of(repo).patch(commit.id, "../x")
    assert not (repo / "canary").exists()


def test_without_a_repository_or_a_commit(tmp_path: Path):
    plain = tmp_path / "roots" / "plain"
    plain.mkdir(parents=True)
    assert of(plain).status().repository is None
    assert (of(plain).diff("", staged=False), of(plain).log(3), of(plain).files()) == ("", [], None)
    git(plain, "init", "-q", "-b", "main")
    assert (of(plain).status().branch, of(plain).log(3), of(plain).files()) == ("main", [], [])


@pytest.fixture
def hostile(repo: Path, tmp_path: Path) -> Path:
    """The repository with every command in its configuration that Git might run, each of which makes a canary."""
    canary = tmp_path / "canary"
    script = tmp_path / "evil"
    script.write_text(f'#!/bin/sh\necho "$0 $*" >> {canary}\ncat 2>/dev/null\n')
    script.chmod(0o755)
    names = (
        *("core.fsmonitor", "core.sshCommand", "core.pager", "core.editor", "core.askPass", "core.gitProxy"),
        *("core.alternateRefsCommand", "diff.external", "diff.evil.command", "diff.evil.textconv", "filter.evil.clean"),
        *("filter.evil.smudge", "filter.evil.process", "filter.a=b.c.clean", "gpg.program", "gpg.ssh.program"),
        *("pager.status", "pager.diff", "pager.log", "credential.helper", "sequence.editor", "interactive.diffFilter"),
        *("remote.origin.uploadpack", "remote.origin.vcs", "uploadpack.packObjectsHook", "difftool.evil.cmd"),
    )
    for name in names:
        git(repo, "config", name, str(script))
    for name in ("status", "diff", "log", "ls-files", "config"):
        git(repo, "config", f"alias.{name}", f"!{script}")
    for name, value in (
        ("filter.evil.required", "true"),
        ("log.showSignature", "true"),
        ("core.untrackedCache", "true"),
        ("diff.submodule", "diff"),
        ("submodule.recurse", "true"),
        ("remote.origin.url", "ssh://nowhere/x"),
        ("remote.origin.promisor", "true"),
        ("protocol.ext.allow", "always"),
        ("protocol.ssh.allow", "always"),
        ("core.hooksPath", str(tmp_path / "hooks")),
    ):
        git(repo, "config", name, value)
    hooks = [repo / ".git" / "hooks", tmp_path / "hooks"]
    for folder in hooks:
        folder.mkdir(exist_ok=True)
        for name in ("post-index-change", "pre-commit", "post-checkout", "fsmonitor-watchman", "reference-transaction"):
            (folder / name).write_text(script.read_text())
            (folder / name).chmod(0o755)
    (repo / ".gitattributes").write_text("*.txt filter=evil diff=evil\n*.md filter=a=b.c\n")
    (repo / "a.txt").write_text("other\n")
    (repo / "c.md").write_text("# New\n")
    return repo


def everything(folder: Path, ceiling: Path | None = None) -> str:
    """All that Git can be asked, as text."""
    asked = of(folder, ceiling)
    told = [repr(asked.status()), repr(asked.files())]
    acts = (
        lambda: asked.diff("", staged=False),
        lambda: asked.diff("", staged=True),
        lambda: asked.log(9),
        lambda: [asked.commit(commit.id) for commit in asked.log(9)],
        lambda: [asked.patch(commit.id, "") for commit in asked.log(9)],
    )
    for act in acts:
        try:
            told.append(repr(act()))
        except Forbidden as error:
            told.append(error.message)
    return "\n".join(told)


def test_nothing_of_a_hostile_repository_runs(hostile: Path, tmp_path: Path):
    told = everything(hostile)
    assert "+other" in told
    assert not (tmp_path / "canary").exists(), (tmp_path / "canary").read_text()
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), **WHO}
    subprocess.run(["git", "diff"], cwd=hostile, env=environment, capture_output=True, check=False)
    assert (tmp_path / "canary").exists(), "the repository is not hostile at all"


def test_a_missing_object_is_not_fetched(hostile: Path, tmp_path: Path):
    for folder in (hostile / ".git" / "objects").iterdir():
        if len(folder.name) == 2:
            for path in folder.iterdir():
                path.unlink()
    everything(hostile)
    assert not (tmp_path / "canary").exists(), (tmp_path / "canary").read_text()


def test_what_is_missing_is_not_fetched_to_see_whether_it_was_renamed(repo: Path, tmp_path: Path):
    git(repo, "mv", "a.txt", "b.txt")
    (repo / "b.txt").write_text("one\nmore\n")
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", "Rename")
    canary = tmp_path / "canary"
    script = tmp_path / "evil"
    script.write_text(f"#!/bin/sh\necho fetched >> {canary}\n")
    script.chmod(0o755)
    for name, value in (
        ("remote.origin.url", "ssh://nowhere/x"),
        ("remote.origin.promisor", "true"),
        ("core.sshCommand", str(script)),
        ("protocol.ssh.allow", "always"),
    ):
        git(repo, "config", name, value)
    blob = subprocess.run(["git", "rev-parse", "HEAD~:a.txt"], cwd=repo, check=True, capture_output=True, text=True)
    (repo / ".git" / "objects" / blob.stdout[:2] / blob.stdout.strip()[2:]).unlink()
    everything(repo)
    assert not canary.exists(), canary.read_text()
    subprocess.run(["git", "show", "-M"], cwd=repo, capture_output=True, check=False)
    assert canary.exists(), "nothing would have been fetched at all"


def test_a_hostile_repository_within_the_repository_is_not_entered(hostile: Path, tmp_path: Path):
    outer = hostile.parent / "outer"
    outer.mkdir()
    git(outer, "init", "-q")
    hostile.rename(outer / "inner")
    (outer / ".gitmodules").write_text('[submodule "inner"]\n\tpath = inner\n\turl = ./inner\n')
    git(outer, "-c", "core.hooksPath=/dev/null", "add", ".gitmodules")
    git(outer, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},inner")
    git(outer, "commit", "-qm", "x")
    everything(outer)
    assert not (tmp_path / "canary").exists(), (tmp_path / "canary").read_text()


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """Somebody else's repository, outside of what may be a workspace."""
    folder = tmp_path / "private" / "secret"
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    (folder / "secret.txt").write_text("classified\n")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "classified")
    return folder


def _pointer(repo: Path, secret: Path) -> None:
    (repo / ".git").rename(repo / "old")
    (repo / ".git").write_text(f"gitdir: {secret / '.git'}\n")


def _link(repo: Path, secret: Path) -> None:
    (repo / ".git").rename(repo / "old")
    (repo / ".git").symlink_to(secret / ".git")


def _common(repo: Path, secret: Path) -> None:
    (repo / ".git" / "commondir").write_text(str(secret / ".git"))


def _stores(repo: Path, secret: Path) -> None:
    for name in ("objects", "refs"):
        (repo / ".git" / name).rename(repo / ".git" / f"old-{name}")
        (repo / ".git" / name).symlink_to(secret / ".git" / name)


def _heads(repo: Path, secret: Path) -> None:
    (repo / ".git" / "refs" / "heads" / "main").unlink()
    (repo / ".git" / "refs" / "heads" / "main").symlink_to(secret / ".git" / "refs" / "heads" / "main")


def _alternates(repo: Path, secret: Path) -> None:
    (repo / ".git" / "objects" / "info" / "alternates").write_text(f"{secret / '.git' / 'objects'}\n")
    head = (secret / ".git" / "refs" / "heads" / "main").read_text()
    (repo / ".git" / "refs" / "heads" / "main").write_text(head)


def _worktree(repo: Path, secret: Path) -> None:
    git(repo, "config", "core.worktree", str(secret))


def _index(repo: Path, secret: Path) -> None:
    (repo / ".git" / "index").unlink()
    (repo / ".git" / "index").symlink_to(secret / ".git" / "index")


@pytest.mark.parametrize("way", [_pointer, _link, _common, _stores, _heads, _alternates, _worktree, _index])
def test_a_repository_shows_nothing_from_outside(repo: Path, secret: Path, way):
    way(repo, secret)
    told = everything(repo)
    assert "classified" not in told
    assert "secret.txt" not in told


def test_a_worktree_and_a_submodule_within_the_roots_are_read(repo: Path):
    git(repo, "worktree", "add", "-q", "../tree", "-b", "side")
    tree = repo.parent / "tree"
    (tree / "a.txt").write_text("other\n")
    found = of(tree).status()
    assert (found.branch, [each.path for each in found.changes]) == ("side", ["a.txt"])
    assert of(tree, tree).status().message.startswith("This repository's own files lead outside")


def test_somebody_elses_repository_is_told_and_not_read(repo: Path, monkeypatch):
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    environment = {"PATH": os.environ["PATH"], "HOME": str(repo.parent)}
    asked = Git(repo, repo.parent, environment)
    asked._environment["GIT_TEST_ASSUME_DIFFERENT_OWNER"] = "1"
    assert "belongs to another user" in asked.status().message


def test_a_damaged_repository_and_a_missing_git_are_told(repo: Path):
    (repo / ".git" / "HEAD").write_text("nonsense")
    assert of(repo).status().message == "Git cannot read this repository. The files themselves are all there."
    gone = Git(repo, repo.parent, {"PATH": "/nowhere"}, "no-such-git")
    assert gone.status().message.startswith("Git cannot be started here")


def test_a_command_ends_at_its_limits_with_all_that_it_started(tmp_path: Path):
    fd = os.open(tmp_path, os.O_RDONLY)
    environment = {"PATH": os.environ["PATH"]}
    try:
        slow = run(["sh", "-c", "sleep 60 & sleep 60"], fd, tmp_path, environment, 0.2, 1000)
        assert (slow.truncated, slow.out_of_time) == (True, True)
        much = run(["sh", "-c", "yes"], fd, tmp_path, environment, 20.0, 1000)
        assert (len(much.data), much.truncated, much.out_of_time) == (1000, True, False)
        where = run(["pwd", "-P"], fd, tmp_path, environment, 20.0, 1000)
        assert (where.code, where.data.decode().strip()) == (0, str(tmp_path.resolve()))
    finally:
        os.close(fd)
