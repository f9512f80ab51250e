"""Stocktakes: frozen, counted, closed by a second counter; nothing moves, and nothing outside the scope is touched."""

import pytest
import sqlalchemy as sa

from registry.acts import stocktakes
from registry.acts.stocktakes import NotMissed, StocktakeClosed, StocktakeNotClosed, known_copies
from registry.errors import PermissionDenied
from registry.ledger import log
from registry.models import Copy, Document, Movement, StocktakeItem
from registry.rows import UnknownCopy, UnknownRow
from registry.rules.lifecycle import State
from registry.rules.stocktake import (
    Bucket,
    NotASecondCounter,
    Place,
    Scanned,
    Scope,
    SecondCountDiffers,
    is_looked_for,
)
from registry.rules.texts import MissingText
from registry.views.stocktakes import one_stocktake
from registry.views.stocktakes import stocktakes as all_stocktakes
from tests.registry.acts.shelves import Shelves


@pytest.fixture
def shelves(office):
    return Shelves(office)


def begin(shelves, by="clerk", **scope):
    return stocktakes.begin(
        shelves.session,
        Scope(**{"place": Place.SHELF} | scope),
        "year's end",
        actor=shelves.office.actors[by],
        now=shelves.present,
    )


def count(shelves, stocktake_id, *copies, by="clerk"):
    """Scan copies, or texts that are none; return the buckets."""
    scans = [Scanned(one.code, one.code) if isinstance(one, Copy) else Scanned(one, None) for one in copies]
    found = stocktakes.count(
        shelves.session, stocktake_id, scans, actor=shelves.office.actors[by], now=shelves.present
    )
    return [one.bucket for one in found]


def close(shelves, stocktake_id, second_count, second="manager", by="clerk"):
    return stocktakes.close(
        shelves.session,
        stocktake_id,
        second_count,
        second=shelves.office.actors[second],
        actor=shelves.office.actors[by],
        now=shelves.present,
    )


def note(shelves, stocktake_id, copy):
    stocktakes.note_reported(
        shelves.session, stocktake_id, copy.code, actor=shelves.office.clerk, now=shelves.present
    )


@pytest.mark.parametrize("part", ["handler", "manager", "leader", "officer", "auditor", "holder", "guard"])
def test_only_a_clerk_takes_stock(shelves, part):
    with pytest.raises(PermissionDenied):
        begin(shelves, by=part)


def test_a_count_says_why_and_of_what_exists(shelves):
    with pytest.raises(MissingText):
        stocktakes.begin(
            shelves.session, Scope(place=Place.SHELF), " ", actor=shelves.office.clerk, now=shelves.present
        )
    for missing in ({"document_id": 99}, {"unit_id": 99}, {"place": Place.HANDS, "holder_id": 99}):
        with pytest.raises(UnknownRow):
            begin(shelves, **missing)


def test_the_expectation_is_frozen_when_the_count_begins(shelves):
    first = shelves.copy()
    stocktake_id = begin(shelves)
    later = shelves.copy()
    shelves.give(first, shelves.office.holder)
    assert count(shelves, stocktake_id, first, later) == [Bucket.EXPECTED, Bucket.WRONG_PLACE]
    head = one_stocktake(shelves.session, stocktake_id).head
    assert (head.tally.expected, head.tally.missing) == (1, 0)


@pytest.mark.parametrize("place", Place)
def test_the_frozen_set_is_what_the_rule_looks_for(shelves, place):
    other = shelves.other_document()
    held = [shelves.held(shelves.office.holder), shelves.held(shelves.office.leader, other, State.CLAIMED)]
    held += [shelves.copy(state=state) for state in State]
    shelves.session.get_one(Document, other).issuing_unit_id = shelves.office.units["REG"]
    shelves.session.flush()
    for scope in (
        Scope(place=place),
        Scope(place=place, document_id=other),
        Scope(place=place, unit_id=shelves.office.units["FIN"]),
        Scope(place=place, unit_id=shelves.office.units["REG"]),
        Scope(place=place, scheme="company", level="SECRET"),
        Scope(place=place, scheme="company", level="TOP_SECRET"),
        *([Scope(place=place, holder_id=shelves.office.holder.person_id)] if place is Place.HANDS else []),
    ):
        stocktake_id = stocktakes.begin(
            shelves.session, scope, "check", actor=shelves.office.clerk, now=shelves.present
        )
        frozen = shelves.session.scalars(
            sa.select(StocktakeItem.copy_id).where(StocktakeItem.stocktake_id == stocktake_id)
        ).all()
        known = known_copies(shelves.session, [copy.code for copy in held]).values()
        assert sorted(frozen) == sorted(one.copy_id for one in known if is_looked_for(scope, one))


