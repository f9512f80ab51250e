"""Levels, schemes, periods and the printed mark."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules import levels
from registry.rules.levels import (
    ENABLED_BY_DEFAULT,
    LEVELS,
    Handling,
    InvalidPeriod,
    MixedSchemes,
    Period,
    PeriodKind,
    Scheme,
    SchemeDisabled,
    UnknownLevel,
    get_level,
    highest,
    longest,
    mark_text,
    parse_period,
    shred_level_minimum,
)


@pytest.mark.parametrize(
    ("level", "period", "scheme", "mark"),
    [
        ("SECRET", "10年", "company", "机密★10年"),
        ("TOP_SECRET", "长期", "company", "绝密★长期"),
        ("CONFIDENTIAL", "6个月", "state", "秘密★6个月"),
        ("CORE_COMMERCIAL", "20 years", "commercial", "核心商密★20年"),
        ("COMMERCIAL", "2031-12-31", "commercial", "普通商密★至2031-12-31"),
    ],
)
def test_a_mark_reads_level_star_period(level, period, scheme, mark):
    assert mark_text(level, period, scheme=scheme) == mark


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("10年", "10年", "10 years"),
        ("\uff11\uff10年", "10年", "10 years"),
        ("1 year", "1年", "1 year"),
        ("6月", "6个月", "6 months"),
        (" 3 Months ", "3个月", "3 months"),
        ("长期", "长期", "long-term"),
        ("Long-Term", "长期", "long-term"),
        ("至2030-01-31", "至2030-01-31", "until 2030-01-31"),
    ],
)
def test_a_period_is_understood_in_both_languages(text, zh, en):
    period = parse_period(text)
    assert (period.zh, period.en) == (zh, en)


@pytest.mark.parametrize("text", ["", "0年", "-1年", "10", "year", "1.5年", "2030-02-30", "永远", "1000年"])
def test_what_is_no_period_is_refused(text):
    with pytest.raises(InvalidPeriod) as refusal:
        parse_period(text)
    assert refusal.value.code == "invalid-period"


@given(st.integers(1, 999), st.sampled_from([PeriodKind.YEARS, PeriodKind.MONTHS]))
def test_a_written_period_reads_back_as_itself(count, kind):
    period = Period(kind, count)
    assert parse_period(period.zh) == parse_period(period.en) == period


@pytest.mark.parametrize(
    ("text", "start", "last"),
    [
        ("1年", date(2026, 5, 1), date(2027, 4, 30)),
        ("1年", date(2024, 2, 29), date(2025, 2, 27)),
        ("1个月", date(2026, 12, 15), date(2027, 1, 14)),
        ("11个月", date(2026, 1, 1), date(2026, 11, 30)),
        ("2028-06-30", date(2026, 1, 1), date(2028, 6, 30)),
        ("长期", date(2026, 1, 1), None),
    ],
)
def test_a_period_ends_on_the_day_before_its_anniversary(text, start, last):
    assert parse_period(text).last_day(start) == last


def test_a_compilation_takes_the_longest_period_of_its_parts():
    start = date(2026, 1, 1)
    parts = [parse_period(text) for text in ("5年", "61个月", "2030-12-31")]
    assert longest(parts, start).zh == "61个月"
    assert longest([*parts, parse_period("长期")], start).zh == "长期"


def test_a_meeting_takes_the_highest_level_of_its_items():
    secret = get_level("company", "SECRET")
    assert highest([get_level("company", "CONFIDENTIAL"), secret]) is secret


def test_levels_of_two_schemes_are_never_compared():
    with pytest.raises(MixedSchemes) as refusal:
        highest([get_level("company", "SECRET"), get_level("state", "SECRET")])
    assert refusal.value.facts["schemes"] == ("company", "state")


def test_the_state_scheme_is_off_until_it_is_turned_on():
    with pytest.raises(SchemeDisabled):
        get_level("state", "SECRET", enabled=ENABLED_BY_DEFAULT)
    assert get_level("state", "SECRET", enabled={Scheme.STATE}).zh == "机密"


@pytest.mark.parametrize(("scheme", "level"), [("company", "COMMERCIAL"), ("navy", "SECRET"), ("", "")])
def test_a_level_that_the_scheme_does_not_have_is_unknown(scheme, level):
    with pytest.raises(UnknownLevel):
        get_level(scheme, level)


@pytest.mark.parametrize("scheme", Scheme)
def test_every_scheme_lists_its_levels_highest_first_and_by_its_own_name(scheme):
    ranks = [level.rank for level in LEVELS[scheme]]
    assert ranks == sorted(set(ranks), reverse=True)
    assert {level.scheme for level in LEVELS[scheme]} == {scheme}
    assert scheme in levels.SCHEME_NAMES


def test_the_shredder_follows_the_level():
    assert [shred_level_minimum(level) for level in LEVELS[Scheme.COMPANY]] == [7, 6, 5]
    assert [shred_level_minimum(level) for level in LEVELS[Scheme.COMMERCIAL]] == [6, 5]
    assert set(levels.SHREDDER_MINIMUM) == set(Handling)
