"""Excerpts, compilations and re-copies: approved, held to their sources, and reached by what happens to these."""

from datetime import timedelta

import pytest

from registry import consent, kin
from registry.acts import copies, destruction, movements
from registry.consent import NotApproved, RefusedByRule
from registry.ledger import log
from registry.models import Copy, Derivation, PrintBatch, Recopy
from registry.rules.approval import Act, ApprovalExhausted, ExecutorNotSeparate
from registry.rules.family import ApprovedForAnotherUse, BelowSources, Use, WrongSources
from registry.rules.lifecycle import State
from registry.rules.recall import CopyRecalled, SourceRecalled
from registry.rules.words import BatchState, HandOverKind
from registry.sources import SourceNotAtHand, SourceOfOtherDocument
from registry.views.conservation import conservation
from registry.views.knowing import who_knows
from registry.views.recalls import one_recall, wanted_from
from tests.registry.acts.kinships import Kinship


@pytest.fixture
def database_backend():
    """One backend here; regrading, which walks the same families, is proven on both."""
    return "sqlite"


@pytest.fixture
def kinship(office):
    return Kinship(office)


def test_an_excerpt_knows_its_source_and_uses_the_approval_up(kinship):
    request = kinship.to_copy(Use.EXCERPT)
    excerpt = kinship.derive(kinship.document, requests=[request])
    (row,) = kinship.session.query(Derivation)
    assert (row.document_id, row.source_id, row.made_as, row.request_id) == (
        excerpt,
        kinship.document,
        Use.EXCERPT,
        request,
    )
    (entry,) = [
        each for each in log.read(kinship.session, kind="document.registered") if "sources" in each.facts
    ]
    assert (entry.facts["made_as"], entry.facts["sources"]) == ("EXCERPT", [kinship.document])
    with pytest.raises(NotApproved):
        kinship.derive(kinship.document, requests=[request], letter="d")


def test_an_excerpt_registered_twice_is_registered_once(kinship):
    request = kinship.to_copy(Use.EXCERPT)
    assert kinship.derive(kinship.document, requests=[request]) == kinship.derive(
        kinship.document, requests=[request]
    )


def test_who_asked_for_an_excerpt_does_not_register_it(kinship):
    request = kinship.to_copy(
        Use.EXCERPT,
        kinship.another("z", issuing_unit_id=kinship.office.units["REG"]),
        by=kinship.office.clerk,
    )
    with pytest.raises(ExecutorNotSeparate):
        kinship.derive(kinship.document, requests=[request])


def test_an_excerpt_is_not_marked_below_its_source(kinship):
    request = kinship.to_copy(Use.EXCERPT)
    for changed in ({"level": "CONFIDENTIAL"}, {"secrecy_period": "5年"}):
        with pytest.raises(BelowSources), kinship.session.begin_nested():
            kinship.derive(kinship.document, requests=[request], **changed)


def test_a_compilation_is_not_marked_below_the_highest_of_its_sources(kinship):
    high = kinship.another(level="SECRET", secrecy_period="30年")
    with pytest.raises(BelowSources), kinship.session.begin_nested():
        kinship.derive(kinship.document, high, secrecy_period="10年")
    made = kinship.derive(kinship.document, high, secrecy_period="30年")
    assert kin.sources_of(kinship.session, [made]) == {made: {kinship.document, high}}


def test_a_compilation_of_one_source_is_none(kinship):
    with pytest.raises(WrongSources):
        kinship.derive(kinship.document, use=Use.COMPILATION)


def test_two_approvals_of_one_source_make_no_compilation(kinship):
    twice = [kinship.to_copy(Use.COMPILATION, copies=number) for number in (1, 2)]
    with pytest.raises(WrongSources):
        kinship.derive(kinship.document, use=Use.COMPILATION, requests=twice)


def test_an_approval_of_an_excerpt_makes_no_compilation_and_no_photocopy(kinship):
    request, other = kinship.to_copy(Use.EXCERPT), kinship.another()
    with pytest.raises(ApprovedForAnotherUse):
        kinship.derive(
            kinship.document, use=Use.COMPILATION, requests=[request, kinship.to_copy(Use.COMPILATION, other)]
        )
    with pytest.raises(ApprovedForAnotherUse):
        consent.consume(
            kinship.session, request, Act.COPY, quantity=1, actor=kinship.office.clerk, now=kinship.present
        )


def test_no_copying_is_inherited_and_demands_the_issuing_unit(kinship):
    source = kinship.another(no_copying=True)
    request = kinship.to_copy(Use.EXCERPT, source, "manager", "leader")
    assert kinship.row(kinship.derive(source, requests=[request])).no_copying


def test_top_secret_is_neither_copied_nor_excerpted_unless_a_consent_opens_it(kinship):
    high = kinship.another(level="TOP_SECRET")
    for use in Use:
        with pytest.raises(RefusedByRule):
            kinship.to_copy(use, high)


def test_nothing_is_made_of_what_is_being_recalled(kinship):
    request = kinship.to_copy(Use.EXCERPT)
    kinship.held(kinship.office.holder)
    kinship.recall()
    with pytest.raises(SourceRecalled):
        kinship.derive(kinship.document, requests=[request])


