"""Paper changes hands: offered, signed for, withdrawn, claimed, returned, passed on through the registry."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from registry.acts import movements
from registry.acts.movements import (
    AlreadyTheHolder,
    CopyNotPrinted,
    CopyScannedTwice,
    GivenToOneself,
    HandOverClosed,
    LoanNeedsDueTime,
    NothingScanned,
    NotTheHolder,
    NotTheReceiver,
    PageCheck,
    PrintUnsettled,
    ReceiverInactive,
)
from registry.errors import PermissionDenied
from registry.ledger import log
from registry.models import AttemptCopy, Copy, Person, PrintAttempt, PrintBatch
from registry.rows import UnknownCopy, UnknownRow, move
from registry.rules.attempts import AttemptState, Route
from registry.rules.codes import human_code
from registry.rules.lifecycle import ImpossibleStep, State
from registry.rules.sheets import Arrangement
from registry.rules.texts import MissingText
from registry.rules.words import (
    BatchState,
    Custodian,
    HandOverKind,
    HandOverState,
    MovementKind,
    ReceiptMethod,
)
from registry.views import holdings
from registry.views.custody import custody_at, custody_chain, custody_now
from tests.fixtures.statements import heard

CODES = ("0123456789AB0", "0123456789AB1", "0123456789AB2")
WHOLE = PageCheck(counted=3)


@dataclass(frozen=True)
class Counter:
    """The office with three copies in stock, and what happens at its counter in few words."""

    office: object
    session: object
    now: datetime

    def __getattr__(self, part):
        return getattr(self.office, part)

    def give(self, *codes, **more):
        return self.give_stack(codes or CODES, **more)

    def give_stack(self, codes, to=None, kind=HandOverKind.ISSUE, due_at=None, by=None):
        return movements.offer(
            self.session,
            codes,
            kind,
            (to or self.holder).person_id,
            due_at=due_at,
            actor=by or self.clerk,
            now=self.now,
        )

    def confirm(self, hand_over_id, by=None, method=ReceiptMethod.PIN, **more):
        movements.confirm(self.session, hand_over_id, method, actor=by or self.holder, now=self.now, **more)

    def hold(self, *codes, to=None, **more):
        """Give copies and have them signed for."""
        self.confirm(self.give(*codes, to=to, **more), by=to)

    def take_back(self, checks, by=None):
        return movements.take_back(
            self.session, checks, (by or self.holder).person_id, actor=self.clerk, now=self.now
        )

    def transfer(self, checks, to, due_at=None):
        return movements.transfer(
            self.session, checks, to.person_id, due_at=due_at, actor=self.clerk, now=self.now
        )

    def copy(self, code):
        return self.session.query(Copy).filter_by(code=code).one()

    def states(self):
        return [self.copy(code).state for code in CODES]

    def custodian(self, code):
        found = custody_now(self.session, [self.copy(code).id])[self.copy(code).id]
        return found.custodian, found.person_id

    def recorded(self, kind):
        return [(entry.subject, entry.facts) for entry in log.read(self.session, kind=kind)]


@pytest.fixture
def counter(office):
    session = office.session
    document_id = office.register()
    batch = PrintBatch(
        document_id=document_id,
        request_id=_request(office, document_id),
        size=3,
        state=BatchState.RELEASED,
        ordered_by_id=office.clerk.person_id,
        ordered_at=office.now,
    )
    session.add(batch)
    session.flush()
    for number, code in enumerate(CODES, 1):
        copy = Copy(
            code=code,
            document_id=document_id,
            copy_no=number,
            batch_id=batch.id,
            state=State.IN_STOCK,
            pages=3,
            minted_at=office.now,
        )
        session.add(copy)
        session.flush()
        move(session, copy, MovementKind.PRINTED, Custodian.REGISTRY, actor=office.clerk, now=office.now)
    return Counter(office, session, office.now + timedelta(hours=1))


def _request(office, document_id):
    from registry.acts import approvals

    return approvals.request(office.session, office.order(document_id), actor=office.handler, now=office.now)


def test_until_the_receiver_signs_the_registry_answers(counter):
    counter.give()

    assert counter.states() == [State.IN_TRANSIT] * 3
    assert counter.custodian(CODES[0]) == (Custodian.REGISTRY, None)


def test_from_the_signature_on_the_receiver_answers(counter):
    counter.confirm(counter.give(), desk_id=counter.clerk.person_id)

    assert counter.states() == [State.HELD] * 3
    assert counter.custodian(CODES[2]) == (Custodian.PERSON, counter.holder.person_id)
    subject, facts = counter.recorded("copy.confirmed")[0]
    assert subject == f"copy:{CODES[0]}"
    assert (facts["method"], facts["seen_by"]) == ("PIN", counter.clerk.person_id)


def test_a_stack_takes_no_more_statements_than_one_copy(counter):
    def through_the_counter(*codes):
        with heard(counter.session.connection()) as told:
            counter.hold(*codes)
            counter.take_back({code: PageCheck(3) for code in codes})
        return [statement.split("(")[0] for statement in told]

    through_the_counter(CODES[0])
    assert through_the_counter(CODES[0]) == through_the_counter(*CODES)
    assert counter.states() == [State.IN_STOCK] * 3


def test_only_the_receiver_signs(counter):
    hand_over_id = counter.give()

    with pytest.raises(NotTheReceiver):
        counter.confirm(hand_over_id, by=counter.handler)


def test_a_hand_over_is_signed_for_once(counter):
    hand_over_id = counter.give()
    counter.confirm(hand_over_id)

    with pytest.raises(HandOverClosed):
        counter.confirm(hand_over_id)


def test_a_withdrawn_hand_over_leaves_the_copies_in_stock_and_cannot_be_signed(counter):
    hand_over_id = counter.give()
    movements.withdraw(counter.session, hand_over_id, actor=counter.clerk, now=counter.now)

    assert counter.states() == [State.IN_STOCK] * 3
    with pytest.raises(HandOverClosed):
        counter.confirm(hand_over_id)


def test_nobody_gives_to_themselves(counter):
    with pytest.raises(GivenToOneself):
        counter.give(to=counter.clerk)


def test_who_has_left_is_given_nothing(counter):
    counter.session.get_one(Person, counter.holder.person_id).active = False

    with pytest.raises(ReceiverInactive):
        counter.give()


def test_a_copy_is_not_given_before_its_run_was_released(counter):
    counter.session.query(PrintBatch).one().state = BatchState.READY
    with pytest.raises(CopyNotPrinted) as refused:
        counter.give()
    assert (refused.value.code, refused.value.copy) == ("copy-not-printed", human_code(CODES[0]))


def test_a_copy_that_the_release_left_out_is_not_given(counter):
    attempt_over(counter, AttemptState.PRINTED, CODES[:2])
    counter.give(*CODES[:2])
    with pytest.raises(CopyNotPrinted):
        counter.give(CODES[2])


@pytest.mark.parametrize("state", [AttemptState.UNKNOWN, AttemptState.SENT])
def test_a_copy_is_not_given_while_nobody_has_said_what_came_out(counter, state):
    attempt_over(counter, state, CODES)
    with pytest.raises(PrintUnsettled) as refused:
        counter.give()
    assert (refused.value.code, refused.value.attempt) == ("print-unsettled", 1)
    assert counter.states() == [State.IN_STOCK] * 3


def attempt_over(counter, state, codes):
    """Let a run have left in one attempt, two sheets to a copy."""
    batch = counter.session.query(PrintBatch).one()
    held = [
        AttemptCopy(copy=counter.copy(code), first_sheet=2 * number - 1, last_sheet=2 * number)
        for number, code in enumerate(codes, 1)
    ]
    attempt = PrintAttempt(
        batch=batch,
        number=1,
        state=state,
        route=Route.FILE,
        duplex=True,
        faces=False,
        arrangement=Arrangement.BY_NUMBER,
        output_sha256="a" * 64,
        released_at=counter.now,
        copies=held,
    )
    counter.session.add(attempt)
    counter.session.flush()


def test_only_a_clerk_gives(counter):
    with pytest.raises(PermissionDenied):
        counter.give(by=counter.handler)


def test_an_empty_stack_a_doubled_copy_and_an_unknown_code_are_refused(counter):
    with pytest.raises(NothingScanned):
        counter.give_stack(())
    with pytest.raises(CopyScannedTwice) as twice:
        counter.give(CODES[0], CODES[0])
    assert twice.value.copies == (CODES[0],)
    with pytest.raises(UnknownCopy):
        counter.give("ZZZZZZZZZZZZZ")


@pytest.mark.parametrize("hours", [None, -1, 0])
def test_a_loan_needs_a_due_time_to_come(counter, hours):
    due_at = None if hours is None else counter.now + timedelta(hours=hours)

    with pytest.raises(LoanNeedsDueTime):
        counter.give(kind=HandOverKind.LOAN, due_at=due_at)


def test_a_loan_is_overdue_after_its_due_time_and_not_at_it(counter):
    due_at = counter.now + timedelta(hours=8)
    counter.hold(CODES[0], kind=HandOverKind.LOAN, due_at=due_at)

    assert holdings.overdue(counter.session, due_at) == ()
    (late,) = holdings.overdue(counter.session, due_at + timedelta(seconds=1))
    assert (late.copy.code, late.holder.id) == (CODES[0], counter.holder.person_id)


def test_a_copy_in_other_hands_cannot_be_given(counter):
    counter.hold(CODES[0])

    with pytest.raises(ImpossibleStep):
        counter.give(CODES[0], to=counter.handler)


def test_a_return_discharges_the_holder_whoever_brings_it(counter):
    counter.hold()
    return_id = counter.take_back({CODES[0]: WHOLE, CODES[1]: WHOLE}, by=counter.handler)

    assert counter.states() == [State.IN_STOCK, State.IN_STOCK, State.HELD]
    assert counter.custodian(CODES[0]) == (Custodian.REGISTRY, None)
    assert [
        held.copy.code for held in holdings.holdings(counter.session, person_id=counter.holder.person_id)
    ] == [CODES[2]]
    view = holdings.copy_return(counter.session, return_id)
    assert view.returned_by.id == counter.handler.person_id
    _, facts = counter.recorded("copy.returned")[0]
    assert (facts["holder"], facts["returned_by"]) == (counter.holder.person_id, counter.handler.person_id)


def test_what_the_page_check_found_is_on_record_though_the_paper_is_taken(counter):
    counter.hold(CODES[0])
    return_id = counter.take_back({CODES[0]: PageCheck(2, missing=(3,), foreign=("X p. 3",))})

    (item,) = holdings.copy_return(counter.session, return_id).copies
    assert (item.pages_counted, item.missing, item.foreign) == (2, (3,), ("X p. 3",))
    _, facts = counter.recorded("copy.returned")[0]
    assert (facts["counted"], facts["missing"], facts["foreign"]) == (2, [3], ["X p. 3"])


def test_what_is_in_stock_cannot_come_back(counter):
    with pytest.raises(ImpossibleStep):
        counter.take_back({CODES[0]: WHOLE})


def test_paper_passes_between_persons_through_the_registry_without_a_gap(counter):
    counter.hold(CODES[0])
    hand_over_id = counter.transfer({CODES[0]: WHOLE}, counter.handler)
    copy_id = counter.copy(CODES[0]).id

    assert counter.states()[0] is State.IN_TRANSIT
    assert counter.custodian(CODES[0]) == (Custodian.REGISTRY, None)
    counter.confirm(hand_over_id, by=counter.handler)
    chain = custody_chain(counter.session, copy_id)
    assert [(one.custodian, one.person_id) for one in chain] == [
        (Custodian.REGISTRY, None),
        (Custodian.PERSON, counter.holder.person_id),
        (Custodian.REGISTRY, None),
        (Custodian.PERSON, counter.handler.person_id),
    ]
    assert all(one.until_at == following.since_at for one, following in pairwise(chain))
    assert custody_at(counter.session, copy_id, datetime(2020, 1, 1, tzinfo=UTC)) is None


def test_a_transfer_is_one_return_for_each_old_holder_and_one_offer(counter):
    counter.hold(CODES[0], CODES[1])
    counter.hold(CODES[2], to=counter.manager)
    counter.transfer(dict.fromkeys(CODES, WHOLE), counter.handler)

    returned, offered = counter.recorded("copy.returned"), counter.recorded("copy.offered")[-3:]
    assert [(facts["holder"], facts["returned_by"]) for _, facts in returned] == [
        (counter.holder.person_id, counter.holder.person_id),
        (counter.holder.person_id, counter.holder.person_id),
        (counter.manager.person_id, counter.manager.person_id),
    ]
    first, second, third = (facts["paper"] for _, facts in returned)
    assert first == second != third
    assert {facts["state"] for _, facts in returned} == {"IN_STOCK"}
    assert {facts["state"] for _, facts in offered} == {"IN_TRANSIT"}


def test_nothing_is_passed_to_the_person_who_holds_it(counter):
    counter.hold(CODES[0])

    with pytest.raises(AlreadyTheHolder):
        counter.transfer({CODES[0]: WHOLE}, counter.holder)


def test_a_claim_of_return_clears_nothing(counter):
    counter.hold(CODES[0])
    movements.claim(counter.session, CODES[0], actor=counter.holder, now=counter.now)

    assert counter.states()[0] is State.CLAIMED
    assert counter.custodian(CODES[0]) == (Custodian.PERSON, counter.holder.person_id)


def test_only_the_holder_claims(counter):
    counter.hold(CODES[0])

    with pytest.raises(NotTheHolder):
        movements.claim(counter.session, CODES[0], actor=counter.handler, now=counter.now)


def test_a_dismissed_claim_leaves_the_copy_with_its_holder_and_the_reason_out_of_the_ledger(counter):
    counter.hold(CODES[0])
    movements.claim(counter.session, CODES[0], actor=counter.holder, now=counter.now)
    with pytest.raises(MissingText):
        movements.dismiss_claim(counter.session, CODES[0], " ", actor=counter.clerk, now=counter.now)
    movements.dismiss_claim(
        counter.session, CODES[0], "not in the safe", actor=counter.clerk, now=counter.now
    )

    assert counter.states()[0] is State.HELD
    ((_, facts),) = counter.recorded("copy.claim-dismissed")
    assert "not in the safe" not in str(facts)


def test_a_claimed_copy_that_turns_up_is_simply_returned(counter):
    counter.hold(CODES[0])
    movements.claim(counter.session, CODES[0], actor=counter.holder, now=counter.now)
    counter.take_back({CODES[0]: WHOLE})

    assert counter.states()[0] is State.IN_STOCK


def test_an_unknown_hand_over_is_said_to_be_unknown(counter):
    with pytest.raises(UnknownRow):
        counter.confirm(999)


def test_the_counter_sees_who_answers_for_each_copy_of_a_stack(counter):
    counter.hold(CODES[1])
    lines = holdings.desk_lines(counter.session, [*CODES, "ZZZZZZZZZZZZZ"])

    assert set(lines) == set(CODES)
    assert lines[CODES[0]].holder is None
    assert lines[CODES[1]].holder.id == counter.holder.person_id


def test_what_was_offered_and_not_signed_for_is_listed_for_its_receiver(counter):
    hand_over_id = counter.give(CODES[0])

    (row,) = holdings.open_hand_overs(counter.session, receiver_id=counter.holder.person_id)
    assert (row.id, row.state) == (hand_over_id, HandOverState.OFFERED)
    assert holdings.open_hand_overs(counter.session, receiver_id=counter.handler.person_id) == ()
