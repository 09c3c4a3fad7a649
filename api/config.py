"""The live runs of this process: the server, when it is made by `create_app` here, hands its hub these two."""

from __future__ import annotations

import threading
from typing import Any

STREAMS: dict[str, Any] = {}
STREAMS_LOCK = threading.Lock()
