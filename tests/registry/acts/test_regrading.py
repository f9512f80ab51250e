"""Regrading: agreed to, carried out by a third person, flowing down the tree, and done when each paper says so."""

from datetime import timedelta

import pytest

from registry import consent
from registry.acts import approvals, copies, movements, regrading
from registry.acts.regrading import ProposalSettled, RemarkingNeedsDueTime
from registry.consent import DocumentDeclassified, RegradedSince
from registry.errors import PermissionDenied
from registry.ledger import log
from registry.models import Meeting, PrintBatch, RegradingProposal
from registry.rules.approval import Act, ExecutorNotSeparate
from registry.rules.family import BelowSources
from registry.rules.lifecycle import State
from registry.rules.meetings import MeetingBelowDocument
from registry.rules.regrading import (
    AlreadyDeclassified,
    CopyAwaitsMark,
    NothingToRegrade,
    NotMarkedAnewHere,
    ProposalState,
    RegradingWhilePrinting,
)
from registry.rules.words import BatchState, HandOverKind, MeetingState
from registry.views.conservation import conservation
from tests.registry.acts.kinships import Kinship


@pytest.fixture
def kinship(office):
    return Kinship(office)


def test_a_document_is_lowered_with_the_classifying_unit_and_the_security_officer(kinship):
    kinship.regrade()
    assert kinship.mark(kinship.document) == "秘密★5年"
    (entry,) = log.read(kinship.session, kind="document.regraded")
    facts = entry.facts
    assert (facts["change"], facts["level_before"], facts["level_after"]) == (
        "LOWER",
        "SECRET",
        "CONFIDENTIAL",
    )


def test_without_both_nothing_is_lowered(kinship):
    request = kinship.asked(kinship.document, "manager")
    with pytest.raises(consent.NotApproved), kinship.session.begin_nested():
        kinship.regrade(request=request)
    with pytest.raises(approvals.NotAsked), kinship.session.begin_nested():
        kinship.agree(request, "other_manager")  # of another unit than the classifying one
    kinship.agree(request, "officer")
    kinship.regrade(request=request)


def test_who_asked_does_not_carry_it_out(kinship):
    request = kinship.asked(kinship.document, by=kinship.office.clerk)
    with pytest.raises(ExecutorNotSeparate):
        kinship.regrade(request=request)
    kinship.regrade(request=request, by="other_clerk")


def test_others_than_clerks_neither_regrade_nor_mark_paper(kinship):
    request, copy = kinship.asked(kinship.document), kinship.copy()
    for part in ("handler", "leader", "officer", "auditor", "guard", "holder"):
        with pytest.raises(PermissionDenied):
            kinship.regrade(request=request, by=part)
        with pytest.raises(PermissionDenied):
            kinship.remark(copy, by=part)


def test_new_marks_are_due_at_a_time_to_come(kinship):
    with pytest.raises(RemarkingNeedsDueTime):
        kinship.regrade(days=0)


def test_the_end_of_secrecy_stands_on_the_record(kinship):
    kinship.regrade(end=True)
    assert kinship.mark(kinship.document) == "已解密"
    with pytest.raises(AlreadyDeclassified):
        kinship.asked(kinship.document)


def test_what_is_secret_no_more_needs_no_approval_to_be_printed_or_copied(kinship):
    kinship.regrade(end=True)
    for act in (Act.PRINT, Act.COPY, Act.FAX, Act.REGRADE):
        with pytest.raises(DocumentDeclassified), kinship.session.begin_nested():
            approvals.request(
                kinship.session,
                kinship.office.order(kinship.document, act=act),
                actor=kinship.office.handler,
                now=kinship.present,
            )


def test_an_approval_from_before_the_change_is_worth_nothing_after_it(kinship):
    order = kinship.office.order(kinship.document)
    request = approvals.request(kinship.session, order, actor=kinship.office.handler, now=kinship.present)
    kinship.agree(request, "leader")
    kinship.regrade(to="TOP_SECRET")
    with pytest.raises(RegradedSince):
        copies.reserve(kinship.session, request, [None], actor=kinship.office.clerk, now=kinship.present)


def test_two_approved_changes_are_not_carried_out_one_after_the_other(kinship):
    first, second = kinship.asked(kinship.document), kinship.asked(kinship.document, to="TOP_SECRET")
    kinship.regrade(request=first)
    with pytest.raises(RegradedSince):
        kinship.regrade(request=second)


def test_nothing_to_change_is_nothing_to_ask(kinship):
    with pytest.raises(NothingToRegrade):
        kinship.asked(kinship.document, to="SECRET", period="10年")


def test_each_copy_that_exists_gets_a_task_and_keeps_its_state(kinship):
    on_shelf, held = kinship.copy(), kinship.held(kinship.office.holder)
    lost = kinship.copy(state=State.LOST)
    kinship.copy(state=State.DESTROYED)
    kinship.copy(state=State.SPOILED)
    before = kinship.standing()
    line = conservation(kinship.session, [kinship.document])
    kinship.regrade()
    assert kinship.tasks() == [(copy.id, "机密★10年", "秘密★5年") for copy in (on_shelf, held, lost)]
    assert kinship.standing() == before
    assert conservation(kinship.session, [kinship.document]) == line


def test_a_scanned_copy_is_marked_anew_and_that_stands_in_the_ledger(kinship):
    copy, other = kinship.copy(), kinship.copy()
    kinship.regrade()
    assert kinship.remark(copy) == 1
    assert [task[0] for task in kinship.tasks()] == [other.id]
    (entry,) = log.read(kinship.session, kind="copy.remarked")
    assert (entry.subject, entry.facts["before"], entry.facts["after"]) == (
        f"copy:{copy.code}",
        "机密★10年",
        "秘密★5年",
    )
    with pytest.raises(NotMarkedAnewHere):
        kinship.remark(copy)


