"""Consents, delegation and re-copies: a test for each row that no rule alone can show (``rows.toml``)."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from registry.ledger import log
from registry.models import GateEvent
from registry.rows import UnknownRow
from registry.rules.gate import Colour
from registry.rules.words import Direction, HandOverKind, RequestState, ScanSource
from service.flows import consenting, copies, delegating, lending, making, recalling, registering
from service.flows.scans import read_scan
from tests.fixtures.handed import hand_out, open_gate, staff_no
from tests.flows.test_consenting import SCAN, letter
from tests.flows.test_delegating import agreed, ask, decide, propose
from tests.flows.test_families import excerpt_of, recopy, text_of
from tests.flows.test_gate import complete, scan


@pytest.fixture
def database_backend():
    return "sqlite"


def logged(world, prefix):
    with world.runtime.database.reading() as session:
        return [entry for entry in log.read(session) if entry.kind.startswith(prefix)]


def test_a_delegation_counts_only_when_a_third_person_has_agreed(world):
    request_id = ask(world)
    delegation_id = propose(world)
    with pytest.raises(UnknownRow):
        decide(world, request_id)
    delegating.decide(world.runtime, world.officer, delegation_id, agreed=True)
    assert decide(world, request_id) is RequestState.APPROVED


def test_a_delegation_counts_only_between_its_dates(world):
    request_id = ask(world)
    agreed(world, from_at=world.now + timedelta(days=1), until_at=world.now + timedelta(days=2))
    with pytest.raises(UnknownRow):
        decide(world, request_id)
    world.later(days=3)
    with pytest.raises(UnknownRow):
        decide(world, request_id)
    world.later(days=-2, hours=1)
    assert decide(world, request_id) is RequestState.APPROVED


def test_a_delegation_is_logged_from_its_proposal_to_its_end(world):
    delegation_id = agreed(world)
    delegating.end(world.runtime, world.leader, delegation_id)
    entries = logged(world, "delegation.")
    assert [(entry.kind, entry.subject) for entry in entries] == [
        ("delegation.proposed", f"delegation:{delegation_id}"),
        ("delegation.agreed", f"delegation:{delegation_id}"),
        ("delegation.ended", f"delegation:{delegation_id}"),
    ]
    assert [entry.actor["person"] for entry in entries] == [
        world.leader.person_id,
        world.officer.person_id,
        world.leader.person_id,
    ]


def test_a_consent_says_who_letter_number_scope_copies_and_expiry_and_has_its_scan(world):
    document_id = world.register(level="TOP_SECRET")
    facts = letter(world, document_id)
    consent_id = consenting.record(world.runtime, world.clerk, facts, SCAN)
    found = consenting.get_consent(world.runtime, world.auditor, consent_id)
    assert (
        found.unit.id,
        found.document_id,
        found.letter_no,
        found.scope,
        found.quota,
        found.expires_at,
    ) == (
        facts.unit_id,
        document_id,
        facts.letter_no,
        facts.scope,
        5,
        facts.expires_at,
    )
    assert consenting.letter_of(world.runtime, world.auditor, consent_id)[0] == SCAN


def test_a_re_copy_has_a_number_and_a_code_of_its_own(world):
    document_id = world.register()
    (source,) = hand_out(world, document_id)
    first, second = recopy(world, document_id, source, number=2)
    lines = [copies.story(world.runtime, world.clerk, code).view.copy for code in (source, first, second)]
    assert [line.copy_no for line in lines] == [1, 2, 3]
    assert len({line.code for line in lines}) == 3


def test_a_re_copy_bears_marks_of_its_own(world):
    document_id = world.register()
    (source,) = hand_out(world, document_id)
    (made,) = recopy(world, document_id, source)
    for code in (source, made):
        assert (
            read_scan(world.runtime.tokens, copies.mark_text(world.runtime, world.clerk, code, 1)).code
            == code
        )
    assert making.copy_file(world.runtime, made) != making.copy_file(world.runtime, source)


def test_a_re_copy_keeps_level_period_and_need_to_know(world):
    document_id = world.register(need_to_know="董事会 board")
    (source,) = hand_out(world, document_id)
    (made,) = recopy(world, document_id, source)
    told = [copies.story(world.runtime, world.clerk, code).view.copy for code in (source, made)]
    assert len({(one.document_id, one.level, one.secrecy_period) for one in told}) == 1
    assert "机密★10年" in text_of(making.copy_file(world.runtime, made))
    view = registering.get_document(world.runtime, world.clerk, told[1].document_id)
    assert view.need_to_know == "董事会 board"


def test_a_recall_reaches_re_copies_and_excerpts_through_the_family(world):
    document_id = world.register()
    (source,) = hand_out(world, document_id)
    (made,) = recopy(world, document_id, source)
    scans = [world.runtime.tokens.qr_text(made, 1)]
    hand_over = lending.give(world.runtime, world.clerk, scans, HandOverKind.ISSUE, world.holder.person_id)
    lending.confirm_by_pin(world.runtime, world.clerk, hand_over, world.pin)
    (of_excerpt,) = hand_out(world, excerpt_of(world, document_id))
    recall_id = recalling.begin(
        world.runtime, world.clerk, document_id, "wrong figures", world.now + timedelta(days=9)
    )
    due = {line.copy.code for line in recalling.get_recall(world.runtime, world.clerk, recall_id).copies}
    assert due == {source, made, of_excerpt}


def test_an_attempt_is_recorded_with_everything_that_was_seen(world):
    gate_id = open_gate(world)
    (code,) = hand_out(world)
    qr = world.runtime.tokens.qr_text(code, 1)
    device_at = world.now - timedelta(seconds=3)
    scan(world, complete(world, gate_id, qr, device_at=device_at))
    with world.runtime.database.reading() as session:
        event = session.scalars(sa.select(GateEvent)).one()
        assert (event.direction, event.gate_id, event.guard_id, event.source) == (
            Direction.EXIT,
            gate_id,
            world.guard.person_id,
            ScanSource.GUN,
        )
        assert (event.device_id, event.device_at, event.happened_at, event.offline) == (
            "desk-1",
            device_at,
            world.now,
            False,
        )
        assert (event.raw_code, event.colour, event.reason) == (qr, Colour.RED, "no-permit")
        assert event.facts["shown"] == {"carriers": [staff_no(world, "holder")], "refused": False, "pages": 2}
    (entry,) = logged(world, "gate.refused")
    assert (entry.facts["colour"], entry.facts["reason"], entry.facts["copy"]) == ("RED", "no-permit", code)
