"""A recall with real papers: slips, a leader's PIN, returns over the counter, a gate that stops what is wanted back."""

import io
import re
from datetime import timedelta
from uuid import UUID

import pypdfium2
import pytest

from registry.errors import PermissionDenied
from registry.rows import UnknownRow
from registry.rules.codes import human_code
from registry.rules.gate import Colour, Reason
from registry.rules.recall import CopyRecalled, RecallNotSettled
from registry.rules.words import Direction, HandOverKind, ScanSource
from service.flows import gate, lending, recalling
from service.flows.gate import Seen
from service.flows.proving import PinRefused
from tests.fixtures.handed import hand_out, open_gate, permit, staff_no


@pytest.fixture
def database_backend():
    """One backend here; the acts are proven on both."""
    return "sqlite"


@pytest.fixture
def document(world):
    return world.register()


@pytest.fixture
def held(world, document):
    """The codes of three copies that the holder has signed for."""
    return hand_out(world, document, count=3)


def begun(world, document):
    due_at = world.now + timedelta(days=7)
    return recalling.begin(world.runtime, world.clerk, document, "superseded by a new draft", due_at)


def excuse(world, recall_id, code, pin=None):
    recalling.excuse(
        world.runtime,
        world.clerk,
        recall_id,
        code,
        "needed until Friday",
        person_id=world.leader.person_id,
        pin=pin or world.pin,
    )


def text_of(pdf):
    with pypdfium2.PdfDocument(io.BytesIO(pdf)) as paper:
        return re.sub(r"\s", "", "".join(page.get_textpage().get_text_range() for page in paper))


def test_a_recall_goes_from_the_slips_to_its_report(world, document, held):
    recall_id = begun(world, document)
    slip = text_of(recalling.slip(world.runtime, world.clerk, recall_id, world.holder.person_id))
    assert all(human_code(code) in slip for code in held)
    assert "清退通知单" in slip
    lending.take_back(world.runtime, world.clerk, [human_code(held[0])], world.holder.person_id)
    slip = text_of(recalling.slip(world.runtime, world.clerk, recall_id, world.holder.person_id))
    assert human_code(held[0]) not in slip
    assert recalling.wanted_from_me(world.runtime, world.holder).keys() == set(held[1:])
    lending.take_back(world.runtime, world.clerk, [human_code(held[1])], world.holder.person_id)
    with pytest.raises(RecallNotSettled):
        recalling.close(world.runtime, world.clerk, recall_id)
    with pytest.raises(PinRefused):
        excuse(world, recall_id, held[2], pin="000001")
    excuse(world, recall_id, held[2])
    assert recalling.close(world.runtime, world.clerk, recall_id).missed == 1
    report = text_of(recalling.report(world.runtime, world.leader, recall_id))
    for told in ("due3", "returned2", "missed1", "lost0", "neededuntilFriday", f"Q-{recall_id:06d}"):
        assert told in report
    assert "stillrunning" not in report


def test_the_report_of_a_recall_that_runs_says_so(world, document, held):
    assert "stillrunning" in text_of(recalling.report(world.runtime, world.clerk, begun(world, document)))


def test_a_slip_is_for_those_who_have_something_to_bring(world, document, held):
    recall_id = begun(world, document)
    with pytest.raises(UnknownRow):
        recalling.slip(world.runtime, world.clerk, recall_id, world.leader.person_id)
    with pytest.raises(PermissionDenied):
        recalling.slip(world.runtime, world.auditor, recall_id, world.holder.person_id)


def test_a_permit_does_not_take_a_recalled_copy_out(world, document, held):
    gate_id = open_gate(world)
    permit(world, [held[0]], gate_id)
    begun(world, document)
    seen = Seen(
        attempt=UUID(int=1),
        gate_id=gate_id,
        direction=Direction.EXIT,
        source=ScanSource.GUN,
        device_id="device",
        device_at=world.now,
        raw=world.runtime.tokens.qr_text(held[0], 1),
        carriers=frozenset({staff_no(world, "holder")}),
        pages=3,
    )
    verdict = gate.scan(world.runtime, world.guard, seen).verdict
    assert (verdict.colour, verdict.reason) == (Colour.RED, Reason.COPY_RECALLED)


def test_what_came_back_is_not_lent_again_while_the_recall_runs(world, document, held):
    begun(world, document)
    lending.take_back(world.runtime, world.clerk, [human_code(held[0])], world.holder.person_id)
    with pytest.raises(CopyRecalled):
        lending.give(
            world.runtime,
            world.clerk,
            [human_code(held[0])],
            HandOverKind.ISSUE,
            world.handler.person_id,
        )
