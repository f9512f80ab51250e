"""What is looked for, and what each scan is; as a table, and as a partition that always adds up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.lifecycle import State
from registry.rules.stocktake import (
    STATES_AT,
    Bucket,
    Counted,
    InvalidScope,
    NotASecondCounter,
    Place,
    Scope,
    SecondCountDiffers,
    Tally,
    is_looked_for,
    require_same_count,
    require_second_counter,
    sort_scan,
    tally,
)


def copy(copy_id=1, state=State.IN_STOCK, **changed):
    facts = {
        "copy_id": copy_id,
        "state": state,
        "document_id": 7,
        "unit_id": 3,
        "scheme": "company",
        "level": "SECRET",
        "person_id": None,
    }
    return Counted(**facts | changed)


SHELF = Scope(place=Place.SHELF)


@pytest.mark.parametrize(
    ("place", "looked_for"),
    [
        (Place.SHELF, {State.IN_STOCK, State.IN_TRANSIT, State.SEALED, State.SPOILED}),
        (Place.HANDS, {State.HELD, State.CLAIMED}),
        (
            Place.HOUSE,
            {
                State.IN_STOCK,
                State.IN_TRANSIT,
                State.SEALED,
                State.SPOILED,
                State.HELD,
                State.CLAIMED,
            },
        ),
    ],
)
def test_each_place_looks_for_its_states_and_no_other(place, looked_for):
    scope = Scope(place=place)
    assert {state for state in State if is_looked_for(scope, copy(state=state))} == looked_for


@pytest.mark.parametrize(
    "narrowed",
    [
        {"unit_id": 4},
        {"document_id": 8},
        {"scheme": "company", "level": "TOP_SECRET"},
        {"scheme": "commercial", "level": "SECRET"},
    ],
)
def test_a_narrower_scope_looks_for_nothing_outside_it(narrowed):
    assert not is_looked_for(Scope(place=Place.SHELF, **narrowed), copy())


def test_the_copies_of_one_holder_are_looked_for_with_that_holder_only():
    scope = Scope(place=Place.HANDS, holder_id=5)
    assert is_looked_for(scope, copy(state=State.HELD, person_id=5))
    assert not is_looked_for(scope, copy(state=State.HELD, person_id=6))


@pytest.mark.parametrize(
    "contradiction",
    [
        {"place": Place.SHELF, "holder_id": 5},
        {"place": Place.HOUSE, "level": "SECRET"},
        {"place": Place.HOUSE, "scheme": "company"},
    ],
)
def test_a_scope_that_contradicts_itself_is_refused(contradiction):
    with pytest.raises(InvalidScope):
        Scope(**contradiction)


@pytest.mark.parametrize(
    ("scanned", "expected", "seen", "bucket"),
    [
        (copy(1), {1}, set(), Bucket.EXPECTED),
        (copy(1), {1}, {1}, Bucket.ALREADY_COUNTED),
        (copy(2, State.HELD, person_id=5), {1}, set(), Bucket.WRONG_PLACE),
        (copy(2, State.HELD, person_id=5), {1}, {2}, Bucket.ALREADY_COUNTED),
        (copy(2, State.OUTSIDE, person_id=5), {1}, set(), Bucket.WRONG_PLACE),
        (copy(2, State.DESTROYED), {1}, set(), Bucket.UNEXPECTED),
        (copy(2, State.VOID), {1}, set(), Bucket.UNEXPECTED),
        (copy(2, State.RESERVED), {1}, set(), Bucket.UNEXPECTED),
        (copy(2, State.LOST), {1}, set(), Bucket.UNEXPECTED),
        (copy(2, State.UNACCOUNTED), {1}, set(), Bucket.UNEXPECTED),
        (copy(1, State.HELD, person_id=5), {1}, set(), Bucket.EXPECTED),
        (None, {1}, set(), Bucket.UNKNOWN),
    ],
)
def test_a_scan_falls_in_its_bucket(scanned, expected, seen, bucket):
    assert sort_scan(SHELF, scanned, expected=expected, seen=seen) is bucket


def test_a_copy_of_another_document_is_unexpected_even_where_it_belongs():
    scope = Scope(place=Place.SHELF, document_id=8)
    assert sort_scan(scope, copy(2), expected={1}, seen=set()) is Bucket.UNEXPECTED


COPIES = st.lists(
    st.tuples(st.sampled_from(State), st.integers(1, 3), st.integers(1, 2), st.sampled_from([None, 5, 6])),
    max_size=12,
).map(
    lambda rows: [
        copy(number, state, document_id=document, unit_id=unit, person_id=person)
        for number, (state, document, unit, person) in enumerate(rows, 1)
    ]
)
SCOPES = st.builds(
    lambda place, unit, document: Scope(place=place, unit_id=unit, document_id=document),
    st.sampled_from(Place),
    st.sampled_from([None, 1, 2]),
    st.sampled_from([None, 1, 2, 3]),
)


@given(COPIES, SCOPES, st.lists(st.integers(0, 13), max_size=40))
def test_every_scan_is_in_exactly_one_bucket_and_the_rest_is_missing(copies, scope, scans):
    known = {one.copy_id: one for one in copies}
    expected = {one.copy_id for one in copies if is_looked_for(scope, one)}
    seen, buckets, found = set(), [], set()
    for number in scans:
        bucket = sort_scan(scope, known.get(number), expected=expected, seen=seen)
        buckets.append(bucket)
        if number in known:
            seen.add(number)
        if bucket is Bucket.EXPECTED:
            found.add(number)
    total = tally(len(expected), buckets)
    assert total.scans == len(scans)
    assert found == expected & set(scans)
    assert total.missing == len(expected - set(scans))
    assert total.lying_there == len(set(scans) & set(known))
    assert all(scope.unit_id in {None, known[number].unit_id} for number in expected)


def test_who_counted_or_holds_what_is_counted_does_not_count_a_second_time():
    require_second_counter(4, counters={1, 2}, holders={5})
    for person, part in ((2, "counter"), (5, "holder")):
        with pytest.raises(NotASecondCounter) as refusal:
            require_second_counter(person, counters={1, 2}, holders={5})
        assert refusal.value.part == part


def test_the_second_counter_must_find_what_lies_there_and_is_not_told_how_many():
    found = Tally(expected=5, found=3, wrong_place=1, unexpected=1, already_counted=7, unknown=2)
    require_same_count(found, 5)
    with pytest.raises(SecondCountDiffers) as refusal:
        require_same_count(found, 4)
    assert "5" not in str(refusal.value)
    assert refusal.value.facts == {"field": "second_count"}


def test_a_place_is_part_of_the_house():
    assert STATES_AT[Place.HOUSE] == STATES_AT[Place.SHELF] | STATES_AT[Place.HANDS]
