"""Destruction from the first scan to the certificate, with people who prove themselves."""

import io
from datetime import timedelta

import pypdfium2
import pytest

from registry.acts.shredding import NotAllPresented
from registry.disposal import ListClosed
from registry.errors import PermissionDenied
from registry.ledger import log
from registry.rules.codes import human_code
from registry.rules.destruction import Shortfall
from registry.rules.lifecycle import State
from registry.rules.words import DestructionPart, DestructionState
from registry.views.conservation import conservation
from registry.vouching import AttestationConflict
from service.flows import copies, destroying, equipment, making, printing
from service.flows.proving import PinClosed, PinRefused

OPERATOR, WITNESS = DestructionPart.OPERATOR, DestructionPart.WITNESS


@pytest.fixture
def database_backend():
    """One backend here; the acts are proven on both."""
    return "sqlite"


@pytest.fixture
def shredder(world):
    return equipment.add_shredder(world.runtime, world.administrator, "粉碎机 Shredder", "B1", "P-6")


@pytest.fixture
def stock(world):
    """The codes of three printed copies in stock."""
    batch_id = printing.order_batch(
        world.runtime, world.clerk, world.approved(world.register(), copies=3), [None] * 3
    )
    making.make_batch(world.runtime, batch_id, lambda _done, _total: None)
    rows = copies.batch_story(world.runtime, world.clerk, batch_id).copies.rows
    return [row.copy.code for row in rows]


def qr(world, code, page=1):
    return world.runtime.tokens.qr_text(code, page)


def listed(world, shredder, codes):
    """Return the id of a draft list of these copies."""
    list_id = destroying.open_list(world.runtime, world.clerk, shredder, "the meeting is over")
    scans = destroying.add(world.runtime, world.clerk, list_id, [qr(world, code) for code in codes])
    assert [scan.error for scan in scans] == [None] * len(codes)
    return list_id


def at_the_shredder(world, shredder, codes):
    """Return the id of an approved list of these copies, all scanned again."""
    list_id = listed(world, shredder, codes)
    until = world.now + timedelta(days=7)
    world.approve(destroying.submit(world.runtime, world.clerk, list_id, until=until), "leader")
    for code in codes:
        assert destroying.present(world.runtime, world.other_clerk, list_id, qr(world, code, 2)).error is None
    return list_id


def attest(world, list_id, part, who, pin=None):
    """Have a person vouch on the screen of the clerk who asked."""
    return destroying.attest(
        world.runtime,
        world.clerk,
        list_id,
        part,
        person_id=world.actors[who].person_id,
        pin=pin or world.pin,
    )


def entries(world, kind):
    with world.runtime.database.reading() as session:
        return list(log.read(session, kind=kind))


def test_three_copies_go_from_the_shelf_to_the_certificate(world, shredder, stock):
    list_id = at_the_shredder(world, shredder, stock)
    assert attest(world, list_id, OPERATOR, "other_clerk").shortfall == Shortfall(witnesses_missing=1)
    world.later(minutes=2)
    assert attest(world, list_id, WITNESS, "handler").state is DestructionState.DESTROYED
    view = destroying.get_list(world.runtime, world.clerk, list_id)
    assert {item.copy.state for item in view.items} == {State.DESTROYED}
    assert (view.planned, view.presented, view.completed_at) == (3, 3, world.now)
    with world.runtime.database.reading() as session:
        (line,) = conservation(session).values()
    assert line.holds
    assert dict(line.by_state) == {State.DESTROYED: 3}


def test_the_certificate_names_every_copy_and_person_and_never_changes(world, shredder, stock):
    list_id = at_the_shredder(world, shredder, stock)
    with pytest.raises(ListClosed):
        destroying.certificate(world.runtime, world.clerk, list_id)
    attest(world, list_id, OPERATOR, "other_clerk")
    attest(world, list_id, WITNESS, "handler")
    first = destroying.certificate(world.runtime, world.clerk, list_id)
    world.later(days=1)
    assert destroying.certificate(world.runtime, world.other_clerk, list_id) == first
    assert len(entries(world, "destruction.certified")) == 1

    pdf = pypdfium2.PdfDocument(io.BytesIO(first))
    told = "".join(page.get_textpage().get_text_bounded() for page in pdf)
    pdf.close()
    for code in stock:
        assert human_code(code) in told
    for fact in ("S001", "S002", "S003", "S007", "P-6", f"D-{list_id:06d}", "destroyed 3", "difference 0"):
        assert fact in told


