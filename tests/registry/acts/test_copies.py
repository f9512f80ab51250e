"""Numbers, codes and print runs: reserved, issued, spoiled, given up, released."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry.acts import approvals, attempts, batches, copies
from registry.acts.attempts import Leaving
from registry.acts.copies import (
    Made,
    NotAMisprint,
    NothingOrdered,
    NothingPrintedYet,
    RecipientInactive,
    RecipientNotAgreed,
    SeveralBatches,
)
from registry.consent import ApprovalLapsed, NotApproved
from registry.errors import PermissionDenied
from registry.ledger import log
from registry.models import Copy, Document, Movement, Person, PrintBatch, Unit
from registry.rows import move
from registry.rules.approval import Act, ApprovalExhausted, ExecutorNotSeparate, Order, Units
from registry.rules.batches import AlreadyReleased, ImpossibleBatchStep
from registry.rules.levels import Scheme
from registry.rules.lifecycle import ImpossibleStep, State
from registry.rules.roles import Actor, Role
from registry.rules.sheets import Layout
from registry.rules.texts import MissingText
from registry.rules.words import BatchState, Custodian, MovementKind
from registry.views.attempts import printable
from registry.views.conservation import conservation
from registry.views.custody import custody_now
from tests.fixtures.office import proven

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SYSTEM = Actor.system()
WHATEVER = Leaving(Layout(), (), "e" * 64)
MADE = Made("b" * 64, "d" * 64, "c" * 64)


@dataclass(frozen=True)
class Office:
    """One unit, its people as actors, and one document."""

    clerk: Actor
    handler: Actor
    leader: Actor
    holder: Actor
    document_id: int
    unit_id: int


def _person(session, unit_id, number, *roles):
    person = Person(
        staff_no=f"S{number}", name_zh=f"员工{number}", name_en=f"Person {number}", unit_id=unit_id
    )
    session.add(person)
    session.flush()
    return Actor(person.id, None, unit_id, frozenset(roles))


@pytest.fixture
def office(session):
    return open_office(session)


def open_office(session):
    """Return an office with its people and document."""
    unit = Unit(code="GM", name_zh="总经理办公室", name_en="Office of the General Manager")
    session.add(unit)
    session.flush()
    clerk = _person(session, unit.id, 1, Role.CLERK)
    document = Document(
        doc_number="会发〔2026〕7号",
        title="并购方案",
        issuing_unit_id=unit.id,
        classifying_unit_id=unit.id,
        scheme="company",
        level="SECRET",
        secrecy_period="10年",
        pages=3,
        original_sha256="0" * 64,
        cleaned_sha256="1" * 64,
        pictures=[],
        findings=[],
        proof=proven(3),
        registered_by_id=clerk.person_id,
        registered_at=NOW,
    )
    session.add(document)
    session.flush()
    return Office(
        clerk=clerk,
        handler=_person(session, unit.id, 2, Role.HANDLER),
        leader=_person(session, unit.id, 3, Role.RESPONSIBLE_LEADER),
        holder=_person(session, unit.id, 4, Role.HOLDER),
        document_id=document.id,
        unit_id=unit.id,
    )


def approved(session, office, quantity, *, recipients=(), pages=""):
    """Return the id of a request for that many copies that everybody has agreed to."""
    order = Order(
        act=Act.PRINT,
        scheme=Scheme.COMPANY,
        level="SECRET",
        requester_person=office.handler.person_id,
        units=Units(office.unit_id, office.unit_id, office.unit_id),
        reason="for the board meeting",
        document_id=office.document_id,
        document_sha256="1" * 64,
        copies=quantity,
        pages=pages,
        recipients=recipients,
        until=NOW + timedelta(days=7),
    )
    request_id = approvals.request(session, order, actor=office.handler, now=NOW)
    approvals.decide(
        session,
        request_id,
        agreed=True,
        shown_hash=order.order_hash(),
        remark="",
        actor=office.leader,
        now=NOW,
    )
    return request_id


def leaving(session, batch):
    """Return what would leave of a batch now, as if it had been proven."""
    found = printable(session, batch.id, Layout())
    return Leaving(found.layout, found.stretches, "e" * 64)


def started(session, batch):
    """Begin making a batch, and return it."""
    batches.start(session, batch.id, MADE.base_sha256, actor=SYSTEM, now=NOW)
    return batch


def ordered(session, office, quantity):
    """Return a batch of that many reserved copies."""
    request_id = approved(session, office, quantity)
    batch_id = copies.reserve(session, request_id, [None] * quantity, actor=office.clerk, now=NOW)
    return session.get_one(PrintBatch, batch_id)


def released(session, office, quantity):
    """Return a batch whose file has been printed."""
    batch = ordered(session, office, quantity)
    batches.start(session, batch.id, "b" * 64, actor=SYSTEM, now=NOW)
    for copy in batch.copies:
        copies.issue(session, copy.code, MADE, actor=SYSTEM, now=NOW)
    batches.finish(session, batch.id, actor=SYSTEM, now=NOW)
    attempts.release(session, batch.id, leaving(session, batch), actor=office.clerk, now=NOW)
    return batch


def test_reserving_counts_the_numbers_of_a_document_on(session, office):
    first = ordered(session, office, 3)
    second = ordered(session, office, 2)

    assert [copy.copy_no for copy in first.copies] == [1, 2, 3]
    assert [copy.copy_no for copy in second.copies] == [4, 5]
    assert {copy.state for copy in first.copies} == {State.RESERVED}
    assert len({copy.code for copy in [*first.copies, *second.copies]}) == 5
    assert conservation(session)[office.document_id].by_state == {State.RESERVED: 5}


def test_every_reserved_number_is_in_the_ledger_before_it_has_paper(session, office):
    batch = ordered(session, office, 2)

    entries = list(log.read(session, kind="copy.reserved"))
    assert [entry.subject for entry in entries] == [f"copy:{copy.code}" for copy in batch.copies]
    assert [entry.facts["copy_no"] for entry in entries] == [1, 2]
    assert [entry.facts["state"] for entry in entries] == ["RESERVED", "RESERVED"]
    assert [entry.subject for entry in log.read(session, kind="batch.ordered")] == [f"batch:{batch.id}"]


def test_an_approval_prints_no_more_copies_than_were_agreed_to(session, office):
    request_id = approved(session, office, 3)
    copies.reserve(session, request_id, [None, None], actor=office.clerk, now=NOW)

    with pytest.raises(ApprovalExhausted):
        copies.reserve(session, request_id, [None, None], actor=office.clerk, now=NOW)
    assert session.get_one(Document, office.document_id).last_copy_no == 2


def test_a_used_up_approval_prints_nothing(session, office):
    request_id = approved(session, office, 1)
    copies.reserve(session, request_id, [None], actor=office.clerk, now=NOW)

    with pytest.raises(NotApproved):
        copies.reserve(session, request_id, [None], actor=office.clerk, now=NOW)


def test_an_approval_whose_time_is_over_prints_nothing(session, office):
    request_id = approved(session, office, 1)

    with pytest.raises(ApprovalLapsed):
        copies.reserve(session, request_id, [None], actor=office.clerk, now=NOW + timedelta(days=8))


@pytest.mark.parametrize("part", ["handler", "leader"])
def test_who_asked_or_agreed_does_not_print_even_as_a_clerk(session, office, part):
    request_id = approved(session, office, 1)
    person = getattr(office, part)
    as_clerk = Actor(person.person_id, None, office.unit_id, frozenset({Role.CLERK}))

    with pytest.raises(ExecutorNotSeparate):
        copies.reserve(session, request_id, [None], actor=as_clerk, now=NOW)


def test_only_a_clerk_prints(session, office):
    request_id = approved(session, office, 1)

    with pytest.raises(PermissionDenied):
        copies.reserve(session, request_id, [None], actor=office.holder, now=NOW)


def test_an_empty_print_run_is_refused(session, office):
    request_id = approved(session, office, 1)

    with pytest.raises(NothingOrdered):
        copies.reserve(session, request_id, [], actor=office.clerk, now=NOW)


def test_copies_carry_only_names_that_the_approvers_saw(session, office):
    request_id = approved(session, office, 2, recipients=(office.holder.person_id,))

    with pytest.raises(RecipientNotAgreed):
        copies.reserve(
            session,
            request_id,
            [office.holder.person_id, office.leader.person_id],
            actor=office.clerk,
            now=NOW,
        )


def test_nobody_who_has_left_is_named_on_a_copy(session, office):
    request_id = approved(session, office, 1)
    session.get_one(Person, office.holder.person_id).active = False

    with pytest.raises(RecipientInactive):
        copies.reserve(session, request_id, [office.holder.person_id], actor=office.clerk, now=NOW)


def test_an_approval_for_some_pages_does_not_print_the_whole_document(session, office):
    request_id = approved(session, office, 1, pages="1-2")

    with pytest.raises(copies.PartialPrint):
        copies.reserve(session, request_id, [None], actor=office.clerk, now=NOW)


def test_an_issued_copy_is_in_stock_and_the_registry_answers_for_it(session, office):
    batch = started(session, ordered(session, office, 1))
    copies.issue(session, batch.copies[0].code, MADE, actor=SYSTEM, now=NOW)

    assert batch.copies[0].state is State.IN_STOCK
    assert custody_now(session, [batch.copies[0].id])[batch.copies[0].id].custodian is Custodian.REGISTRY
    with pytest.raises(ImpossibleStep):
        copies.issue(session, batch.copies[0].code, MADE, actor=SYSTEM, now=NOW)


def test_the_file_of_a_batch_is_released_once(session, office):
    batch = released(session, office, 1)

    with pytest.raises(AlreadyReleased):
        attempts.release(session, batch.id, WHATEVER, actor=office.clerk, now=NOW)
    assert len(list(log.read(session, kind="batch.released"))) == 1


def test_the_file_is_not_released_before_it_is_ready(session, office):
    batch = ordered(session, office, 1)

    with pytest.raises(ImpossibleBatchStep):
        attempts.release(session, batch.id, WHATEVER, actor=office.clerk, now=NOW)


def test_the_requester_does_not_fetch_the_file(session, office):
    batch = ordered(session, office, 1)
    batches.start(session, batch.id, "b" * 64, actor=SYSTEM, now=NOW)
    copies.issue(session, batch.copies[0].code, MADE, actor=SYSTEM, now=NOW)
    batches.finish(session, batch.id, actor=SYSTEM, now=NOW)
    as_clerk = Actor(office.handler.person_id, None, office.unit_id, frozenset({Role.CLERK}))

    with pytest.raises(ExecutorNotSeparate):
        attempts.release(session, batch.id, WHATEVER, actor=as_clerk, now=NOW)


def test_a_misprint_stays_on_the_books_and_gets_a_successor_with_a_new_number(session, office):
    batch = released(session, office, 2)
    spoiled = batch.copies[1]
    result = copies.spoil(session, [spoiled.code], "paper jam", actor=office.clerk, now=NOW)

    successor = session.scalars(sa.select(Copy).where(Copy.batch_id == result.batch_id)).one()
    assert spoiled.state is State.SPOILED
    assert spoiled.state_reason == "paper jam"
    assert (successor.copy_no, successor.replaces_id) == (3, spoiled.id)
    assert successor.code == result.replacements[spoiled.code] != spoiled.code
    assert conservation(session)[office.document_id].by_state == {
        State.RESERVED: 1,
        State.IN_STOCK: 1,
        State.SPOILED: 1,
    }


def test_a_misprint_does_not_use_the_approval_again(session, office):
    batch = released(session, office, 1)
    used = batch.request.used
    copies.spoil(session, [batch.copies[0].code], "paper jam", actor=office.clerk, now=NOW)

    assert batch.request.used == used == batch.request.quantity


def test_a_misprint_after_the_approval_has_lapsed_is_recorded_without_a_successor(session, office):
    batch = released(session, office, 1)
    later = NOW + timedelta(days=8)
    result = copies.spoil(session, [batch.copies[0].code], "paper jam", actor=office.clerk, now=later)

    assert result.batch_id is None
    assert batch.copies[0].state is State.SPOILED
    assert session.get_one(Document, office.document_id).last_copy_no == 1


def test_paper_that_was_never_printed_cannot_be_spoiled(session, office):
    batch = started(session, ordered(session, office, 1))
    copies.issue(session, batch.copies[0].code, MADE, actor=SYSTEM, now=NOW)

    with pytest.raises(NothingPrintedYet):
        copies.spoil(session, [batch.copies[0].code], "paper jam", actor=office.clerk, now=NOW)


def test_a_copy_that_a_holder_has_had_is_no_misprint(session, office):
    copy = released(session, office, 1).copies[0]
    person = office.holder.person_id
    move(session, copy, MovementKind.ISSUE, Custodian.PERSON, person_id=person, actor=office.clerk, now=NOW)
    session.flush()
    move(session, copy, MovementKind.RETURN, Custodian.REGISTRY, actor=office.clerk, now=NOW)

    with pytest.raises(NotAMisprint):
        copies.spoil(session, [copy.code], "paper jam", actor=office.clerk, now=NOW)


def test_a_misprint_is_spoiled_with_a_reason_and_only_once(session, office):
    copy = released(session, office, 1).copies[0]
    with pytest.raises(MissingText):
        copies.spoil(session, [copy.code], "  ", actor=office.clerk, now=NOW)

    copies.spoil(session, [copy.code], "paper jam", actor=office.clerk, now=NOW)
    with pytest.raises(ImpossibleStep):
        copies.spoil(session, [copy.code], "paper jam", actor=office.clerk, now=NOW)


def test_copies_of_two_runs_are_not_spoiled_together(session, office):
    codes = [released(session, office, 1).copies[0].code for _ in range(2)]

    with pytest.raises(SeveralBatches):
        copies.spoil(session, codes, "paper jam", actor=office.clerk, now=NOW)


def test_giving_up_a_run_of_which_nothing_was_made_voids_it(session, office):
    batch = ordered(session, office, 2)
    batches.fail(session, batch.id, "broken-file", actor=SYSTEM, now=NOW)

    assert copies.give_up(session, batch.id, actor=SYSTEM, now=NOW) == 2
    assert batch.state is BatchState.VOID
    assert {copy.state for copy in batch.copies} == {State.VOID}
    assert conservation(session)[office.document_id].holds
    assert session.scalars(sa.select(Movement.custodian)).all() == [Custodian.NONE, Custodian.NONE]


def test_giving_up_the_rest_keeps_the_copies_that_are_made(session, office):
    batch = ordered(session, office, 2)
    batches.start(session, batch.id, "b" * 64, actor=SYSTEM, now=NOW)
    copies.issue(session, batch.copies[0].code, MADE, actor=SYSTEM, now=NOW)
    batches.fail(session, batch.id, "broken-file", actor=SYSTEM, now=NOW)
    copies.give_up(session, batch.id, actor=office.clerk, now=NOW)

    assert [copy.state for copy in batch.copies] == [State.IN_STOCK, State.VOID]
    assert batch.state is BatchState.RESERVED


def test_a_run_that_is_found_damaged_before_it_left_is_given_up_whole(session, office):
    batch = made_run(session, office)
    batches.fail(session, batch.id, "file-damaged", actor=SYSTEM, now=NOW)

    assert copies.give_up(session, batch.id, actor=office.clerk, now=NOW) == 2
    assert batch.state is BatchState.VOID
    assert {copy.state for copy in batch.copies} == {State.VOID}
    assert conservation(session)[office.document_id].holds
    moved = session.scalars(sa.select(Movement.custodian).order_by(Movement.copy_id, Movement.seq)).all()
    assert moved == [Custodian.REGISTRY, Custodian.NONE] * 2


def test_a_run_that_is_made_or_has_left_voids_nothing(session, office):
    for batch in (made_run(session, office), released(session, office, 2)):
        with pytest.raises(ImpossibleBatchStep):
            copies.give_up(session, batch.id, actor=office.clerk, now=NOW)
        assert {copy.state for copy in batch.copies} == {State.IN_STOCK}


def made_run(session, office):
    batch = ordered(session, office, 2)
    batches.start(session, batch.id, "b" * 64, actor=SYSTEM, now=NOW)
    for copy in batch.copies:
        copies.issue(session, copy.code, MADE, actor=SYSTEM, now=NOW)
    batches.finish(session, batch.id, actor=SYSTEM, now=NOW)
    return batch


def test_a_number_that_was_given_up_is_never_used_again(session, office):
    batch = ordered(session, office, 2)
    copies.give_up(session, batch.id, actor=SYSTEM, now=NOW)

    assert [copy.copy_no for copy in ordered(session, office, 1).copies] == [3]


def test_a_failed_run_can_be_tried_again_and_is_prepared_afresh(session, office):
    batch = ordered(session, office, 1)
    batches.start(session, batch.id, "b" * 64, actor=SYSTEM, now=NOW)
    batches.fail(session, batch.id, "text-not-prepared", actor=SYSTEM, now=NOW)
    batches.retry(session, batch.id, actor=office.clerk, now=NOW)

    assert (batch.state, batch.failure, batch.base_sha256) == (BatchState.RESERVED, None, None)


def test_many_issuers_at_once_never_share_a_number(engine):
    """Sixteen clerks print at the same moment; each uses an approval of their own."""
    with Session(engine) as session:
        office = open_office(session)
        requests = [approved(session, office, 3) for _ in range(16)]
        session.commit()

    def issue(request_id):
        with Session(engine) as own:
            copies.reserve(own, request_id, [None] * 3, actor=office.clerk, now=NOW)
            own.commit()

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(issue, requests))

    with Session(engine) as session:
        numbers = session.scalars(sa.select(Copy.copy_no).order_by(Copy.copy_no)).all()
        assert numbers == list(range(1, 49))
        assert conservation(session)[office.document_id].holds
