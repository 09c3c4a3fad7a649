"""What a call changes in a file, as a unified diff. Pure."""

from __future__ import annotations

import difflib
from typing import Final

from hermes_webui.engines.base import Diff

#: Lines of both sides together beyond which comparing takes seconds: the whole is shown as replaced then.
MOST_LINES: Final = 20_000
#: So much of a patch is kept, in characters.
LONGEST: Final = 400_000


def diff_of(path: str, old: str | None, new: str) -> Diff:
    """`old` is None for a file that is new. A patch that is too long is cut at the end of a line."""
    before, after = (old or "").splitlines(keepends=True), new.splitlines(keepends=True)
    names = (f"a/{path.lstrip('/')}" if old is not None else "/dev/null", f"b/{path.lstrip('/')}")
    if len(before) + len(after) > MOST_LINES:
        head = f"--- {names[0]}\n+++ {names[1]}\n@@ -1,{len(before)} +1,{len(after)} @@\n"
        lines = [head, *(f"-{line}" for line in before), *(f"+{line}" for line in after)]
    else:
        lines = list(difflib.unified_diff(before, after, *names))
    patch = "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
    if len(patch) > LONGEST:
        patch = patch[: patch.rfind("\n", 0, LONGEST) + 1]
    return Diff(path, patch)
