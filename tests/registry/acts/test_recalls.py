"""Recalls: what is due is frozen, returns fulfil it, the sum always holds, and nothing leaves meanwhile."""

import random
from collections import Counter
from datetime import timedelta

import pytest

from registry.acts import destruction, losses, movements, recalls
from registry.acts.movements import PageCheck
from registry.acts.recalls import (
    AlreadyRecalled,
    NothingToRecall,
    NotMissedInRecall,
    RecallClosed,
    RecallNeedsDueTime,
)
from registry.errors import PermissionDenied
from registry.ledger import log
from registry.models import Copy
from registry.rows import UnknownRow
from registry.rules.gate import Colour, Proof, Reason, judge
from registry.rules.lifecycle import State, Step
from registry.rules.recall import CopyRecalled, Fate, NotAnIndependentSigner, RecallNotSettled
from registry.rules.words import Direction, HandOverKind, ReceiptMethod
from registry.views.passage import Shown, find_situation
from registry.views.recalls import balance_now, one_recall, wanted_from
from registry.views.recalls import recalls as all_recalls
from tests.registry.acts.shelves import Shelves
from tests.registry.acts.shredders import OPERATOR


@pytest.fixture
def shelves(office):
    return Shelves(office)


def begin(shelves, by="clerk", document_id=None, days=7):
    return recalls.begin(
        shelves.session,
        document_id or shelves.document,
        "superseded",
        shelves.present + timedelta(days=days),
        actor=shelves.office.actors[by],
        now=shelves.present,
    )


def take_back(shelves, *copies):
    checks = {copy.code: PageCheck(copy.pages) for copy in copies}
    return movements.take_back(
        shelves.session,
        checks,
        shelves.office.holder.person_id,
        actor=shelves.office.clerk,
        now=shelves.present,
    )


def excuse(shelves, recall_id, copy, signer="leader", by="clerk"):
    recalls.excuse(
        shelves.session,
        recall_id,
        copy.code,
        "needed until Friday",
        signer=shelves.office.actors[signer],
        actor=shelves.office.actors[by],
        now=shelves.present,
    )


def close(shelves, recall_id):
    return recalls.close(shelves.session, recall_id, actor=shelves.office.clerk, now=shelves.present)


def sums(shelves, recall_id):
    found = balance_now(shelves.session, recall_id)
    return found.due, found.returned, found.missed, found.lost


def at_the_exit(shelves, copy):
    shown = Shown(
        gate_id=1,
        direction=Direction.EXIT,
        proof=Proof.SIGNED,
        carriers=frozenset({shelves.office.holder.person_id}),
        pages_counted=3,
    )
    return judge(find_situation(shelves.session, copy, shown, now=shelves.present))


@pytest.mark.parametrize("part", ["handler", "manager", "leader", "officer", "auditor", "holder", "guard"])
def test_only_a_clerk_recalls(shelves, part):
    shelves.held(shelves.office.holder)
    with pytest.raises(PermissionDenied):
        begin(shelves, by=part)


def test_a_recall_needs_copies_that_are_out_a_document_and_a_time_to_come(shelves):
    shelves.copy()
    with pytest.raises(NothingToRecall):
        begin(shelves)
    with pytest.raises(UnknownRow):
        begin(shelves, document_id=99)
    with pytest.raises(RecallNeedsDueTime):
        begin(shelves, days=0)


def test_a_document_is_recalled_once_at_a_time(shelves):
    copy = shelves.held(shelves.office.holder)
    first = begin(shelves)
    with pytest.raises(AlreadyRecalled):
        begin(shelves)
    shelves.session.rollback()
    assert copy is not None
    assert first == 1


def test_due_is_frozen_and_returns_fulfil_it(shelves):
    first, second = shelves.held(shelves.office.holder), shelves.held(shelves.office.holder)
    shelves.copy()
    lost = shelves.copy(state=State.LOST)
    recall_id = begin(shelves)
    assert sums(shelves, recall_id) == (3, 0, 2, 1)
    take_back(shelves, first)
    assert sums(shelves, recall_id) == (3, 1, 1, 1)
    view = one_recall(shelves.session, recall_id)
    assert [(line.copy.code, line.fate) for line in view.copies] == [
        (second.code, Fate.MISSED),
        (lost.code, Fate.LOST),
        (first.code, Fate.RETURNED),
    ]
    assert view.copies[0].holder.id == view.copies[0].answers.id == shelves.office.holder.person_id
    assert (view.copies[2].holder.id, view.copies[2].answers) == (shelves.office.holder.person_id, None)


