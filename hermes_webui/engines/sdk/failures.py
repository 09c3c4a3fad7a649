"""What went wrong between us and a provider, as a sentence: what happened, and what to do.

pydantic-ai sorts most errors; the wordings here are the ones that it leaves as a plain 400, 404 or 500. No
sentence holds a key: the provider's own words are scrubbed, and an address is only its host and port.
"""

from __future__ import annotations

import math
import re
import socket
from collections.abc import Iterator, Mapping
from typing import Final

import httpx2
from msgspec import Struct
from pydantic_ai import exceptions as ai

from hermes_webui.engines.providers import ProviderConfig
from hermes_webui.engines.scrub import scrub
from hermes_webui.engines.sdk.agent import wrongly_called
from hermes_webui.errors import EngineFailure

_TOO_LONG: Final = re.compile(
    r"context[ _-]?(length|window|size)|maximum context|prompt is too long|input is too long"
    r"|too many tokens|exceeds? the (available|maximum|model'?s?) (context|number of tokens|input)"
    r"|input token count|reduce the length|n_ctx|longer than the (model|context)|request_too_large",
    re.IGNORECASE,
)
_UNKNOWN_MODEL: Final = re.compile(
    r"model.{0,200}(not found|does ?n[o']t exist|not exist|not a valid model|not available|unknown)"
    r"|(unknown|invalid|no such|unrecognized|not a valid) model|model_not_found"
    r"|no endpoints found|no model loaded|^model: \S+; not_found_error",
    re.IGNORECASE | re.DOTALL,
)
_REFUSED: Final = re.compile(
    r"content[ _](policy|filter|management)|safety (system|settings|policy)|flagged|moderation"
    r"|prohibited_content",
    re.IGNORECASE,
)
_QUOTA: Final = re.compile(
    r"insufficient[ _](quota|balance|credit|funds)|credit balance|exceeded your current quota|billing"
    r"|out of credits|usage limit",
    re.IGNORECASE,
)
_NO_IMAGES: Final = re.compile(
    r"(does ?n[o']t|do not|cannot|can't|not|no endpoints found that) (support|accept|process|take|allow)\w* "
    r"(\w+ ){0,3}(image|vision|multi-?modal|document|pdf|file)|(image|vision|file|pdf|document)\w*( \w+){0,3} "
    r"(is|are|was)? ?(not|un) ?support|invalid content type|not a multimodal model",
    re.IGNORECASE,
)
#: Google says “quota” of the requests of a minute too, with a time to wait; of those of a day, waiting is no help.
_BY_THE_DAY: Final = re.compile(r"per[ _-]?day", re.IGNORECASE)
_UNREADABLE: Final = re.compile(r"failed to (decode|parse)", re.IGNORECASE)
_ANY: Final = re.compile("")

_NO_TOOLS: Final = re.compile(
    r"(does ?n[o']t|do not|cannot|can't|not|no endpoints found that) support\w* (\w+ )?(tool|function)"
    r"|tool choice requires|tools param requires|(tool|function)[ _-]?(use|call\w*|s)? (is|are) not "
    r"(support|allow|enabl)"
    r"|unsupported.{0,40}\btools?\b|unknown.{0,20}\btools?\b",
    re.IGNORECASE,
)

#: The sentence for an answer: the first row whose category and wording fit. The provider's words go before
#: pydantic-ai's category where that is a broad one.
_ANSWERS: Final = (
    (ai.ModelContextWindowExceededError, _ANY, "too_long"),
    (ai.ModelQuotaExceededError, _ANY, "quota"),
    (ai.ModelOverloadedError, _ANY, "overloaded"),
    (ai.ModelRateLimitError, _QUOTA, "quota"),
    (ai.ModelRateLimitError, _ANY, "rate_limited"),
    (ai.ModelAPIError, _TOO_LONG, "too_long"),
    (ai.ModelAPIError, _QUOTA, "quota"),
    (ai.ModelAPIError, _REFUSED, "refused"),
    (ai.ModelAPIError, _NO_TOOLS, "no_tools"),
    (ai.ModelAPIError, _NO_IMAGES, "no_images"),
    (ai.ModelAPIError, _UNKNOWN_MODEL, "unknown_model"),
    (ai.ModelAuthenticationError, _ANY, "forbidden"),
    (ai.ModelNotFoundError, _ANY, "not_there"),
    (ai.ModelRequestRejectedError, _ANY, "rejected"),
    (ai.ModelHTTPError, _ANY, "provider_error"),
    (ai.ModelAPIError, _UNREADABLE, "nonsense"),
    (ai.ModelAPIError, _ANY, "provider_error"),
)
_FORBIDDEN: Final = 403
_TWO_MINUTES: Final = 120
_TWO_HOURS: Final = 7200


