"""The organisation's own rules: drawn up, shown with what they would have changed, adopted, and the past replayed."""

from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from registry.acts.rules import (
    InForceInThePast,
    NotTheProposer,
    ProposalChanged,
    ProposalDecided,
    ProposalOutdated,
)
from registry.errors import PermissionDenied
from registry.ledger import log
from registry.models import ApprovalRequest, RuleSetVersion
from registry.rules.amending import BelowFloor
from registry.rules.approval import Outcome
from registry.rules.codes import human_code
from registry.rules.gate import Colour, Reason
from registry.rules.replay import Difference
from registry.rules.ruleset import SHIPPED_SHA256
from registry.rules.words import Direction, RequestState, RuleSetState, ScanSource
from registry.ruling import RulesDamaged, in_force
from service.flows import destroying, equipment, gate, lending, losses, requesting, ruling, upkeep
from service.flows.gate import Seen
from tests.fixtures.handed import as_supervisor, hand_out, open_gate, permit, staff_no

BOTH = ("RESPONSIBLE_LEADER", "SECURITY_OFFICER")


@pytest.fixture
def database_backend():
    return "sqlite"


def propose(world, choices=None, **more):
    wanted = {"chain.print-secret": BOTH} if choices is None else choices
    return ruling.propose(world.runtime, world.officer, wanted, "stricter printing", **more)


def adopt(world, proposal_id, *, agreed=True):
    shown = ruling.get_version(world.runtime, world.leader, proposal_id).row.sha256
    return ruling.decide(world.runtime, world.leader, proposal_id, agreed=agreed, shown_sha256=shown)


def kinds(world):
    with world.runtime.database.reading() as session:
        return [entry.kind for entry in log.read(session)]


def test_another_version_is_drawn_up_diffed_against_the_past_adopted_and_in_force_from_a_moment_on(world):
    document_id = world.register()
    first = world.approved(document_id)
    second = world.approved(document_id, reason="for the archive")
    refused = requesting.ask(world.runtime, world.handler, world.wish(document_id, reason="once more"))
    shown = requesting.get_request(world.runtime, world.leader, refused)
    requesting.decide(world.runtime, world.leader, refused, agreed=False, shown_hash=shown.order_hash)

    proposal_id = propose(world)
    found = ruling.get_version(world.runtime, world.leader, proposal_id)
    assert [(change.item.key, change.before, change.after) for change in found.changes] == [
        ("chain.print-secret", ("RESPONSIBLE_LEADER",), BOTH)
    ]
    assert found.impact.looked_at == 2
    assert [one.row.request_id for one in found.impact.failing] == [first, second]
    assert [step.role for step in found.impact.failing[0].missing] == ["SECURITY_OFFICER"]

    assert adopt(world, proposal_id) is RuleSetState.ADOPTED
    waiting = requesting.ask(world.runtime, world.handler, world.wish(document_id, reason="at once"))
    world.later(minutes=2)
    later = requesting.ask(world.runtime, world.handler, world.wish(document_id, reason="afterwards"))
    with world.runtime.database.reading() as session:
        versions = {row.id: row.rule_version for row in session.scalars(sa.select(ApprovalRequest))}
    assert versions == {first: 1, second: 1, refused: 1, waiting: 1, later: 2}

    world.approve(waiting, "leader")
    world.approve(later, "leader")
    states = {row.id: row.state for row in requesting.list_requests(world.runtime, world.handler).own}
    assert (states[waiting], states[later]) == (RequestState.APPROVED, RequestState.OPEN)
    world.approve(later, "officer")

    again = ruling.replay_all(world.runtime, world.auditor)
    assert (again.total, again.different) == (5, ())
    assert ruling.replay(world.runtime, world.auditor, later).again.version == 2
    assert ruling.replay(world.runtime, world.auditor, refused).again.outcome is Outcome.REJECTED
    recorded = [kind for kind in kinds(world) if kind.startswith("rules.")]
    assert recorded == ["rules.shipped", "rules.proposed", "rules.adopted"]


def test_a_decision_that_was_changed_in_the_tables_does_not_replay(world):
    request_id = world.approved(world.register(level="TOP_SECRET"), "leader", "officer")
    with world.runtime.database.transaction() as session:
        request = session.get_one(ApprovalRequest, request_id)
        session.delete(request.decisions[-1])
    again = ruling.replay(world.runtime, world.auditor, request_id).again
    assert (again.difference, again.outcome) == (Difference.OTHER_OUTCOME, Outcome.PENDING)


def test_rules_that_were_changed_in_the_tables_rule_nothing(world):
    proposal_id = propose(world)
    adopt(world, proposal_id)
    world.later(minutes=2)
    document_id = world.register()
    with world.runtime.database.transaction() as session:
        row = session.get_one(RuleSetVersion, proposal_id)
        row.items = row.items | {"chain.copy-secret": ["SECURITY_OFFICER"]}
    with pytest.raises(RulesDamaged):
        requesting.ask(world.runtime, world.handler, world.wish(document_id))