def test_of_a_stack_with_a_wrong_copy_none_is_marked(kinship):
    copy = kinship.copy()
    kinship.regrade()
    stranger = kinship.copy(kinship.another())
    with pytest.raises(NotMarkedAnewHere), kinship.session.begin_nested():
        kinship.remark(copy, stranger)
    assert len(kinship.tasks()) == 1


def test_a_later_change_overtakes_the_tasks_of_the_one_before(kinship):
    done, waiting = kinship.copy(), kinship.copy()
    kinship.regrade(to="CONFIDENTIAL")
    kinship.remark(done)
    kinship.regrade(to="TOP_SECRET", period="30年")
    assert kinship.tasks() == [
        (done.id, "秘密★5年", "绝密★30年"),
        (waiting.id, "机密★10年", "绝密★30年"),
    ]


def test_paper_that_already_says_so_needs_no_new_mark(kinship):
    kinship.copy()
    kinship.regrade(to="CONFIDENTIAL")
    kinship.regrade(to="SECRET", period="10年")
    assert kinship.tasks() == []


def test_no_copy_is_handed_out_before_it_bears_its_new_mark(kinship):
    copy = kinship.copy()
    kinship.regrade()
    with pytest.raises(CopyAwaitsMark):
        movements.offer(
            kinship.session,
            [copy.code],
            HandOverKind.LOAN,
            kinship.office.holder.person_id,
            due_at=kinship.present + timedelta(days=1),
            actor=kinship.office.clerk,
            now=kinship.present,
        )


def test_a_mark_does_not_change_while_numbers_are_made(kinship):
    kinship.session.get_one(PrintBatch, kinship.copy().batch_id).state = BatchState.READY
    with pytest.raises(RegradingWhilePrinting):
        kinship.regrade()


def test_a_raise_does_not_pass_the_level_of_a_meeting_to_come(kinship):
    meeting = Meeting(
        title="board",
        scheme="company",
        level="SECRET",
        unit_id=kinship.office.units["FIN"],
        place="A 1",
        starts_at=kinship.present,
        state=MeetingState.PLANNED,
    )
    kinship.session.add(meeting)
    kinship.session.flush()
    kinship.row(kinship.document).meeting_id = meeting.id
    with pytest.raises(MeetingBelowDocument), kinship.session.begin_nested():
        kinship.regrade(to="TOP_SECRET")
    kinship.regrade(to="CONFIDENTIAL")


def test_a_raise_flows_down_the_tree_with_a_task_for_every_copy(kinship):
    excerpt = kinship.derive(kinship.document)
    compilation = kinship.derive(excerpt, kinship.another(), letter="d")
    of_each = [kinship.copy(document) for document in (kinship.document, excerpt, compilation)]
    kinship.regrade(to="TOP_SECRET", period="30年")
    assert [kinship.row(document).level for document in (kinship.document, excerpt, compilation)] == [
        "TOP_SECRET"
    ] * 3
    assert kinship.mark(excerpt) == "绝密★至2056-03-01"
    assert [task[0] for task in kinship.tasks()] == [copy.id for copy in of_each]
    entries = list(log.read(kinship.session, kind="document.regraded"))
    assert [entry.subject for entry in entries] == [
        f"document:{document}" for document in (kinship.document, excerpt, compilation)
    ]
    assert entries[0].facts["follows"] is None
    assert entries[1].facts["follows"] == entries[0].facts["regrading"]


def test_a_lowering_is_proposed_down_the_tree_and_changes_nothing_there(kinship):
    excerpt = kinship.derive(kinship.document)
    kinship.copy(excerpt)
    kinship.regrade()
    assert kinship.mark(excerpt) == "机密★10年"
    assert kinship.tasks() == []
    (row,) = kinship.session.query(RegradingProposal)
    assert (row.document_id, row.state) == (excerpt, ProposalState.OPEN)
    kinship.regrade(excerpt, to="CONFIDENTIAL")
    kinship.session.refresh(row)
    assert row.state is ProposalState.FOLLOWED


def test_an_excerpt_that_does_not_follow_is_kept_with_a_reason_once(kinship):
    excerpt = kinship.derive(kinship.document)
    kinship.regrade()
    (row,) = kinship.session.query(RegradingProposal)
    by_clerk = {"actor": kinship.office.clerk, "now": kinship.present}
    regrading.keep(kinship.session, row.id, "names of persons stay secret", **by_clerk)
    assert row.state is ProposalState.KEPT
    (entry,) = log.read(kinship.session, kind="regrading.not-followed")
    assert entry.subject == f"document:{excerpt}"
    with pytest.raises(ProposalSettled):
        regrading.keep(kinship.session, row.id, "again", **by_clerk)


def test_an_excerpt_is_neither_lowered_nor_ended_before_its_source(kinship):
    excerpt = kinship.derive(kinship.document)
    for wanted in ({"to": "CONFIDENTIAL"}, {"end": True}):
        with pytest.raises(BelowSources), kinship.session.begin_nested():
            kinship.regrade(excerpt, **wanted)


def test_a_source_beside_an_excerpt_is_raised_without_the_excerpts_own_sources(kinship):
    excerpt, other = kinship.derive(kinship.document), kinship.another()
    compilation = kinship.derive(excerpt, other, letter="d")
    kinship.regrade(other, to="TOP_SECRET", period="10年")
    levels = [kinship.row(each).level for each in (kinship.document, excerpt, other, compilation)]
    assert levels == ["SECRET", "SECRET", "TOP_SECRET", "TOP_SECRET"]
