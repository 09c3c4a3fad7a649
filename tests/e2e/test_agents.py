"""What agents ask is answered from wherever one is: by mouse and key, in another tab, after a reload, after kill -9."""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.chat import composer, finished, replies, rows, send, session_id
from tests.e2e.test_accessibility import faults
from tests.peers.agents import table

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
#: How long the page wants a question to have been in view before a key answers it, with some room.
LOOKED_AT = "() => new Promise((done) => setTimeout(done, 700))"


def card(page: Page):
    return page.locator("[data-question]")


def asks(page: Page, prompt: str = "approve"):
    send(page, prompt)
    expect(card(page)).to_be_visible()
    return card(page)


def state(page: Page, words: str):
    expect(page.locator(f"[data-tool={words}]")).to_have_count(1)


def test_a_call_is_allowed_with_a_click_and_says_what_it_would_do(server, open_page):
    page = open_page(server.url)
    question = asks(page)
    expect(question).to_contain_text("Run a command?")
    expect(question).to_contain_text("echo 'Hello from the demo' && date")
    expect(question).to_contain_text("/home/you/notes")
    expect(question).to_contain_text("harmless")
    expect(composer(page)).to_be_focused()
    expect(page).to_have_title(re.compile("Needs your answer"))
    expect(rows(page).first.get_by_role("img", name="Needs your answer")).to_be_visible()
    expect(page.get_by_test_id("announcer")).to_contain_text("Run a command? Waiting for your answer.")
    question.get_by_role("button", name="Allow", exact=True).click()
    expect(card(page)).to_have_count(0)
    finished(page)
    state(page, "ok")
    expect(replies(page).last).to_contain_text("You allowed it")
    expect(page).not_to_have_title(re.compile("Needs your answer"))


def test_a_denied_call_is_marked_and_a_stopped_one_was_not_run(server, open_page):
    page = open_page(server.url)
    asks(page).get_by_role("button", name="Deny").click()
    finished(page)
    state(page, "denied")
    asks(page)
    page.get_by_role("button", name="Stop").click()
    finished(page)
    expect(card(page)).to_have_count(0)
    expect(page.locator("[data-tool=not-run]")).to_contain_text("not run")


def test_keys_answer_what_is_in_view_and_never_what_is_typed(server, open_page):
    page = open_page(server.url)
    asks(page)
    composer(page).press_sequentially("yan")
    expect(composer(page)).to_have_value("yan")
    expect(card(page)).to_be_visible()
    composer(page).fill("")
    page.evaluate(LOOKED_AT)
    page.keyboard.press("Control+j")
    expect(card(page)).to_be_focused()
    page.keyboard.press("n")
    finished(page)
    state(page, "denied")
    asks(page)
    page.keyboard.press("Control+j")
    page.evaluate(LOOKED_AT)
    page.keyboard.press("a")
    finished(page)
    send(page, "approve")
    finished(page)
    expect(page.locator("[data-tool=ok]")).to_have_count(2)


def caps(page: Page) -> list[str]:
    """What is printed on the answers' keys, as it is seen."""
    return page.locator(".answer kbd > span").evaluate_all(
        "(all) => all.filter((one) => getComputedStyle(one).visibility === 'visible').map((one) => one.textContent)"
    )


def test_with_alt_the_keys_answer_also_while_one_writes_and_the_caps_say_so(server, open_page):
    page = open_page(server.url)
    page.clock.install()
    asks(page)
    allow = page.get_by_role("button", name="Allow", exact=True)
    assert allow.get_attribute("aria-keyshortcuts") == "Y Alt+Y"
    composer(page).press_sequentially("meanwhile")
    assert caps(page) == ["Alt+Y", "Alt+A", "Alt+N"]
    place = allow.bounding_box()
    page.locator(".scroller").focus()
    assert caps(page) == ["Y", "A", "N"]
    assert allow.bounding_box() == place
    composer(page).focus()
    page.clock.run_for(2000)
    page.keyboard.press("Control+Alt+y")
    page.keyboard.press("y")
    expect(card(page)).to_be_visible()
    page.keyboard.press("Alt+n")
    expect(card(page)).to_have_count(0)
    finished(page)
    state(page, "denied")
    expect(composer(page)).to_be_focused()
    expect(composer(page)).to_have_value("meanwhiley")


