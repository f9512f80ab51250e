"""Circulations: a fixed order, each time through the registry; readers away, recalls in between, the slip's times."""

from datetime import timedelta

import pytest

from registry.acts import attendance, circulations, copies, losses, movements, recalls
from registry.acts.movements import PageCheck
from registry.errors import PermissionDenied
from registry.ledger import log
from registry.models import Circulation, Person
from registry.rules.circulation import (
    AlreadyCirculating,
    CirculationEnded,
    CirculationNeedsDays,
    CirculationNeedsReaders,
    CirculationNotSeparate,
    CopyCirculates,
    Ending,
    OutOfTurn,
    ReaderInactive,
    ReaderNotWaiting,
    Turn,
    ending_of,
)
from registry.rules.lifecycle import ImpossibleStep, State, Step
from registry.rules.meetings import NotCleared
from registry.rules.recall import CopyRecalled
from registry.rules.words import HandOverKind, ReceiptMethod
from registry.views.circulations import one_circulation
from tests.registry.acts.shelves import Shelves

READERS = ("holder", "manager", "handler")


@pytest.fixture
def shelves(office):
    made = Shelves(office)
    for part in (*READERS, "guard", "other_clerk"):
        cleared(made, part)
    return made


def cleared(shelves, part, days=90, level="SECRET"):
    attendance.grant_clearance(
        shelves.session,
        person(shelves, part),
        "company",
        level,
        shelves.present + timedelta(days=days),
        actor=shelves.office.officer,
        now=shelves.present,
    )


def person(shelves, part):
    return shelves.office.actors[part].person_id


def begin(shelves, copy, readers=READERS, *, days=2, signer="leader", by="clerk"):
    return circulations.begin(
        shelves.session,
        copy.code,
        [person(shelves, part) for part in readers],
        "to be known before Friday",
        days=days,
        signer=shelves.office.actors[signer],
        actor=shelves.office.actors[by],
        now=shelves.present,
    )


def offer(shelves, copy, part, by="clerk"):
    return movements.offer(
        shelves.session,
        [copy.code],
        HandOverKind.LOAN,
        person(shelves, part),
        due_at=shelves.present + timedelta(days=2),
        actor=shelves.office.actors[by],
        now=shelves.present,
    )


def give(shelves, copy, part):
    """Give the copy to a person, who signs."""
    movements.confirm(
        shelves.session,
        offer(shelves, copy, part),
        ReceiptMethod.PIN,
        actor=shelves.office.actors[part],
        now=shelves.present,
    )


def take_back(shelves, copy):
    movements.take_back(
        shelves.session,
        {copy.code: PageCheck(copy.pages)},
        person(shelves, "holder"),
        actor=shelves.office.clerk,
        now=shelves.present,
    )


def skip(shelves, circulation_id, part, by="clerk"):
    circulations.skip(
        shelves.session,
        circulation_id,
        person(shelves, part),
        "on leave",
        actor=shelves.office.actors[by],
        now=shelves.present,
    )


def replace(shelves, circulation_id, part, substitute, *, signer="leader", by="clerk"):
    circulations.replace(
        shelves.session,
        circulation_id,
        person(shelves, part),
        person(shelves, substitute),
        "on leave",
        signer=shelves.office.actors[signer],
        actor=shelves.office.actors[by],
        now=shelves.present,
    )


def turns(shelves, circulation_id):
    view = one_circulation(shelves.session, circulation_id)
    return [str(line.turn) for line in view.readers]


def refused(shelves, error, deed, *arguments, **named):
    with pytest.raises(error) as refusal, shelves.session.begin_nested():
        deed(shelves, *arguments, **named)
    return refusal.value.facts


def test_a_copy_goes_from_reader_to_reader_through_the_registry_and_the_last_return_ends_it(shelves):
    copy = shelves.copy()
    made = begin(shelves, copy)
    for number, part in enumerate(READERS):
        give(shelves, copy, part)
        shelves.later(hours=1)
        assert turns(shelves, made) == ["RETURNED"] * number + ["READING"] + ["WAITING"] * (2 - number)
        assert shelves.session.get_one(Circulation, made).ending is None
        take_back(shelves, copy)
        shelves.later(hours=1)
    view = one_circulation(shelves.session, made)
    assert (view.ending, view.ended_by.id) == (Ending.COMPLETED, shelves.office.clerk.person_id)
    hours = [(line.returned_at - line.received_at).total_seconds() / 3600 for line in view.readers]
    assert hours == [1, 1, 1]
    assert [line.method for line in view.readers] == [ReceiptMethod.PIN] * 3
    (entry,) = log.read(shelves.session, kind="circulation.ended")
    assert (entry.subject, entry.facts["ending"], entry.facts["copy"]) == (
        f"circulation:{made}",
        "COMPLETED",
        copy.code,
    )
    give(shelves, copy, "guard")  # it is anybody's again


