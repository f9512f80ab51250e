"""Past verdicts at gates are judged again: the same, or it is told what differs."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from registry.errors import PermissionDenied
from registry.models import GateEvent, RuleSetVersion
from registry.rows import UnknownRow
from registry.rules.codes import human_code
from registry.rules.gate import Colour, Reason
from registry.rules.rejudging import GateDifference
from registry.rules.words import Direction
from registry.ruling import RulesDamaged
from service.flows import gate, rejudging
from tests.fixtures.handed import as_supervisor, hand_out, open_gate, permit
from tests.flows.test_gate import complete, scan, seen
from tests.flows.test_ruling import adopt, propose


@pytest.fixture
def database_backend():
    return "sqlite"


@pytest.fixture
def east(world):
    return open_gate(world)


@pytest.fixture
def events(world, east):
    """A red attempt without a permit, an amber one by a typed code that a supervisor let pass, and a green one home."""
    (code,) = hand_out(world)
    qr = world.runtime.tokens.qr_text(code, 1)
    red = scan(world, complete(world, east, qr)).event_id
    world.later(minutes=5)
    permit(world, [code], east)
    amber = scan(world, complete(world, east, human_code(code))).event_id
    gate.override(world.runtime, as_supervisor(world.other_clerk), amber, "looked at the paper")
    world.later(minutes=5)
    home = scan(world, seen(world, east, qr, direction=Direction.ENTRY)).event_id
    strange = scan(world, seen(world, east, "http://example.org")).event_id
    return red, amber, home, strange


def change(world, event_id, **values):
    """Change an event's row behind the register's back."""
    with world.runtime.database.transaction() as session:
        session.execute(sa.update(GateEvent).where(GateEvent.id == event_id).values(**values))


def again(world, event_id):
    return rejudging.replay(world.runtime, world.auditor, event_id).again


def test_every_verdict_comes_out_the_same_passes_refusals_and_what_a_supervisor_let_through(world, events):
    found = rejudging.replay_all(world.runtime, world.auditor)
    assert (found.total, found.different, found.unknown) == (4, (), 0)
    red, amber, home, strange = events
    verdicts = [again(world, each).verdict for each in (red, amber, home, strange)]
    assert [(one.colour, one.reason) for one in verdicts] == [
        (Colour.RED, Reason.NO_PERMIT),
        (Colour.AMBER, Reason.CODE_TYPED),
        (Colour.GREEN, Reason.MAY_ENTER),
        (Colour.RED, Reason.NOT_GENUINE),
    ]


def test_each_verdict_is_judged_under_the_rules_of_its_time(world, east, events):
    _, amber, *_ = events
    adopt(world, propose(world, {"gate.code-typed": "RED"}))
    world.later(minutes=2)
    (code,) = hand_out(world, world.register(doc_number="2"))
    permit(world, [code], east)
    later = scan(world, complete(world, east, human_code(code))).event_id
    assert (again(world, later).version, again(world, later).verdict.colour) == (2, Colour.RED)
    assert (again(world, amber).version, again(world, amber).verdict.colour) == (1, Colour.AMBER)
    assert rejudging.replay_all(world.runtime, world.auditor).different == ()


def test_rules_that_were_moved_in_time_are_told(world, east, events):
    adopt(world, propose(world, {"gate.code-typed": "RED"}))
    world.later(minutes=2)
    with world.runtime.database.transaction() as session:
        session.execute(
            sa.update(RuleSetVersion)
            .where(RuleSetVersion.version == 2)
            .values(in_force_at=world.now - timedelta(days=1))
        )
    _, amber, *_ = events
    assert again(world, amber).differences == (GateDifference.OTHER_RULES, GateDifference.OTHER_VERDICT)
    different = rejudging.replay_all(world.runtime, world.auditor).different
    assert [one.row.id for one in different] == list(events)


def test_rules_that_do_not_have_their_hash_judge_nothing(world, events):
    adopt(world, propose(world, {"gate.code-typed": "RED"}))
    with world.runtime.database.transaction() as session:
        session.execute(
            sa.update(RuleSetVersion)
            .where(RuleSetVersion.version == 2)
            .values(in_force_at=world.now - timedelta(days=1), sha256="0" * 64)
        )
    with pytest.raises(RulesDamaged):
        again(world, events[0])


@pytest.mark.parametrize(
    "values",
    [
        {"device_id": "another"},
        {"gate_id": 2},
        {"raw_code": "something else"},
        {"copy_id": None},
        {"permit_id": 1},
        {"override_by_id": 1},
    ],
    ids=lambda values: next(iter(values)),
)
def test_a_row_that_was_changed_is_told(world, events, values):
    open_gate(world)
    change(world, events[0], **values)
    assert again(world, events[0]).differences == (GateDifference.ROW_CHANGED,)


def test_a_verdict_that_was_changed_is_told_with_what_it_should_be(world, events):
    change(world, events[0], colour="GREEN", reason="may-leave")
    found = again(world, events[0])
    assert found.differences == (GateDifference.ROW_CHANGED, GateDifference.OTHER_VERDICT)
    assert found.verdict.reason is Reason.NO_PERMIT


def test_a_supervisors_word_that_was_removed_is_told(world, events):
    change(world, events[1], override_by_id=None)
    assert again(world, events[1]).differences == (GateDifference.ROW_CHANGED,)


def test_what_a_verdict_said_of_its_reason_is_judged_again(world, east, events):
    (code,) = hand_out(world, world.register(doc_number="2"))
    permit(world, [code], east)
    miscounted = complete(world, east, world.runtime.tokens.qr_text(code, 1), pages=1)
    event_id = scan(world, miscounted).event_id
    assert again(world, event_id).is_same
    with world.runtime.database.transaction() as session:
        event = session.get_one(GateEvent, event_id)
        event.facts = event.facts | {"expected": 1}
    assert again(world, event_id).differences == (GateDifference.OTHER_FACTS,)


def test_a_situation_that_was_changed_is_told_and_judged_as_it_stands(world, events):
    with world.runtime.database.transaction() as session:
        event = session.get_one(GateEvent, events[0])
        event.situation = event.situation | {"proof": "nothing"}
    found = again(world, events[0])
    assert found.differences == (GateDifference.SITUATION_CHANGED, GateDifference.OTHER_VERDICT)
    assert found.verdict.reason is Reason.NO_MARK


@pytest.mark.parametrize("left", [None, {"gate_id": 1}, {}])
def test_a_situation_that_is_gone_or_unreadable_is_told(world, events, left):
    change(world, events[0], situation=left)
    found = again(world, events[0])
    assert (found.differences, found.verdict) == ((GateDifference.SITUATION_CHANGED,), None)


def test_an_event_that_the_ledger_does_not_know_is_told(world, events):
    with world.runtime.database.transaction() as session:
        known = session.get_one(GateEvent, events[0])
        made = {
            column.name: getattr(known, column.name)
            for column in GateEvent.__table__.columns
            if column.name != "id"
        }
        session.add(GateEvent(**made | {"attempt_id": "forged"}))
    (forged,) = rejudging.replay_all(world.runtime, world.auditor).different
    assert forged.again.differences == (GateDifference.NO_ENTRY,)


def test_an_event_of_an_older_release_is_unknown_and_no_finding(world, events, monkeypatch):
    def as_before(session, event_ids):
        found = entries(session, event_ids)
        for kinds in found.values():
            for told in kinds.values():
                told.pop("situation", None)
                told.pop("rules", None)
        return found

    from registry.views import gatereplay

    entries = gatereplay._entries
    monkeypatch.setattr(gatereplay, "_entries", as_before)
    change(world, events[0], situation=None)
    found = again(world, events[0])
    assert (found.differences, found.is_unknown) == ((GateDifference.NOT_KEPT,), True)
    assert rejudging.replay_all(world.runtime, world.auditor).unknown == 1


def test_who_may_not_read_rules_and_gate_log_judges_nothing_again(world, events):
    for part in ("leader", "officer", "guard", "holder", "handler"):
        with pytest.raises(PermissionDenied):
            rejudging.replay_all(world.runtime, world.actors[part])
    with pytest.raises(UnknownRow):
        rejudging.replay(world.runtime, world.auditor, 99)
