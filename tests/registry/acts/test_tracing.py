"""Cases: opened over a sealed picture, run, closed once, and never changed afterwards."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from registry.acts import tracing
from registry.acts.tracing import (
    LeakEndsEarly,
    LeakInTheFuture,
    NothingToReview,
    OwnFinding,
    PictureTwice,
    ReasonMissing,
    ReviewedAlready,
    Sealed,
    TooManyPictures,
    TraceRunClosed,
    TraceRunOpen,
)
from registry.errors import PermissionDenied
from registry.ledger import log
from registry.models import Account, AccountRole, Copy, Document, Person, PrintBatch, TraceCase, TraceRun
from registry.rows import UnknownRow
from registry.rules.lifecycle import State
from registry.rules.roles import Actor, Role
from registry.rules.texts import TextTooLong
from registry.rules.tracing import MOST_PICTURES, Grade, PageFinding, RegisteredReading
from registry.rules.words import CaseState

SYSTEM = Actor.system()
PICTURE = "a" * 64
CODES = {state: f"{number:013}" for number, state in enumerate(State)}
ON_PAPER = CODES[State.HELD]


def opened(office, **changed):
    facts = {"note": "found in a chat", "leak_at": None, "actor": office.auditor, "now": office.now} | changed
    return tracing.open_case(office.session, [Sealed("IMG_1.png", PICTURE, ["b" * 64])], **facts)


def more(number):
    return Sealed(f"IMG_{number}.png", f"{number:064}", [f"{number + 100:064}"])


def second_auditor(office):
    """Return another auditor."""
    person = Person(staff_no="S098", name_zh="核", name_en="Checker", unit_id=office.units["REG"])
    roles = [AccountRole(role=Role.AUDITOR)]
    account = Account(
        person=person, login="checker", password_hash="x", created_at=office.now, roles=roles, language="en"
    )
    office.session.add(account)
    office.session.flush()
    return Actor(person.id, account.id, office.units["REG"], frozenset({Role.AUDITOR}))


def ordered(office, case_id, **changed):
    who = {"actor": office.auditor, "now": office.now} | changed
    return tracing.order_run(office.session, case_id, {"certain_log10": -9.0, "dot_keys": 1}, **who)


def closed(office, run_id, *findings):
    return tracing.close_run(
        office.session, run_id, findings, {"pages": []}, actor=SYSTEM, now=office.now + timedelta(minutes=1)
    )


def finding(grade, code=None, page=None, *, chance=None, picture_page=1):
    return PageFinding(picture_page, grade, code, page, chance)


@pytest.fixture
def copies(office) -> dict[State, Copy]:
    """A copy in every state there is."""
    session: Session = office.session
    document = session.get_one(Document, office.register())
    batch = PrintBatch(
        request=_request(office, document), document=document, ordered_by_id=office.clerk.person_id
    )
    batch.state, batch.size, batch.ordered_at = "RELEASED", len(State), office.now
    session.add(batch)
    made = {}
    for number, state in enumerate(State, 1):
        made[state] = Copy(
            code=CODES[state],
            document=document,
            copy_no=number,
            batch=batch,
            state=state,
            pages=3,
            minted_at=office.now,
        )
    session.add_all(made.values())
    session.flush()
    return made


def _request(office, document):
    from registry.acts import approvals
    from registry.models import ApprovalRequest

    request_id = approvals.request(
        office.session, office.order(document.id), actor=office.handler, now=office.now
    )
    return office.session.get_one(ApprovalRequest, request_id)


def facts(office, kind):
    return [entry.facts for entry in log.read(office.session, kind=kind)]


def test_a_case_binds_the_picture_with_who_brought_it_and_when(office):
    case = office.session.get_one(TraceCase, opened(office))
    (picture,) = case.pictures
    assert (picture.sha256, picture.shown, case.state) == (PICTURE, ["b" * 64], CaseState.OPEN)
    assert (picture.added_by_id, picture.added_at) == (office.auditor.person_id, office.now)
    assert (case.opened_by_id, case.opened_at) == (office.auditor.person_id, office.now)
    (entry,) = facts(office, "case.opened")
    (sealed,) = facts(office, "case.picture-sealed")
    assert (sealed["picture"], sealed["number"]) == (PICTURE, 1)
    assert set(entry["note"]) == set(sealed["picture_name"]) == {"private"}


def test_pictures_are_added_and_each_is_sealed_with_who_brought_it(office):
    case_id, checker = opened(office), second_auditor(office)
    later = office.now + timedelta(days=1)
    tracing.add_pictures(office.session, case_id, [more(2), more(3)], actor=checker, now=later)
    pictures = office.session.get_one(TraceCase, case_id).pictures
    assert [picture.number for picture in pictures] == [1, 2, 3]
    assert {picture.added_by_id for picture in pictures[1:]} == {checker.person_id}
    assert [entry["number"] for entry in facts(office, "case.picture-sealed")] == [1, 2, 3]


def test_the_same_picture_does_not_count_twice(office):
    case_id = opened(office)
    with pytest.raises(PictureTwice):
        tracing.add_pictures(
            office.session,
            case_id,
            [Sealed("again.png", PICTURE, [])],
            actor=office.auditor,
            now=office.now,
        )


def test_a_case_takes_no_more_pictures_than_are_compared_at_once(office):
    case_id = opened(office)
    most = [more(number) for number in range(2, MOST_PICTURES + 1)]
    tracing.add_pictures(office.session, case_id, most, actor=office.auditor, now=office.now)
    with pytest.raises(TooManyPictures):
        tracing.add_pictures(office.session, case_id, [more(99)], actor=office.auditor, now=office.now)


def test_no_picture_is_added_while_a_run_reads_those_that_are_there(office):
    case_id = opened(office)
    ordered(office, case_id)
    with pytest.raises(TraceRunOpen):
        tracing.add_pictures(office.session, case_id, [more(2)], actor=office.auditor, now=office.now)


def test_a_leak_cannot_lie_in_the_future(office):
    assert opened(office, leak_at=office.now)
    with pytest.raises(LeakInTheFuture) as caught:
        opened(office, leak_at=office.now + timedelta(seconds=1))
    assert caught.value.code == "leak-in-the-future"


def test_a_leak_is_not_seen_before_it_can_have_happened(office):
    seen_at = office.now - timedelta(days=2)
    assert opened(office, leak_at=seen_at, leak_since_at=seen_at)
    with pytest.raises(LeakEndsEarly) as caught:
        opened(office, leak_at=seen_at, leak_since_at=seen_at + timedelta(seconds=1))
    assert caught.value.code == "leak-ends-early"


def test_a_note_longer_than_its_column_is_refused(office):
    with pytest.raises(TextTooLong):
        opened(office, note="x" * 501)


def test_the_parameters_of_a_run_are_on_record_before_it_ends(office):
    case_id = opened(office)
    run_id = ordered(office, case_id)
    (entry,) = facts(office, "case.run-ordered")
    assert entry == {
        "run": run_id,
        "pictures": [PICTURE],
        "parameters": {"certain_log10": "-9.0", "dot_keys": "1"},
    }
    assert office.session.get_one(TraceCase, case_id).state is CaseState.RUNNING
    with pytest.raises(TraceRunOpen):
        ordered(office, case_id)


def test_a_run_names_its_copy_on_the_best_evidence(office, copies):
    run_id = ordered(office, opened(office))
    claim = finding(Grade.CLAIM, ON_PAPER, 1)
    certain = finding(Grade.CERTAIN, ON_PAPER, 2, chance=-40.5, picture_page=2)
    assert closed(office, run_id, claim, certain) is CaseState.NAMED

    run = office.session.get_one(TraceRun, run_id)
    assert (run.copy_id, run.page) == (copies[State.HELD].id, 2)
    assert run.case.state is run.state is CaseState.NAMED
    assert [told["grade"] for told in run.result["findings"]] == ["claim", "certain"]
    (entry,) = facts(office, "case.run-finished")
    assert entry == {
        "run": run_id,
        "state": "NAMED",
        "copy": ON_PAPER,
        "page": 2,
        "grade": "certain",
        "also": [],
        "error": None,
    }


def test_what_the_registered_marks_say_is_judged_with_what_was_read(office, copies):
    run_id = ordered(office, opened(office))
    registered = [RegisteredReading(ON_PAPER, (3,), -20.0), RegisteredReading(CODES[State.LOST], (3,), -15.0)]
    state = tracing.close_run(
        office.session,
        run_id,
        [finding(Grade.INSUFFICIENT)],
        {"pages": []},
        registered=registered,
        actor=SYSTEM,
        now=office.now,
    )
    run = office.session.get_one(TraceRun, run_id)
    assert (state, run.copy_id, run.page) == (CaseState.NAMED, copies[State.HELD].id, 3)
    (entry,) = facts(office, "case.run-finished")
    assert (entry["grade"], entry["also"]) == ("certain", [CODES[State.LOST]])


@pytest.fixture
def named(office, copies):
    """Return the id of a run that names a copy."""
    run_id = ordered(office, opened(office))
    closed(office, run_id, finding(Grade.CERTAIN, ON_PAPER, 2, chance=-40.5))
    return run_id


def reviewed(office, run_id, actor, *, agreed=True, reason=""):
    tracing.review(office.session, run_id, agreed=agreed, reason=reason, actor=actor, now=office.now)


def test_a_second_auditor_confirms_a_finding_once(office, named):
    checker = second_auditor(office)
    reviewed(office, named, checker)
    review = office.session.get_one(TraceRun, named).review
    assert (review.agreed, review.decided_by_id) == (True, checker.person_id)
    (entry,) = facts(office, "case.finding-confirmed")
    assert entry["run"] == named
    with pytest.raises(ReviewedAlready):
        reviewed(office, named, checker)


def test_a_second_auditor_refuses_a_finding_with_a_reason(office, named):
    checker = second_auditor(office)
    with pytest.raises(ReasonMissing):
        reviewed(office, named, checker, agreed=False)
    reviewed(office, named, checker, agreed=False, reason="the page was copied at the shredder")
    assert office.session.get_one(TraceRun, named).review.agreed is False
    assert set(facts(office, "case.finding-refused")[0]["reason"]) == {"private"}


def test_nobody_confirms_the_finding_of_the_own_case(office, named):
    with pytest.raises(OwnFinding):
        reviewed(office, named, office.auditor)


def test_whoever_brought_a_picture_or_ordered_the_run_does_not_confirm(office, copies):
    checker = second_auditor(office)
    case_id = opened(office)
    tracing.add_pictures(office.session, case_id, [more(2)], actor=checker, now=office.now)
    run_id = ordered(office, case_id)
    closed(office, run_id, finding(Grade.CERTAIN, ON_PAPER, 2, chance=-40.5))
    with pytest.raises(OwnFinding):
        reviewed(office, run_id, checker)
    other_case = opened(office)
    ordered_by_checker = ordered(office, other_case, actor=checker)
    closed(office, ordered_by_checker, finding(Grade.CERTAIN, ON_PAPER, 2, chance=-40.5))
    with pytest.raises(OwnFinding):
        reviewed(office, ordered_by_checker, checker)


def test_only_the_last_run_that_names_a_copy_is_confirmed(office, named):
    checker = second_auditor(office)
    again = ordered(office, office.session.get_one(TraceRun, named).case_id)
    with pytest.raises(NothingToReview):
        reviewed(office, named, checker)
    closed(office, again, finding(Grade.NO_MARK))
    with pytest.raises(NothingToReview):
        reviewed(office, again, checker)


def test_the_worker_confirms_nothing(office, named):
    with pytest.raises(PermissionDenied):
        reviewed(office, named, SYSTEM)


def test_a_conflict_names_no_copy_in_tables_or_ledger(office, copies):
    run_id = ordered(office, opened(office))
    other = finding(Grade.CLAIM, CODES[State.IN_STOCK], 1)
    state = closed(office, run_id, finding(Grade.CERTAIN, ON_PAPER, 1, chance=-40.5), other)
    run = office.session.get_one(TraceRun, run_id)
    assert (state, run.copy_id, run.page) == (CaseState.CONFLICT, None, None)
    (entry,) = facts(office, "case.run-finished")
    assert (entry["copy"], entry["page"], entry["grade"]) == (None, None, None)


def test_a_run_is_closed_once_and_the_case_can_be_run_again(office):
    case_id = opened(office)
    run_id = ordered(office, case_id)
    assert closed(office, run_id, finding(Grade.NO_MARK)) is CaseState.INCONCLUSIVE
    with pytest.raises(TraceRunClosed):
        closed(office, run_id, finding(Grade.NO_MARK))
    with pytest.raises(TraceRunClosed):
        tracing.fail_run(office.session, run_id, "worker-died", actor=SYSTEM, now=office.now)
    assert ordered(office, case_id) != run_id


def test_a_failed_run_says_why(office):
    case_id = opened(office)
    run_id = ordered(office, case_id)
    tracing.fail_run(office.session, run_id, "file-too-costly", actor=SYSTEM, now=office.now)
    run = office.session.get_one(TraceRun, run_id)
    assert (run.state, run.case.state, run.result) == (
        CaseState.FAILED,
        CaseState.FAILED,
        {"error": "file-too-costly"},
    )
    assert facts(office, "case.run-finished")[0]["error"] == "file-too-costly"


def test_only_copies_that_were_printed_can_be_shown_by_a_picture(office, copies):
    found = tracing.codes_on_paper(office.session, [*CODES.values(), "9999999999999"])
    document_id = copies[State.HELD].document_id
    printed = set(CODES.values()) - {CODES[State.RESERVED], CODES[State.VOID]}
    assert found == dict.fromkeys(printed, document_id)


def test_reading_a_case_is_on_record_with_the_instant_asked_about(office):
    case_id = opened(office)
    tracing.record_reading(office.session, case_id, at=office.now, actor=office.auditor, now=office.now)
    assert facts(office, "case.read") == [{"custody_at": "2026-03-02T08:30:00.000000Z"}]
    with pytest.raises(UnknownRow):
        tracing.record_reading(office.session, 999, at=None, actor=office.auditor, now=office.now)


@pytest.mark.parametrize("part", ["clerk", "leader", "officer", "administrator", "guard", "holder"])
def test_nobody_but_the_auditor_traces(office, part):
    actor, case_id = office.actors[part], opened(office)
    with pytest.raises(PermissionDenied):
        opened(office, actor=actor)
    with pytest.raises(PermissionDenied):
        ordered(office, case_id, actor=actor)
    with pytest.raises(PermissionDenied):
        tracing.record_reading(office.session, case_id, at=None, actor=actor, now=office.now)


def test_the_worker_runs_but_opens_and_reads_no_case(office):
    case_id = opened(office)
    assert ordered(office, case_id, actor=SYSTEM)
    with pytest.raises(PermissionDenied):
        opened(office, actor=SYSTEM)
    with pytest.raises(PermissionDenied):
        tracing.record_reading(office.session, case_id, at=None, actor=SYSTEM, now=office.now)
