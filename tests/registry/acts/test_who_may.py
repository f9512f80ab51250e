"""Whoever may not, may not by any act; and one part in a matter excludes another, by whatever account.

The first test is generated from the table of roles: each action that an act asks for, by each role, for the own unit
and for another. The others are the separations by person: oneself refused, a second person not.
"""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from registry.acts import (
    approvals,
    attempts,
    attendance,
    circulations,
    copies,
    destruction,
    equipment,
    escorting,
    gates,
    incidents,
    leaving,
    light,
    losses,
    meetings,
    movements,
    people,
    permits,
    recalls,
    shredding,
    stocktakes,
    tracing,
)
from registry.errors import RegistryError
from registry.models import Loss
from registry.passing import Attempt
from registry.rules.approval import Act
from registry.rules.facts import MeetingFacts
from registry.rules.levels import ENABLED_BY_DEFAULT
from registry.rules.lifecycle import Step
from registry.rules.loss import LossReport
from registry.rules.roles import BOUND_TO_UNIT, PERMITTED, Action, Actor, Role
from registry.rules.stocktake import Place, Scope
from registry.rules.words import (
    DestructionPart,
    Direction,
    HandOverKind,
    ReceiptMethod,
    ScanSource,
)
from tests.fixtures.house import MADE, Street

NOBODY = "0000000000000"
WITNESS, OPERATOR = DestructionPart.WITNESS, DestructionPart.OPERATOR


@pytest.fixture
def database_backend():
    """What a role may do is decided before the database is asked."""
    return "sqlite"


@dataclass
class Desk:
    """The office, and what each unit has that roles are bound to."""

    office: object
    meetings: dict[str, int]
    documents: dict[str, int]

    @property
    def session(self):
        return self.office.session


@pytest.fixture
def desk(office):
    made = Desk(office, {}, {})
    for unit, handler in (("FIN", "handler"), ("REG", "other_handler")):
        starts_at = office.now + timedelta(days=3)
        facts = MeetingFacts("会 meeting", "company", "SECRET", office.units[unit], "Room 1", starts_at)
        by = {"actor": office.actors[handler], "now": office.now}
        made.meetings[unit] = meetings.plan(office.session, facts, enabled=ENABLED_BY_DEFAULT, **by)
        own = {"issuing_unit_id": office.units[unit], "classifying_unit_id": office.units[unit]}
        made.documents[unit] = office.register(
            doc_number=f"{unit}1", file=office.file(unit[0].lower()), **own
        )
    return made


def ask(desk, unit, act, by, **changed):
    order = desk.office.order(desk.documents[unit], by=by["actor"], act=act, **changed)
    return approvals.request(desk.session, order, **by)


def seen(desk):
    return Attempt(
        attempt_id="a", gate_id=0, direction=Direction.EXIT, source=ScanSource.GUN, device_id="d", device_at=None,
        raw_code="", code=None, proof="foreign",
    )  # fmt: skip