def test_nobody_gets_it_out_of_turn(shelves):
    copy = shelves.copy()
    made = begin(shelves, copy)
    facts = refused(shelves, OutOfTurn, offer, copy, "manager")
    assert (facts["circulation"], facts["next"]) == (made, person(shelves, "holder"))
    refused(shelves, OutOfTurn, offer, copy, "guard")
    give(shelves, copy, "holder")
    refused(shelves, ImpossibleStep, offer, copy, "manager")
    take_back(shelves, copy)
    refused(shelves, OutOfTurn, offer, copy, "holder")
    give(shelves, copy, "manager")


def test_the_counter_passes_it_on_in_one_visit_to_the_next_reader_only(shelves):
    copy = shelves.copy()
    made = begin(shelves, copy)
    give(shelves, copy, "holder")

    def transfer(shelves, part):
        return movements.transfer(
            shelves.session,
            {copy.code: PageCheck(3)},
            person(shelves, part),
            due_at=None,
            actor=shelves.office.clerk,
            now=shelves.present,
        )

    refused(shelves, OutOfTurn, transfer, "handler")
    transfer(shelves, "manager")
    assert turns(shelves, made) == ["RETURNED", "OFFERED", "WAITING"]


def test_an_offer_that_was_withdrawn_leaves_the_reader_waiting(shelves):
    copy = shelves.copy()
    made = begin(shelves, copy)
    hand_over = offer(shelves, copy, "holder")
    assert turns(shelves, made)[0] == Turn.OFFERED
    refused(shelves, ReaderNotWaiting, skip, made, "holder")
    movements.withdraw(shelves.session, hand_over, actor=shelves.office.clerk, now=shelves.present)
    assert turns(shelves, made)[0] == Turn.WAITING
    give(shelves, copy, "holder")
    assert turns(shelves, made)[0] == Turn.READING


def test_a_reader_who_is_away_is_passed_over_with_a_reason_and_the_next_ones_turn_comes(shelves):
    copy = shelves.copy()
    made = begin(shelves, copy)
    skip(shelves, made, "holder")
    refused(shelves, OutOfTurn, offer, copy, "holder")
    give(shelves, copy, "manager")
    refused(shelves, ReaderNotWaiting, skip, made, "manager")
    refused(shelves, ReaderNotWaiting, skip, made, "guard")
    skip(shelves, made, "handler")
    assert shelves.session.get_one(Circulation, made).ending is None  # the manager still has it
    take_back(shelves, copy)
    assert shelves.session.get_one(Circulation, made).ending is Ending.COMPLETED
    first = one_circulation(shelves.session, made).readers[0]
    assert (first.turn, first.skip_reason, first.skipped_by.id) == (
        Turn.SKIPPED,
        "on leave",
        shelves.office.clerk.person_id,
    )


def test_passing_over_the_last_who_waits_ends_it(shelves):
    made = begin(shelves, shelves.copy(), ["holder"])
    skip(shelves, made, "holder")
    assert shelves.session.get_one(Circulation, made).ending is Ending.COMPLETED
    refused(shelves, CirculationEnded, skip, made, "holder")


def test_a_substitute_is_agreed_to_anew_and_stands_in_the_same_place(shelves):
    copy = shelves.copy()
    made = begin(shelves, copy)
    refused(shelves, PermissionDenied, replace, made, "holder", "guard", signer="manager")
    refused(shelves, CirculationNeedsReaders, replace, made, "holder", "manager")
    refused(shelves, NotCleared, replace, made, "holder", "auditor")
    replace(shelves, made, "holder", "guard")
    view = one_circulation(shelves.session, made)
    assert [(line.place, line.person.id) for line in view.readers] == [
        (1, person(shelves, "holder")),
        (1, person(shelves, "guard")),
        (2, person(shelves, "manager")),
        (3, person(shelves, "handler")),
    ]
    assert view.readers[1].replaces.id == person(shelves, "holder")
    assert view.next.person.id == person(shelves, "guard")
    refused(shelves, OutOfTurn, offer, copy, "holder")
    give(shelves, copy, "guard")


