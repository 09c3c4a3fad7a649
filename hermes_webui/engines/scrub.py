"""Takes keys out of texts that others wrote, before anyone reads or logs them."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

from hermes_webui.engines.providers import Secret

#: What keys look like: the providers' prefixes, bearer and basic tokens, JWTs, user names in addresses, key=…
#: in queries, and any long run of letters and digits.
_KEY_LIKE: Final = re.compile(
    r"""
    \b(?:sk|pk|rk|gsk|xai|hf|key|nvapi|pplx|r8|or)[-_][A-Za-z0-9_\-*.]{6,}
    | \bAIza[A-Za-z0-9_\-*]{6,}
    | \beyJ[A-Za-z0-9_\-]{8,}(?:\.[A-Za-z0-9_\-]*)*
    | (?<=://)[^/\s@]+@
    | (?i:\b(?:bearer|basic|token)\s+[A-Za-z0-9_\-.=+/*]{8,})
    | (?i:(?<=key=)[^&\s'"]+)
    | \b(?=[A-Za-z0-9_]*[0-9])[A-Za-z0-9_]{32,}\b
    """,
    re.VERBOSE,
)
_HIDDEN: Final = "[key]"


def scrub(text: str, *secrets: Secret, limit: int = 300) -> str:
    """One line of this text without the secrets, or anything that looks like a key, cut to `limit`
    characters.
    """
    for secret in filter(None, secrets):
        for form in {secret.reveal(), quote(secret.reveal(), safe="")}:
            text = text.replace(form, _HIDDEN)
    line = " ".join(_KEY_LIKE.sub(_HIDDEN, text).split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"