ACTS = {
    Action.REGISTER_DOCUMENT: lambda desk, _unit, by: desk.office.register(by=by["actor"], doc_number="new"),
    Action.REMOVE_CONTENT: lambda desk, _unit, by: light.end_removal(desk.session, 0, **by),
    Action.PRINT: lambda desk, _unit, by: copies.reserve(desk.session, 0, [None], **by),
    Action.ISSUE: lambda desk, _unit, by: copies.issue(desk.session, NOBODY, MADE, **by),
    Action.RELEASE_PRINT: lambda desk, _unit, by: attempts.finish(desk.session, 0, 1, **by),
    Action.SPOIL: lambda desk, _unit, by: copies.spoil(desk.session, [NOBODY], "smeared", **by),
    Action.VOID: lambda desk, _unit, by: copies.give_up(desk.session, 0, **by),
    Action.HAND_OVER: lambda desk, _unit, by: movements.offer(
        desk.session, [NOBODY], HandOverKind.ISSUE, 0, due_at=None, **by
    ),
    Action.LEND: lambda desk, _unit, by: movements.offer(
        desk.session, [NOBODY], HandOverKind.LOAN, 0, due_at=None, **by
    ),
    Action.WITHDRAW_OFFER: lambda desk, _unit, by: movements.withdraw(desk.session, 0, **by),
    Action.CONFIRM_RECEIPT: lambda desk, _unit, by: movements.confirm(
        desk.session, 0, ReceiptMethod.PIN, **by
    ),
    Action.RETURN: lambda desk, _unit, by: movements.take_back(desk.session, {}, 0, **by),
    Action.TRANSFER: lambda desk, _unit, by: movements.transfer(desk.session, {}, 0, due_at=None, **by),
    Action.CLAIM: lambda desk, _unit, by: movements.claim(desk.session, NOBODY, **by),
    Action.DISMISS_CLAIM: lambda desk, _unit, by: movements.dismiss_claim(desk.session, NOBODY, "no", **by),
    Action.REPORT_MISSING: lambda desk, _unit, by: losses.report(
        desk.session, NOBODY, Step.MISS, "gone", **by
    ),
    Action.DECLARE_LOST: lambda desk, _unit, by: losses.report(
        desk.session, NOBODY, Step.DECLARE_LOST, "gone", **by
    ),
    Action.FIND: lambda desk, _unit, by: losses.find(
        desk.session, NOBODY, "here", approver=desk.office.leader, **by
    ),
    Action.APPROVE_FIND: lambda desk, _unit, by: losses.find(
        desk.session, NOBODY, "here", approver=by["actor"], actor=desk.office.clerk, now=by["now"]
    ),
    Action.FILE_LOSS_REPORT: lambda desk, _unit, by: losses.file_report(desk.session, 0, said(), **by),
    Action.CONCLUDE_LOSS: lambda desk, _unit, by: losses.conclude(desk.session, 0, "a", "b", **by),
    Action.OPEN_PERMIT: lambda desk, _unit, by: permits.revoke(desk.session, 0, "no", **by),
    Action.SCAN_AT_GATE: lambda desk, _unit, by: gates.attempt(desk.session, seen(desk), **by),
    Action.OVERRIDE_GATE: lambda desk, _unit, by: gates.override(desk.session, 0, "yes", **by),
    Action.BUILD_DESTRUCTION_LIST: lambda desk, _unit, by: destruction.cancel(desk.session, 0, **by),
    Action.REQUEST_DESTRUCTION: lambda desk, _unit, by: destruction.submit(desk.session, 0, 0, **by),
    Action.DESTROY: lambda desk, _unit, by: shredding.present(desk.session, 0, NOBODY, **by),
    Action.WITNESS: lambda desk, _unit, by: shredding.attest(
        desk.session, 0, WITNESS, attesting=by["actor"], actor=desk.office.clerk, now=by["now"]
    ),
    Action.ESCORT: lambda desk, _unit, by: escorting.attest(
        desk.session, 0, attesting=by["actor"], actor=desk.office.clerk, now=by["now"]
    ),
    Action.TAKE_STOCK: lambda desk, _unit, by: stocktakes.begin(
        desk.session, Scope(place=Place.SHELF), "yearly", **by
    ),
    Action.SECOND_COUNT: lambda desk, _unit, by: stocktakes.close(
        desk.session, 0, 1, second=by["actor"], actor=desk.office.clerk, now=by["now"]
    ),
    Action.RECALL: lambda desk, _unit, by: recalls.close(desk.session, 0, **by),
    Action.EXCUSE_RECALL: lambda desk, _unit, by: recalls.excuse(
        desk.session, 0, NOBODY, "x", signer=by["actor"], actor=desk.office.clerk, now=by["now"]
    ),
    Action.READ_RECALLS: lambda desk, _unit, by: recalls.excuse(
        desk.session, 0, NOBODY, "x", signer=desk.office.leader, **by
    ),
    Action.CIRCULATE: lambda desk, _unit, by: circulations.stop(desk.session, 0, "x", **by),
    Action.AGREE_CIRCULATION: lambda desk, _unit, by: circulations.begin(
        desk.session, NOBODY, [0], "x", days=1, signer=by["actor"], actor=desk.office.clerk, now=by["now"]
    ),
    Action.CLEAR_LEAVER: lambda desk, _unit, by: leaving.clear(desk.session, 0, "moves", **by),
    Action.OPEN_CASE: lambda desk, _unit, by: tracing.add_pictures(desk.session, 0, [], **by),
    Action.RUN_TRACE: lambda desk, _unit, by: tracing.order_run(desk.session, 0, {}, **by),
    Action.READ_CASE: lambda desk, _unit, by: tracing.record_reading(desk.session, 0, at=None, **by),
    Action.CONFIRM_FINDING: lambda desk, _unit, by: tracing.review(
        desk.session, 0, agreed=True, reason="x", **by
    ),
    Action.MANAGE_PEOPLE: lambda desk, _unit, by: people.set_active(desk.session, 0, active=True, **by),
    Action.MANAGE_ROLES: lambda desk, _unit, by: people.set_roles(desk.session, 0, [], **by),
    Action.MANAGE_SETTINGS: lambda desk, _unit, by: gates.add_gate(desk.session, "北门", "North gate", **by),
    Action.GRANT_CLEARANCE: lambda desk, _unit, by: attendance.grant_clearance(
        desk.session, 0, "company", "SECRET", by["now"] + timedelta(days=1), **by
    ),
    Action.SETTLE_INCIDENT: lambda desk, _unit, by: incidents.settle(desk.session, 0, "told", **by),
    Action.MANAGE_EQUIPMENT: lambda desk, _unit, by: equipment.put(desk.session, 0, "B1", **by),
    Action.INSPECT_EQUIPMENT: lambda desk, _unit, by: equipment.inspect(desk.session, 0, [], **by),
    Action.KEEP_EQUIPMENT: lambda desk, _unit, by: equipment.confirm(desk.session, 0, **by),
    Action.MANAGE_MEETINGS: lambda desk, unit, by: meetings.begin(desk.session, desk.meetings[unit], **by),
    Action.APPROVE_ATTENDANCE: lambda desk, unit, by: attendance.decide(
        desk.session, desk.meetings[unit], 1, agreed=True, **by
    ),
    Action.REQUEST_PRINT: lambda desk, unit, by: ask(desk, unit, Act.PRINT, by),
    Action.REQUEST_COPYING: lambda desk, unit, by: ask(desk, unit, Act.COPY, by),
}
"""An act that asks for each action, over things that mostly are not there: who may, is told so or is told that."""