def test_a_stranger_in_the_stack_holds_up_no_other(world, shredder, stock):
    list_id = destroying.open_list(world.runtime, world.clerk, shredder, "the meeting is over")
    typed, forged = human_code(stock[1]), qr(world, stock[2])[:-1] + "!"
    scans = destroying.add(
        world.runtime, world.clerk, list_id, [qr(world, stock[0]), forged, "", typed, qr(world, stock[0], 2)]
    )
    assert [(scan.error.code if scan.error else None, scan.again) for scan in scans] == [
        (None, False),
        ("not-a-mark", False),
        (None, False),
        (None, True),
    ]
    assert destroying.get_list(world.runtime, world.clerk, list_id).planned == 2


def test_a_copy_that_is_not_on_the_list_is_refused_at_the_shredder_and_on_record(world, shredder, stock):
    list_id = at_the_shredder(world, shredder, stock[:2])
    scanned = destroying.present(world.runtime, world.clerk, list_id, qr(world, stock[2]))
    assert scanned.error is not None
    assert scanned.error.code == "not-on-the-list"
    (denied,) = entries(world, "deed.denied")
    assert denied.subject == f"copy:{stock[2]}"
    assert denied.facts["error"] == "not-on-the-list"


def test_a_wrong_pin_vouches_for_nothing_and_is_on_record(world, shredder, stock):
    list_id = at_the_shredder(world, shredder, stock[:1])
    with pytest.raises(PinRefused):
        attest(world, list_id, OPERATOR, "other_clerk", pin="000001")
    (entry,) = entries(world, "person.pin-refused")
    assert entry.subject == f"person:{world.other_clerk.person_id}"
    assert "000001" not in str(entry.facts)
    assert destroying.get_list(world.runtime, world.clerk, list_id).attestations == ()


def test_too_many_wrong_pins_close_the_pin_even_for_the_right_one(world, shredder, stock):
    list_id = at_the_shredder(world, shredder, stock[:1])
    for _attempt in range(world.runtime.settings.login_failures_per_account):
        with pytest.raises(PinRefused):
            attest(world, list_id, OPERATOR, "other_clerk", pin="000001")
    with pytest.raises(PinClosed):
        attest(world, list_id, OPERATOR, "other_clerk")
    assert [entry.facts["reason"] for entry in entries(world, "person.pin-refused")][-1] == "pin-closed"
    world.later(minutes=world.runtime.settings.login_window_minutes + 1)
    assert attest(world, list_id, OPERATOR, "other_clerk").state is DestructionState.SUBMITTED


def test_a_refused_signature_leaves_a_denial_and_nothing_else(world, shredder, stock):
    list_id = at_the_shredder(world, shredder, stock[:1])
    with pytest.raises(AttestationConflict):
        attest(world, list_id, WITNESS, "clerk")
    assert destroying.get_list(world.runtime, world.clerk, list_id).attestations == ()
    (denied,) = entries(world, "deed.denied")
    assert denied.facts["error"] == "attestation-conflict"


def test_nobody_tests_pins_without_a_clerk_at_the_screen(world, shredder, stock):
    list_id = at_the_shredder(world, shredder, stock[:1])
    with pytest.raises(PermissionDenied):
        destroying.attest(
            world.runtime,
            world.holder,
            list_id,
            OPERATOR,
            person_id=world.other_clerk.person_id,
            pin="000001",
        )
    assert entries(world, "person.pin-refused") == []


def test_signing_waits_for_the_last_copy(world, shredder, stock):
    list_id = listed(world, shredder, stock)
    until = world.now + timedelta(days=7)
    world.approve(destroying.submit(world.runtime, world.clerk, list_id, until=until), "leader")
    with pytest.raises(NotAllPresented):
        attest(world, list_id, OPERATOR, "other_clerk")


def test_only_clerks_see_the_lists(world):
    for part in ("handler", "holder", "guard", "administrator"):
        with pytest.raises(PermissionDenied):
            destroying.lists(world.runtime, world.actors[part])
