"""When a schedule's prompt is due: by the wall clock of its zone, also where summer time begins and ends."""

from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hermes_webui.chat.schedule import GRACE, MOST_COUNTED, Rule, When, check, look, next_time, times
from hermes_webui.errors import BadRequest

BERLIN = "Europe/Berlin"
HOUR = 3600.0


def at(text: str, zone: str = BERLIN) -> float:
    """An instant: `2026-03-29T02:30` of a zone, or with an offset of its own."""
    found = datetime.fromisoformat(text)
    return (found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))).timestamp()


def daily(clock: str, zone: str = BERLIN) -> Rule:
    return Rule(When("daily", at=clock), zone, 0.0)


def cron(expression: str, zone: str = BERLIN) -> Rule:
    return Rule(When("cron", cron=expression), zone, 0.0)


def first(rule: Rule, after: str, count: int = 3) -> list[str]:
    """The next times as the zone's wall clock shows them."""
    found = islice(times(rule, at(after)), count)
    return [datetime.fromtimestamp(each, ZoneInfo(rule.timezone)).strftime("%m-%d %H:%M %z") for each in found]


def test_every_day_at_nine_stays_nine_when_summer_time_ends():
    assert first(daily("09:00"), "2026-10-24T12:00") == ["10-25 09:00 +0100", "10-26 09:00 +0100", "10-27 09:00 +0100"]
    assert at("2026-10-25T09:00") - at("2026-10-24T09:00") == 25 * HOUR


def test_what_falls_into_the_hour_that_is_skipped_is_due_at_its_end():
    assert first(daily("02:30"), "2026-03-28T12:00") == ["03-29 03:00 +0200", "03-30 02:30 +0200", "03-31 02:30 +0200"]


def test_what_stands_in_the_hour_that_comes_twice_is_due_once():
    assert first(daily("02:30"), "2026-10-24T12:00", 2) == ["10-25 02:30 +0200", "10-26 02:30 +0100"]
    assert first(daily("02:30"), "2026-10-25T02:15+01:00", 1) == ["10-26 02:30 +0100"]


def test_every_hour_is_due_in_both_passes_of_the_hour_that_comes_twice():
    found = first(cron("0 * * * *"), "2026-10-25T01:30", 4)
    assert found == ["10-25 02:00 +0200", "10-25 02:00 +0100", "10-25 03:00 +0100", "10-25 04:00 +0100"]


def test_a_week_has_the_days_that_were_chosen():
    rule = Rule(When("weekly", at="07:15", days=(1, 7)), BERLIN, 0.0)
    assert first(rule, "2026-11-26T12:00") == ["11-29 07:15 +0100", "11-30 07:15 +0100", "12-06 07:15 +0100"]


def test_an_interval_counts_what_has_passed_and_not_the_wall_clock():
    rule = Rule(When("interval", minutes=90), BERLIN, at("2026-10-25T00:30"))
    assert first(rule, "2026-10-25T00:30") == ["10-25 02:00 +0200", "10-25 02:30 +0100", "10-25 04:00 +0100"]


def test_once_is_due_once_and_never_again():
    rule = Rule(When("once", at="2026-11-27T09:00"), "Asia/Kolkata", 0.0)
    assert list(times(rule, at("2026-11-26T00:00"))) == [at("2026-11-27T03:30+00:00")]
    assert next_time(rule, at("2026-11-27T03:30+00:00")) is None


@pytest.mark.parametrize(
    ("rule", "word"),
    [
        (daily("9:00"), "09:00"),
        (daily("24:00"), "09:00"),
        (daily("09:00", "Europe/Nowhere"), "time zone"),
        (daily("09:00", "../etc/passwd"), "time zone"),
        (daily("09:00", ""), "time zone"),
        (daily("09:00", "Europe"), "time zone"),
        (Rule(When("weekly", at="09:00"), BERLIN, 0.0), "day of the week"),
        (Rule(When("weekly", at="09:00", days=(8,)), BERLIN, 0.0), "day of the week"),
        (Rule(When("once", at="tomorrow"), BERLIN, 0.0), "date"),
        (Rule(When("once", at="2026-11-27T09:00+01:00"), BERLIN, 0.0), "offset"),
        (Rule(When("interval"), BERLIN, 0.0), "interval"),
        (Rule(When("interval", minutes=10**9), BERLIN, 0.0), "interval"),
        (cron("* * * *"), "five fields"),
        (cron("* * * * * *"), "five fields"),
        (cron("61 * * * *"), "minute"),
        (cron("0 0 31 2 *"), "no time"),
        (cron("0 0 1 1 1" + " " * 300), "five fields"),
    ],
)
def test_a_rule_that_says_no_time_is_refused_with_a_sentence(rule, word):
    with pytest.raises(BadRequest, match=word):
        check(rule)


DAYS = [at(f"2026-11-{day}T09:00") for day in (20, 21, 22, 23)]


def test_nothing_is_due_before_its_time_and_what_is_due_is_sent():
    rule = daily("09:00")
    assert look(rule, DAYS[0], DAYS[1] - 1, makes_up=False, was_fired=lambda _at: False).fire is None
    found = look(rule, DAYS[0], DAYS[1] + 5, makes_up=False, was_fired=lambda _at: False)
    assert (found.fire, found.late, found.missed, found.upto) == (DAYS[1], False, 0, DAYS[1])


@pytest.mark.parametrize(("makes_up", "fire"), [(True, DAYS[3]), (False, None)])
def test_what_was_missed_is_counted_and_made_up_for_once_or_not_at_all(makes_up, fire):
    found = look(daily("09:00"), DAYS[0], DAYS[3] + HOUR, makes_up=makes_up, was_fired=lambda _at: False)
    assert (found.fire, found.late) == (fire, makes_up)
    assert (found.missed, found.first, found.last, found.upto) == (3, DAYS[1], DAYS[3], DAYS[3])


def test_a_server_that_is_back_in_time_sends_the_last_and_counts_the_others():
    found = look(daily("09:00"), DAYS[0], DAYS[3] + GRACE, makes_up=False, was_fired=lambda _at: False)
    assert (found.fire, found.late, found.missed, found.last) == (DAYS[3], False, 2, DAYS[2])


def test_what_was_sent_before_a_crash_is_neither_sent_again_nor_missed():
    found = look(daily("09:00"), DAYS[0], DAYS[3] + HOUR, makes_up=True, was_fired=lambda at: at == DAYS[3])
    assert (found.fire, found.missed, found.fired) == (None, 2, (DAYS[3],))


def test_a_year_of_missed_minutes_is_counted_as_far_as_it_matters():
    now = at("2026-11-20T09:00:30")
    for rule in (cron("* * * * *"), Rule(When("interval", minutes=1), BERLIN, at("2025-11-20T09:00"))):
        found = look(rule, at("2025-11-20T09:00"), now, makes_up=True, was_fired=lambda _at: False)
        assert (found.fire, found.upto) == (at("2026-11-20T09:00"), at("2026-11-20T09:00"))
        assert found.more
        assert found.missed == MOST_COUNTED - 1


@given(
    st.sampled_from(["0 * * * *", "30 2 * * *", "*/7 1-4 * * *", "15 3 * * 0"]),
    st.floats(at("2026-03-27T00:00"), at("2026-03-31T00:00"))
    | st.floats(at("2026-10-23T00:00"), at("2026-10-27T00:00")),
)
def test_times_only_grow_whatever_moment_they_are_asked_from(expression, after):
    found = list(islice(times(cron(expression), after), 12))
    assert found == sorted(set(found))
    assert found[0] > after
    assert list(islice(times(cron(expression), found[4]), 7)) == found[5:]
