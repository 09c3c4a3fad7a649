"""What an engine says beside its reply: told to who is there, and to who comes while it holds."""

from hermes_webui.engines.base import Notice, TextDelta, TurnEnded
from tests.peers.hermes import Hermes


async def notices(hermes: Hermes, session_id: str) -> list[dict]:
    found = (await hermes.session(session_id))["open"]["notices"]
    assert isinstance(found, list)
    return found


async def test_who_comes_later_is_told_what_holds(hermes: Hermes):
    session_id = await hermes.new(engine="puppet")
    hermes.puppet.say(Notice("It waits."), Notice("A new session.", kept=True))
    async with hermes.page_stream(session_id) as page:
        await hermes.send(session_id, "hello")
        first = (await page.until("notice"))[-1].data
        second = (await page.until("notice"))[-1].data
        assert first is not None
        assert second is not None
        assert [(each["text"], each["kept"]) for each in (first, second)] == [
            ("It waits.", False),
            ("A new session.", True),
        ]
        holding = [{"text": "It waits.", "kept": False}, {"text": "A new session.", "kept": True}]
        assert await notices(hermes, session_id) == holding
        async with hermes.page_stream(session_id) as later:
            told = [each.data for _ in holding if (each := await later.next())]
            assert [each and {name: each[name] for name in ("text", "kept")} for each in told] == holding
        hermes.puppet.say(TextDelta("Now"), Notice("Slowly."))
        await page.until("notice")
        assert await notices(hermes, session_id) == [holding[1], {"text": "Slowly.", "kept": False}]
        hermes.puppet.say(TurnEnded())
        await page.until("run.finished")
    session = await hermes.session(session_id)
    assert session["open"] is None
    assert session["messages"][-1]["notices"] == ["A new session."]
