"""What the system says about a file, as an error of the tree with a sentence."""

from __future__ import annotations

import errno
import os
from typing import Final

from hermes_webui.errors import BadRequest, DiskFull, Forbidden, HermesError, NotFound, StoreUnavailable
from hermes_webui.workspace.names import shown

FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
MISSING: Final = frozenset({errno.ENOENT, errno.ENOTDIR})
DENIED: Final = frozenset({errno.EACCES, errno.EPERM})


def failed(error: OSError, path: str) -> HermesError:
    """The error for the user; `path` is as it was given."""
    name = shown(path) or "the workspace"
    if error.errno in MISSING:
        return NotFound(f"{name} is not there.")
    if error.errno in DENIED:
        return Forbidden(f"The server may not use {name}: its permissions do not allow it. Nothing was changed.")
    if error.errno in FULL:
        return DiskFull(
            f"The disk is full: {name} was not written. What was there before is kept. Make room, try again."
        )
    if error.errno in {errno.ENAMETOOLONG, errno.EINVAL, errno.ELOOP, errno.EILSEQ}:
        return BadRequest(f"{name} cannot be the name of a file here.")
    reason = os.strerror(error.errno) if error.errno else "an unknown error"
    return StoreUnavailable(f"The disk does not do it ({reason}): {name}. What was there before is kept.")