def test_every_reader_is_named_once_active_and_cleared_until_their_turn_is_over(shelves):
    copy = shelves.copy()
    assert refused(shelves, CirculationNeedsReaders, begin, copy, [])["reason"] == "none"
    assert refused(shelves, CirculationNeedsReaders, begin, copy, ["holder", "holder"])["reason"] == "twice"
    refused(shelves, NotCleared, begin, copy, ["holder", "auditor"])
    cleared(shelves, "auditor", days=3)
    refused(shelves, NotCleared, begin, copy, ["holder", "auditor"])  # the second needs four days
    begin(shelves, copy, ["auditor", "holder"])
    shelves.session.get_one(Person, person(shelves, "guard")).active = False
    refused(shelves, ReaderInactive, begin, shelves.copy(), ["guard"])


def test_who_is_not_cleared_any_more_does_not_get_it(shelves):
    copy = shelves.copy()
    cleared(shelves, "auditor", days=5)
    begin(shelves, copy, ["auditor"])
    shelves.later(days=6)
    refused(shelves, NotCleared, offer, copy, "auditor")


@pytest.mark.parametrize("days", [0, 31])
def test_each_reader_has_a_day_and_no_more_than_a_month(shelves, days):
    refused(shelves, CirculationNeedsDays, begin, shelves.copy(), days=days)


def test_neither_the_clerk_nor_a_reader_agrees_to_the_list(shelves):
    copy, office = shelves.copy(), shelves.office
    cleared(shelves, "leader")
    assert refused(shelves, CirculationNotSeparate, begin, copy, ["leader", "holder"])["part"] == "reader"
    office.actors["leading clerk"] = type(office.leader)(
        office.clerk.person_id, 99, office.clerk.unit_id, office.leader.roles
    )
    assert refused(shelves, CirculationNotSeparate, begin, copy, signer="leading clerk")["part"] == "clerk"
    made = begin(shelves, copy)
    facts = refused(
        shelves,
        CirculationNotSeparate,
        replace,
        made,
        "holder",
        "guard",
        signer="leading clerk",
        by="other_clerk",
    )
    assert facts["part"] == "clerk"
    assert refused(shelves, CirculationNotSeparate, replace, made, "holder", "leader")["part"] == "reader"


def test_a_copy_circulates_once_at_a_time_and_only_from_stock(shelves):
    copy = shelves.copy()
    begin(shelves, copy)
    refused(shelves, AlreadyCirculating, begin, copy)
    refused(shelves, ImpossibleStep, begin, shelves.held(shelves.office.holder))


def test_a_recall_ends_it_and_who_has_the_copy_brings_it_back(shelves):
    copy = shelves.copy()
    made = begin(shelves, copy)
    give(shelves, copy, "holder")
    recalls.begin(
        shelves.session,
        shelves.document,
        "superseded",
        shelves.present + timedelta(days=7),
        actor=shelves.office.clerk,
        now=shelves.present,
    )
    view = one_circulation(shelves.session, made)
    assert (view.ending, view.present.person.id) == (Ending.RECALLED, person(shelves, "holder"))
    (entry,) = log.read(shelves.session, kind="circulation.ended")
    assert entry.facts["ending"] == "RECALLED"
    take_back(shelves, copy)
    assert turns(shelves, made) == ["RETURNED", "WAITING", "WAITING"]
    refused(shelves, CopyRecalled, offer, copy, "manager")
    refused(shelves, CopyRecalled, begin, copy)


def test_a_recall_of_another_document_leaves_it_alone(shelves):
    copy, other = shelves.copy(), shelves.other_document()
    made = begin(shelves, copy)
    shelves.held(shelves.office.holder, other)
    recalls.begin(
        shelves.session,
        other,
        "superseded",
        shelves.present + timedelta(days=7),
        actor=shelves.office.clerk,
        now=shelves.present,
    )
    assert shelves.session.get_one(Circulation, made).ending is None


