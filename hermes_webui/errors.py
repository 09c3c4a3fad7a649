"""Every error that leaves a module: one tree, each with a code, an HTTP status and a sentence for the user.

A sentence says what happened, what was kept and what to do. It never holds a secret, a key or a path outside the
state directory. `code` is stable: the page and other clients branch on it, never on the sentence.
"""

from __future__ import annotations

from typing import Any


class HermesError(Exception):
    """The root of the tree. `details` holds JSON values that a client may show beside the sentence."""

    code = "internal"
    status = 500

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = details

    def as_json(self) -> dict[str, Any]:
        """The body of an error response: `{"error": {code, message, …details}}`."""
        return {"error": {"code": self.code, "message": self.message, **self.details}}


class BadRequest(HermesError):
    """The request cannot be understood; nothing was changed."""

    code = "bad_request"
    status = 400


class Unauthorized(HermesError):
    """A password is set and this browser has not given it."""

    code = "unauthorized"
    status = 401


class Forbidden(HermesError):
    """The request comes from a page or a host name that is not on the allow-list."""

    code = "forbidden"
    status = 403


class NotFound(HermesError):
    """There is no such session, message or run."""

    code = "not_found"
    status = 404


class Conflict(HermesError):
    """The conversation has moved on since the caller looked; nothing was appended."""

    code = "conflict"
    status = 409


class RunInProgress(Conflict):
    """The command needs an idle session and a reply is being written."""

    code = "run_in_progress"


class StaleEpoch(Conflict):
    """A run that has been superseded tried to write."""

    code = "stale_epoch"


class TooLarge(HermesError):
    """The body, or one value in it, is over its limit."""

    code = "too_large"
    status = 413


class UnsupportedMedia(HermesError):
    """A mutating request that is not `application/json`."""

    code = "unsupported_media_type"
    status = 415


class TooManyRequests(HermesError):
    """Too many wrong passwords; try later."""

    code = "too_many_requests"
    status = 429


class StoreUnavailable(HermesError):
    """The disk did not take the write. What was acknowledged before is on disk; this was not saved."""

    code = "store_unavailable"
    status = 503


class DiskFull(StoreUnavailable):
    """No space left. Reading goes on; writing works again as soon as there is room."""

    code = "disk_full"


class SourceUnavailable(HermesError):
    """Another program's store cannot be read now: it is locked, gone, or too slow. Nothing of ours is affected."""

    code = "source_unavailable"
    status = 503


class StoreLocked(HermesError):
    """Another server owns the state directory."""

    code = "store_locked"
    status = 503


class Damaged(HermesError):
    """Bytes of the store do not verify. They were kept; what can be read is shown."""

    code = "damaged"
    status = 500


class PartialView(HermesError, RuntimeError):
    """Someone tried to save a view that was loaded without its messages (hermes-webui's issue 1558)."""

    code = "partial_view"
    status = 409


class SettingsError(HermesError):
    """The configuration cannot be used; the server does not start."""

    code = "settings"


class EngineFailure(HermesError):
    """A model or agent could not go on. The prompt and the text so far are kept; `retryable` says if trying again may
    help.

    Codes: auth, unknown_model, rate_limited, context_too_long, connection_lost, engine_died, refused, provider_error.
    """

    code = "provider_error"
    status = 502

    def __init__(self, code: str, message: str, *, retryable: bool = True, hint: str = "") -> None:
        super().__init__(message, retryable=retryable, hint=hint)
        self.code = code
