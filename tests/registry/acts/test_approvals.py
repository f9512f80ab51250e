"""Requests are sent, decided, used up, taken back and lapse."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from registry import consent
from registry.acts import approvals
from registry.acts.approvals import (
    ActNotOffered,
    AlreadyDecided,
    ApprovalInUse,
    ApprovalNotAskedInTime,
    NotAsked,
    NotTheRequester,
    OrderUntrue,
    StrangersNamed,
)
from registry.consent import ApprovalLapsed, ApprovedForAnotherAct, NotApproved, OrderChanged, RefusedByRule
from registry.errors import PermissionDenied
from registry.ledger import log
from registry.models import ApprovalRequest, Document, Person
from registry.rows import UnknownRow
from registry.rules.approval import Act, ApprovalExhausted, ExecutorNotSeparate, InvalidOrder, Units
from registry.rules.requests import ImpossibleRequestStep
from registry.rules.roles import Actor
from registry.rules.words import RequestState


def ask(office, document_id, **order):
    made = office.order(document_id, **order)
    return approvals.request(office.session, made, actor=office.handler, now=office.now)


def decide(office, request_id, who, *, agreed=True, shown=None, after=timedelta(hours=1)):
    stored = office.session.get_one(ApprovalRequest, request_id)
    return approvals.decide(
        office.session,
        request_id,
        agreed=agreed,
        shown_hash=shown or stored.order_hash,
        remark="",
        actor=who,
        now=office.now + after,
    )


def use(office, request_id, quantity, *, act=Act.PRINT, by=None, after=timedelta(days=1), **known):
    return consent.consume(
        office.session,
        request_id,
        act,
        quantity=quantity,
        actor=by or office.clerk,
        now=office.now + after,
        **known,
    )


@pytest.fixture
def secret(office):
    return office.register()


@pytest.fixture
def approved(office, secret):
    request_id = ask(office, secret)
    decide(office, request_id, office.leader)
    return request_id


def test_a_secret_document_needs_the_responsible_leader(office, secret):
    request_id = ask(office, secret)
    asked = office.session.get_one(ApprovalRequest, request_id)
    assert (asked.rule_id, asked.rule_version, asked.quantity, asked.state) == (
        "print-secret",
        1,
        5,
        RequestState.OPEN,
    )
    assert decide(office, request_id, office.leader) is RequestState.APPROVED


def test_a_confidential_document_needs_the_manager_of_the_requesting_unit_and_no_other(office):
    request_id = ask(office, office.register(level="CONFIDENTIAL"))
    with pytest.raises(NotAsked):
        decide(office, request_id, office.other_manager)
    assert decide(office, request_id, office.manager) is RequestState.APPROVED


def test_a_top_secret_document_needs_two_and_one_is_not_enough(office):
    request_id = ask(office, office.register(level="TOP_SECRET"))
    assert decide(office, request_id, office.officer) is RequestState.OPEN
    with pytest.raises(NotApproved):
        use(office, request_id, 1)
    assert decide(office, request_id, office.leader) is RequestState.APPROVED


def test_one_person_decides_once(office):
    request_id = ask(office, office.register(level="TOP_SECRET"))
    decide(office, request_id, office.officer)
    with pytest.raises(AlreadyDecided):
        decide(office, request_id, office.officer)


def test_two_leaders_do_not_make_up_for_the_security_officer(office):
    request_id = ask(office, office.register(level="TOP_SECRET"))
    decide(office, request_id, office.leader)
    second = replace(office.leader, person_id=office.guard.person_id)
    with pytest.raises(NotAsked):
        decide(office, request_id, second)


def test_the_requester_cannot_agree_even_as_leader(office, secret):
    both = replace(office.handler, roles=office.handler.roles | office.leader.roles)
    request_id = approvals.request(office.session, office.order(secret), actor=both, now=office.now)
    with pytest.raises(NotAsked):
        decide(office, request_id, both)


@pytest.mark.parametrize("part", ["clerk", "auditor", "administrator", "guard"])
def test_who_is_not_asked_cannot_decide(office, secret, part):
    request_id = ask(office, secret)
    with pytest.raises(PermissionDenied):
        decide(office, request_id, office.actors[part])


def test_one_refusal_ends_the_request(office):
    request_id = ask(office, office.register(level="TOP_SECRET"))
    assert decide(office, request_id, office.leader, agreed=False) is RequestState.REJECTED
    with pytest.raises(ImpossibleRequestStep):
        decide(office, request_id, office.officer)


def test_deciding_what_was_not_shown_is_refused(office, secret):
    request_id = ask(office, secret)
    with pytest.raises(OrderChanged):
        decide(office, request_id, office.leader, shown=office.order(secret, copies=6).order_hash())


def test_a_stored_order_that_was_changed_is_found_before_it_is_decided_or_used(office, approved):
    asked = office.session.get_one(ApprovalRequest, approved)
    asked.order = asked.order | {"copies": 500}
    with pytest.raises(OrderChanged):
        use(office, approved, 1)
    with pytest.raises(OrderChanged):
        decide(office, approved, office.officer)


def test_a_state_that_was_changed_by_hand_approves_nothing(office, secret):
    request_id = ask(office, secret)
    office.session.get_one(ApprovalRequest, request_id).state = RequestState.APPROVED
    with pytest.raises(NotApproved):
        use(office, request_id, 1)


def test_an_approval_is_used_up_to_what_was_agreed_and_not_further(office, approved):
    assert use(office, approved, 2).used == 2
    with pytest.raises(ApprovalExhausted) as refused:
        use(office, approved, 4)
    assert refused.value.facts == {"approved": 5, "used": 2, "wanted": 4}
    assert use(office, approved, 3).state is RequestState.CONSUMED
    with pytest.raises(NotApproved):
        use(office, approved, 1)


def test_the_table_itself_refuses_more_use_than_was_agreed_to(office, approved):
    with pytest.raises(IntegrityError):
        office.session.execute(
            sa.update(ApprovalRequest).where(ApprovalRequest.id == approved).values(used=6)
        )


def test_an_approval_of_printing_is_none_of_destroying(office, approved):
    with pytest.raises(ApprovedForAnotherAct):
        use(office, approved, 1, act=Act.DESTROY)


@pytest.mark.parametrize(("part", "fact"), [("handler", "requester"), ("leader", "approver")])
def test_neither_requester_nor_approver_carries_it_out(office, approved, part, fact):
    with pytest.raises(ExecutorNotSeparate) as refused:
        use(office, approved, 1, by=office.actors[part])
    assert refused.value.part == fact


def test_a_second_account_of_the_requester_is_the_requester(office, approved):
    with pytest.raises(ExecutorNotSeparate):
        use(office, approved, 1, by=replace(office.clerk, person_id=office.handler.person_id))


def test_an_approval_lasts_to_its_end_and_no_longer(office, approved):
    use(office, approved, 1, after=timedelta(days=30))
    with pytest.raises(ApprovalLapsed):
        use(office, approved, 1, after=timedelta(days=30, microseconds=1))


def test_using_another_order_than_was_looked_at_is_refused(office, approved, secret):
    with pytest.raises(OrderChanged):
        use(office, approved, 1, order_hash=office.order(secret, copies=4).order_hash())
    assert use(office, approved, 1, order_hash=office.order(secret).order_hash()).used == 1


def test_upkeep_ends_what_is_over_and_nothing_else(office, approved):
    late = {"actor": Actor.system(), "now": office.now + timedelta(days=31)}
    assert approvals.lapse(office.session, approved, actor=Actor.system(), now=office.now) is False
    assert approvals.lapse(office.session, approved, **late) is True
    assert approvals.lapse(office.session, approved, **late) is False
    assert office.session.get_one(ApprovalRequest, approved).state is RequestState.LAPSED
    with pytest.raises(PermissionDenied):
        approvals.lapse(office.session, approved, actor=office.clerk, now=office.now)


def test_the_requester_takes_a_request_back_and_nobody_else_does(office, approved):
    with pytest.raises(NotTheRequester):
        approvals.withdraw(office.session, approved, actor=office.clerk, now=office.now)
    approvals.withdraw(office.session, approved, actor=office.handler, now=office.now)
    with pytest.raises(NotApproved):
        use(office, approved, 1)


def test_what_was_used_in_part_is_not_taken_back(office, approved):
    use(office, approved, 1)
    with pytest.raises(ApprovalInUse):
        approvals.withdraw(office.session, approved, actor=office.handler, now=office.now)


@pytest.mark.parametrize(
    ("changed", "differs"),
    [
        ({"level": "CONFIDENTIAL"}, ("level",)),
        ({"document_sha256": "f" * 64}, ("file",)),
        ({"requester_person": 1}, ("requester",)),
        ({"units": Units(1, 1, 2)}, ("issuing", "unit")),
    ],
)
def test_an_order_that_differs_from_the_register_is_refused(office, secret, changed, differs):
    with pytest.raises(OrderUntrue) as refused:
        ask(office, secret, **changed)
    assert refused.value.differs == differs


def test_an_order_without_an_end_in_the_future_is_refused(office, secret):
    for until in (None, office.now - timedelta(seconds=1)):
        with pytest.raises(ApprovalNotAskedInTime):
            ask(office, secret, until=until)


def test_what_nobody_carries_out_cannot_be_asked_for(office, secret, monkeypatch):
    monkeypatch.delitem(approvals.REQUESTED_AS, Act.REGRADE)
    with pytest.raises(ActNotOffered):
        ask(office, secret, act=Act.REGRADE)


def test_a_handler_asks_for_documents_of_the_own_unit_only(office, secret):
    order = office.order(secret, by=office.other_handler)
    with pytest.raises(PermissionDenied):
        approvals.request(office.session, order, actor=office.other_handler, now=office.now)


def test_a_request_over_nothing_is_refused(office, secret):
    order = replace(office.order(secret), document_id=999)
    with pytest.raises(UnknownRow):
        approvals.request(office.session, order, actor=office.handler, now=office.now)


def test_what_the_rules_refuse_names_the_rule(office, secret):
    document = office.session.get_one(Document, secret)
    document.level = "TOP_SECRET"
    with pytest.raises(RefusedByRule) as refused:
        consent.rule_for_order(office.session, office.order(secret, act=Act.COPY), document, now=office.now)
    assert refused.value.facts == {"rule": "copy-top-secret", "version": 1, "reason": "opens-by-consent"}


def test_every_step_is_recorded_with_the_hash_it_covers(office, secret):
    request_id = ask(office, secret)
    decide(office, request_id, office.leader)
    order_hash = office.order(secret).order_hash()
    found = list(log.read(office.session, subject=f"request:{request_id}"))
    assert [entry.kind for entry in found] == ["approval.requested", "approval.decided"]
    assert [entry.facts["order_hash"] for entry in found] == [order_hash, order_hash]
    assert found[1].facts["state"] == "APPROVED"


@pytest.mark.parametrize("part", ["recipients", "carriers"])
def test_nobody_is_asked_to_agree_to_people_who_do_not_exist_or_have_left(office, part):
    document_id = office.register()
    office.session.get_one(Person, office.guard.person_id).active = False
    for stranger in (99_999, office.guard.person_id):
        order = office.order(document_id, **{part: (office.holder.person_id, stranger)})
        with pytest.raises(StrangersNamed) as refused:
            approvals.request(office.session, order, actor=office.handler, now=office.now)
        assert refused.value.facts["persons"] == (stranger,)


def test_an_order_over_more_copies_than_a_document_has_numbers_is_none(office):
    document_id = office.register()
    with pytest.raises(InvalidOrder):
        office.order(document_id, copies=1_000_000)