def test_with_alt_no_question_is_answered_that_has_just_come_or_is_out_of_sight(server, open_page):
    page = open_page(server.url)
    page.clock.install()
    for _ in range(3):
        send(page, "long")
        finished(page)
    asks(page)
    page.clock.run_for(50)
    composer(page).focus()
    page.keyboard.press("Alt+y")
    page.clock.run_for(2000)
    page.locator(".scroller").evaluate("(scroller) => { scroller.scrollTop = 0; }")
    expect(page.locator(".ask-bar")).to_be_visible()
    page.keyboard.press("Alt+y")
    page.keyboard.press("Control+j")
    expect(card(page)).to_be_focused()
    page.clock.run_for(2000)
    composer(page).focus()
    page.keyboard.press("Alt+y")
    expect(card(page)).to_have_count(0)


def test_a_key_for_the_question_before_does_not_answer_one_that_has_just_come(server, open_page):
    page = open_page(server.url)
    page.clock.install()
    asks(page)
    page.clock.run_for(50)
    page.locator(".scroller").focus()
    page.keyboard.press("y")
    page.clock.run_for(2000)
    expect(card(page)).to_be_visible()
    page.keyboard.press("y")
    expect(card(page)).to_have_count(0)


def test_an_answer_in_another_tab_or_on_the_phone_answers_everywhere(server, open_page):
    page = open_page(server.url)
    asks(page)
    phone = open_page(page.url, **PHONE)
    expect(card(phone)).to_be_visible()
    phone.get_by_role("button", name="Allow", exact=True).tap()
    expect(card(phone)).to_have_count(0)
    expect(card(page)).to_have_count(0)
    finished(page)
    state(page, "ok")


def test_who_answers_too_late_is_told_so(server, open_page):
    page = open_page(server.url)
    asks(page)
    body = {"error": {"code": "conflict", "message": "not open any more"}}
    page.route("**/api/session/answer", lambda route: route.fulfill(status=409, json=body))
    card(page).get_by_role("button", name="Allow", exact=True).click()
    expect(page.get_by_text("This question was answered elsewhere")).to_be_visible()


def test_an_answer_that_does_not_arrive_is_not_kept_and_can_be_given_again(server, open_page):
    page = open_page(server.url)
    asks(page)
    page.route("**/api/session/answer", lambda route: route.abort())
    card(page).get_by_role("button", name="Allow", exact=True).click()
    expect(card(page).get_by_role("alert")).to_contain_text("your answer was not given")
    page.unroute("**/api/session/answer")
    card(page).get_by_role("button", name="Allow", exact=True).click()
    finished(page)
    state(page, "ok")


@pytest.mark.parametrize("prompt", ["approve", "inquire"])
def test_a_question_is_there_after_a_reload_and_after_kill_9(server, open_page, prompt):
    page = open_page(server.url)
    asks(page, prompt)
    page.reload()
    expect(card(page)).to_be_visible()
    server.kill()
    server.start()
    page.reload()
    expect(card(page)).to_be_visible()
    if prompt == "approve":
        card(page).get_by_role("button", name="Allow", exact=True).click()
    else:
        card(page).get_by_role("textbox").fill("a rose")
        card(page).get_by_role("button", name="Answer").click()
    expect(card(page)).to_have_count(0)
    expect(replies(page).last).to_contain_text("You allowed it" if prompt == "approve" else "a rose")
    state(page, "ok")
    page.reload()
    state(page, "ok")


