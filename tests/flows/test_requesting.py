"""A request goes its way: previewed, sent, decided by others, used, ended."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from registry import consent
from registry.acts.approvals import AlreadyDecided
from registry.consent import OrderChanged, RefusedByRule
from registry.errors import InvalidError, PermissionDenied
from registry.ledger import log
from registry.models import ApprovalRequest, Document
from registry.rows import UnknownRow
from registry.rules.approval import Act, ApprovalExhausted
from registry.rules.marks import MARK_RULES
from registry.rules.roles import Role
from registry.rules.words import RequestState
from service.flows import requesting


@pytest.fixture
def document_id(world):
    return world.register()


def decide(world, actor, request_id, *, agreed=True, shown=None):
    shown = shown or requesting.get_request(world.runtime, actor, request_id).order_hash
    return requesting.decide(world.runtime, actor, request_id, agreed=agreed, shown_hash=shown, remark="seen")


def test_before_sending_it_is_told_who_must_agree_and_why(world, document_id):
    found = requesting.preview(world.runtime, world.handler, world.wish(document_id))
    assert (found.rule.id, found.rule.version, found.rule.source) == ("print-secret", 1, "practice")
    (step,) = found.steps
    assert (step.role, step.unit, step.taken_by) == (Role.RESPONSIBLE_LEADER, None, None)
    assert [person.id for person in step.candidates] == [world.leader.person_id]
    with world.runtime.database.reading() as session:
        assert session.query(ApprovalRequest).count() == 0


def test_the_manager_of_the_own_unit_is_named_with_the_unit(world):
    secret = world.register(level="CONFIDENTIAL")
    (step,) = requesting.preview(world.runtime, world.handler, world.wish(secret)).steps
    assert (step.unit.en, [person.id for person in step.candidates]) == ("Finance", [world.manager.person_id])


def test_a_request_shows_exactly_what_its_hash_covers(world, document_id):
    request_id = requesting.ask(
        world.runtime, world.handler, world.wish(document_id, recipients=(world.holder.person_id,))
    )
    view = requesting.get_request(world.runtime, world.leader, request_id)
    assert dict(view.order.details) == {
        "doc_number": "财字〔2026〕7号",
        "title": "预算草案 Draft budget",
        "mark": "机密★10年",
        "need_to_know": "",
        "no_copying": "no",
        "pages": "2",
        "visible_lines": MARK_RULES.get("company", "SECRET").lines_text,
    }
    assert view.order.order_hash() == view.order_hash
    assert [person.id for person in view.recipients] == [world.holder.person_id]
    assert view.may_decide
    assert not requesting.get_request(world.runtime, world.handler, request_id).may_decide


def test_sent_twice_it_is_one_request(world, document_id):
    wish = world.wish(document_id)
    assert requesting.ask(world.runtime, world.handler, wish) == requesting.ask(
        world.runtime, world.handler, wish
    )
    assert requesting.ask(world.runtime, world.handler, world.wish(document_id, copies=6)) != 1


def test_the_decision_of_another_ends_the_waiting(world, document_id):
    request_id = requesting.ask(world.runtime, world.handler, world.wish(document_id))
    assert [row.id for row in requesting.list_requests(world.runtime, world.leader).waiting] == [request_id]
    assert decide(world, world.leader, request_id) is RequestState.APPROVED
    desk = requesting.list_requests(world.runtime, world.leader)
    assert (desk.waiting, [row.id for row in desk.decided]) == ((), [request_id])
    (step,) = requesting.get_request(world.runtime, world.handler, request_id).steps
    assert step.taken_by.id == world.leader.person_id


def test_who_is_still_missing_is_shown(world):
    request_id = world.approved(world.register(level="TOP_SECRET"), "officer")
    steps = requesting.get_request(world.runtime, world.leader, request_id).steps
    assert [(step.role, step.taken_by is not None) for step in steps] == [
        (Role.SECURITY_OFFICER, True),
        (Role.RESPONSIBLE_LEADER, False),
    ]


def test_a_request_of_others_is_unknown(world, document_id):
    request_id = requesting.ask(world.runtime, world.handler, world.wish(document_id))
    for part in ("other_handler", "other_manager", "guard", "administrator", "holder", "officer"):
        with pytest.raises(UnknownRow):
            requesting.get_request(world.runtime, world.actors[part], request_id)
    with pytest.raises(UnknownRow):
        decide(world, world.officer, request_id, shown="0" * 64)


def test_refusals_of_decisions_are_on_record(world, document_id):
    request_id = world.approved(world.register(level="TOP_SECRET", doc_number="8"), "leader")
    with pytest.raises(AlreadyDecided):
        decide(world, world.leader, request_id)
    with pytest.raises(PermissionDenied):
        decide(world, world.clerk, request_id)
    other = requesting.ask(world.runtime, world.handler, world.wish(document_id))
    with pytest.raises(OrderChanged):
        decide(world, world.leader, other, shown="0" * 64)
    with world.runtime.database.reading() as session:
        denied = [entry.facts["error"] for entry in log.read(session, kind="deed.denied")]
    assert denied == ["already-decided", "not-asked", "order-changed"]


def test_a_changed_document_voids_what_was_drawn_up_before(world, document_id):
    request_id = requesting.ask(world.runtime, world.handler, world.wish(document_id))
    with world.runtime.database.transaction() as session:
        asked = session.get_one(ApprovalRequest, request_id)
        asked.order = asked.order | {"copies": 50}
    with pytest.raises(OrderChanged):
        requesting.get_request(world.runtime, world.leader, request_id)


def test_what_the_rules_refuse_is_told_before_it_is_sent(world, document_id):
    with world.runtime.database.transaction() as session:
        session.get_one(Document, document_id).level = "TOP_SECRET"
    with pytest.raises(RefusedByRule):
        requesting.preview(world.runtime, world.handler, world.wish(document_id, act=Act.COPY))


def test_of_many_who_use_one_approval_at_once_no_one_gets_more_than_was_agreed(world, document_id):
    request_id = world.approved(document_id)

    def use(_: int) -> bool:
        with world.runtime.database.transaction() as session:
            try:
                consent.consume(session, request_id, Act.PRINT, quantity=1, actor=world.clerk, now=world.now)
            except (ApprovalExhausted, consent.NotApproved):
                return False
            return True

    with ThreadPoolExecutor(8) as users:
        outcomes = list(users.map(use, range(16)))
    assert outcomes.count(True) == 5
    with world.runtime.database.reading() as session:
        request = session.get_one(ApprovalRequest, request_id)
        assert (request.used, request.state) == (5, RequestState.CONSUMED)


def test_two_approvers_at_the_same_instant_both_count(world):
    request_id = requesting.ask(world.runtime, world.handler, world.wish(world.register(level="TOP_SECRET")))
    with ThreadPoolExecutor(2) as approvers:
        states = set(
            approvers.map(lambda part: decide(world, world.actors[part], request_id), ("leader", "officer"))
        )
    assert states == {RequestState.OPEN, RequestState.APPROVED}


def test_what_is_not_used_in_time_lapses_and_is_ended_by_the_upkeep(world, document_id):
    request_id = world.approved(document_id)
    assert requesting.lapse_overdue(world.runtime) == 0
    world.later(days=31)
    assert requesting.lapse_overdue(world.runtime) == 1
    assert requesting.lapse_overdue(world.runtime) == 0
    assert requesting.get_request(world.runtime, world.clerk, request_id).row.state is RequestState.LAPSED


def test_a_request_that_lapses_open_can_no_longer_be_decided(world, document_id):
    request_id = requesting.ask(world.runtime, world.handler, world.wish(document_id))
    shown = requesting.get_request(world.runtime, world.leader, request_id).order_hash
    world.later(days=31)
    assert requesting.list_requests(world.runtime, world.leader).waiting == ()
    with pytest.raises(consent.ApprovalLapsed):
        decide(world, world.leader, request_id, shown=shown)


def test_the_requester_withdraws(world, document_id):
    request_id = requesting.ask(world.runtime, world.handler, world.wish(document_id))
    requesting.withdraw(world.runtime, world.handler, request_id)
    assert (
        requesting.get_request(world.runtime, world.handler, request_id).row.state is RequestState.WITHDRAWN
    )


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("for the board\u202e meeting", "forbidden-character"),
        ("x" * 301, "text-too-long"),
        (" \n", "missing-text"),
    ],
)
def test_a_reason_that_would_deceive_or_flood_whoever_decides_is_refused(world, reason, code):
    document_id = world.register()
    with pytest.raises(InvalidError) as refused:
        requesting.ask(world.runtime, world.handler, world.wish(document_id, reason=reason))
    assert refused.value.code == code
