"""What a gate looked at is kept whole: read back it is what it was, and nothing but that is taken for one."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.baggate import BagSituation, KnownBag, judge_bag
from registry.rules.canonical import canonical_bytes
from registry.rules.gate import KnownCopy, Permit, Proof, Sighting, Situation, judge
from registry.rules.levels import Handling
from registry.rules.lifecycle import State
from registry.rules.ruleset import SHIPPED
from registry.rules.situations import (
    OF_THE_RULES,
    SituationUnreadable,
    record_hash,
    record_of,
    situation_of,
)
from registry.rules.words import BagState, Direction

NUMBERS = st.integers(0, 2**40)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2200, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001 - made aware at once
LENGTHS = st.timedeltas(timedelta(0), timedelta(days=4000))
PERSONS = st.frozensets(NUMBERS, max_size=3)
PERMITS = st.builds(Permit, NUMBERS, st.none() | NUMBERS, MOMENTS, MOMENTS, PERSONS, is_used=st.booleans())
SITUATIONS = st.builds(
    Situation,
    direction=st.sampled_from(Direction),
    gate_id=NUMBERS,
    at=MOMENTS,
    proof=st.sampled_from(Proof),
    copy=st.none()
    | st.builds(
        KnownCopy,
        st.sampled_from(State),
        st.sampled_from(Handling),
        st.integers(1, 999),
        is_recalled=st.booleans(),
    ),
    permits=st.lists(PERMITS, max_size=3).map(tuple),
    carriers=PERSONS,
    forbidden_by_meeting=st.booleans(),
    pages_counted=st.none() | st.integers(0, 999),
    is_seal_intact=st.none() | st.booleans(),
    list_age=st.none() | LENGTHS,
    last_seen=st.none() | st.builds(Sighting, MOMENTS, NUMBERS, LENGTHS),
    clocks=st.just(SHIPPED.clocks),
    colours=st.just(SHIPPED.colours),
)
BAGS = st.builds(
    BagSituation,
    direction=st.sampled_from(Direction),
    bag=st.none()
    | st.builds(
        KnownBag,
        list_id=NUMBERS,
        seal_no=st.text(max_size=20),
        number=NUMBERS,
        total=NUMBERS,
        state=st.sampled_from(BagState),
        escorts=PERSONS,
    ),
    carriers=PERSONS,
    shown_before=NUMBERS,
    is_seal_intact=st.none() | st.booleans(),
    colours=st.just(SHIPPED.colours),
)
WHOLE = Situation(
    direction=Direction.EXIT,
    gate_id=3,
    at=datetime(2026, 3, 2, 8, 30, tzinfo=UTC),
    proof=Proof.SIGNED,
    copy=KnownCopy(State.HELD, Handling.SECRET, 12),
    permits=(
        Permit(5, 3, datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC), frozenset({9, 7})),
    ),
    carriers=frozenset({7}),
    pages_counted=12,
    last_seen=Sighting(datetime(2026, 3, 1, tzinfo=UTC), 1, timedelta(minutes=2)),
    colours=SHIPPED.colours,
)

WHOLE_BAG = BagSituation(
    direction=Direction.EXIT,
    bag=KnownBag(
        list_id=7, seal_no="A-0001", number=1, total=2, state=BagState.HANDED, escorts=frozenset({9, 7})
    ),
    carriers=frozenset({7, 9}),
    shown_before=2,
    is_seal_intact=True,
    colours=SHIPPED.colours,
)


@given(SITUATIONS)
def test_whatever_a_gate_looked_at_reads_back_as_it_was_and_is_judged_the_same(situation):
    record = record_of(situation)
    again = situation_of(record, SHIPPED)
    assert again == situation
    assert judge(again) == judge(situation)
    assert canonical_bytes(record_of(again)) == canonical_bytes(record)


@given(BAGS)
def test_whatever_a_gate_looked_at_of_a_bag_reads_back_as_it_was_and_is_judged_the_same(situation):
    record = record_of(situation)
    again = situation_of(record, SHIPPED)
    assert again == situation
    assert judge_bag(again) == judge_bag(situation)
    assert canonical_bytes(record_of(again)) == canonical_bytes(record)


@pytest.mark.parametrize("whole", [WHOLE, WHOLE_BAG])
def test_everything_is_kept_but_the_rules(whole):
    assert record_of(whole).keys() == {"kind", *(field.name for field in fields(whole))} - OF_THE_RULES


def test_the_record_is_plain_and_its_hash_pinned():
    assert record_of(WHOLE) == {
        "kind": "copy",
        "direction": "EXIT",
        "gate_id": 3,
        "at": "2026-03-02T08:30:00.000000Z",
        "proof": "signed",
        "copy": {"state": "HELD", "handling": "SECRET", "pages": 12, "is_recalled": False},
        "permits": [
            {
                "id": 5,
                "gate_id": 3,
                "from_at": "2026-03-02T00:00:00.000000Z",
                "until_at": "2026-03-03T00:00:00.000000Z",
                "carriers": [7, 9],
                "is_used": False,
            }
        ],
        "carriers": [7],
        "forbidden_by_meeting": False,
        "pages_counted": 12,
        "is_seal_intact": None,
        "list_age": None,
        "last_seen": {"at": "2026-03-01T00:00:00.000000Z", "gate_id": 1, "travel": 120_000_000},
    }
    assert record_hash({"gate_id": 3}) == "44ee5899542ba598d100ddbdec399d8ae5ad37e13a93edc7c10771f29c68ddbf"


def test_the_record_of_a_bag_is_plain_and_its_hash_pinned():
    assert record_of(WHOLE_BAG) == {
        "kind": "bag",
        "direction": "EXIT",
        "bag": {
            "list_id": 7,
            "seal_no": "A-0001",
            "number": 1,
            "total": 2,
            "state": "HANDED",
            "escorts": [7, 9],
        },
        "carriers": [7, 9],
        "shown_before": 2,
        "is_seal_intact": True,
    }
    assert record_hash({"kind": "bag"}) == "7787074a97152e6f8e0f7037216823b7a9b451fd34780b88184024992f7a9e37"


def test_a_record_of_an_older_release_takes_what_is_missing_as_not_there():
    record = record_of(WHOLE)
    del record["kind"], record["is_seal_intact"], record["list_age"]
    assert situation_of(record, SHIPPED) == WHOLE


@pytest.mark.parametrize(
    "change",
    [
        {"direction": "UP"},
        {"gate_id": "3"},
        {"gate_id": True},
        {"kind": "bag"},
        {"kind": "paper"},
        {"kind": []},
        {"copy": {"state": "HELD"}},
        {"permits": {}},
        {"permits": [{"id": 1}]},
        {"at": "yesterday"},
        {"further": 1},
        {"last_seen": {"at": 5, "gate_id": 1, "travel": 1}},
    ],
)
def test_what_is_no_situation_is_refused(change):
    with pytest.raises(SituationUnreadable):
        situation_of(record_of(WHOLE) | change, SHIPPED)


@pytest.mark.parametrize(
    "change",
    [{"kind": "copy"}, {"bag": {"list_id": 7}}, {"bag": "A-0001"}, {"carriers": None}, {"facts": {}}],
)
def test_what_is_no_situation_of_a_bag_is_refused(change):
    with pytest.raises(SituationUnreadable):
        situation_of(record_of(WHOLE_BAG) | change, SHIPPED)


def test_a_record_without_what_it_must_have_is_refused():
    record = record_of(WHOLE)
    del record["copy"]
    with pytest.raises(SituationUnreadable):
        situation_of(record, SHIPPED)