def test_a_clerk_stops_it_and_nobody_else_waits(shelves):
    copy = shelves.copy()
    made = begin(shelves, copy)
    give(shelves, copy, "holder")
    circulations.stop(
        shelves.session, made, "a new draft is out", actor=shelves.office.clerk, now=shelves.present
    )
    assert copy.state is State.HELD
    view = one_circulation(shelves.session, made)
    assert (view.ending, view.ending_reason) == (Ending.STOPPED, "a new draft is out")
    refused(shelves, CirculationEnded, replace, made, "manager", "guard")
    take_back(shelves, copy)
    give(shelves, copy, "guard")


def test_a_copy_that_circulates_is_put_on_no_destruction_list(shelves):
    copy, listed = shelves.copy(), shelves.opened()
    made = begin(shelves, copy)
    with pytest.raises(CopyCirculates) as refusal, shelves.session.begin_nested():
        shelves.add(listed, copy)
    assert refusal.value.facts["circulation"] == made
    skip_all(shelves, made)
    shelves.add(listed, copy)


def skip_all(shelves, circulation_id):
    for part in READERS:
        skip(shelves, circulation_id, part)


def test_it_is_overdue_when_a_reader_keeps_it_too_long(shelves):
    copy = shelves.copy()
    made = begin(shelves, copy)
    give(shelves, copy, "holder")
    shelves.later(days=2)
    assert not one_circulation(shelves.session, made).is_overdue(shelves.present)
    shelves.later(seconds=1)
    assert one_circulation(shelves.session, made).is_overdue(shelves.present)
    take_back(shelves, copy)
    assert not one_circulation(shelves.session, made).is_overdue(shelves.present)


def test_the_list_and_who_agreed_are_in_the_ledger(shelves):
    made = begin(shelves, shelves.copy())
    (entry,) = log.read(shelves.session, kind="circulation.begun")
    assert entry.subject == f"circulation:{made}"
    assert entry.facts["readers"] == [person(shelves, part) for part in READERS]
    assert entry.facts["signer"] == shelves.office.leader.person_id
    replace(shelves, made, "holder", "guard")
    (entry,) = log.read(shelves.session, kind="circulation.reader-replaced")
    assert (entry.facts["reader"], entry.facts["substitute"]) == (
        person(shelves, "holder"),
        person(shelves, "guard"),
    )


@pytest.mark.parametrize("when", ["in stock", "offered", "read"])
def test_a_copy_that_is_missed_ends_its_circulation_and_a_found_one_does_not_resume_it(shelves, when):
    copy = shelves.copy()
    begun = begin(shelves, copy)
    if when == "offered":
        offer(shelves, copy, "holder")
    elif when == "read":
        give(shelves, copy, "holder")
    by = {"actor": shelves.office.clerk, "now": shelves.present}
    losses.report(shelves.session, copy.code, Step.MISS, "not in the cupboard", **by)
    row = shelves.session.get_one(Circulation, begun)
    assert (row.ending, row.ended_by_id, row.ended_at) == (Ending.GONE, person(shelves, "clerk"), by["now"])
    (entry,) = log.read(shelves.session, kind="circulation.ended")
    assert (entry.facts["ending"], entry.facts["copy"]) == ("GONE", copy.code)
    losses.report(shelves.session, copy.code, Step.DECLARE_LOST, "nowhere", **by)
    losses.find(shelves.session, copy.code, "in the wrong folder", approver=shelves.office.leader, **by)
    assert row.ending is Ending.GONE
    assert len(list(log.read(shelves.session, kind="circulation.ended"))) == 1
    again = begin(shelves, copy)
    assert one_circulation(shelves.session, again).next.person.id == person(shelves, "holder")


def test_a_misprint_ends_its_circulation(shelves):
    copy = shelves.copy()
    begun = begin(shelves, copy)
    copies.spoil(shelves.session, [copy.code], "smudged", actor=shelves.office.clerk, now=shelves.present)
    assert shelves.session.get_one(Circulation, begun).ending is Ending.GONE
    assert [entry.facts["ending"] for entry in log.read(shelves.session, kind="circulation.ended")] == [
        "GONE"
    ]


@pytest.mark.parametrize("state", State)
def test_whether_a_copy_can_still_be_given_decides_whether_its_circulation_goes_on(state):
    gone = {"UNACCOUNTED", "LOST", "SPOILED", "VOID", "DESTROYED"}
    assert ending_of(state, [Turn.WAITING]) is (Ending.GONE if state in gone else None)
    assert ending_of(state, [Turn.RETURNED]) is (Ending.GONE if state in gone else Ending.COMPLETED)