def test_re_copies_have_numbers_of_their_own_and_know_the_copy_they_were_made_after(kinship):
    source = kinship.copy()
    made = kinship.recopies(source, 2)
    assert [copy.copy_no for copy in made] == [101, 102]
    assert {copy.document_id for copy in made} == {kinship.document}
    assert len({copy.code for copy in (*made, source)}) == 3
    rows = kinship.session.query(Recopy).order_by(Recopy.copy_id).all()
    assert [(row.copy_id, row.source_id) for row in rows] == [(copy.id, source.id) for copy in made]
    (entry,) = log.read(kinship.session, subject=f"copy:{made[0].code}")
    assert entry.facts["copied_from"] == source.id


def test_no_more_re_copies_are_made_than_were_agreed_to(kinship):
    source = kinship.copy()
    request = kinship.to_copy(Use.RECOPY, copies=2, source=source)
    kinship.recopies(source, 1, request=request)
    with pytest.raises(ApprovalExhausted):
        kinship.recopies(source, 2, request=request)


def test_an_approval_of_an_excerpt_prints_nothing(kinship):
    with pytest.raises(consent.ApprovedForAnotherAct):
        kinship.recopies(kinship.copy(), 1, request=kinship.to_copy(Use.EXCERPT))


def test_re_copies_are_made_after_paper_that_is_at_hand(kinship):
    source = kinship.copy()
    request = kinship.to_copy(Use.RECOPY, source=source)
    for state in set(State) - {State.IN_STOCK, State.HELD}:
        source.state = state
        with pytest.raises(SourceNotAtHand), kinship.session.begin_nested():
            kinship.recopies(source, 1, request=request)


def test_re_copies_are_made_after_a_copy_of_the_same_document(kinship):
    request = kinship.to_copy(Use.RECOPY, source=kinship.copy(kinship.another()))
    with pytest.raises(SourceOfOtherDocument):
        kinship.recopies(kinship.copy(), 1, request=request)


def test_what_replaces_a_misprinted_re_copy_was_made_after_the_same_copy(kinship):
    source = kinship.copy()
    made = kinship.recopies(source, 1)
    batch = kinship.session.get_one(PrintBatch, made[0].batch_id)
    batch.state, made[0].state = BatchState.RELEASED, State.IN_STOCK
    spoiled = copies.spoil(
        kinship.session, [made[0].code], "jam", actor=kinship.office.clerk, now=kinship.present
    )
    (replacement,) = spoiled.replacements.values()
    copy = kinship.session.query(Copy).filter_by(code=replacement).one()
    assert kinship.session.get_one(Recopy, copy.id).source_id == source.id


def test_re_copies_are_counted_with_their_document(kinship):
    made = kinship.recopies(kinship.copy(), 2)
    kinship.printed(made[0])
    kinship.give(made[0], kinship.office.holder)
    line = conservation(kinship.session, [kinship.document])[kinship.document]
    assert line.by_state[State.RESERVED] == 1
    assert line.by_state[State.HELD] == 1
    recall = kinship.recall()
    assert [line.copy.code for line in one_recall(kinship.session, recall).copies] == [made[0].code]
    assert kinship.office.holder.person_id in {
        one.person.id for one in who_knows(kinship.session, kinship.document)
    }


def test_a_recall_reaches_excerpts_and_compilations_down_the_tree(kinship):
    excerpt = kinship.derive(kinship.document)
    other = kinship.another()
    compilation = kinship.derive(excerpt, other, letter="d")
    wanted = [
        kinship.held(kinship.office.holder, document) for document in (kinship.document, excerpt, compilation)
    ]
    spared = kinship.held(kinship.office.holder, other)
    recall = kinship.recall()
    assert [line.copy.code for line in one_recall(kinship.session, recall).copies] == [
        copy.code for copy in wanted
    ]
    assert set(wanted_from(kinship.session, kinship.office.holder.person_id)) == {
        copy.code for copy in wanted
    }
    assert spared.code not in wanted_from(kinship.session, kinship.office.holder.person_id)


def test_the_recall_of_an_excerpt_spares_its_source(kinship):
    excerpt = kinship.derive(kinship.document)
    kinship.held(kinship.office.holder)
    wanted = kinship.held(kinship.office.holder, excerpt)
    recall = kinship.recall(excerpt)
    assert [line.copy.code for line in one_recall(kinship.session, recall).copies] == [wanted.code]


def test_no_copy_of_an_excerpt_is_handed_out_or_listed_while_its_source_is_recalled(kinship):
    excerpt = kinship.derive(kinship.document)
    kinship.held(kinship.office.holder)
    copy = kinship.copy(excerpt)
    kinship.recall()
    with pytest.raises(CopyRecalled), kinship.session.begin_nested():
        movements.offer(
            kinship.session,
            [copy.code],
            HandOverKind.LOAN,
            kinship.office.holder.person_id,
            due_at=kinship.present + timedelta(days=1),
            actor=kinship.office.clerk,
            now=kinship.present,
        )
    listed = kinship.opened()
    with pytest.raises(CopyRecalled):
        destruction.add(kinship.session, listed, copy.code, actor=kinship.office.clerk, now=kinship.present)


def test_who_knows_an_excerpt_knows_of_its_source_by_it(kinship):
    excerpt = kinship.derive(kinship.document)
    kinship.held(kinship.office.holder, excerpt)
    found = {one.person.id: one for one in who_knows(kinship.session, kinship.document)}
    assert found[kinship.office.holder.person_id].through == (excerpt,)
    assert kinship.document in found[kinship.office.clerk.person_id].through
    by_excerpt = {one.person.id for one in who_knows(kinship.session, excerpt)}
    assert kinship.office.holder.person_id in by_excerpt