class _Sentence(Struct, frozen=True):
    """`text` has {name}, {id}, {address}, {key} (where to set it), {model}, {http} and {wait} filled in."""

    code: str
    text: str
    retryable: bool = True


_SENTENCES: Final[Mapping[str, _Sentence]] = {
    "no_key": _Sentence(
        "auth", "{name} asks for a key. Your message is kept: give it in the settings (or set {key}) and retry."
    ),
    "wrong_key": _Sentence(
        "auth", "{name} refused the key. Your message is kept: give another in the settings (or set {key}) and retry."
    ),
    "forbidden": _Sentence(
        "auth",
        "{name} does not let this key use “{model}”. Your message is kept: choose another model in the "
        "model menu, or give another key in the settings (or set {key}), and retry.",
    ),
    "unknown_model": _Sentence(
        "unknown_model",
        "{name} has no model “{model}”. Your message is kept: choose another one in the model menu and retry.",
    ),
    "not_pulled": _Sentence(
        "unknown_model",
        "{name} has no model “{model}”. Your message is kept: choose another one in the model menu, or "
        "fetch it with `ollama pull {model}`, and retry.",
    ),
    "not_there": _Sentence(
        "unknown_model",
        "{name} found nothing under its address for “{model}”. Your message is kept: choose another model "
        "in the model menu, or check `base_url` under `[providers.{id}]` (most end in /v1), and retry.",
    ),
    "rate_limited": _Sentence(
        "rate_limited",
        "{name} gets too many requests from this key. Your message is kept: {wait}, then retry.",
    ),
    "quota": _Sentence(
        "rate_limited",
        "The quota or credit of this key at {name} is used up; waiting may not help. Your message is kept: "
        "add credit there, or choose another model, and retry.",
    ),
    "too_long": _Sentence(
        "context_too_long",
        "This conversation is longer than “{model}” can read at once. Your message is kept: choose a model "
        "with a larger context, or go on in a new conversation.",
        retryable=False,
    ),
    "refused": _Sentence(
        "refused",
        "{name} refused this request because of its content. Your message is kept: say it in another way, "
        "or choose another model.",
        retryable=False,
    ),
    "no_ollama": _Sentence(
        "connection_lost",
        "Nothing answers at {address}. Your message is kept: start Ollama with `ollama serve`, then retry.",
    ),
    "no_connection": _Sentence(
        "connection_lost",
        "Nothing answers at {address}. Your message is kept: check that {name} runs and can be reached "
        "from the server, then retry.",
    ),
    "no_name": _Sentence(
        "connection_lost",
        "The address {address} cannot be found. Your message is kept: check the network, and `base_url` "
        "under `[providers.{id}]`, then retry.",
    ),
    "cut": _Sentence(
        "connection_lost",
        "The connection to {address} broke off. Your message is kept, and so is what came of the reply: "
        "retry when you like.",
    ),
    "silent": _Sentence(
        "connection_lost",
        "{name} at {address} was silent for too long, so the request was ended. Your message is kept: "
        "retry, or choose another model.",
    ),
    "overloaded": _Sentence(
        "provider_error", "{name} is overloaded just now. Your message is kept: retry in a minute."
    ),
    "provider_error": _Sentence(
        "provider_error",
        "{name} had an error of its own{http}. Your message is kept: retry, or choose another model.",
    ),
    "no_tools": _Sentence(
        "no_tools",
        "{model} does not take tools. Your message is kept: choose a model that does, or switch the tools off for this "
        "conversation, and retry.",
    ),
    "no_images": _Sentence(
        "unsupported_attachment",
        "{model} did not take the attached files. Your message and its files are kept: choose a model that reads "
        "them and retry.",
    ),
    "rejected": _Sentence(
        "provider_error",
        "{name} did not accept the request{http}. Your message is kept: choose another model and retry.",
    ),
    "nonsense": _Sentence(
        "provider_error",
        "What {address} sent is no chat reply. Your message is kept: check `base_url` under "
        "`[providers.{id}]` (most end in /v1), then retry.",
    ),
    "unexpected": _Sentence(
        "provider_error",
        "The reply of {name} ended with an error that is not known here. Your message is kept: retry, or "
        "choose another model.",
    ),
}