def test_the_sum_holds_whatever_the_counter_does(shelves):
    copies = [shelves.held(shelves.office.holder) for _ in range(6)]
    recall_id = begin(shelves)
    chance = random.Random(20261)
    by = {"actor": shelves.office.clerk}
    seen = set()
    for _ in range(80):
        copy = chance.choice(copies)
        shelves.later(minutes=1)
        now = shelves.present
        deeds = {
            State.HELD: [
                lambda c, n: movements.claim(shelves.session, c.code, actor=shelves.office.holder, now=n),
                lambda c, n: take_back(shelves, c),
                lambda c, n: losses.report(shelves.session, c.code, Step.MISS, "gone", now=n, **by),
            ],
            State.CLAIMED: [
                lambda c, n: movements.dismiss_claim(shelves.session, c.code, "not here", now=n, **by),
                lambda c, n: take_back(shelves, c),
            ],
            State.UNACCOUNTED: [
                lambda c, n: losses.report(shelves.session, c.code, Step.DECLARE_LOST, "no", now=n, **by)
            ],
            State.IN_STOCK: [
                lambda c, n: losses.report(shelves.session, c.code, Step.MISS, "gone", now=n, **by)
            ],
        }.get(copy.state)
        if deeds:
            chance.choice(deeds)(copy, now)
        seen.add(copy.state)
        states = Counter(str(one.state) for one in copies)
        returned, lost = states["IN_STOCK"], states["UNACCOUNTED"] + states["LOST"]
        missed = states["HELD"] + states["CLAIMED"]
        assert sums(shelves, recall_id) == (6, returned, missed, lost)
        assert returned + missed + lost == 6
    assert seen == {State.HELD, State.CLAIMED, State.UNACCOUNTED, State.LOST, State.IN_STOCK}


def test_what_is_recalled_is_not_handed_out_signed_for_or_passed_on(shelves):
    held, stock, offered = shelves.held(shelves.office.holder), shelves.copy(), shelves.copy()
    give = {"due_at": None, "actor": shelves.office.clerk, "now": shelves.present}
    hand_over = movements.offer(
        shelves.session, [offered.code], HandOverKind.ISSUE, shelves.office.holder.person_id, **give
    )
    begin(shelves)
    with pytest.raises(CopyRecalled):
        movements.offer(
            shelves.session, [stock.code], HandOverKind.ISSUE, shelves.office.holder.person_id, **give
        )
    with pytest.raises(CopyRecalled):
        movements.transfer(
            shelves.session, {held.code: PageCheck(3)}, shelves.office.leader.person_id, **give
        )
    with pytest.raises(CopyRecalled):
        movements.confirm(
            shelves.session,
            hand_over,
            ReceiptMethod.PIN,
            actor=shelves.office.holder,
            now=shelves.present,
        )
    movements.withdraw(shelves.session, hand_over, actor=shelves.office.clerk, now=shelves.present)
    assert offered.state is State.IN_STOCK


def test_a_copy_under_recall_cannot_be_put_on_a_destruction_list(shelves):
    shelves.held(shelves.office.holder)
    stock, foreign = shelves.copy(), shelves.copy(shelves.other_document())
    begin(shelves)
    list_id = shelves.opened()
    with pytest.raises(CopyRecalled) as refusal:
        shelves.add(list_id, stock)
    assert refusal.value.copy == stock.code
    assert shelves.add(list_id, foreign) is True


def test_a_list_that_was_begun_before_the_recall_is_not_submitted(shelves):
    shelves.held(shelves.office.holder)
    stock = shelves.copy()
    list_id = shelves.opened()
    shelves.add(list_id, stock)
    request_id = shelves.asked(list_id, stock)
    begin(shelves)
    with pytest.raises(CopyRecalled):
        destruction.submit(
            shelves.session, list_id, request_id, actor=shelves.office.clerk, now=shelves.present
        )
    assert stock.state is State.IN_STOCK


def test_a_recall_that_begins_at_the_shredder_stops_the_destruction(shelves):
    held, stock, other = shelves.held(shelves.office.holder), shelves.copy(), shelves.copy()
    list_id = shelves.approved(stock, other)
    shelves.show(list_id, stock)
    shelves.show(list_id, other)
    begin(shelves)
    with pytest.raises(CopyRecalled):
        shelves.attest(list_id, OPERATOR, shelves.office.other_clerk)
    take_back(shelves, held)
    close(shelves, 1)
    assert shelves.attest(list_id, OPERATOR, shelves.office.other_clerk).shortfall.witnesses_missing == 1


