"""What happens at a gate: judged, recorded, moved; twice the same is once, and one copy passes one guard only."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry.acts import gates, permits
from registry.acts.gates import CarrierOverridesSelf, GuardOverridesSelf, NothingToOverride
from registry.errors import PermissionDenied
from registry.models import Gate, GateEvent, Permit
from registry.passing import AttemptReused, GateClosed
from registry.rows import UnknownRow
from registry.rules.gate import Colour, Proof, Reason
from registry.rules.lifecycle import State
from registry.rules.roles import Role
from registry.rules.texts import MissingText
from registry.rules.words import Direction, PermitState
from registry.views import gates as views
from registry.views.gates import EventFilter
from tests.fixtures.office import NOW, furnish
from tests.registry.acts.halls import Hall


@pytest.fixture
def hall(office):
    return Hall(office)


ADDED = ["gate.added", "gate.added"]


def test_a_copy_without_a_permit_is_stopped_and_that_is_recorded(hall):
    passage = hall.attempt(hall.complete())
    assert (passage.verdict.colour, passage.verdict.reason) == (Colour.RED, Reason.NO_PERMIT)
    assert hall.kinds() == [*ADDED, "gate.refused"]
    assert hall.state() is State.HELD


def test_a_permitted_copy_passes_once_and_comes_home(hall):
    hall.permit()
    assert hall.attempt(hall.complete()).verdict.reason is Reason.MAY_LEAVE
    assert (hall.state(), hall.permit_state()) == (State.OUTSIDE, PermitState.OUTSIDE)
    hour = timedelta(hours=1)
    home = hall.seen("b", direction=Direction.ENTRY)
    assert hall.attempt(home, after=hour).verdict.reason is Reason.MAY_ENTER
    assert (hall.state(), hall.permit_state()) == (State.HELD, PermitState.CLOSED)
    again = hall.attempt(hall.complete("c"), after=2 * hour)
    assert again.verdict.reason is Reason.PERMIT_USED
    assert hall.kinds() == [
        *ADDED,
        "gate.passed",
        "copy.exited",
        "gate.passed",
        "copy.entered",
        "gate.refused",
    ]


def test_the_first_look_asks_and_the_second_with_what_was_shown_is_an_event_of_its_own(hall):
    hall.permit()
    assert hall.attempt(hall.seen("a")).verdict.reason is Reason.CARRIER_NOT_SHOWN
    assert hall.attempt(hall.complete("a/1")).verdict.colour is Colour.GREEN
    assert hall.events() == 2


def test_the_same_attempt_sent_again_is_one_event_with_the_same_answer(hall):
    hall.permit()
    first = hall.attempt(hall.complete())
    assert hall.attempt(hall.complete(), after=timedelta(minutes=9)) == first
    assert hall.events() == 1


@pytest.mark.parametrize(
    "other",
    [
        {"raw_code": "another paper", "code": None, "proof": Proof.FOREIGN},
        {"direction": Direction.ENTRY},
        {"pages_counted": 2},
        {"carriers": frozenset({"S999"})},
    ],
)
def test_the_id_of_a_green_attempt_never_answers_for_something_else(hall, other):
    hall.permit()
    hall.attempt(hall.complete())
    with pytest.raises(AttemptReused):
        hall.attempt(replace(hall.complete(), **other))


def test_an_id_used_at_one_gate_does_not_answer_at_another(hall):
    hall.permit()
    hall.attempt(hall.complete())
    with pytest.raises(AttemptReused):
        hall.attempt(hall.complete(gate_id=hall.other_gate))


def test_one_paper_that_comes_home_under_the_scanner_twice_is_one_event(hall):
    hall.permit()
    hall.attempt(hall.complete())
    later = timedelta(minutes=5)
    home = hall.attempt(hall.seen("b", direction=Direction.ENTRY), after=later)
    again = hall.seen("c", direction=Direction.ENTRY)
    assert hall.attempt(again, after=later + timedelta(seconds=4)) == home
    assert hall.events() == 2


def test_a_second_guard_at_the_same_gate_is_never_told_the_answer_of_the_first(hall):
    hall.permit()
    hall.attempt(hall.complete())
    second = hall.attempt(hall.complete("b", device_id="other device"))
    assert second.verdict.reason is Reason.ALREADY_OUT


@pytest.mark.parametrize(
    ("shown", "reason"),
    [
        ({"carriers": frozenset({"S999"})}, Reason.CARRIER_DIFFERS),
        ({"carrier_refused": True}, Reason.CARRIER_DIFFERS),
        ({"pages_counted": 2}, Reason.PAGES_DIFFER),
        ({"proof": Proof.TYPED}, Reason.CODE_TYPED),
        ({"proof": Proof.HIDDEN}, Reason.HIDDEN_MARK_ONLY),
        ({"code": None, "proof": Proof.NOTHING, "raw_code": ""}, Reason.NO_MARK),
        ({"proof": Proof.FOREIGN}, Reason.NOT_GENUINE),
        ({"code": "0000000000000"}, Reason.UNKNOWN_COPY),
        ({"gate_id": 2}, Reason.PERMIT_OTHER_GATE),
    ],
)
def test_whatever_is_not_in_order_is_refused_and_recorded(hall, shown, reason):
    hall.permit()
    passage = hall.attempt(hall.complete(**shown))
    assert passage.verdict.reason is reason
    assert hall.kinds()[-1] == "gate.refused"
    assert hall.state() is State.HELD


def test_a_badge_read_in_small_letters_is_the_same_badge(hall):
    hall.permit()
    small = frozenset({hall.staff_no.lower()})
    assert hall.attempt(hall.complete(carriers=small)).verdict.colour is Colour.GREEN


def test_a_forged_mark_says_nothing_about_the_copy_that_it_names(hall):
    hall.attempt(hall.seen(proof=Proof.FOREIGN))
    assert views.events(hall.session, EventFilter()).rows[0].code is None


def test_what_no_database_can_keep_is_recorded_all_the_same(hall):
    hall.attempt(hall.seen(code=None, proof=Proof.FOREIGN, raw_code="\ud800\x00" + "x" * 500))
    row = views.events(hall.session, EventFilter(colour=Colour.RED)).rows[0]
    assert row.raw_code == "?\ufffd" + "x" * 198


def test_a_copy_seen_at_another_gate_a_moment_ago_is_stopped(hall):
    hall.permit(gate_id=None)
    hall.attempt(hall.seen())
    elsewhere = hall.complete("b", gate_id=hall.other_gate)
    assert hall.attempt(elsewhere, after=timedelta(seconds=90)).verdict.reason is Reason.IMPOSSIBLE_TRAVEL
    assert (
        hall.attempt(replace(elsewhere, attempt_id="c"), after=timedelta(minutes=4)).verdict.colour
        is Colour.GREEN
    )


def test_only_gates_in_use_judge(hall):
    with pytest.raises(UnknownRow):
        hall.attempt(hall.seen(gate_id=99))
    hall.session.get_one(Gate, hall.gate).active = False
    with pytest.raises(GateClosed):
        hall.attempt(hall.seen())
    assert hall.events() == 0


def test_only_guards_scan_and_only_the_system_administrator_adds_gates(hall):
    with pytest.raises(PermissionDenied):
        hall.attempt(hall.seen(), by=hall.office.clerk)
    with pytest.raises(PermissionDenied):
        gates.add_gate(hall.session, "门", "Gate", actor=hall.office.guard, now=NOW)


def amber(hall, **shown):
    hall.permit(**{"until": NOW + timedelta(hours=1)} | shown)
    return hall.attempt(hall.complete(proof=Proof.TYPED))


def test_a_supervisor_lets_an_amber_copy_pass_under_its_permit(hall):
    passage = amber(hall)
    hall.override(passage)
    assert (hall.state(), hall.permit_state()) == (State.OUTSIDE, PermitState.OUTSIDE)
    assert hall.kinds()[-2:] == ["gate.overridden", "copy.exited"]
    with pytest.raises(NothingToOverride):
        hall.override(passage)


def test_what_should_not_have_been_outside_is_only_noted_when_it_enters(hall):
    passage = hall.attempt(hall.seen(direction=Direction.ENTRY))
    assert passage.verdict.reason is Reason.NOT_OUTSIDE
    hall.override(passage)
    assert hall.state() is State.HELD
    assert hall.kinds()[-1] == "gate.overridden"


def test_red_and_green_are_not_for_a_supervisor(hall):
    with pytest.raises(NothingToOverride):
        hall.override(hall.attempt(hall.complete()))
    hall.permit()
    with pytest.raises(NothingToOverride):
        hall.override(hall.attempt(hall.complete("b"), after=timedelta(minutes=1)))


def test_a_permit_revoked_meanwhile_leaves_nothing_to_override(hall):
    passage = amber(hall)
    permit_id = hall.session.scalar(sa.select(Permit.id))
    permits.revoke(hall.session, permit_id, "plans changed", actor=hall.office.clerk, now=NOW)
    with pytest.raises(NothingToOverride):
        hall.override(passage)
    assert hall.state() is State.HELD


def test_an_amber_answer_lapses_and_gives_way_to_a_newer_one(hall):
    passage = amber(hall)
    with pytest.raises(NothingToOverride):
        hall.override(passage, after=timedelta(minutes=31))
    newer = hall.attempt(hall.complete("b", proof=Proof.TYPED), after=timedelta(minutes=1))
    with pytest.raises(NothingToOverride):
        hall.override(passage, after=timedelta(minutes=2))
    assert [row.id for row in views.waiting(hall.session, now=NOW + timedelta(minutes=2))] == [newer.event_id]
    assert views.waiting(hall.session, now=NOW + timedelta(minutes=32)) == ()


def test_neither_guard_nor_carrier_nor_holder_decides(hall):
    passage = amber(hall, carriers=(hall.office.holder.person_id, hall.office.manager.person_id))
    supervisor = frozenset({Role.SUPERVISOR})
    with pytest.raises(GuardOverridesSelf):
        hall.override(passage, by=replace(hall.office.guard, roles=supervisor))
    for involved in (hall.office.holder, hall.office.manager):
        with pytest.raises(CarrierOverridesSelf):
            hall.override(passage, by=replace(involved, roles=supervisor))
    with pytest.raises(PermissionDenied):
        hall.override(passage, by=hall.office.guard)
    with pytest.raises(MissingText):
        hall.override(passage, reason="  ")
    assert hall.state() is State.HELD


def test_of_two_guards_with_one_copy_at_the_same_instant_one_sees_green(engine):
    with Session(engine) as session:
        hall = Hall(furnish(session))
        hall.permit(gate_id=None)
        seen = [hall.complete("a"), hall.complete("b", device_id="other", gate_id=hall.other_gate)]
        guard = hall.office.guard
        session.commit()

    def walk(one):
        with Session(engine) as own:
            passage = gates.attempt(own, one, actor=guard, now=NOW)
            own.commit()
            return passage.verdict.reason

    with ThreadPoolExecutor(2) as pool:
        reasons = sorted(pool.map(walk, seen))
    assert reasons == [Reason.ALREADY_OUT, Reason.MAY_LEAVE]


def test_the_same_attempt_arriving_many_times_at_once_is_one_event(engine):
    with Session(engine) as session:
        hall = Hall(furnish(session))
        hall.permit()
        seen, guard = hall.complete("a"), hall.office.guard
        session.commit()

    def send(_):
        with Session(engine) as own:
            passage = gates.attempt(own, seen, actor=guard, now=NOW)
            own.commit()
            return passage

    with ThreadPoolExecutor(8) as pool:
        answers = set(map(repr, pool.map(send, range(8))))
    assert len(answers) == 1
    with Session(engine) as session:
        assert session.scalar(sa.select(sa.func.count(GateEvent.id))) == 1
