"""Who is reached by a change of level or period, and which paper has to be marked anew."""

from datetime import date

import pytest

from registry.rules.family import BelowSources, Grade
from registry.rules.levels import MixedSchemes, get_level, parse_period
from registry.rules.lifecycle import State
from registry.rules.regrading import (
    AlreadyDeclassified,
    Change,
    Member,
    NothingToRegrade,
    NotMarkedAnewHere,
    Paper,
    RegradingWhilePrinting,
    change_of,
    flow,
    order_details,
    require_markable,
    require_none_being_made,
    to_remark,
    wanted_grade,
)
from registry.rules.words import BatchState

SPRING = date(2026, 3, 1)


def grade(level="SECRET", period="10年", *, scheme="company", declassified=False):
    return Grade(get_level(scheme, level), parse_period(period), SPRING, declassified)


@pytest.mark.parametrize(
    ("after", "change"),
    [
        (grade("TOP_SECRET"), Change.RAISE),
        (grade("TOP_SECRET", "5年"), Change.RAISE),
        (grade("CONFIDENTIAL", "30年"), Change.LOWER),
        (grade(period="长期"), Change.EXTEND),
        (grade(period="2027-01-01"), Change.SHORTEN),
        (grade(declassified=True), Change.DECLASSIFY),
    ],
)
def test_a_change_has_the_name_that_people_give_it(after, change):
    assert change_of(grade(), after) is change


def test_the_same_again_is_no_change():
    with pytest.raises(NothingToRegrade):
        change_of(grade(), grade())
    with pytest.raises(NothingToRegrade):
        change_of(grade(period="1年"), grade(period="12个月"))


def test_what_is_declassified_is_regraded_no_more():
    with pytest.raises(AlreadyDeclassified):
        change_of(grade(declassified=True), grade("TOP_SECRET"))


def test_schemes_never_mix():
    with pytest.raises(MixedSchemes):
        change_of(grade(), grade("COMMERCIAL", scheme="commercial"))


@pytest.mark.parametrize(
    "after", [grade("CONFIDENTIAL", "5年"), grade(period="长期"), grade(declassified=True)]
)
def test_an_order_says_what_is_wanted_and_is_read_back(after):
    assert wanted_grade(grade(), dict(order_details(grade(), after))) == after


ORIGINAL, EXCERPT, OTHER, COMPILATION = 1, 2, 3, 4


def family(original=None, excerpt=None, other=None, compilation=None):
    return [
        Member(ORIGINAL, original or grade()),
        Member(EXCERPT, excerpt or grade(), frozenset({ORIGINAL})),
        Member(OTHER, other or grade("CONFIDENTIAL")),
        Member(COMPILATION, compilation or grade(), frozenset({EXCERPT, OTHER})),
    ]


def test_a_raise_reaches_all_that_is_derived_at_once():
    found = flow(family(), ORIGINAL, grade("TOP_SECRET"))
    assert [key for key, _, _ in found.changed] == [ORIGINAL, EXCERPT, COMPILATION]
    assert {after.level.code for _, _, after in found.changed} == {"TOP_SECRET"}
    assert found.proposed == ()


def test_a_raise_does_not_reach_what_stands_high_enough():
    found = flow(
        family(excerpt=grade("TOP_SECRET"), compilation=grade("TOP_SECRET")), ORIGINAL, grade("TOP_SECRET")
    )
    assert [key for key, _, _ in found.changed] == [ORIGINAL]


def test_an_extension_reaches_all_that_is_derived_at_once():
    found = flow(family(), ORIGINAL, grade(period="20年"))
    assert [(key, after.mark) for key, _, after in found.changed] == [
        (ORIGINAL, "机密★20年"),
        (EXCERPT, "机密★至2046-02-28"),
        (COMPILATION, "机密★至2046-02-28"),
    ]


def test_a_lowering_is_proposed_to_what_is_derived_and_changes_nothing_there():
    found = flow(family(), ORIGINAL, grade("CONFIDENTIAL"))
    assert [key for key, _, _ in found.changed] == [ORIGINAL]
    assert found.proposed == (EXCERPT,)


def test_the_end_of_secrecy_is_proposed_to_what_is_derived():
    assert flow(family(), ORIGINAL, grade(declassified=True)).proposed == (EXCERPT,)


def test_another_part_that_is_as_high_keeps_a_compilation_up():
    members = [*family()[:3], Member(COMPILATION, grade(), frozenset({ORIGINAL, OTHER}))]
    assert flow(members, OTHER, grade("CONFIDENTIAL", "5年")).proposed == ()


def test_an_excerpt_does_not_sink_below_its_source():
    with pytest.raises(BelowSources):
        flow(family(), EXCERPT, grade("CONFIDENTIAL"))


def test_an_excerpt_is_not_declassified_before_its_source():
    with pytest.raises(BelowSources):
        flow(family(), EXCERPT, grade(declassified=True))


def test_an_excerpt_follows_its_declassified_source():
    members = family(original=grade(declassified=True))
    assert flow(members, EXCERPT, grade(declassified=True)).changed[0][0] == EXCERPT


MARKED: dict[State, bool] = {
    State.RESERVED: False,
    State.IN_STOCK: True,
    State.IN_TRANSIT: True,
    State.HELD: True,
    State.CLAIMED: True,
    State.OUTSIDE: True,
    State.SEALED: True,
    State.UNACCOUNTED: True,
    State.LOST: True,
    State.DESTROYED: False,
    State.VOID: False,
    State.SPOILED: False,
}


@pytest.mark.parametrize("state", State)
def test_each_copy_that_exists_or_may_be_found_is_marked_anew(state):
    paper = Paper(1, state, "机密★10年")
    assert bool(to_remark([paper], "秘密★5年")) is MARKED[state]


def test_paper_that_bears_the_new_mark_needs_none():
    assert to_remark([Paper(1, State.HELD, "秘密★5年")], "秘密★5年") == ()


@pytest.mark.parametrize("state", State)
def test_only_paper_that_can_lie_before_the_clerk_is_marked(state):
    if state in {State.IN_STOCK, State.HELD, State.IN_TRANSIT}:
        require_markable(state, has_task=True, copy="A")
        return
    with pytest.raises(NotMarkedAnewHere) as refusal:
        require_markable(state, has_task=True, copy="A")
    assert refusal.value.facts["part"] == "place"


def test_a_copy_with_the_right_mark_is_not_marked_again():
    with pytest.raises(NotMarkedAnewHere) as refusal:
        require_markable(State.HELD, has_task=False, copy="A")
    assert refusal.value.facts["part"] == "task"


@pytest.mark.parametrize("state", BatchState)
def test_a_mark_does_not_change_under_numbers_that_are_being_made(state):
    if state in {BatchState.RELEASED, BatchState.VOID}:
        require_none_being_made([state])
        return
    with pytest.raises(RegradingWhilePrinting):
        require_none_being_made([BatchState.RELEASED, state])
