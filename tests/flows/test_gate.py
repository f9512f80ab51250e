"""A printed copy at a gate: its QR, its code typed, a photo of its page with and without the QR."""

import io
from dataclasses import replace
from uuid import uuid4

import cv2
import numpy as np
import pytest
from PIL import Image

import watermark
from registry.acts.permits import PermitIncomplete
from registry.errors import PermissionDenied
from registry.ledger import log
from registry.passing import AttemptReused
from registry.rows import UnknownCopy
from registry.rules.codes import human_code
from registry.rules.gate import Colour, Proof, Reason
from registry.rules.words import Direction, ScanSource
from registry.views.gates import EventFilter
from service.flows import copies, gate, lending, making, permits
from service.flows.gate import Seen
from service.flows.permits import NoCopiesChosen, NotInHand
from tests.fixtures.handed import as_supervisor, hand_out, open_gate, permit, staff_no, take_out


@pytest.fixture
def east(world):
    return open_gate(world)


def seen(world, gate_id, raw, **changed):
    facts = {
        "attempt": uuid4(),
        "gate_id": gate_id,
        "direction": Direction.EXIT,
        "source": ScanSource.GUN,
        "device_id": "desk-1",
        "device_at": world.now,
        "raw": raw,
    }
    return Seen(**facts | changed)


def complete(world, gate_id, raw, **changed):
    """Return an attempt with the badge and the page count that a green exit wants."""
    return seen(
        world, gate_id, raw, **{"carriers": frozenset({staff_no(world, "holder")}), "pages": 2} | changed
    )


def scan(world, attempt):
    return gate.scan(world.runtime, world.guard, attempt)


def logged(world):
    return [row.reason for row in gate.list_events(world.runtime, world.guard, EventFilter()).rows]


def qr(world, code, page=1):
    return world.runtime.tokens.qr_text(code, page)


def photo(world, code, *, with_qr):
    """Return the first page of a copy as a scanner at 300 dpi sees it, its QR blacked out unless it may stay."""
    page = watermark.render_page(making.copy_file(world.runtime, code), 1, 300, gray=True).copy()
    if not with_qr:
        for found in watermark.read_qr(_png(page)):
            xs, ys = zip(*found.corners, strict=True)
            page[int(min(ys)) - 8 : int(max(ys)) + 8, int(min(xs)) - 8 : int(max(xs)) + 8] = 0
    return _png(page)


def _png(page):
    target = io.BytesIO()
    Image.fromarray(page).save(target, "PNG", dpi=(300, 300))
    return target.getvalue()


def test_a_copy_is_stopped_then_permitted_then_asked_about_then_let_out_and_in(world, east):
    (code,) = hand_out(world)
    assert scan(world, seen(world, east, qr(world, code))).verdict.reason is Reason.NO_PERMIT
    permit(world, [code], east)
    world.later(minutes=5)
    first = seen(world, east, qr(world, code, 2))
    assert scan(world, first).verdict.reason is Reason.CARRIER_NOT_SHOWN
    second = replace(first, carriers=frozenset({staff_no(world, "holder")}), pages=2)
    green = scan(world, second)
    assert green.verdict.colour is Colour.GREEN
    assert scan(world, second) == green
    world.later(hours=2)
    home = seen(world, east, qr(world, code), direction=Direction.ENTRY)
    assert scan(world, home).verdict.reason is Reason.MAY_ENTER
    assert logged(world) == [Reason.MAY_ENTER, Reason.MAY_LEAVE, Reason.CARRIER_NOT_SHOWN, Reason.NO_PERMIT]
    assert [one.reason for one in copies.story(world.runtime, world.clerk, code).sightings] == logged(world)


def test_the_answer_to_one_paper_is_never_given_for_another(world, east):
    codes = hand_out(world, count=2)
    permit(world, codes, east)
    first = complete(world, east, qr(world, codes[0]))
    assert scan(world, first).verdict.colour is Colour.GREEN
    with pytest.raises(AttemptReused):
        scan(world, replace(first, raw=qr(world, codes[1])))
    with world.runtime.database.reading() as session:
        assert [entry.kind for entry in log.read(session)][-1] == "deed.denied"


