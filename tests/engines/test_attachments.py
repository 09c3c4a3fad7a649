"""Images and PDFs go to each provider in its own protocol, text as text; what a model cannot take is said."""

import base64
import json
from typing import Any

import pytest

from hermes_webui.engines.base import File, Turn
from hermes_webui.engines.model import ModelEngine
from tests.engines.turns import config_for, end_of, failed_run, run_once, text_of

PNG = b"\x89PNG\r\n\x1a\n0000"
PDF = b"%PDF-1.7 pages"
FILES = {
    "i1": File("image/png", PNG),
    "p1": File("application/pdf", PDF),
    "t1": File("text/plain", "naïve notes".encode()),
    "w1": File("text/plain", "Grüße".encode("cp1252")),
    "x1": File("application/octet-stream", b"\0"),
}
KINDS = ["openai", "anthropic", "google", "ollama"]


def turn(*prompts: tuple[str, list[tuple[str, str]]]) -> Turn:
    """A turn whose prompts have these files: (id, name)."""
    bodies: list[dict[str, Any]] = []
    for text, files in prompts:
        listed = [{"id": identity, "name": name} for identity, name in files]
        bodies += [{"role": "user", "content": text, "attachments": listed}, {"role": "assistant", "content": "ok"}]
    return Turn("s1", "r1", bodies[:-1], "peer-small", "peer", files=FILES)


def sent(peer) -> str:
    return json.dumps(peer.requests[-1].body, ensure_ascii=False)


@pytest.mark.parametrize("kind", KINDS)
async def test_an_image_is_sent_before_the_text_as_the_protocol_has_it(peer, kind):
    events = await run_once(config_for(peer, kind), turn(("what is this?", [("i1", "cat.png")])))
    assert (text_of(events), end_of(events)) == ("You said:  what is this?", "end_turn")
    message = peer.requests[-1].messages[-1]
    image, text = message.get("parts") or message["content"]
    encoded = base64.b64encode(PNG).decode()
    assert text["text"] == "what is this?"
    if kind == "anthropic":
        assert image["source"] == {"type": "base64", "media_type": "image/png", "data": encoded}
    elif kind == "google":
        data = image["inlineData"]
        assert data.get("mimeType", data.get("mime_type")) == "image/png"
        assert base64.urlsafe_b64decode(data["data"]) == PNG
    else:
        assert image["image_url"]["url"] == f"data:image/png;base64,{encoded}"


@pytest.mark.parametrize("kind", KINDS)
async def test_a_text_file_is_sent_as_text_with_its_name(peer, kind):
    await run_once(config_for(peer, kind), turn(("sum up", [("t1", "notes.txt"), ("w1", "alt.txt")])))
    said = sent(peer)
    assert "naïve notes" in said
    assert "Grüße" in said
    assert "notes.txt" in said
    assert said.index("notes.txt") < said.index("sum up")


@pytest.mark.parametrize("kind", ["anthropic", "google", "openai"])
async def test_a_pdf_is_sent_as_a_document_where_the_provider_takes_them(peer, kind):
    config = config_for(peer, kind)
    if kind == "openai":
        config = type(config)("openrouter", "OpenRouter", "openai", config.base_url, config.api_key)
    asked = turn(("sum up", [("p1", "report.pdf")]))
    await run_once(config, Turn("s1", "r1", asked.messages, "peer-small", config.id, files=FILES))
    said = sent(peer)
    assert "application/pdf" in said
    assert base64.b64encode(PDF).decode() in said


@pytest.mark.parametrize("kind", ["openai", "ollama"])
async def test_a_pdf_for_a_model_that_takes_none_is_refused_in_a_sentence_before_anything_is_sent(peer, kind):
    engine = ModelEngine([config_for(peer, kind)])
    _, failure = await failed_run(engine, turn(("sum up", [("p1", "report.pdf")])))
    await engine.close()
    assert failure.code == "unsupported_attachment"
    assert failure.details["retryable"]
    assert "peer-small does not read PDFs, such as report.pdf. Your message and its files are kept" in failure.message
    assert not any(seen.method == "POST" and seen.messages for seen in peer.requests)