def test_each_scan_is_sorted_and_the_rest_is_missing(shelves):
    here, twice, missing = shelves.copy(), shelves.copy(), shelves.copy()
    elsewhere, gone = shelves.held(shelves.office.holder), shelves.copy(state=State.DESTROYED)
    foreign = shelves.copy(shelves.other_document())
    stocktake_id = begin(shelves, document_id=shelves.document)
    assert count(shelves, stocktake_id, here, twice, twice, elsewhere) == [
        Bucket.EXPECTED,
        Bucket.EXPECTED,
        Bucket.ALREADY_COUNTED,
        Bucket.WRONG_PLACE,
    ]
    assert count(shelves, stocktake_id, gone, foreign, "rubbish", elsewhere, by="other_clerk") == [
        Bucket.UNEXPECTED,
        Bucket.UNEXPECTED,
        Bucket.UNKNOWN,
        Bucket.ALREADY_COUNTED,
    ]
    view = one_stocktake(shelves.session, stocktake_id)
    assert [line.copy.code for line in view.missed] == [missing.code]
    assert [(line.copy.code, line.bucket) for line in view.strays] == [
        (elsewhere.code, Bucket.WRONG_PLACE),
        (gone.code, Bucket.UNEXPECTED),
        (foreign.code, Bucket.UNEXPECTED),
    ]
    assert view.strays[0].holder.id == shelves.office.holder.person_id
    assert view.unknown == ("rubbish",)
    assert [one.id for one in view.counters] == [
        shelves.office.clerk.person_id,
        shelves.office.other_clerk.person_id,
    ]


def test_counting_moves_nothing(shelves):
    copies = [shelves.copy(), shelves.held(shelves.office.holder), shelves.copy(state=State.LOST)]
    before = shelves.standing()
    moved = shelves.session.scalar(sa.select(sa.func.count()).select_from(Movement))
    stocktake_id = begin(shelves)
    count(shelves, stocktake_id, *copies)
    close(shelves, stocktake_id, 3)
    assert shelves.standing() == before
    assert shelves.session.scalar(sa.select(sa.func.count()).select_from(Movement)) == moved


def test_a_count_is_closed_by_somebody_who_did_not_count(shelves):
    copy = shelves.copy()
    shelves.held(shelves.office.manager)
    stocktake_id = begin(shelves, place=Place.HOUSE)
    count(shelves, stocktake_id, copy, by="other_clerk")
    for second in ("clerk", "other_clerk", "manager"):
        with pytest.raises(NotASecondCounter):
            close(shelves, stocktake_id, 1, second)
    with pytest.raises(PermissionDenied):
        close(shelves, stocktake_id, 1, "holder")
    with pytest.raises(SecondCountDiffers):
        close(shelves, stocktake_id, 2, "handler")
    assert close(shelves, stocktake_id, 1, "handler").missing == 1
    head = one_stocktake(shelves.session, stocktake_id).head
    assert (str(head.state), head.second.id) == ("CLOSED", shelves.office.handler.person_id)


def test_a_closed_count_takes_no_scan_and_is_not_given_up(shelves):
    copy = shelves.copy()
    stocktake_id = begin(shelves)
    close(shelves, stocktake_id, 0)
    with pytest.raises(StocktakeClosed):
        count(shelves, stocktake_id, copy)
    with pytest.raises(StocktakeClosed):
        close(shelves, stocktake_id, 0)
    with pytest.raises(StocktakeClosed):
        stocktakes.give_up(
            shelves.session, stocktake_id, "late", actor=shelves.office.clerk, now=shelves.present
        )


def test_nothing_is_missing_of_a_count_that_goes_on_or_was_given_up(shelves):
    copy = shelves.copy()
    stocktake_id = begin(shelves)
    with pytest.raises(StocktakeNotClosed):
        note(shelves, stocktake_id, copy)
    stocktakes.give_up(
        shelves.session, stocktake_id, "wrong room", actor=shelves.office.clerk, now=shelves.present
    )
    with pytest.raises(StocktakeNotClosed):
        note(shelves, stocktake_id, copy)


def test_only_what_a_closed_count_missed_is_reported_and_once(shelves):
    seen, missed, outside = shelves.copy(), shelves.copy(), shelves.copy(shelves.other_document())
    stocktake_id = begin(shelves, document_id=shelves.document)
    count(shelves, stocktake_id, seen)
    close(shelves, stocktake_id, 1)
    for copy in (seen, outside):
        with pytest.raises(NotMissed):
            note(shelves, stocktake_id, copy)
    with pytest.raises(UnknownCopy):
        stocktakes.note_reported(
            shelves.session, stocktake_id, "0" * 13, actor=shelves.office.clerk, now=shelves.present
        )
    note(shelves, stocktake_id, missed)
    with pytest.raises(NotMissed):
        note(shelves, stocktake_id, missed)


def test_the_ledger_tells_the_frozen_set_each_stack_and_the_end(shelves):
    copy = shelves.copy()
    stocktake_id = begin(shelves)
    count(shelves, stocktake_id, copy, "rubbish")
    close(shelves, stocktake_id, 1)
    begun, counted, closed = (
        entry for entry in log.read(shelves.session) if entry.subject == f"stocktake:{stocktake_id}"
    )
    assert (begun.kind, begun.facts["expected"]) == ("stocktake.begun", 1)
    assert (counted.facts["expected"], counted.facts["unknown"]) == ([copy.code], [""])
    assert (closed.facts["found"], closed.facts["missing"], closed.facts["second"]) == (
        1,
        0,
        shelves.office.manager.person_id,
    )


def test_the_overview_adds_up_each_count(shelves):
    first, second = shelves.copy(), shelves.held(shelves.office.holder)
    one = begin(shelves)
    other = begin(shelves, place=Place.HANDS, holder_id=shelves.office.holder.person_id)
    count(shelves, one, first, second)
    rows = {row.id: row for row in all_stocktakes(shelves.session)}
    assert list(rows) == [other, one]
    assert (rows[one].tally.found, rows[one].tally.wrong_place, rows[one].tally.missing) == (1, 1, 0)
    assert (rows[other].tally.expected, rows[other].tally.missing) == (1, 1)
