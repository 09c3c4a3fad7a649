"""Each failure is a sentence that says what happened and what to do, and none holds a key."""

import logging
import traceback

import pytest

from hermes_webui.engines.model import ModelEngine
from hermes_webui.engines.providers import NO_KEY, ProviderConfig, Secret
from hermes_webui.engines.scrub import scrub
from hermes_webui.errors import EngineFailure
from tests.engines.turns import KEY, config_for, events_of, failed_run, run_once, text_of, turn
from tests.peers.dialects import FAILURES
from tests.peers.openai_server import unused_address

KINDS = ["openai", "anthropic", "google"]


async def failure_of(config, asked, **options):
    with pytest.raises(EngineFailure) as raised:
        await run_once(config, asked, **options)
    return raised.value


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("what", "code", "sentence"),
    [
        ("401", "auth", "Peer refused the key.*`PEER_API_KEY`.*config.toml"),
        ("403", "auth", "does not let this key use “peer-small”.*`PEER_API_KEY`"),
        ("404", "unknown_model", "Peer has no model “peer-small”.*model menu"),
        ("400model", "unknown_model", "Peer has no model “peer-small”.*model menu"),
        ("nowhere", "unknown_model", "found nothing under its address.*`base_url`"),
        ("429", "rate_limited", "too many requests.*wait 7 seconds, then retry"),
        ("429now", "rate_limited", "too many requests.*wait a little, then retry"),
        ("quota", "rate_limited", "quota or credit.*is used up.*add credit"),
        ("402", "rate_limited", "quota or credit.*is used up.*add credit"),
        ("context_vllm", "context_too_long", "longer than “peer-small” can read.*larger context"),
        ("context_llamacpp", "context_too_long", "longer than “peer-small” can read.*larger context"),
        ("context_anthropic", "context_too_long", "longer than “peer-small” can read.*larger context"),
        ("context_500", "context_too_long", "longer than “peer-small” can read.*larger context"),
        ("500", "provider_error", "Peer had an error of its own .HTTP 500..*retry"),
        ("503", "provider_error", "Peer is overloaded.*retry in a minute"),
        ("400", "provider_error", "did not accept the request .HTTP 400."),
        ("refused", "refused", "because of its content"),
    ],
)
async def test_what_the_provider_refuses_is_said(peer, kind, what, code, sentence):
    failure = await failure_of(config_for(peer, kind), turn(f"please fail: {what}"))
    assert failure.code == code
    assert_matches(sentence, failure.message)
    assert "Your message is kept" in failure.message
    assert failure.details["hint"].startswith("Peer said: ")
    assert failure.details["retryable"] is (code not in ("context_too_long", "refused"))
    assert len(peer.requests) == 1


def assert_matches(pattern, text):
    with pytest.raises(EngineFailure, match=pattern):
        raise EngineFailure("x", text)


@pytest.mark.parametrize(
    ("kind", "what"),
    [("openai", "context"), ("anthropic", "context"), ("anthropic", "too_large"), ("google", "context")],
)
async def test_each_says_in_its_own_words_that_a_context_is_too_long(peer, kind, what):
    failure = await failure_of(config_for(peer, kind), turn(f"please fail: {what}"))
    assert failure.code == "context_too_long"


async def test_googles_quota_of_a_minute_is_waited_for_and_that_of_a_day_is_used_up(peer):
    failure = await failure_of(config_for(peer, "google"), turn("please fail: 429"))
    assert "wait 7 seconds" in failure.message
    failure = await failure_of(config_for(peer, "google"), turn("please fail: day"))
    assert "is used up" in failure.message


async def test_google_says_that_it_does_not_serve_this_country(peer):
    failure = await failure_of(config_for(peer, "google"), turn("please fail: location"))
    assert failure.details["hint"] == "Peer said: User location is not supported for the API use."


async def test_a_prompt_that_google_blocks_is_refused(peer):
    failure = await failure_of(config_for(peer, "google"), turn("please be blocked"))
    assert failure.code == "refused"
    assert "Your message is kept" in failure.message


async def test_a_wait_is_also_a_number(peer):
    failure = await failure_of(config_for(peer), turn("please fail: 429"))
    assert failure.details["retry_after"] == 7


async def test_a_key_that_is_missing_is_said_without_asking(peer):
    config = config_for(peer, api_key=NO_KEY, needs_key=True)
    failure = await failure_of(config, turn("hi"))
    assert (failure.code, len(peer.requests)) == ("auth", 0)
    assert "`PEER_API_KEY`" in failure.message


async def test_an_address_that_turns_out_to_want_a_key_says_so(peer):
    failure = await failure_of(config_for(peer, api_key=NO_KEY), turn("please fail: 401"))
    assert "Peer asks for a key" in failure.message


