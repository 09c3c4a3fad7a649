"""The settings give providers; the catalogue says which models there are, and what to do where there are
none."""

import json

import msgspec
import pytest

from hermes_webui.engines.base import UsageUpdated
from hermes_webui.engines.connections import Timeouts
from hermes_webui.engines.model import ModelEngine
from hermes_webui.engines.providers import NO_KEY, ProviderConfig, Secret, providers_from
from hermes_webui.errors import SettingsError
from tests.engines.turns import KEY, config_for, events_of, failed_run, turn
from tests.peers.ollama import OllamaPeer
from tests.peers.openai_server import unused_address

KNOWN = ["openai", "anthropic", "google", "openrouter", "ollama", "ollama-cloud"]


def by_id(env=(), **table):
    return {config.id: config for config in providers_from(dict(env), table)}


def test_the_known_providers_are_there_without_any_setting():
    configs = by_id()
    assert list(configs) == KNOWN
    assert configs["ollama"] == ProviderConfig(
        "ollama", "Ollama", "ollama", "http://127.0.0.1:11434", key_variable="OLLAMA_API_KEY"
    )
    assert [name for name in KNOWN if configs[name].needs_key] == [name for name in KNOWN if name != "ollama"]


@pytest.mark.parametrize(
    ("name", "variable"),
    [
        ("openai", "OPENAI_API_KEY"),
        ("anthropic", "ANTHROPIC_API_KEY"),
        ("google", "GEMINI_API_KEY"),
        ("google", "GOOGLE_API_KEY"),
        ("openrouter", "OPENROUTER_API_KEY"),
        ("ollama-cloud", "OLLAMA_API_KEY"),
    ],
)
def test_a_key_comes_from_the_environment(name, variable):
    assert by_id({variable: f" {KEY}\n"})[name].api_key == Secret(KEY)


def test_any_address_can_be_added():
    configs = by_id(
        {"MY_BOX_API_KEY": KEY},
        **{"my-box": {"base_url": "http://10.0.0.7:8000/v1/", "models": ["qwen3"], "name": "My box"}},
    )
    assert configs["my-box"] == ProviderConfig(
        "my-box", "My box", "openai", "http://10.0.0.7:8000/v1", Secret(KEY), ("qwen3",), "MY_BOX_API_KEY"
    )


def test_the_table_goes_before_the_environment():
    configs = by_id({"OPENAI_API_KEY": "other"}, openai={"api_key": KEY, "models": ["gpt-5.6-sol"]})
    assert configs["openai"].api_key == Secret(KEY)
    assert configs["openai"].models == ("gpt-5.6-sol",)
    assert configs["openai"].base_url == "https://api.openai.com/v1"


def test_an_address_of_ones_own_for_openai_may_do_without_a_key():
    assert not by_id({"OPENAI_BASE_URL": "http://127.0.0.1:1234/v1"})["openai"].needs_key


@pytest.mark.parametrize(
    ("host", "base_url"),
    [
        ("0.0.0.0", "http://127.0.0.1:11434"),
        ("0.0.0.0:8080", "http://127.0.0.1:8080"),
        (":8080", "http://127.0.0.1:8080"),
        ("box.local", "http://box.local:11434"),
        ("https://box.local", "https://box.local:443"),
        ("[::1]:9", "http://[::1]:9"),
    ],
)
def test_ollamas_own_variable_is_understood(host, base_url):
    assert by_id({"OLLAMA_HOST": host})["ollama"].base_url == base_url


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ({"x": {}}, r"\[providers.x\]: `base_url` is missing"),
        ({"x": {"base_url": "10.0.0.7:8000"}}, "`base_url` is not an http"),
        ({"x": {"base_url": "http://h:99999/v1"}}, "`base_url` is not an http"),
        ({"x": {"base-url": "http://h"}}, "no setting `base-url`; there are api_key, base_url"),
        ({"x": {"base_url": "http://h", "models": "one"}}, "`models` is not a list"),
        ({"x": {"base_url": "http://h", "models": [1]}}, "`models` is not a list"),
        ({"x": {"base_url": "http://h", "api_key": 5}}, "`api_key` is not a string"),
        ({"x": {"base_url": "http://h", "kind": "grpc"}}, "`kind` is none of openai"),
        ({"x": "http://h"}, "is not a table"),
    ],
)
def test_what_cannot_be_used_is_named(table, sentence):
    with pytest.raises(SettingsError, match=sentence) as error:
        providers_from({}, table)
    assert "[providers.x]" in error.value.message


def test_a_secret_does_not_show():
    config = ProviderConfig("x", "X", "openai", "http://ann:hunter2@box:8000/v1", Secret(KEY))
    shown = f"{config} {config!r} {config.api_key} {config.address} {vars}"
    assert KEY not in shown
    assert "hunter2" not in shown
    assert config.address == "box:8000"
    for encode in (msgspec.json.encode, msgspec.to_builtins, json.dumps):
        with pytest.raises(TypeError):
            encode(config)


@pytest.mark.parametrize(
    ("base_url", "loopback"),
    [
        ("http://127.0.0.1:1/v1", True),
        ("http://localhost/v1", True),
        ("http://[::1]:8000", True),
        ("http://10.0.0.7", False),
        ("https://localhost.example.com", False),
    ],
)
def test_loopback_is_known(base_url, loopback):
    assert ProviderConfig("x", "X", "openai", base_url).is_loopback is loopback


