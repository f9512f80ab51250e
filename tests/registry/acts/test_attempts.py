"""A run leaves attempt by attempt: what is said of the paper, what goes on from there, what is left to be destroyed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry.acts import attempts, batches, copies
from registry.acts.attempts import (
    Leaving,
    NoSuchWaste,
    NotReleasedYet,
    RunChanged,
    SheetOutOfRange,
    SheetsUnwitnessed,
)
from registry.acts.copies import Made, PreparedAnew
from registry.errors import PermissionDenied
from registry.ledger import log
from registry.models import AttemptCopy, Equipment, Person, PrintAttempt, PrintBatch, SpoiledSheet
from registry.rows import get_row, move
from registry.rules.approval import ExecutorNotSeparate
from registry.rules.attempts import AttemptState, ImpossibleAttemptStep, Route
from registry.rules.batches import AlreadyReleased, ImpossibleBatchStep
from registry.rules.lifecycle import ImpossibleStep, State
from registry.rules.roles import Actor, Role
from registry.rules.sheets import Arrangement, Layout
from registry.rules.texts import MissingText
from registry.rules.words import Custodian, EquipmentKind, MovementKind
from registry.views import attempts as views
from registry.views.attempts import AttemptOpen, NothingLeftToPrint
from tests.fixtures.statements import heard
from tests.registry.acts.test_copies import MADE, NOW, SYSTEM, approved, open_office, ordered

LATER = NOW + timedelta(minutes=5)
BOTH_SIDES = Layout()


@pytest.fixture
def office(session):
    return open_office(session)


def made(session, office, quantity=3):
    """Return a batch of three-page copies that is ready to leave."""
    batch = ordered(session, office, quantity)
    batches.start(session, batch.id, MADE.base_sha256, actor=SYSTEM, now=NOW)
    for copy in batch.copies:
        copies.issue(session, copy.code, MADE, actor=SYSTEM, now=NOW)
    batches.finish(session, batch.id, actor=SYSTEM, now=NOW)
    return batch


def leaving(session, batch, layout=BOTH_SIDES, printer=None):
    found = views.printable(session, batch.id, layout)
    return Leaving(found.layout, found.stretches, "e" * 64, printer)


def released(session, office, quantity=3, layout=BOTH_SIDES):
    batch = made(session, office, quantity)
    attempts.release(session, batch.id, leaving(session, batch, layout), actor=office.clerk, now=NOW)
    return batch


def stopped(session, office, batch, last_good, spoiled=1, *, number=1):
    attempts.stop(
        session,
        batch.id,
        number,
        last_good=last_good,
        spoiled=spoiled,
        reason="paper jam",
        actor=office.clerk,
        now=LATER,
    )


def resumed(session, office, batch):
    return attempts.resume(session, batch.id, leaving(session, batch), actor=office.clerk, now=LATER)


def row(session, batch, number=1):
    (found,) = [one for one in views.attempts(session, batch.id) if one.number == number]
    return found


def spans(row):
    return [(each.first, each.last) for each in row.stretches]


def test_a_released_attempt_is_unknown_until_somebody_knows_better(session, office):
    batch = released(session, office)
    assert row(session, batch).state is AttemptState.UNKNOWN
    (entry,) = log.read(session, kind="batch.released")
    assert entry.facts["output"] == "e" * 64
    assert [(one["first"], one["last"]) for one in entry.facts["sheets"]] == [(1, 2), (3, 4), (5, 6)]


def test_a_jam_leaves_the_good_sheets_with_their_attempt_and_the_rest_to_the_next(session, office):
    batch = released(session, office)
    stopped(session, office, batch, last_good=3)
    assert resumed(session, office, batch) == 2

    first, second = row(session, batch, 1), row(session, batch, 2)
    assert (first.state, first.last_good_sheet, spans(first)) == (
        AttemptState.SPOILED,
        3,
        [(1, 2), (3, 4), (5, 6)],
    )
    assert (second.state, spans(second)) == (AttemptState.UNKNOWN, [(4, 4), (5, 6)])
    (waste,) = first.spoiled
    assert (waste.sheet, waste.code, waste.pages) == (4, batch.copies[1].code, "3")
    (entry,) = log.read(session, kind="batch.stopped")
    assert entry.facts["spoiled"] == [{"sheet": 4, "copy": batch.copies[1].code, "pages": "3"}]


def test_a_second_jam_goes_on_from_the_second_attempt(session, office):
    batch = released(session, office)
    stopped(session, office, batch, last_good=2)
    resumed(session, office, batch)
    stopped(session, office, batch, last_good=4, spoiled=2, number=2)
    resumed(session, office, batch)

    assert spans(row(session, batch, 3)) == [(5, 6)]
    assert [one.sheet for one in row(session, batch, 2).spoiled] == [5, 6]


def test_nothing_leaves_again_before_somebody_says_what_came_out(session, office):
    batch = released(session, office)
    with pytest.raises(AttemptOpen):
        views.printable(session, batch.id, Layout())
    with pytest.raises(AttemptOpen):
        attempts.resume(session, batch.id, Leaving(Layout(), (), "e" * 64), actor=office.clerk, now=LATER)
    with pytest.raises(AlreadyReleased):
        attempts.release(session, batch.id, Leaving(Layout(), (), "e" * 64), actor=office.clerk, now=LATER)


def test_an_attempt_seen_whole_is_never_printed_again(session, office):
    batch = released(session, office)
    attempts.finish(session, batch.id, 1, actor=office.clerk, now=LATER)
    with pytest.raises(NothingLeftToPrint):
        views.printable(session, batch.id, Layout())
    with pytest.raises(ImpossibleAttemptStep):
        stopped(session, office, batch, last_good=2)


def test_a_copy_spoiled_as_a_whole_is_left_out_when_the_run_goes_on(session, office):
    batch = released(session, office)
    stopped(session, office, batch, last_good=3)
    found = copies.spoil(session, [batch.copies[1].code], "creased", actor=office.clerk, now=LATER)
    resumed(session, office, batch)

    assert found.batch_id is not None
    assert spans(row(session, batch, 2)) == [(5, 6)]


def test_a_copy_that_is_no_longer_in_stock_is_not_printed_again(session, office):
    batch = released(session, office)
    stopped(session, office, batch, last_good=0)
    batch.copies[0].state = State.UNACCOUNTED
    assert [each.first for each in views.printable(session, batch.id, Layout()).stretches] == [3, 5]


def test_with_every_copy_a_misprint_the_attempt_is_spoiled_and_nothing_is_left(session, office):
    batch = released(session, office)
    copies.spoil(session, [copy.code for copy in batch.copies], "no toner", actor=office.clerk, now=LATER)
    assert row(session, batch).state is AttemptState.SPOILED
    assert len(list(log.read(session, kind="batch.spoiled"))) == 1
    with pytest.raises(NothingLeftToPrint):
        views.printable(session, batch.id, Layout())


def test_with_some_copies_misprints_the_attempt_stays_open(session, office):
    batch = released(session, office)
    copies.spoil(session, [batch.copies[0].code], "no toner", actor=office.clerk, now=LATER)
    assert row(session, batch).state is AttemptState.UNKNOWN


@pytest.mark.parametrize(("last_good", "spoiled"), [(6, 0), (7, 1), (-1, 1), (5, 2), (3, -1)])
def test_sheets_that_the_attempt_does_not_print_are_refused(session, office, last_good, spoiled):
    batch = released(session, office)
    with pytest.raises(SheetOutOfRange):
        stopped(session, office, batch, last_good, spoiled)
    assert row(session, batch).state is AttemptState.UNKNOWN


def test_a_stop_says_why(session, office):
    batch = released(session, office)
    with pytest.raises(MissingText):
        attempts.stop(session, batch.id, 1, last_good=1, spoiled=1, reason=" ", actor=office.clerk, now=LATER)


@pytest.mark.parametrize("part", ["handler", "leader"])
def test_who_asked_or_agreed_neither_releases_nor_says_what_came_out(session, office, part):
    person = getattr(office, part)
    as_clerk = Actor(person.person_id, None, office.unit_id, frozenset({Role.CLERK}))
    waiting = made(session, office)
    with pytest.raises(ExecutorNotSeparate):
        attempts.release(session, waiting.id, leaving(session, waiting), actor=as_clerk, now=NOW)
    batch = released(session, office)
    for deed in (
        lambda: attempts.finish(session, batch.id, 1, actor=as_clerk, now=LATER),
        lambda: attempts.stop(
            session, batch.id, 1, last_good=1, spoiled=1, reason="jam", actor=as_clerk, now=LATER
        ),
    ):
        with pytest.raises(ExecutorNotSeparate):
            deed()
    stopped(session, office, batch, last_good=1)
    with pytest.raises(ExecutorNotSeparate):
        attempts.resume(session, batch.id, leaving(session, batch), actor=as_clerk, now=LATER)


def test_only_a_clerk_touches_an_attempt(session, office):
    batch = released(session, office)
    for deed in (
        lambda: attempts.send(session, batch.id, 1, job=None, actor=office.holder, now=LATER),
        lambda: attempts.doubt(session, batch.id, 1, "x", actor=office.holder, now=LATER),
        lambda: attempts.finish(session, batch.id, 1, actor=office.holder, now=LATER),
        lambda: attempts.destroy_sheets(session, [1], 1, witnesses=[], actor=office.holder, now=LATER),
    ):
        with pytest.raises(PermissionDenied):
            deed()


def test_a_run_that_changed_since_it_was_proven_does_not_leave(session, office):
    batch = made(session, office)
    proven = leaving(session, batch)
    batch.copies[2].state = State.UNACCOUNTED
    with pytest.raises(RunChanged):
        attempts.release(session, batch.id, proven, actor=office.clerk, now=NOW)


def test_what_never_left_cannot_go_on(session, office):
    batch = made(session, office)
    with pytest.raises(NotReleasedYet):
        attempts.resume(session, batch.id, leaving(session, batch), actor=office.clerk, now=NOW)


def test_the_printer_and_its_job_are_remembered(session, office):
    batch = made(session, office)
    attempts.release(
        session, batch.id, leaving(session, batch, printer="机要室"), actor=office.clerk, now=NOW
    )
    attempts.send(session, batch.id, 1, job="PDF-7", actor=office.clerk, now=LATER)
    found = row(session, batch)
    assert (found.route, found.printer, found.job, found.state) == (
        Route.PRINTER,
        "机要室",
        "PDF-7",
        AttemptState.SENT,
    )


def test_a_doubt_is_remembered_and_changes_nothing(session, office):
    batch = released(session, office)
    attempts.doubt(session, batch.id, 1, "printer-unclear", actor=office.clerk, now=LATER)
    found = row(session, batch)
    assert (found.state, found.failure) == (AttemptState.UNKNOWN, "printer-unclear")
    assert len(list(log.read(session, kind="batch.doubted"))) == 1


def test_copies_of_one_recipient_lie_together_when_that_is_wanted(session, office):
    holder, leader = office.holder.person_id, office.leader.person_id
    request_id = approved(session, office, 4)
    batch_id = copies.reserve(
        session, request_id, [holder, leader, None, holder], actor=office.clerk, now=NOW
    )
    batches.start(session, batch_id, MADE.base_sha256, actor=SYSTEM, now=NOW)
    batch = session.get_one(PrintBatch, batch_id)
    for copy in batch.copies:
        copies.issue(session, copy.code, MADE, actor=SYSTEM, now=NOW)
    layout = Layout(arrangement=Arrangement.BY_RECIPIENT)
    found = views.printable(session, batch_id, layout)
    assert [part.copy_no for part in found.parts] == [1, 4, 2, 3]
    assert found.parts[0].holder_en == "Person 4"


def shredder(session, level="P-6"):
    device = Equipment(
        kind=EquipmentKind.SHREDDER, name=f"S {level}", place="B1", shred_level=level, active=True
    )
    session.add(device)
    session.flush()
    return device.id


def witness(session, office):
    person = Person(staff_no="W1", name_zh="证人", name_en="Witness", unit_id=office.unit_id)
    session.add(person)
    session.flush()
    return Actor(person.id, None, office.unit_id, frozenset({Role.HANDLER}))


def waste_of(session, office):
    batch = released(session, office)
    stopped(session, office, batch, last_good=1, spoiled=2)
    return [one.id for one in views.waste(session, office.clerk)]


def test_spoiled_sheets_wait_until_they_are_destroyed_before_a_witness(session, office):
    waiting = waste_of(session, office)
    assert len(waiting) == 2
    watcher = witness(session, office)
    attempts.destroy_sheets(
        session, waiting, shredder(session), witnesses=[watcher], actor=office.clerk, now=LATER
    )
    assert views.waste(session, office.clerk) == ()
    (entry,) = log.read(session, kind="batch.sheets-destroyed")
    assert (entry.facts["witnesses"], len(entry.facts["sheets"])) == ([watcher.person_id], 2)
    with pytest.raises(NoSuchWaste):
        attempts.destroy_sheets(
            session, waiting, shredder(session, "P-7"), witnesses=[watcher], actor=office.clerk, now=LATER
        )


def test_sheets_are_not_destroyed_alone_nor_by_who_asked_nor_coarsely(session, office):
    waiting = waste_of(session, office)
    fine, coarse, watcher = shredder(session), shredder(session, "P-4"), witness(session, office)
    asked = Actor(office.handler.person_id, None, office.unit_id, frozenset({Role.HANDLER}))
    same = Actor(office.clerk.person_id, None, office.unit_id, frozenset({Role.CLERK}))
    for device, witnesses in ((fine, []), (fine, [asked]), (fine, [same]), (coarse, [watcher])):
        with pytest.raises(SheetsUnwitnessed):
            attempts.destroy_sheets(
                session, waiting, device, witnesses=witnesses, actor=office.clerk, now=LATER
            )
    assert len(views.waste(session, office.clerk)) == 2


def test_a_copy_made_on_another_prepared_document_is_not_taken(session, office):
    batch = ordered(session, office, 1)
    batches.start(session, batch.id, MADE.base_sha256, actor=SYSTEM, now=NOW)
    with pytest.raises(PreparedAnew):
        copies.issue(session, batch.copies[0].code, Made("a" * 64, "d" * 64, "c" * 64), actor=SYSTEM, now=NOW)


def test_a_copy_is_made_anew_on_the_record_and_only_before_its_run_is_ready(session, office):
    batch = ordered(session, office, 1)
    batches.start(session, batch.id, MADE.base_sha256, actor=SYSTEM, now=NOW)
    code = batch.copies[0].code
    copies.issue(session, code, MADE, actor=SYSTEM, now=NOW)
    copies.remake(session, code, Made(MADE.base_sha256, "1" * 64, "2" * 64), actor=SYSTEM, now=NOW)
    assert (batch.copies[0].delta_sha256, batch.copies[0].stamped_sha256) == ("1" * 64, "2" * 64)
    assert len(list(log.read(session, kind="copy.remade"))) == 1
    batches.finish(session, batch.id, actor=SYSTEM, now=NOW)
    with pytest.raises(ImpossibleBatchStep):
        copies.remake(session, code, MADE, actor=SYSTEM, now=NOW)


def test_of_many_clerks_who_go_on_at_once_one_does(engine):
    with Session(engine) as session:
        office = open_office(session)
        batch = released(session, office)
        stopped(session, office, batch, last_good=3)
        session.commit()
        batch_id, going = batch.id, leaving(session, batch)

    def go_on(_number):
        with Session(engine) as own:
            try:
                attempts.resume(own, batch_id, going, actor=office.clerk, now=LATER)
                own.commit()
            except AttemptOpen:
                return 0
        return 1

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(go_on, range(8))) == 1
    with Session(engine) as session:
        assert session.scalars(sa.select(PrintAttempt.number).order_by(PrintAttempt.number)).all() == [1, 2]
        assert session.scalar(sa.select(sa.func.count()).select_from(AttemptCopy)) == 5
        assert session.scalar(sa.select(sa.func.count()).select_from(SpoiledSheet)) == 1


def test_a_copy_that_a_holder_has_had_is_not_printed_again_under_its_number(session, office):
    batch = released(session, office)
    lent = batch.copies[1]
    for custodian, person_id in ((Custodian.PERSON, office.holder.person_id), (Custodian.REGISTRY, None)):
        kind = MovementKind.ISSUE if person_id else MovementKind.RETURN
        move(session, lent, kind, custodian, actor=office.clerk, now=LATER, person_id=person_id)
    stopped(session, office, batch, last_good=0, spoiled=0)
    assert resumed(session, office, batch) == 2
    assert [each.code for each in row(session, batch, 2).stretches] == [
        batch.copies[0].code,
        batch.copies[2].code,
    ]


def test_who_spoils_and_who_resumes_at_once_queue_so_that_no_misprint_is_printed_again(engine):
    with Session(engine) as session, session.begin():
        office = open_office(session)
        batch = released(session, office)
        stopped(session, office, batch, last_good=2, spoiled=0)
        batch_id, code = batch.id, batch.copies[1].code
        proven = leaving(session, batch)

    def resume():
        with Session(engine) as session, session.begin():
            attempts.resume(session, batch_id, proven, actor=office.clerk, now=LATER)

    with ThreadPoolExecutor(1) as pool:
        with Session(engine) as session, session.begin():
            copies.spoil(session, [code], "creased", actor=office.clerk, now=LATER)
            session.flush()
            late = pool.submit(resume)
            with pytest.raises(TimeoutError):
                late.result(0.3)
        with pytest.raises(RunChanged):
            late.result(30)


def test_who_makes_and_who_gives_up_at_once_do_not_wait_for_each_other(engine):
    with Session(engine) as session, session.begin():
        office = open_office(session)
        batch = ordered(session, office, 1)
        batches.start(session, batch.id, MADE.base_sha256, actor=SYSTEM, now=NOW)
        batch_id, code = batch.id, batch.copies[0].code

    def issue():
        with Session(engine) as session, session.begin():
            copies.issue(session, code, MADE, actor=SYSTEM, now=NOW)

    with ThreadPoolExecutor(1) as pool:
        with Session(engine) as session, session.begin():
            get_row(session, PrintBatch, batch_id, lock=True)
            late = pool.submit(issue)
            with pytest.raises(TimeoutError):
                late.result(0.3)
            assert copies.give_up(session, batch_id, actor=office.clerk, now=NOW) == 1
        with pytest.raises(ImpossibleStep):
            late.result(30)


def test_a_long_run_is_read_in_few_queries(session, office):
    batch = released(session, office, 20)
    stopped(session, office, batch, last_good=2, spoiled=10)
    batch_id = batch.id
    session.flush()
    for read in (
        lambda: views.attempts(session, batch_id),
        lambda: views.printable(session, batch_id, BOTH_SIDES),
        lambda: views.waste(session, office.clerk),
    ):
        session.expunge_all()
        with heard(session.get_bind()) as asked:
            assert read()
        assert len(asked) < 10