@pytest.mark.parametrize(
    ("kind", "type_", "reads"),
    [
        ("anthropic", "image/gif", True),
        ("anthropic", "image/avif", False),
        ("google", "image/webp", True),
        ("google", "image/gif", False),
        ("google", "image/avif", False),
        ("openai", "image/gif", True),
    ],
)
async def test_an_image_of_a_kind_that_a_service_refuses_is_said_before_it_is_sent(peer, kind, type_, reads):
    data = {"image/gif": b"GIF89a", "image/webp": b"RIFF0000WEBP"}.get(type_, b"\0\0\0\x1cftypavif")
    asked = turn(("look", [("i2", "cat.img")]))
    asked = Turn("s1", "r1", asked.messages, "peer-small", "peer", files={"i2": File(type_, data)})
    if reads:
        assert end_of(await run_once(config_for(peer, kind), asked)) == "end_turn"
        assert type_ in sent(peer)
        return
    engine = ModelEngine([config_for(peer, kind)])
    _, failure = await failed_run(engine, asked)
    await engine.close()
    assert f"does not read {type_[6:].upper()} images, such as cat.img. Your message and its files" in failure.message
    assert "as PNG or JPEG" in failure.message
    assert not any(seen.messages for seen in peer.requests)


async def test_further_up_such_a_file_is_a_note_so_that_the_conversation_goes_on(peer):
    first, second = ("sum up", [("p1", "report.pdf")]), ("never mind", [("t1", "notes.txt")])
    await run_once(config_for(peer), turn(first, second))
    messages = peer.requests[-1].messages
    assert messages[0]["content"] == "[Attached here, but not sent: report.pdf]\n\nsum up"
    assert messages[2]["content"].endswith("never mind")


async def test_a_file_that_is_gone_or_too_much_is_said(peer):
    engine = ModelEngine([config_for(peer)])
    _, failure = await failed_run(engine, turn(("look", [("gone", "old.png")])))
    assert "old.png is not sent" in failure.message
    _, failure = await failed_run(engine, turn(("look", [("x1", "blob.bin")])))
    assert "No model reads blob.bin" in failure.message
    await engine.close()
    big = {"t1": File("text/plain", b"a" * 2_000_001)}
    asked = turn(("look", [("t1", "big.log")]))
    _, failure = await failed_run(engine, Turn("s1", "r1", asked.messages, "peer-small", "peer", files=big))
    assert failure.code == "context_too_long"
    assert "big.log is more text than a model reads at once" in failure.message


async def test_a_file_alone_is_a_prompt(peer):
    await run_once(config_for(peer), turn(("", [("i1", "cat.png")])))
    (part,) = peer.requests[-1].messages[-1]["content"]
    assert part["type"] == "image_url"


@pytest.mark.parametrize("kind", ["openai", "anthropic"])
async def test_a_provider_that_refuses_files_is_understood(peer, kind):
    peer.behave("please fail: no_images")
    engine = ModelEngine([config_for(peer, kind)])
    _, failure = await failed_run(engine, turn(("look", [("i1", "cat.png")])))
    await engine.close()
    assert failure.code == "unsupported_attachment"
    assert "did not take the attached files" in failure.message


async def test_what_another_program_attached_is_named_and_never_read(peer):
    body = {"role": "user", "content": "see", "attachments": ["a.txt", {"name": "b.txt", "path": "/etc/passwd"}, 7]}
    await run_once(config_for(peer), Turn("s1", "r1", [body], "peer-small", "peer", files=FILES))
    content = peer.requests[-1].messages[-1]["content"]
    assert content.count("[Attached here, but not sent:") == 3
    assert "root" not in content
