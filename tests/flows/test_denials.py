"""Every refused deed is in the ledger, also where it is refused before its transaction begins."""

from uuid import UUID

import pytest

from registry.errors import PermissionDenied, RegistryError
from registry.ledger import log
from registry.rows import UnknownCopy
from registry.rules.lifecycle import Step
from registry.rules.words import DestructionPart, Direction, HandOverKind, ScanSource
from service.flows import (
    auditing,
    destroying,
    gate,
    lending,
    losses,
    printing,
    registering,
    releasing,
    tracing,
)
from service.flows.gate import Seen
from service.flows.proving import PinRefused
from tests.fixtures.handed import hand_out

FORGED = "F10000000000000" + "001" + "0" * 16


@pytest.fixture
def database_backend():
    return "sqlite"


def denials(world):
    with world.runtime.database.reading() as session:
        found = log.read(session, kind="deed.denied")
        return [(entry.facts["action"], entry.facts["error"]) for entry in found]


def seen(world):
    return Seen(
        attempt=UUID(int=7),
        gate_id=1,
        direction=Direction.EXIT,
        source=ScanSource.GUN,
        device_id="device",
        device_at=world.now,
        raw="x",
    )


DEEDS = {
    "a forged page is given": (
        lambda w: lending.give(w.runtime, w.clerk, [FORGED], HandOverKind.ISSUE, w.holder.person_id),
        ("copy.offer", "forged-mark"),
    ),
    "a forged page is taken back": (
        lambda w: lending.take_back(w.runtime, w.clerk, [FORGED], w.holder.person_id),
        ("copy.return", "forged-mark"),
    ),
    "a forged page is passed on": (
        lambda w: lending.transfer(w.runtime, w.clerk, [FORGED], w.holder.person_id),
        ("copy.transfer", "forged-mark"),
    ),
    "a forged page is reported": (
        lambda w: losses.report(w.runtime, w.clerk, FORGED, Step.MISS, "gone"),
        ("copy.report", "forged-mark"),
    ),
    "somebody signs for what is not theirs": (
        lambda w: lending.confirm_by_pin(w.runtime, w.guard, 1, w.pin),
        ("copy.confirm", "unknown-row"),
    ),
    "a signature that nobody saw": (
        lambda w: lending.confirm_by_signature(w.runtime, w.holder, 1, b""),
        ("copy.confirm", "signature-unseen"),
    ),
    "a holder opens the shredder": (
        lambda w: destroying.attest(
            w.runtime, w.holder, 1, DestructionPart.OPERATOR, person_id=w.clerk.person_id, pin=w.pin
        ),
        ("destruction.attest", "not-permitted"),
    ),
    "a clerk guards the gate": (
        lambda w: gate.scan(w.runtime, w.clerk, seen(w)),
        ("gate.scan", "not-permitted"),
    ),
    "a guard registers a document": (
        lambda w: registering.register(w.runtime, w.guard, w.facts(), b"not even a PDF"),
        ("document.register", "not-permitted"),
    ),
    "a guard opens a case": (
        lambda w: tracing.open_case(w.runtime, w.guard, [], note="", leak_at=None),
        ("case.open", "not-permitted"),
    ),
    "a guard traces": (
        lambda w: tracing.make_latest_run(w.runtime, w.guard, 1),
        ("case.run", "not-permitted"),
    ),
    "a guard takes a print run that is not in reach": (
        lambda w: releasing.release(w.runtime, w.guard, 99),
        ("batch.release", "unknown-row"),
    ),
    "a guard verifies the ledger": (
        lambda w: auditing.verify(w.runtime, w.guard),
        ("ledger.verify", "not-permitted"),
    ),
}


@pytest.fixture
def handed(world):
    """A copy that the holder has signed for, so that hand-over 1 exists."""
    return hand_out(world)


@pytest.mark.parametrize("deed", DEEDS)
def test_a_refusal_before_the_transaction_is_recorded_once(world, handed, deed):
    act, recorded = DEEDS[deed]
    with pytest.raises(RegistryError):
        act(world)
    assert denials(world) == [recorded]


def test_a_forged_page_on_a_list_or_at_the_shredder_is_recorded(world):
    for take in (
        lambda: destroying.add(world.runtime, world.clerk, 1, [FORGED])[0],
        lambda: destroying.present(world.runtime, world.clerk, 1, FORGED),
    ):
        assert take().error.code == "forged-mark"
    assert denials(world) == [("destruction.list", "forged-mark"), ("destruction.present", "forged-mark")]


@pytest.mark.parametrize("claimed", ["", "甲乙", "a b", "x" * 10_000, "\x00", "'; DROP TABLE copy;--"])
def test_a_denial_is_recorded_whatever_the_thing_was_called(world, claimed):
    for deed in (
        lambda: lending.claim(world.runtime, world.holder, claimed),
        lambda: lending.dismiss_claim(world.runtime, world.clerk, claimed, "not here"),
        lambda: printing.spoil(world.runtime, world.clerk, [claimed], "paper jam"),
    ):
        with pytest.raises(UnknownCopy):
            deed()
    assert [error for _, error in denials(world)] == ["unknown-copy"] * 3


def test_a_wrong_pin_is_recorded_under_who_stood_at_the_screen(world, handed):
    with pytest.raises(PinRefused):
        lending.confirm_by_pin(world.runtime, world.clerk, 1, "000000")
    with world.runtime.database.reading() as session:
        (last,) = log.read(session, newest_first=True, limit=1)
    assert (last.kind, last.subject) == ("person.pin-refused", f"person:{world.holder.person_id}")


def test_a_strangers_file_is_neither_opened_nor_kept(world):
    before = sorted(world.runtime.settings.data_dir.rglob("*"))
    with pytest.raises(PermissionDenied):
        registering.register(world.runtime, world.guard, world.facts(), b"%PDF-1.4 anything")
    assert [path for path in sorted(world.runtime.settings.data_dir.rglob("*")) if path not in before] == []
