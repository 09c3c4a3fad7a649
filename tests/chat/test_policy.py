"""What an agent may do without a question."""

import pytest

from hermes_webui.chat.policy import Policy, allows, is_pattern, matches, pattern_for


@pytest.mark.parametrize(
    ("pattern", "name", "subject", "covered"),
    [
        ("write_file", "write_file", "docs/a.md", True),
        ("write_file(docs/*)", "write_file", "docs/a.md", True),
        ("write_file(docs/*)", "write_file", "src/a.py", False),
        ("mcp__*", "mcp__files__read", "", True),
        ("run_command(git status*)", "run_command", "git status -s", True),
        ("run_command(git status*)", "run_command", "git status; rm -rf ~", False),
        ("run_command(git status*)", "run_command", "git status $(rm -rf ~)", False),
        ("run_command(git status*)", "run_command", "git status\nrm -rf ~", False),
        ("run_command(make && make test)", "run_command", "make && make test", True),
        ("run_command(git log)", "run_command", "git log --all", False),
        ("run_command", "run_commander", "x", False),
        ("(", "(", "", False),
    ],
)
def test_a_pattern_covers_what_it_says_and_nothing_that_hides_behind_it(pattern, name, subject, covered):
    assert matches(pattern, name, subject, shell=name == "run_command") is covered


def test_the_pattern_for_a_call_covers_that_call_alone_also_with_stars_in_it():
    pattern = pattern_for("run_command", "ls *.py [a]?")
    assert is_pattern(pattern)
    assert matches(pattern, "run_command", "ls *.py [a]?")
    assert not matches(pattern, "run_command", "ls x.py a1")


def test_asking_never_allows_all_and_always_only_what_is_granted():
    assert allows(Policy("never"), (), "run_command", "rm -rf /")
    assert not allows(Policy("session"), (), "run_command", "ls")
    assert allows(Policy("always"), ("run_command(ls)",), "run_command", "ls")
