"""A workspace on disk, a conversation in it, and the words in which the tests speak of its panel."""

import subprocess
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Server

SESSION = "00000000aaaa"
SOURCE = (
    'import os\n\n\nclass App:\n    """The whole of it."""\n\n    def run(self, name):\n        return len(name)\n'
    + "".join(f"\n\ndef part_{at}(value):\n    return value * {at}\n" for at in range(60))
)


def plant(server: Server, files: dict[str, str | bytes] | None = None, **fields: Any) -> Path:
    """A folder where workspaces may be, with these files, and a conversation that works in it; the folder."""
    folder = server.folder / "workspace" / "demo"
    given = (
        files
        if files is not None
        else {
            "src/app.py": SOURCE,
            "src/store/log.py": "LOG = 1\n",
            "notes.md": "# Notes\n\nSome *words*.\n",
            "README": "Read me\n",
        }
    )
    folder.mkdir(parents=True)
    for name, content in given.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    messages = [
        {"role": "user", "content": "Look at the app", "timestamp": 1.79e9},
        {"role": "assistant", "content": "I did.", "timestamp": 1.79e9 + 1},
    ]
    server.seed(SESSION, "The app", messages, workspace=str(folder), **fields)
    return folder


def commit(folder: Path, message: str = "Begin") -> None:
    """A commit of all that is in the folder, in a repository that is made where there is none."""
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "init.defaultBranch=main"]
    for command in (["init"], ["add", "-A"], ["commit", "-m", message]):
        subprocess.run(["git", *who, *command], cwd=folder, check=True, capture_output=True)


def opened(page: Page) -> Locator:
    """The panel, open, with the tree in it."""
    page.keyboard.press("ControlOrMeta+Shift+e")
    expect(tree(page)).to_be_focused()
    return page.get_by_role("complementary", name="Workspace")


def tree(page: Page) -> Locator:
    return page.get_by_role("tree", name="Files")


def entry(page: Page, name: str) -> Locator:
    """A row of the tree, whatever else is told of it."""
    return tree(page).locator(f'[role=treeitem][aria-label="{name}"], [role=treeitem][aria-label^="{name}, "]')


def paper(page: Page, name: str) -> Locator:
    """The file that is shown."""
    return page.get_by_role("region", name=name)


def editor(page: Page, name: str) -> Locator:
    return page.get_by_role("textbox", name=f"Text of {name}")
