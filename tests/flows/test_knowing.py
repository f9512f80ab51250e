"""Who knows a document: each trace puts somebody on the list, and nobody is on it without one."""

from uuid import UUID

import pytest

from registry.errors import PermissionDenied
from registry.ledger import log
from registry.rows import UnknownRow
from registry.rules.codes import human_code
from registry.rules.gate import Colour
from registry.rules.knowing import Part, Trace
from registry.rules.words import Direction, ScanSource
from service.flows import gate, knowing, lending, registering
from service.flows.gate import Seen
from tests.fixtures.handed import hand_out, open_gate, permit, staff_no
from tests.fixtures.papers import draw_pdf


@pytest.fixture
def database_backend():
    """One backend here; the query is the same on both, and the access tests ask it, too."""
    return "sqlite"


@pytest.fixture
def document(world):
    return world.register()


def traces(world, document):
    found = knowing.knowers(world.runtime, world.auditor, document)
    parts = {actor.person_id: part for part, actor in world.actors.items()}
    return {parts[one.person.id]: {known.trace: known.times for known in one.known} for one in found}


def test_whoever_registered_it_is_the_first_to_know(world, document):
    assert traces(world, document) == {"clerk": {Trace.REGISTERED: 1}}


def test_readers_receivers_and_handlers_are_on_the_list_by_their_traces(world, document):
    (code,) = hand_out(world, document)
    lending.take_back(world.runtime, world.other_clerk, [human_code(code)], world.holder.person_id)
    registering.look(world.runtime, world.manager, document)
    registering.look(world.runtime, world.manager, document)
    found = traces(world, document)
    assert found["manager"] == {Trace.READ: 2}
    assert found["holder"] == {Trace.HELD: 1}
    assert found["handler"] == {Trace.REQUESTED: 1}
    assert found["leader"] == {Trace.DECIDED: 1}
    assert found["clerk"] == {Trace.REGISTERED: 1, Trace.PRINTED: 2, Trace.PASSED_ON: 1}
    assert found["other_clerk"] == {Trace.PASSED_ON: 1}
    assert set(found) == {"manager", "holder", "handler", "leader", "clerk", "other_clerk"}


def test_what_somebody_knows_as_follows_from_the_traces(world, document):
    hand_out(world, document)
    registering.look(world.runtime, world.leader, document)
    found = knowing.knowers(world.runtime, world.clerk, document)
    by_person = {one.person.id: one for one in found}
    assert by_person[world.holder.person_id].parts == (Part.RECEIVER,)
    assert by_person[world.leader.person_id].parts == (Part.READER,)
    assert by_person[world.clerk.person_id].parts == (Part.HANDLER,)
    assert [one.first_at for one in found] == sorted(one.first_at for one in found)


def test_a_carrier_is_on_the_list_once_the_copy_has_left(world, document):
    (code,) = hand_out(world, document)
    gate_id = open_gate(world)
    permit(world, [code], gate_id, carriers=(world.guard.person_id,))
    assert "guard" not in traces(world, document)
    seen = Seen(
        attempt=UUID(int=1),
        gate_id=gate_id,
        direction=Direction.EXIT,
        source=ScanSource.GUN,
        device_id="device",
        device_at=world.now,
        raw=world.runtime.tokens.qr_text(code, 1),
        carriers=frozenset({staff_no(world, "guard")}),
        pages=2,
    )
    verdict = gate.scan(world.runtime, world.guard, seen).verdict
    assert verdict.colour is Colour.GREEN
    assert traces(world, document)["guard"] == {Trace.CARRIED: 1}


def test_what_belongs_to_another_document_is_no_trace(world, document):
    other = world.register(draw_pdf(1), doc_number="财字〔2026〕8号")
    hand_out(world, document)
    registering.look(world.runtime, world.manager, document)
    assert set(traces(world, other)) == {"clerk"}


def test_the_list_is_not_for_everybody(world, document):
    for part in ("holder", "handler", "manager", "officer", "administrator", "guard"):
        with pytest.raises(PermissionDenied):
            knowing.knowers(world.runtime, world.actors[part], document)
    with pytest.raises(UnknownRow):
        knowing.knowers(world.runtime, world.auditor, 99)


def test_the_list_is_told_by_program(world, call, document):
    hand_out(world, document)
    told = call("auditor", "GET", f"/documents/{document}/knowers").json["knowers"]
    assert {one["person"]["staff_no"]: one["parts"] for one in told}["S012"] == ["RECEIVER"]
    assert call("manager", "GET", f"/documents/{document}/knowers").status_code == 403


def test_the_list_is_taken_away_on_record(world, call, document):
    hand_out(world, document)
    table = knowing.export(world.runtime, world.auditor, document).decode("utf-8-sig").splitlines()
    held = next(line for line in table if "signed for a copy" in line)
    assert held.startswith("S012,人12 Holder,")
    assert held.endswith(
        f",领用 receiver,签收过 signed for a copy,1,2026-03-02 16:30,2026-03-02 16:30,{document}"
    )
    with world.runtime.database.reading() as session:
        (entry,) = log.read(session, kind="knowers.exported")
    assert (entry.subject, entry.facts["rows"]) == (f"document:{document}", len(table) - 1)
    told = call("auditor", "GET", f"/documents/{document}/knowers/csv")
    assert told.data.decode("utf-8-sig").splitlines() == table
    with pytest.raises(PermissionDenied):
        knowing.export(world.runtime, world.manager, document)