async def info_of(config, **options):
    engine = ModelEngine([config], **options)
    try:
        return (await engine.providers())[0]
    finally:
        await engine.close()


@pytest.mark.parametrize("kind", ["openai", "anthropic", "google", "ollama"])
async def test_a_provider_lists_its_models(peer, kind):
    info = await info_of(config_for(peer, kind))
    assert (info.id, info.name, info.engine, info.ready, info.hint) == ("peer", "Peer", "model", True, "")
    assert [model.id for model in info.models] == ["peer-small", "peer-large"]
    if kind in ("openai", "google", "ollama"):
        assert info.models[0].context_length in (8192, 32768, 4096)


@pytest.mark.parametrize("kind", ["openai", "anthropic", "google"])
async def test_a_wrong_key_is_a_hint(peer, kind):
    peer.key = "another"
    info = await info_of(config_for(peer, kind))
    assert (info.ready, info.models) == (False, ())
    assert "refuses its key" in info.hint
    assert "PEER_API_KEY" in info.hint
    assert KEY not in info.hint


async def test_a_missing_key_is_a_hint_and_no_request(peer):
    info = await info_of(config_for(peer, api_key=NO_KEY, needs_key=True))
    assert (info.ready, len(peer.requests)) == (False, 0)
    assert info.hint.startswith("Set `PEER_API_KEY`")


async def test_ollama_that_is_away_says_how_to_start_it():
    with unused_address() as url:
        info = await info_of(ProviderConfig("ollama", "Ollama", "ollama", url))
    assert not info.ready
    assert "`ollama serve`" in info.hint


@pytest.mark.parametrize("behaviour", ["please fail: 500", "please babble", "please be silent"])
async def test_a_known_provider_that_does_not_list_offers_well_known_models(peer, behaviour):
    peer.behave(behaviour)
    config = config_for(peer, "anthropic", needs_key=True)
    config = msgspec.structs.replace(config, id="anthropic")
    info = await info_of(config, timeouts=Timeouts(listing=0.05))
    assert info.ready
    assert info.hint
    assert any(model.id.startswith("claude") for model in info.models)


@pytest.mark.parametrize("behaviour", ["please fail: nowhere", "please babble"])
async def test_an_address_without_a_list_offers_the_owners_models(peer, behaviour):
    peer.behave(behaviour)
    info = await info_of(config_for(peer, models=("mine",)))
    assert [model.id for model in info.models] == ["mine"]
    assert info.ready


async def test_an_address_without_a_list_and_without_models_says_what_to_do(peer):
    peer.behave("please fail: nowhere")
    info = await info_of(config_for(peer))
    assert not info.ready
    assert "`models` under `[providers.peer]`" in info.hint


async def test_the_owners_models_are_the_list(peer):
    info = await info_of(config_for(peer, models=("peer-large", "hidden")))
    assert [(model.id, model.context_length) for model in info.models] == [("peer-large", 8192), ("hidden", None)]


async def test_a_list_is_kept_for_a_minute_and_an_absence_for_five_seconds(peer):
    now = 0.0
    engine = ModelEngine([config_for(peer)], clock=lambda: now)
    peer.behave("please fail: 401")
    assert not (await engine.providers())[0].ready
    peer.behave(None)
    now = 4.9
    assert not (await engine.providers())[0].ready
    now = 5.0
    assert (await engine.providers())[0].ready
    now = 64.9
    await engine.providers()
    assert len(peer.requests) == 2
    now = 65.0
    await engine.providers()
    assert len(peer.requests) == 3
    await engine.close()


async def test_ollamas_context_is_what_it_gives_and_not_what_the_model_was_trained_with():
    with OllamaPeer(context=8192) as ollama:
        engine = ModelEngine([ProviderConfig("ollama", "Ollama", "ollama", ollama.url)])
        (info,) = await engine.providers()
        assert [(model.id, model.context_length) for model in info.models] == [("qwen3:8b", None), ("gemma3:4b", None)]
        told = await events_of(engine, turn("hi", model="qwen3:8b", provider="ollama"))
        await engine.close()
        (usage,) = [event.usage for event in told if isinstance(event, UsageUpdated)]
        assert usage.context_length == 8192
        again = ModelEngine([ProviderConfig("ollama", "Ollama", "ollama", ollama.url)])
        (info,) = await again.providers()
        await again.close()
        assert [model.context_length for model in info.models] == [8192, None]


async def test_after_a_trial_the_list_is_as_new_as_its_answer():
    with OllamaPeer() as ollama:
        config = ProviderConfig("ollama", "Ollama", "ollama", ollama.url)
        engine = ModelEngine([config])
        (before,) = await engine.providers()
        ollama.models = ("qwen3:8b",)
        assert (await engine.try_out(config)).models == 1
        (after,) = await engine.providers()
        await engine.close()
    assert (len(before.models), len(after.models)) == (2, 1)


async def test_a_model_that_was_not_pulled_is_said_with_how_to_fetch_it():
    with OllamaPeer() as ollama:
        engine = ModelEngine([ProviderConfig("ollama", "Ollama", "ollama", ollama.url)])
        _, failure = await failed_run(engine, turn("hi", model="llama9:70b", provider="ollama"))
        await engine.close()
    assert "`ollama pull llama9:70b`" in failure.message
    assert failure.details["hint"] == "Ollama said: model 'llama9:70b' not found"
