"""What stands in the way of a destruction."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from registry.rules.approval import RULEBOOK, Act
from registry.rules.destruction import (
    WITNESSES_WANTED,
    Conflict,
    Destruction,
    InvalidShredClass,
    Present,
    Shortfall,
    shortfall,
    shred_class,
)
from registry.rules.levels import SHREDDER_MINIMUM, Handling

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
A, B, C = "000000000000A", "000000000000B", "000000000000C"


def present(person, minutes_ago=1):
    return Present(person, NOW - timedelta(minutes=minutes_ago))


GOOD = Destruction(
    listed=frozenset({A, B}),
    presented=frozenset({A, B}),
    handling=Handling.SECRET,
    operator=present(1),
    witnesses=(present(2),),
    requesters=frozenset({10, 14}),
    approvers=frozenset({11}),
    holders=frozenset({12, 13}),
    shredder_class=6,
)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, Shortfall()),
        ({"presented": frozenset({A})}, Shortfall(not_presented=(B,))),
        ({"presented": frozenset({A, B, C})}, Shortfall(not_listed=(C,))),
        ({"presented": frozenset({A, C})}, Shortfall(not_presented=(B,), not_listed=(C,))),
        ({"listed": frozenset(), "presented": frozenset()}, Shortfall(is_empty_list=True)),
        ({"operator": None}, Shortfall(operators_missing=1)),
        ({"witnesses": ()}, Shortfall(witnesses_missing=1)),
        ({"witnesses": (present(1),)}, Shortfall(conflicts=((1, Conflict.OPERATOR),))),
        ({"operator": present(10)}, Shortfall(conflicts=((10, Conflict.REQUESTER),))),
        ({"witnesses": (present(14),)}, Shortfall(conflicts=((14, Conflict.REQUESTER),))),
        ({"witnesses": (present(11),)}, Shortfall(conflicts=((11, Conflict.APPROVER),))),
        ({"witnesses": (present(12),)}, Shortfall(conflicts=((12, Conflict.HOLDER),))),
        ({"operator": present(1, 15)}, Shortfall()),
        ({"operator": present(1, 16)}, Shortfall(to_authenticate=(1,))),
        ({"witnesses": (present(2, -1),)}, Shortfall(to_authenticate=(2,))),
        ({"shredder_class": 5}, Shortfall(shredder_minimum=6)),
        ({"shredder_class": 7}, Shortfall()),
        ({"handling": Handling.CONFIDENTIAL, "shredder_class": 5}, Shortfall()),
        (
            {"handling": Handling.TOP_SECRET, "shredder_class": 7},
            Shortfall(witnesses_missing=1),
        ),
        (
            {"handling": Handling.TOP_SECRET, "shredder_class": 7, "witnesses": (present(2), present(3))},
            Shortfall(),
        ),
        (
            {"handling": Handling.TOP_SECRET, "shredder_class": 7, "witnesses": (present(2), present(2))},
            Shortfall(witnesses_missing=1, conflicts=((2, Conflict.WITNESS),)),
        ),
    ],
    ids=lambda value: ",".join(value) or "nothing" if isinstance(value, dict) else "",
)
def test_everything_that_stands_in_the_way_is_told(change, told):
    found = shortfall(replace(GOOD, **change), NOW)
    assert found == told
    assert found.is_nothing is (told == Shortfall())


def test_several_faults_are_told_at_once():
    found = shortfall(replace(GOOD, operator=None, presented=frozenset({A}), shredder_class=1), NOW)
    assert found == Shortfall(operators_missing=1, not_presented=(B,), shredder_minimum=6)


def test_the_minimum_is_a_setting():
    assert shortfall(
        replace(GOOD, shredder_class=4), NOW, shredder_minimum=dict.fromkeys(Handling, 4)
    ).is_nothing


def test_the_witnesses_are_as_many_as_the_approval_rule_says():
    for handling, wanted in WITNESSES_WANTED.items():
        rule = RULEBOOK.find(Act.DESTROY, handling, no_copying=False)
        assert rule is not None
        assert (rule.operators, rule.witnesses) == (1, wanted)
    assert set(WITNESSES_WANTED) == set(SHREDDER_MINIMUM) == set(Handling)


def test_a_shredders_class_is_read_from_its_certificate():
    assert [shred_class(f"P-{number}") for number in range(1, 8)] == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("text", ["", "P-8", "P-0", "p-5", "5", "P-5 "])
def test_what_is_no_class_is_refused(text):
    with pytest.raises(InvalidShredClass):
        shred_class(text)


BY_PLANT = replace(GOOD, operator=None, witnesses=(), shredder_class=None, escorts=(present(1), present(2)))


@pytest.mark.parametrize("handling", Handling)
@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, Shortfall()),
        ({"presented": frozenset({A})}, Shortfall(not_presented=(B,))),
        ({"escorts": ()}, Shortfall(escorts_missing=2)),
        ({"escorts": (present(1),)}, Shortfall(escorts_missing=1)),
        (
            {"escorts": (present(1), present(1))},
            Shortfall(escorts_missing=1, conflicts=((1, Conflict.ESCORT),)),
        ),
        ({"escorts": (present(1), present(10))}, Shortfall(conflicts=((10, Conflict.REQUESTER),))),
        ({"escorts": (present(1), present(11))}, Shortfall(conflicts=((11, Conflict.APPROVER),))),
        ({"escorts": (present(1), present(13))}, Shortfall(conflicts=((13, Conflict.HOLDER),))),
        ({"escorts": (present(1), present(2, 16))}, Shortfall(to_authenticate=(2,))),
    ],
)
def test_a_plant_wants_two_escorts_at_every_level(handling, change, told):
    assert shortfall(replace(BY_PLANT, handling=handling, **change), NOW) == told


def test_escorts_do_not_take_the_place_of_witnesses_at_the_shredder():
    at_home = replace(GOOD, operator=None, witnesses=(), escorts=(present(1), present(2)))
    assert shortfall(at_home, NOW) == Shortfall(operators_missing=1, witnesses_missing=1)