@pytest.mark.parametrize("kind", KINDS)
async def test_a_cut_keeps_what_came(peer, kind):
    engine = ModelEngine([config_for(peer, kind)])
    told, failure = await failed_run(engine, turn("please cut, please write 50 words"))
    assert failure.code == "connection_lost"
    assert "broke off" in failure.message
    assert text_of(told).startswith("word1 ")
    await engine.close()


@pytest.mark.parametrize("kind", KINDS)
async def test_nobody_there_is_said_with_the_address_and_without_its_password(kind):
    with unused_address() as url:
        base_url = url.replace("//", "//ann:s3cret-pass@")
        failure = await failure_of(ProviderConfig("peer", "Peer", kind, base_url, Secret(KEY)), turn("hi"))
    assert failure.code == "connection_lost"
    assert f"Nothing answers at {url.removeprefix('http://')}." in failure.message
    assert "s3cret" not in f"{failure.as_json()}"


async def test_ollama_that_does_not_run_says_how_to_start_it():
    with unused_address() as url:
        failure = await failure_of(ProviderConfig("peer", "Ollama", "ollama", url), turn("hi"))
    assert "`ollama serve`" in failure.message


async def test_ollama_says_how_to_fetch_a_model(peer):
    failure = await failure_of(config_for(peer, "ollama"), turn("please fail: 404"))
    assert "`ollama pull peer-small`" in failure.message


async def test_a_name_that_does_not_exist_is_said():
    config = ProviderConfig("peer", "Peer", "openai", "http://no-such-host.invalid/v1")
    failure = await failure_of(config, turn("hi"))
    assert failure.code == "connection_lost"
    assert "no-such-host.invalid:80 cannot be found" in failure.message


@pytest.mark.parametrize("kind", KINDS)
async def test_an_address_that_is_no_model_server_is_said(peer, kind):
    failure = await failure_of(config_for(peer, kind), turn("please babble"))
    assert failure.code == "provider_error"
    assert "is no chat reply" in failure.message


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("prompt", "code", "sentence"),
    [("please be empty", "provider_error", "empty reply"), ("please filter", "refused", "content filter")],
)
async def test_a_reply_without_text_is_a_failure(peer, kind, prompt, code, sentence):
    failure = await failure_of(config_for(peer, kind), turn(prompt))
    assert failure.code == code
    assert sentence in failure.message


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("what", sorted(FAILURES))
async def test_no_key_is_in_any_message_log_or_chain(peer, kind, what, caplog):
    caplog.set_level(logging.INFO)
    failure = await failure_of(config_for(peer, kind), turn(f"please fail: {what}"))
    everything = "".join(traceback.format_exception(failure)) + str(failure.as_json()) + caplog.text
    assert KEY not in everything
    assert failure.__cause__ is None
    assert failure.__context__ is None


@pytest.mark.parametrize("kind", KINDS)
async def test_a_reply_that_ends_in_an_error_is_a_failure(peer, kind):
    told, failure = await failed_run(engine := ModelEngine([config_for(peer, kind)]), turn("please end in error"))
    assert failure.code == "provider_error"
    assert "Your message is kept" in failure.message
    assert text_of(told) == "You said: please end in error"
    await engine.close()


async def test_the_engine_works_on_after_a_failure(peer):
    engine = ModelEngine([config_for(peer)])
    peer.behave("please fail: 500")
    with pytest.raises(EngineFailure):
        await events_of(engine, turn("one"))
    peer.behave(None)
    again = turn("one", {"role": "assistant", "content": "…", "_error": True}, "now please say: yes")
    assert text_of(await events_of(engine, again)) == "yes"
    await engine.close()


@pytest.mark.parametrize(
    "text",
    [
        "Incorrect key sk-proj-abcDEF123456_78-90 given",
        "Bearer abcdefgh12345678",
        "key AIzaSyA1234567890abcdefghijk",
        "GET https://ann:hunter2@host/v1",
        "https://host/v1?key=hunter2&x=1",
        "token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.s5Kzabc",
        "id 0123456789abcdef0123456789abcdef",
    ],
)
def test_what_looks_like_a_key_is_taken_out(text):
    left = scrub(text)
    assert "[key]" in left
    for secret in ("abcDEF", "abcdefgh1", "AIza", "hunter2", "eyJ", "0123456"):
        assert secret not in left


def test_words_and_names_of_models_are_left_in():
    text = "The model nousresearch/hermes-4-405b-instruct-extra-long-name was not found: try qwen3:30b-a3b."
    assert scrub(text) == text


def test_a_secret_is_taken_out_in_any_form_and_the_rest_is_cut():
    assert scrub("a p/w+1 b p%2Fw%2B1 c", Secret("p/w+1")) == "a [key] b [key] c"
    assert len(scrub("word " * 1_000)) == 300