def test_whoever_draws_rules_up_does_not_adopt_them_and_nobody_else_may_do_either(world):
    proposal_id = propose(world)
    sha256 = ruling.get_version(world.runtime, world.officer, proposal_id).row.sha256
    for part in ("officer", "auditor", "administrator", "clerk", "manager"):
        with pytest.raises(PermissionDenied):
            ruling.decide(world.runtime, world.actors[part], proposal_id, agreed=True, shown_sha256=sha256)
    for part in ("leader", "auditor", "administrator", "clerk"):
        with pytest.raises(PermissionDenied):
            ruling.propose(world.runtime, world.actors[part], {"gate.code-typed": "RED"}, "why not")
    with pytest.raises(NotTheProposer):
        ruling.withdraw(
            world.runtime,
            type(world.officer)(world.guard.person_id, None, None, world.officer.roles),
            proposal_id,
        )


def test_an_edit_below_the_floor_is_refused_and_recorded(world):
    with pytest.raises(BelowFloor):
        propose(world, {"clock.loss-report-hours": 48})
    assert kinds(world)[-1] == "deed.denied"


def test_a_decision_covers_what_was_shown_and_is_taken_once(world):
    proposal_id = propose(world)
    with pytest.raises(ProposalChanged):
        ruling.decide(world.runtime, world.leader, proposal_id, agreed=True, shown_sha256="0" * 64)
    assert adopt(world, proposal_id, agreed=False) is RuleSetState.REFUSED
    with pytest.raises(ProposalDecided):
        ruling.withdraw(world.runtime, world.officer, proposal_id)


def test_a_proposal_over_an_older_version_cannot_be_adopted(world):
    one, other = propose(world), propose(world, {"gate.code-typed": "RED"})
    adopt(world, one)
    with pytest.raises(ProposalOutdated):
        adopt(world, other)


def test_a_later_version_never_comes_into_force_before_the_one_it_follows(world):
    in_a_month = world.now + timedelta(days=30)
    adopt(world, propose(world, from_at=in_a_month))
    with pytest.raises(InForceInThePast):
        propose(world, {"gate.code-typed": "RED"}, from_at=in_a_month - timedelta(days=1))
    with pytest.raises(InForceInThePast):
        propose(world, {"gate.code-typed": "RED"}, from_at=world.now - timedelta(days=1))
    adopt(world, propose(world, {"gate.code-typed": "RED"}))
    with world.runtime.database.reading() as session:
        assert in_force(session, in_a_month - timedelta(seconds=1)).version == 1
        assert in_force(session, in_a_month).version == 3
        assert in_force(session, in_a_month).colours["code-typed"] == "RED"
        assert len(in_force(session, in_a_month).rulebook.get("print-secret").steps) == 2


def test_the_deadlines_of_a_loss_are_those_of_the_rules_in_force(world):
    adopt(world, propose(world, {"clock.loss-report-hours": 6, "clock.leaked-after-days": 30}))
    assert losses.clocks_now(world.runtime).loss_report == timedelta(hours=24)
    world.later(minutes=2)
    assert losses.clocks_now(world.runtime).loss_report == timedelta(hours=6)
    assert losses.clocks_now(world.runtime).leaked_after["SECRET"] == timedelta(days=30)


def test_the_upkeep_puts_the_hash_of_what_is_shipped_on_record_once(world):
    upkeep.run(world.runtime)
    upkeep.run(world.runtime)
    assert kinds(world).count("rules.shipped") == 1
    found = ruling.overview(world.runtime, world.auditor)
    assert (found.in_force, found.shipped_sha256, found.recorded_sha256) == (
        1,
        SHIPPED_SHA256,
        SHIPPED_SHA256,
    )


def typed(world, gate_id, code):
    return Seen(
        attempt=uuid4(),
        gate_id=gate_id,
        direction=Direction.EXIT,
        source=ScanSource.TYPED,
        device_id="desk-1",
        device_at=world.now,
        raw=human_code(code),
        carriers=frozenset({staff_no(world, "holder")}),
        pages=2,
    )


def test_gates_and_shredders_answer_by_the_rules_in_force(world):
    first, second = hand_out(world, count=2)
    east = open_gate(world)
    permit(world, [first, second], east)
    passed = gate.scan(world.runtime, world.guard, typed(world, east, first))
    gate.override(world.runtime, as_supervisor(world.auditor), passed.event_id, "compared with the paper")

    proposal_id = propose(world, {"gate.code-typed": "RED", "shredder.SECRET": 7})
    assert ruling.get_version(world.runtime, world.leader, proposal_id).impact.held == (passed.event_id,)
    adopt(world, proposal_id)
    world.later(minutes=2)
    verdict = gate.scan(world.runtime, world.guard, typed(world, east, second)).verdict
    assert (verdict.colour, verdict.reason) == (Colour.RED, Reason.CODE_TYPED)

    scan = world.runtime.tokens.qr_text(second, 1)
    lending.take_back(world.runtime, world.clerk, [scan], world.holder.person_id)
    device = equipment.add_shredder(world.runtime, world.administrator, "粉碎机 Shredder", "B1", "P-6")
    list_id = destroying.open_list(world.runtime, world.clerk, device, "the meeting is over")
    destroying.add(world.runtime, world.clerk, list_id, [scan])
    until = world.now + timedelta(days=7)
    world.approve(destroying.submit(world.runtime, world.clerk, list_id, until=until), "leader")
    assert destroying.shortfall(world.runtime, world.clerk, list_id).shredder_minimum == 7
