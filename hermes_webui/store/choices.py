"""What was set on the page: one small file beside the conversations that only the server writes.

`settings.py` reads it once, at the start, below the environment and `config.toml`; the owner's own file is never
written. It may hold keys, so it is private to its owner like every file here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from hermes_webui.errors import Conflict
from hermes_webui.store.files import Disk, refused, stamp_of

#: Its name in the state directory; `settings.py` knows it too.
NAME = "settings.json"


class Choices:
    """The file, and what it says now. One writer at a time: whoever changes it reads what is `said` and saves it while
    holding `changing`.
    """

    def __init__(self, path: Path, disk: Disk, said: Mapping[str, Any]) -> None:
        self.path = path
        self.said: Mapping[str, Any] = said
        self.changing = asyncio.Lock()
        self._disk = disk
        self._stamp = stamp_of(path)

    def save(self, said: Mapping[str, Any]) -> None:
        """Takes the place of what was said before; on disk when it returns.

        Raises `StoreUnavailable`, and `Conflict` where another program wrote the file since: nothing is overwritten.
        """
        if stamp_of(self.path) != self._stamp:
            raise Conflict(
                f"{self.path.name} was changed by another program while the server ran. Nothing was overwritten: "
                "start the server again to use what it says now."
            )
        try:
            self._disk.make_folder(self.path.parent)
            self._stamp = self._disk.replace(self.path, [msgspec.json.format(msgspec.json.encode(said), indent=1)])
        except OSError as error:
            raise refused(error, "the setting") from error
        self.said = said

    async def change(self, name: str, value: Any) -> None:
        """Sets one name, off the event loop. Raises as `save`."""
        async with self.changing:
            await asyncio.to_thread(self.save, {**self.said, name: value})