def failure_of(error: BaseException, config: ProviderConfig, model: str) -> EngineFailure:
    """The failure that this error means; `details` has `retry_after` in seconds where the provider asks for a
    wait.

    Made, not raised: raise it outside of the `except`, so that no chain of others' exceptions, which may hold
    a key, hangs on it.
    """
    if (failure := wrongly_called(error)) is not None:
        return failure
    words = _words(error)
    sentence = _SENTENCES[_sort(error, "; ".join(words), config)]
    wait, status = _retry_after(error), getattr(error, "status_code", None)
    text = sentence.text.format(
        name=config.name,
        id=config.id,
        address=config.address,
        key=config.key_setting,
        model=scrub(model, config.api_key, limit=120),
        http=f" (HTTP {status})" if status else "",
        wait=f"wait {_duration(wait)}" if wait else "wait a little",
    )
    failure = EngineFailure(sentence.code, text, retryable=sentence.retryable, hint=_hint(error, words[0], config))
    if wait is not None:
        failure.details["retry_after"] = wait
    return failure


def _hint(error: BaseException, said: str, config: ProviderConfig) -> str:
    """The provider's own words where it did answer."""
    said = scrub(said, config.api_key)
    answered = isinstance(error, ai.ModelAPIError) and not isinstance(
        error, ai.ModelConnectionError | ai.ModelRequestTimeout
    )
    return f"{config.name} said: {said}" if answered and said else ""


def _sort(error: BaseException, words: str, config: ProviderConfig) -> str:
    """The name of the sentence for this error."""
    if isinstance(error, TimeoutError | ai.ModelTimeoutError | ai.ModelRequestTimeout | httpx2.TimeoutException):
        return _unreachable(config) if getattr(error, "phase", None) == "connect" else "silent"
    if isinstance(error, ai.ModelConnectionError | httpx2.TransportError):
        return _connection_sort(error, config)
    if isinstance(error, ai.ContentFilterError):
        return "refused"
    if isinstance(error, ai.ModelAPIError):
        return _answer_sort(error, words, config)
    return "nonsense" if isinstance(error, ai.UnexpectedModelBehavior | ValueError) else "unexpected"


def _connection_sort(error: BaseException, config: ProviderConfig) -> str:
    chain = list(_chain(error))
    if any(isinstance(each, socket.gaierror) or "Name or service" in str(each) for each in chain):
        return "no_name"
    before = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.UnsupportedProtocol, httpx2.ProxyError)
    return _unreachable(config) if any(isinstance(each, before) for each in chain) else "cut"


def _unreachable(config: ProviderConfig) -> str:
    return "no_ollama" if config.kind == "ollama" and config.is_loopback else "no_connection"


def _answer_sort(error: ai.ModelAPIError, words: str, config: ProviderConfig) -> str:
    if isinstance(error, ai.ModelAuthenticationError) and getattr(error, "status_code", 0) != _FORBIDDEN:
        return "wrong_key" if config.api_key else "no_key"
    if isinstance(error, ai.ModelRateLimitError) and _retry_after(error) and not _BY_THE_DAY.search(str(error)):
        return "rate_limited"
    fitting = (sort for kind, wording, sort in _ANSWERS if isinstance(error, kind) and wording.search(words))
    sort = next(fitting)
    return "not_pulled" if sort == "unknown_model" and config.kind == "ollama" else sort


def _words(error: BaseException) -> list[str]:
    """What the provider said: its message, and then its codes; what the libraries say where it said
    nothing.
    """
    body = getattr(error, "body", None)
    if isinstance(body, dict):
        inner = body.get("error", body)
        told = [inner.get(key) for key in ("message", "code", "type")] if isinstance(inner, dict) else [inner]
        if words := [str(each) for each in told if each]:
            return words
    return [str(body or getattr(error, "message", "") or error)]


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__


def _retry_after(error: BaseException) -> float | None:
    seconds = getattr(error, "retry_after", None)
    return float(seconds) if isinstance(seconds, int | float) else None


def _duration(seconds: float) -> str:
    """The wait in words, rounded up."""
    if seconds <= _TWO_MINUTES:
        return f"{max(1, math.ceil(seconds))} seconds" if seconds > 1 else "a second"
    return f"{math.ceil(seconds / 60)} minutes" if seconds <= _TWO_HOURS else f"{math.ceil(seconds / 3600)} hours"