ASKED_BY_NO_ACT = {
    *(Action.READ_REGISTER, Action.READ_DOCUMENT, Action.READ_OWN_HOLDINGS, Action.READ_LOSSES),
    *(Action.READ_GATE_LOG, Action.READ_STOCKTAKES, Action.READ_KNOWERS, Action.READ_STATISTICS),
    Action.READ_CIRCULATIONS,
    *(Action.READ_LEDGER, Action.READ_EQUIPMENT, Action.READ_COPYING, Action.VERIFY_LEDGER),
}
"""Reading: asked by the flows, and tested at every address in ``tests/service/test_access.py``."""


@pytest.mark.parametrize("action", ACTS)
def test_an_act_asks_for_its_role_and_unit_before_anything_else(desk, action):
    for role in Role:
        for own, unit in (("FIN", "FIN"), ("FIN", "REG"), ("REG", "REG"), ("REG", "FIN")):
            actor = Actor(desk.office.holder.person_id, 77, desk.office.units[own], frozenset({role}))
            is_bound = (role, action) in BOUND_TO_UNIT and own != unit
            may = role in PERMITTED[action] and not is_bound
            assert told(desk, action, unit, actor) is may, (role, own, unit)
            nobody = Actor(desk.office.holder.person_id, 77, desk.office.units[own], frozenset())
            assert told(desk, action, unit, nobody) is False