@pytest.mark.parametrize(
    ("raw", "proof", "reason"),
    [
        ("https://example.org/", "foreign", Reason.NOT_GENUINE),
        ("", "nothing", Reason.NO_MARK),
        ("F1" + "0" * 32, "foreign", Reason.NOT_GENUINE),
        ("x" * 4000, "foreign", Reason.NOT_GENUINE),
        (human_code("0000000000001"), "typed", Reason.UNKNOWN_COPY),
    ],
)
def test_whatever_is_held_under_the_scanner_is_on_record(world, east, raw, proof, reason):
    assert scan(world, seen(world, east, raw)).verdict.reason is reason
    (row,) = gate.list_events(world.runtime, world.guard, EventFilter(colour=Colour.RED)).rows
    assert (row.raw_code, row.proof) == (raw[:200], proof)


def test_a_forged_mark_is_proven_forged_before_the_register_is_asked(world, east):
    (code,) = hand_out(world)
    forged = qr(world, code)[:-1] + ("0" if qr(world, code)[-1] != "0" else "1")
    passage = scan(world, seen(world, east, forged))
    assert passage.verdict.reason is Reason.NOT_GENUINE
    assert gate.list_events(world.runtime, world.guard, EventFilter()).rows[0].code is None


def test_a_typed_code_alone_opens_no_gate_but_a_supervisor_may(world, east):
    (code,) = hand_out(world)
    permit(world, [code], east)
    typed = complete(world, east, human_code(code).lower(), source=ScanSource.TYPED)
    passage = scan(world, typed)
    assert (passage.verdict.colour, passage.verdict.reason) == (Colour.AMBER, Reason.CODE_TYPED)
    supervisor = as_supervisor(world.auditor)
    assert [row.id for row in gate.list_waiting(world.runtime, supervisor)] == [passage.event_id]
    gate.override(world.runtime, supervisor, passage.event_id, "code compared with the paper")
    assert gate.list_waiting(world.runtime, supervisor) == ()
    assert permits.board(world.runtime, world.holder).permits[0].state == "OUTSIDE"
    with pytest.raises(PermissionDenied):
        gate.list_waiting(world.runtime, world.guard)


def test_a_photo_is_read_by_its_qr_else_by_its_hidden_mark(world, east):
    (code,) = hand_out(world)
    permit(world, [code], east)
    hidden = complete(world, east, "", source=ScanSource.PHOTO, photo=photo(world, code, with_qr=False))
    passage = scan(world, hidden)
    assert passage.verdict.reason is Reason.HIDDEN_MARK_ONLY
    row = gate.list_events(world.runtime, world.guard, EventFilter()).rows[0]
    assert (row.code, row.proof, row.raw_code) == (code, Proof.HIDDEN, human_code(code))
    shown = complete(world, east, "", source=ScanSource.PHOTO, photo=photo(world, code, with_qr=True))
    assert scan(world, shown).verdict.reason is Reason.MAY_LEAVE


def test_a_photo_whose_qr_is_of_another_copy_than_its_hidden_mark_is_stopped(world, east):
    one, two = hand_out(world, count=2)
    permit(world, [one, two], east)
    page = watermark.render_page(making.copy_file(world.runtime, one), 1, 300, gray=True).copy()
    other = watermark.render_page(making.copy_file(world.runtime, two), 1, 300, gray=True)
    (found,) = watermark.read_qr(_png(page))
    (left, top), (right, bottom) = np.min(found.corners, axis=0), np.max(found.corners, axis=0)
    box = slice(int(top) - 8, int(bottom) + 8), slice(int(left) - 8, int(right) + 8)
    page[box] = other[box]
    glued = complete(world, east, qr(world, two), source=ScanSource.PHOTO, photo=_png(page))
    passage = scan(world, glued)
    assert (passage.verdict.colour, passage.verdict.reason) == (Colour.RED, Reason.MARKS_DISAGREE)
    row = gate.list_events(world.runtime, world.guard, EventFilter()).rows[0]
    assert (row.code, row.proof) == (None, Proof.CONTRADICTED)


