"""Profiles: a new conversation begins with the chosen one, else with the default, and with what is named beside it."""

from tests.peers.hermes import Hermes

AGENT = {"engine": "demo", "model": "m1", "model_provider": "demo", "personality": "calm"}


def folder(hermes: Hermes, name: str) -> str:
    """A folder that may be a workspace."""
    made = hermes.settings.state / "workspace" / name
    made.mkdir(parents=True, exist_ok=True)
    return str(made.resolve())


async def save(hermes: Hermes, name: str, **fields: object) -> str:
    return str((await hermes.post("/api/profiles/save", name=name, **fields))["id"])


async def begun(hermes: Hermes, **fields: object) -> dict[str, object]:
    return dict((await hermes.post("/api/session/new", **fields))["session"])


async def test_a_new_conversation_has_what_its_profile_says(hermes: Hermes):
    work = folder(hermes, "work")
    agent = await save(hermes, "  My   agent ", **AGENT, enabled_toolsets=["files"], workspace=work)
    row = await begun(hermes, profile=agent)
    shown = [row[name] for name in ("profile", "engine", "model", "workspace")]
    assert shown == ["My agent", "demo", "m1", work]
    session_id = str(row["session_id"])
    await hermes.post("/api/session/draft", session_id=session_id, text="x")
    await hermes.restart()
    assert (await hermes.session(session_id))["profile"] == "My agent"


async def test_the_default_is_for_whom_nobody_chose_and_what_is_named_goes_before(hermes: Hermes):
    one, two = folder(hermes, "one"), folder(hermes, "two")
    first = await save(hermes, "One", default=True, workspace=one, model="m1", model_provider="p")
    assert (await begun(hermes))["profile"] == "One"
    row = await begun(hermes, model="m2", workspace=two)
    assert (row["model"], row["model_provider"], row["workspace"], row["profile"]) == ("m2", None, two, "One")
    assert (await begun(hermes, profile=""))["profile"] is None
    second = await save(hermes, "Two", default=True)
    told = await hermes.get("/api/profiles")
    assert (told["default"], [each["default"] for each in told["profiles"]]) == (second, [False, True])
    await hermes.post("/api/profiles/delete", id=second)
    assert (await begun(hermes))["profile"] is None
    assert (await begun(hermes, profile=first))["profile"] == "One"
    await hermes.post("/api/session/new", 404, profile=second)


async def test_a_profile_is_changed_and_conversations_keep_what_they_were_begun_with(hermes: Hermes):
    one, other = folder(hermes, "one"), folder(hermes, "other")
    profile = await save(hermes, "One", workspace=one)
    row = await begun(hermes, profile=profile)
    await hermes.post("/api/session/draft", session_id=row["session_id"], text="x")
    assert await save(hermes, "Other", id=profile, workspace=other) == profile
    await hermes.restart()
    (kept,) = (await hermes.get("/api/profiles"))["profiles"]
    assert (kept["name"], kept["workspace"], kept["enabled_toolsets"]) == ("Other", other, None)
    session = await hermes.session(str(row["session_id"]))
    assert (session["profile"], session["workspace"]) == ("One", one)


async def test_what_is_no_profile_is_refused(hermes: Hermes):
    await save(hermes, "One")
    for fields in ({"name": " "}, {"name": "x" * 61}, {"name": "One"}, {"name": "a", "model": "x" * 501}):
        await hermes.post("/api/profiles/save", 400, **fields)
    await hermes.post("/api/profiles/save", 400, name="a", personality="x" * 501)
    await hermes.post("/api/profiles/save", 400, name="a", enabled_toolsets=["x" * 501])
    await hermes.post("/api/profiles/save", 404, name="a", id="gone")
    await hermes.post("/api/profiles/save", 403, name="a", workspace="/etc")
    assert len((await hermes.get("/api/profiles"))["profiles"]) == 1