def test_a_question_survives_a_restart_under_an_open_page(server, open_page):
    page = open_page(server.url)
    asks(page)
    server.kill()
    server.start()
    page.get_by_role("button", name="Deny").click()
    expect(replies(page).last).to_contain_text("You said no")


def test_a_question_that_is_scrolled_away_has_a_bar_that_leads_to_it(server, open_page):
    page = open_page(server.url)
    for _ in range(3):
        send(page, "long")
        finished(page)
    asks(page)
    bar = page.locator(".ask-bar")
    expect(bar).to_have_count(0)
    page.locator(".scroller").evaluate("(scroller) => { scroller.scrollTop = 0; }")
    expect(bar).to_contain_text("Run a command?")
    page.locator(".scroller").focus()
    page.keyboard.press("y")
    bar.click()
    expect(card(page)).to_be_in_viewport()
    expect(card(page)).to_be_focused()
    expect(bar).to_have_count(0)


def test_a_question_with_an_end_counts_down(server, open_page):
    page = open_page(server.url)
    asks(page, "approve, hurry")
    expect(card(page).get_by_role("timer")).to_have_text(re.compile(r"denied in (1 min 0 s|5\d s)"))


def test_a_form_says_what_is_missing_and_sends_what_was_given(server, open_page):
    page = open_page(server.url)
    form = asks(page, "form")
    form.get_by_role("button", name="Send").click()
    expect(form.get_by_label("Name of the hive")).to_be_focused()
    expect(form.get_by_text("This is required.")).to_have_count(2)
    form.get_by_label("Name of the hive").fill("Maja")
    form.get_by_label("Kind").select_option("bumblebees")
    form.get_by_label("How many bees").fill("0")
    form.get_by_role("button", name="Send").click()
    expect(form.get_by_text("Must be at least 1.")).to_be_visible()
    form.get_by_label("How many bees").fill("12")
    form.get_by_label("Keep it warm in winter").uncheck()
    form.get_by_role("button", name="Send").click()
    finished(page)
    for line in ("name: Maja", "kind: bumblebees", "count: 12", "heated: False"):
        expect(replies(page).last).to_contain_text(line)


def test_a_choice_is_a_click(server, open_page):
    page = open_page(server.url)
    asks(page, "choose").get_by_role("button", name="Wax").click()
    finished(page)
    expect(replies(page).last).to_contain_text("You said: Wax")


def test_a_change_is_shown_before_it_is_allowed_and_after(server, open_page):
    page = open_page(server.url)
    question = asks(page, "patch")
    expect(question.get_by_role("region", name="Changes in notes/bees.md")).to_contain_text("They sleep in winter.")
    expect(question.get_by_role("img", name="2 lines added, 1 removed")).to_be_visible()
    question.get_by_role("button", name="Allow", exact=True).click()
    finished(page)
    page.locator("[data-tool=ok] summary").click()
    shown = page.locator("[data-tool=ok]")
    expect(shown.locator(".patch-line.added")).to_have_count(2)
    expect(shown.get_by_role("list", name="Where it acts")).to_contain_text("notes/bees.md:3")


def test_a_plan_is_followed_over_the_composer_and_a_long_run_of_calls_folds_later(server, open_page):
    page = open_page(server.url)
    send(page, "plan")
    plan = page.locator(".plan")
    finished(page)
    expect(plan).to_contain_text("7 of 7")
    plan.locator("summary").click()
    expect(plan.get_by_role("listitem")).to_have_count(7)
    expect(page.locator(".fold.steps")).to_have_count(0)
    expect(page.locator("[data-tool=ok]")).to_have_count(7)
    page.reload()
    steps = page.locator(".fold.steps")
    expect(steps).to_contain_text("6 steps")
    steps.locator("summary").first.click()
    expect(page.locator("[data-tool=ok]")).to_have_count(7)
    send(page, "hello")
    finished(page)
    expect(plan).to_have_count(0)