def test_a_photo_without_qr_and_dots_is_read_like_the_picture_of_a_leak(world, east, monkeypatch):
    monkeypatch.setattr(gate, "PHOTO_PATIENCE_S", 1200.0)
    (code,) = hand_out(world)
    permit(world, [code], east)
    sheet = np.asarray(Image.open(io.BytesIO(photo(world, code, with_qr=False))))
    bare = _png(cv2.medianBlur(sheet, 5))
    first = complete(world, east, "", source=ScanSource.PHOTO, photo=bare)
    passage = scan(world, first)
    assert passage.verdict.reason is Reason.HIDDEN_MARK_ONLY
    assert gate.list_events(world.runtime, world.guard, EventFilter()).rows[0].code == code


@pytest.mark.parametrize("file", [b"", b"no picture at all", b"\x89PNG\r\n\x1a\n" + b"\x00" * 50])
def test_a_photo_that_nobody_can_read_is_an_attempt_without_a_mark(world, east, file):
    attempt = seen(world, east, "", source=ScanSource.PHOTO, photo=file)
    assert scan(world, attempt).verdict.reason is Reason.NO_MARK
    assert logged(world) == [Reason.NO_MARK]


def test_people_ask_only_for_copies_in_somebodys_hands_that_are_theirs_to_see(world, east):
    (code,) = hand_out(world)
    with pytest.raises(NoCopiesChosen):
        permits.ask(world.runtime, world.holder, take_out(world, [], east))
    with pytest.raises(UnknownCopy):
        permits.ask(world.runtime, world.guard, take_out(world, [code], east))
    with pytest.raises(PermitIncomplete):
        permits.ask(world.runtime, world.holder, take_out(world, [code], east, carriers=()))
    lending.take_back(
        world.runtime, world.clerk, [qr(world, code, 1), qr(world, code, 2)], world.holder.person_id
    )
    with pytest.raises(NotInHand):
        permits.ask(world.runtime, world.clerk, take_out(world, [code], east))
    assert permits.board(world.runtime, world.clerk).to_open == ()


def test_copies_of_two_documents_become_two_requests(world, east):
    (one,) = hand_out(world)
    other = world.register(doc_number="财字〔2026〕8号")
    (two,) = hand_out(world, other)
    wanted = take_out(world, [one], east, scans=(qr(world, two), qr(world, two, 2)))
    shown = permits.preview(world.runtime, world.holder, wanted)
    assert [preview.order.copy_codes for preview in shown] == [(one,), (two,)]
    assert len(permits.ask(world.runtime, world.holder, wanted)) == 2
    assert permits.choices(world.runtime, world.holder).held != ()


def test_an_amber_attempt_that_the_guard_settled_waits_for_nobody(world, east):
    (code,) = hand_out(world)
    permit(world, [code], east)
    first = seen(world, east, qr(world, code))
    scan(world, first)
    supervisor = as_supervisor(world.auditor)
    assert len(gate.list_waiting(world.runtime, supervisor)) == 1
    scan(world, replace(first, carriers=frozenset({staff_no(world, "holder")}), pages=2))
    assert gate.list_waiting(world.runtime, supervisor) == ()


def test_a_revoked_permit_is_worth_nothing_at_the_gate(world, east):
    (code,) = hand_out(world)
    (permit_id,) = permit(world, [code], east)
    permits.revoke(world.runtime, world.clerk, permit_id, "meeting called off")
    assert scan(world, complete(world, east, qr(world, code))).verdict.reason is Reason.NO_PERMIT


def test_a_permit_lapses(world, east):
    (code,) = hand_out(world)
    permit(world, [code], east)
    world.later(hours=9)
    assert scan(world, complete(world, east, qr(world, code))).verdict.reason is Reason.PERMIT_EXPIRED
    assert permits.board(world.runtime, world.holder).permits[0].is_lapsed