def test_a_copy_under_recall_is_not_taken_at_the_shredder(shelves):
    shelves.held(shelves.office.holder)
    stock = shelves.copy()
    list_id = shelves.approved(stock)
    begin(shelves)
    with pytest.raises(CopyRecalled):
        shelves.show(list_id, stock)


def test_a_recalled_copy_is_stopped_at_the_exit_and_let_in(shelves):
    copy = shelves.held(shelves.office.holder)
    before = at_the_exit(shelves, copy)
    assert before.reason is Reason.NO_PERMIT
    begin(shelves)
    stopped = at_the_exit(shelves, copy)
    assert (stopped.colour, stopped.reason) == (Colour.RED, Reason.COPY_RECALLED)
    copy.state = State.OUTSIDE
    shown = Shown(
        gate_id=1, direction=Direction.ENTRY, proof=Proof.SIGNED, carriers=frozenset(), pages_counted=None
    )
    home = judge(find_situation(shelves.session, copy, shown, now=shelves.present))
    assert home.reason is Reason.MAY_ENTER


def test_a_recall_closes_when_everything_is_back_and_frees_the_document(shelves):
    copy = shelves.held(shelves.office.holder)
    recall_id = begin(shelves)
    with pytest.raises(RecallNotSettled) as refusal:
        close(shelves, recall_id)
    assert refusal.value.missing == 1
    take_back(shelves, copy)
    total = close(shelves, recall_id)
    assert (total.due, total.returned) == (1, 1)
    assert shelves.add(shelves.opened(), copy) is True
    with pytest.raises(RecallClosed):
        close(shelves, recall_id)


def test_a_missed_copy_stays_out_only_under_a_signature_of_a_third_person(shelves):
    copy, other = shelves.held(shelves.office.leader), shelves.held(shelves.office.holder)
    recall_id = begin(shelves)
    for signer in ("clerk", "manager", "officer", "holder"):
        with pytest.raises(PermissionDenied):
            excuse(shelves, recall_id, other, signer)
    with pytest.raises(NotAnIndependentSigner):
        excuse(shelves, recall_id, copy)
    excuse(shelves, recall_id, other)
    take_back(shelves, copy)
    total = close(shelves, recall_id)
    assert (total.due, total.returned, total.missed, total.lost) == (2, 1, 1, 0)
    (line, _) = one_recall(shelves.session, recall_id).copies
    assert (line.excuse.person.id, line.excuse.reason) == (
        shelves.office.leader.person_id,
        "needed until Friday",
    )


def test_only_a_missed_copy_of_the_campaign_is_excused(shelves):
    back, foreign = (
        shelves.held(shelves.office.holder),
        shelves.held(shelves.office.holder, shelves.other_document()),
    )
    recall_id = begin(shelves)
    take_back(shelves, back)
    for copy in (back, foreign):
        with pytest.raises(NotMissedInRecall):
            excuse(shelves, recall_id, copy)


def test_a_closed_recall_keeps_what_it_came_to(shelves):
    copy = shelves.held(shelves.office.holder)
    recall_id = begin(shelves)
    excuse(shelves, recall_id, copy)
    close(shelves, recall_id)
    take_back(shelves, copy)
    head = one_recall(shelves.session, recall_id).head
    assert (head.balance.missed, head.balance.returned) == (1, 0)
    (row,) = all_recalls(shelves.session)
    assert row.balance == head.balance


def test_holders_are_told_what_to_bring_until_when(shelves):
    copy = shelves.held(shelves.office.holder)
    shelves.held(shelves.office.holder, shelves.other_document())
    begin(shelves, days=3)
    wanted = wanted_from(shelves.session, shelves.office.holder.person_id)
    assert wanted == {copy.code: shelves.present + timedelta(days=3)}
    assert wanted_from(shelves.session, shelves.office.leader.person_id) == {}


def test_the_ledger_tells_what_was_due_who_was_told_and_what_came_of_it(shelves):
    copy = shelves.held(shelves.office.holder)
    recall_id = begin(shelves)
    excuse(shelves, recall_id, copy)
    close(shelves, recall_id)
    begun, excused, closed = (
        entry for entry in log.read(shelves.session) if entry.subject == f"recall:{recall_id}"
    )
    assert (begun.facts["due"], begun.facts["holders"]) == ([copy.code], [shelves.office.holder.person_id])
    assert (excused.facts["copy"], excused.facts["signer"]) == (copy.code, shelves.office.leader.person_id)
    assert (closed.facts["missed"], closed.facts["excused"]) == (1, [copy.code])
    assert shelves.session.get_one(Copy, copy.id).state is State.HELD
