"""What every server of the tests is given, so that nothing of who runs them answers: neither keys of the environment,
nor an Ollama of this machine, which a server would find by itself.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

#: The discard service's port: nobody listens there.
ALONE: Final[Mapping[str, str]] = MappingProxyType({"OLLAMA_HOST": "127.0.0.1:9"})

NEEDED: Final = ("PATH", "LANG", "SYSTEMROOT", "TMPDIR")


def alone(home: object, **more: str) -> dict[str, str]:
    """The environment of a process of the tests, with a home of its own."""
    needed = {name: os.environ[name] for name in NEEDED if name in os.environ}
    return {**needed, **ALONE, "HOME": str(home), **more}


def settings_alone(settings: dict[str, Any]) -> dict[str, Any]:
    """The same for a server inside the tests' own process."""
    return {**settings, "environment": {**ALONE, **settings.get("environment", {})}}
