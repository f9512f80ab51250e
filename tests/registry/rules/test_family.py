"""What sources set for documents that come from them; expected values are those of the domain's own sentences."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.family import (
    BelowSources,
    Floor,
    Grade,
    Use,
    WrongSources,
    end_of,
    floor_of,
    has_sunk,
    lifted,
    require_not_below,
    require_sources,
)
from registry.rules.levels import LEVELS, MixedSchemes, Scheme, get_level, parse_period

SPRING = date(2026, 3, 1)


def grade(level="SECRET", period="10年", start=SPRING, *, scheme="company", declassified=False):
    return Grade(get_level(scheme, level), parse_period(period), start, declassified)


grades = st.builds(
    Grade,
    st.sampled_from(LEVELS[Scheme.COMPANY]),
    st.sampled_from([parse_period(text) for text in ("6个月", "10年", "30年", "长期", "2031-12-31")]),
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.booleans(),
)


def test_a_compilation_takes_the_highest_level_and_the_longest_period_of_its_parts():
    floor = floor_of([grade("CONFIDENTIAL", "20年"), grade("TOP_SECRET", "5年"), grade("SECRET", "10年")])
    assert floor == Floor(get_level("company", "TOP_SECRET"), date(2046, 2, 28))


def test_no_end_outlasts_every_date():
    assert floor_of([grade(period="长期"), grade(period="30年")]).last_day is None


def test_periods_count_from_the_day_of_each_document():
    floor = floor_of([grade(period="10年", start=date(2030, 1, 1)), grade(period="12年")])
    assert floor.last_day == date(2039, 12, 31)


def test_what_is_declassified_sets_no_floor():
    assert floor_of([grade(declassified=True)]) is None
    assert (
        floor_of([grade("TOP_SECRET", declassified=True), grade("CONFIDENTIAL")]).level.code == "CONFIDENTIAL"
    )


def test_parts_of_two_schemes_make_no_compilation():
    with pytest.raises(MixedSchemes):
        floor_of([grade(), grade("COMMERCIAL", scheme="commercial")])


@pytest.mark.parametrize(
    ("own", "part"),
    [
        (grade("CONFIDENTIAL", "20年"), "level"),
        (grade("SECRET", "9年"), "period"),
        (grade("SECRET", "20年", declassified=True), "secrecy"),
    ],
)
def test_a_derived_document_is_not_below_its_sources(own, part):
    with pytest.raises(BelowSources) as refusal:
        require_not_below(own, floor_of([grade("SECRET", "10年")]))
    assert refusal.value.facts["part"] == part


@pytest.mark.parametrize(
    "own", [grade("SECRET", "10年"), grade("TOP_SECRET", "10年"), grade("SECRET", "长期")]
)
def test_a_derived_document_may_stand_above_its_sources(own):
    require_not_below(own, floor_of([grade("SECRET", "10年")]))


@pytest.mark.parametrize(
    ("use", "documents"),
    [
        (Use.EXCERPT, []),
        (Use.EXCERPT, [1, 2]),
        (Use.COMPILATION, [1]),
        (Use.COMPILATION, [1, 1]),
        (Use.COMPILATION, list(range(51))),
        (Use.RECOPY, [1]),
    ],
)
def test_sources_that_make_no_document_are_refused(use, documents):
    with pytest.raises(WrongSources):
        require_sources(use, documents)


@pytest.mark.parametrize(("use", "documents"), [(Use.EXCERPT, [1]), (Use.COMPILATION, [1, 2])])
def test_an_excerpt_has_one_source_and_a_compilation_several(use, documents):
    require_sources(use, documents)


@given(grades, st.lists(grades, max_size=4))
def test_a_lifted_document_is_not_below_its_sources_and_no_lower_than_before(own, sources):
    own = Grade(own.level, own.period, own.start)
    floor = floor_of(sources)
    after = lifted(own, floor)
    require_not_below(after, floor)
    assert after.level.rank >= own.level.rank
    assert end_of(after.last_day) >= end_of(own.last_day)
    assert lifted(after, floor) == after


@given(st.lists(grades, min_size=1, max_size=4))
def test_nothing_sinks_while_nothing_changes(sources):
    assert not has_sunk(floor_of(sources), floor_of(sources))