OUTSIDE = """[...document.querySelectorAll('.reply *')]
  .filter((one) => one.checkVisibility() && !one.closest('.output, pre'))
  .filter((one) => one.getBoundingClientRect().right > innerWidth)
  .map((one) => one.outerHTML.slice(0, 80))"""


@pytest.mark.parametrize("width", [1280, 390])
def test_what_subagents_do_stands_inside_their_cards(server, open_page, width):
    page = open_page(server.url, viewport={"width": width, "height": 800})
    send(page, "subagents")
    finished(page)
    page.reload()
    helpers = page.locator(".reply > .call")
    expect(helpers).to_have_count(2)
    expect(helpers.first).to_contain_text("3 steps")
    helpers.first.locator("summary").first.click()
    expect(helpers.first.get_by_role("group", name="What the subagent does")).to_contain_text(
        "Find what is said about winter"
    )
    assert page.evaluate(OUTSIDE) == []


def test_output_is_seen_while_a_call_runs(make_server, open_page):
    server = make_server(pace=0.4)
    server.start()
    page = open_page(server.url)
    asks(page).get_by_role("button", name="Allow", exact=True).click()
    expect(page.locator("[data-tool=running] .output.tail")).to_contain_text("Hello from the demo")
    finished(page)
    state(page, "ok")


def test_the_modes_and_the_commands_of_an_agent_are_offered(server, open_page):
    agent = {
        "modes": [
            {"id": "code", "name": "Code"},
            {"id": "plan", "name": "Plan only", "description": "Changes nothing"},
        ],
        "mode": "code",
        "commands": [{"name": "compact", "description": "Make the context smaller"}],
    }
    page = open_page(server.url)
    send(page, "hello")
    finished(page)
    known = session_id(page)

    def with_agent(route):
        answer = route.fetch()
        told = answer.json()
        told["session"]["agent"] = agent
        route.fulfill(response=answer, json=told)

    page.route("**/api/session?*", with_agent)
    wishes = []

    def mode(route):
        wishes.append(json.loads(route.request.post_data))
        route.fulfill(json={"session_id": known, "agent": {**agent, "mode": "plan"}})

    page.route("**/api/session/mode", mode)
    page.reload()
    page.get_by_role("button", name="Mode: Code").click()
    page.get_by_role("menuitemradio", name="Plan only").click()
    expect(page.get_by_role("button", name="Mode: Plan only")).to_be_visible()
    assert wishes == [{"session_id": known, "mode": "plan"}]
    composer(page).press_sequentially("/comp")
    page.get_by_role("option", name="/compact").click()
    expect(composer(page)).to_have_value("/compact ")


def test_what_an_agent_says_beside_its_reply_is_shown_while_it_holds(make_server, open_page):
    server = make_server()
    server.folder.mkdir(parents=True)
    agent = table(server.folder)["peer"]
    (server.folder / "config.toml").write_text(
        "[default]\nengine = 'peer'\n[agents]\nprocesses = 1\n[agents.peer]\n"
        + "".join(f"{name} = {json.dumps(agent[name])}\n" for name in ("command", "args"))
        + f"env = {{ {', '.join(f'{name} = {json.dumps(value)}' for name, value in agent['env'].items())} }}\n"
    )
    server.start()
    page = open_page(server.url)
    send(page, "please: step go; say the first")
    expect(replies(page)).to_have_count(1)
    expect(page.locator("[data-line=notice]")).to_have_count(0)
    other = open_page(server.url, beside=page)
    send(other, "please: say the second")
    line = replies(other).last.locator("[data-line=notice]")
    expect(line).to_contain_text("waits: as many agents are at work as may be at once")
    expect(other.get_by_test_id("told")).to_contain_text("waits: as many agents")
    assert faults(other) == []
    (server.folder / "workspace" / "go").touch()
    finished(page)
    finished(other)
    expect(replies(other).last).to_contain_text("the second")
    expect(other.locator("[data-line=notice]")).to_have_count(0)