def told(desk, action, unit, actor):
    """Return whether an act got past the question who may."""
    savepoint = desk.session.begin_nested()
    try:
        ACTS[action](desk, unit, {"actor": actor, "now": desk.office.now})
    except RegistryError as refusal:
        return refusal.code != "not-permitted"
    else:
        return True
    finally:
        savepoint.rollback()


def test_no_action_on_paper_is_left_out():
    left = set(Action) - set(ACTS) - ASKED_BY_NO_ACT
    assert {action for action in left if not str(action).startswith("READ_")} == {
        *(Action.REQUEST_TAKE_OUT, Action.WITHDRAW_REQUEST, Action.DECIDE_APPROVAL, Action.RUN_DRILL),
        *(Action.MANAGE_KEYS, Action.ATTEND_MEETING, Action.REQUEST_CONVEYING, Action.SIGN_EXCEPTION),
        *(Action.REQUEST_REGRADING, Action.REGRADE, Action.REMARK, Action.PROPOSE_RULES, Action.ADOPT_RULES),
        *(Action.RECORD_CONSENT, Action.PROPOSE_DELEGATION, Action.AGREE_DELEGATION),
        *(Action.RUN_COPYING, Action.REQUEST_REPAIR, Action.RUN_WORKER, Action.RUN_UPKEEP),
    }  # those have stories of their own, or are for whoever comes first to the counter


def said():
    return LossReport(discovered="a", responsible="b", course="c", harm="d", investigation="e", remedies="f")


# Separations: whoever has a part is refused with any other account, and somebody else is not.


@pytest.fixture
def house(sqlite_template, tmp_path):
    street = Street(tmp_path, sqlite_template)
    opened = street.open()
    everything = frozenset({Role.CLERK, Role.RESPONSIBLE_LEADER, Role.SUPERVISOR, Role.HOLDER})
    for part in ("clerk", "handler", "leader", "holder", "manager", "guard"):
        actor = opened.actors[part]
        opened.actors[f"{part} again"] = Actor(actor.person_id, 1000, actor.unit_id, everything)
    yield opened
    street.close(opened)


def ready(house, number=1):
    """Return a run that is made, asked for by the handler and agreed to by the leader."""
    request = house.ask_to_print(house.register(), number)
    house.decide(request, "leader")
    run, codes = house.reserve(request, number)
    house.start(run)
    for code in codes:
        house.issue(code)
    house.made(run)
    return run, codes


def on_shelf(house, number=1):
    run, codes = ready(house, number)
    house.seen(run, house.release(run))
    return codes


def held(house, number=1):
    """Return copies that the holder has signed for."""
    codes = on_shelf(house, number)
    house.sign(house.offer(codes, "holder"), "holder")
    return codes


def refused(code, deed, *arguments):
    with pytest.raises(RegistryError) as refusal:
        deed(*arguments)
    assert refusal.value.code == code


@pytest.mark.parametrize("part", ["handler again", "leader again"])
def test_neither_requester_nor_approver_has_the_copies_printed(house, part):
    request = house.ask_to_print(house.register(), 1)
    house.decide(request, "leader")
    refused("executor-not-separate", house.reserve, request, 1, part)
    run, (code,) = house.reserve(request, 1)
    house.start(run)
    house.issue(code)
    house.made(run)
    refused("executor-not-separate", house.release, run, part)
    attempt = house.release(run)
    refused("executor-not-separate", house.seen, run, attempt, part)
    house.seen(run, attempt)
    refused("executor-not-separate", house.spoil, [code], part)
    house.spoil([code])


def test_nobody_agrees_to_the_own_request(house):
    request = house.ask_to_print(house.register(), 1)
    refused("not-asked", house.decide, request, "handler again")
    assert house.decide(request, "leader") == "APPROVED"


def test_nobody_gives_to_themselves_or_takes_in_from_themselves(house):
    (code,) = on_shelf(house)
    refused("given-to-oneself", house.offer, [code], "holder", "holder again")
    house.sign(house.offer([code], "holder"), "holder")
    refused("taken-from-oneself", house.take_back, [code], "holder", "holder again")
    refused("taken-from-oneself", house.transfer, [code], "manager", "holder again")
    house.take_back([code], "holder")


@pytest.mark.parametrize("part", ["clerk again", "holder again"])
def test_neither_clerk_nor_holder_agrees_that_a_copy_is_found(house, part):
    (code,) = held(house)
    house.miss(code)
    refused("not-an-independent-approver", house.find, code, part)
    refused("taken-from-oneself", house.find, code, "leader", "holder again")
    house.find(code)


@pytest.mark.parametrize("part", ["clerk again", "holder again"])
def test_neither_clerk_nor_holder_signs_that_a_copy_stays_out(house, part):
    (code,) = held(house)
    with house.database.reading() as session:
        document = session.execute(copies.sa.select(copies.Copy.document_id)).scalar_one()
    recall = house.recall(document)
    refused("not-an-independent-signer", house.excuse, recall, code, part)
    house.excuse(recall, code)


@pytest.mark.parametrize("part", ["clerk again", "holder again"])
def test_neither_counter_nor_holder_is_the_second_counter(house, part):
    codes = held(house)
    count = house.begin_count(Place.HANDS)
    house.count(count, codes)
    refused("not-a-second-counter", house.close_count, count, 1, part)
    house.close_count(count, 1)


def test_who_asked_agreed_or_held_it_vouches_for_no_destruction(house):
    codes = held(house)
    house.take_back(codes, "holder")
    listed = house.open_list()
    house.put_on(listed, codes[0])
    house.decide(house.submit(listed, codes), "leader")
    house.present(listed, codes[0])
    for part in ("clerk again", "leader again", "holder again"):
        refused("attestation-conflict", house.vouch, listed, OPERATOR, part)
    house.vouch(listed, OPERATOR, "other_clerk")
    refused("attestation-conflict", house.vouch, listed, WITNESS, "other_clerk")
    assert house.vouch(listed, WITNESS, "other_manager") == "DESTROYED"


@pytest.mark.parametrize("part", ["handler again", "leader again"])
def test_neither_requester_nor_approver_opens_the_permit(house, part):
    (code,) = held(house)
    request = house.ask_to_take_out(code, ["holder"], house.now + timedelta(hours=1))
    house.decide(request, "leader")
    refused("executor-not-separate", house.open_permits, request, part)
    house.open_permits(request)


def test_the_holder_states_no_result_of_the_investigation(house):
    (code,) = held(house)
    house.miss(code)
    with house.office() as office:
        loss = office.session.query(Loss.id).scalar()
        losses.file_report(office.session, loss, said(), **house.by("clerk"))

    def conclude(part):
        with house.office() as office:
            losses.conclude(office.session, loss, "stolen", "locks", **house.by(part))

    refused("concluded-by-holder", conclude, "holder again")
    conclude("leader")


def test_neither_guard_nor_carrier_decides_what_is_amber(house):
    (code,) = held(house)
    request = house.ask_to_take_out(code, ["manager"], house.now + timedelta(hours=1))
    house.decide(request, "leader")
    house.open_permits(request)
    assert house.at_gate(code, Direction.EXIT, [], counted=3).reason == "carrier-not-shown"
    with house.database.reading() as session:
        event = session.execute(copies.sa.select(gates.GateEvent.id)).scalar_one()

    def override(part):
        with house.office() as office:
            gates.override(office.session, event, "looked at it", **house.by(part))

    refused("guard-overrides-self", override, "guard again")
    for part in ("manager again", "holder again"):
        refused("carrier-overrides-self", override, part)
    override("clerk again")
