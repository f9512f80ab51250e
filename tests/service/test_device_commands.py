"""Devices at the keyboard: the same story as by program, in words."""

import pytest

from registry.rules.devicebook import DEVICEBOOK
from registry.rules.words import EquipmentKind
from tests.flows.test_equipment import stock

UNTIL = ("--until", "2099-01-01")


@pytest.fixture
def database_backend():
    return "sqlite"


@pytest.fixture
def device(run):
    """Call a command about devices as somebody; the output, or the refusal, in one text."""

    def command(part, name, *words, answers=""):
        return run("device", name, "--as", part, *map(str, words), answers=answers).output

    return command


@pytest.fixture
def copier(device):
    """A copier that may be used: registered, signed for and inspected at the keyboard."""
    added = device(
        "administrator", "add", "copier", "复印机", "A 302", "--level", "secret", "--custodian", "S001"
    )
    assert "Device 1 is registered and waits for its inspection." in added
    assert "Signed for" in device("clerk", "confirm", 1)
    checks = [check.id for check in DEVICEBOOK.checks_of(EquipmentKind.COPIER)]
    assert "The device is BARRED." in device("officer", "inspect", 1, *checks[1:])
    assert "The device is IN_USE." in device("officer", "inspect", 1, *checks)
    return 1


def test_a_document_is_copied_at_the_keyboard(world, run, device, copier, tmp_path):
    document, scan = stock(world)
    asked = device("handler", "ask-job", "copy", document, "--copies", 2, "--reason", "annex", *UNTIL)
    assert "Request 2 waits for its approval." in asked
    assert "not-approved" in device("other_clerk", "run-job", copier, 2, scan, "--copies", 2)
    assert "request 2: APPROVED" in run("approval", "decide", "--as", "leader", "2", answers="y\n").output
    assert "approved: request 2  COPY  财字〔2026〕7号  2 left" in device("other_clerk", "jobs")
    made = device("other_clerk", "run-job", copier, 2, scan, "--copies", 2)
    assert "Job 1 is recorded." in made
    first, second = [line.split()[1] for line in made.splitlines() if "to be labelled" in line]
    target = tmp_path / "labels.pdf"
    device("other_clerk", "job-labels", 1, target)
    assert target.read_bytes()[:5] == b"%PDF-"
    assert "Taken into stock: 1." in device("other_clerk", "take-in", 1, first)
    assert "not-of-this-job" in device("other_clerk", "take-in", 1, scan)
    assert "Void: 1." in device("other_clerk", "give-up", 1)
    assert "impossible-step" in device("other_clerk", "take-in", 1, second)
    assert "COPY  复印机  财字〔2026〕7号  2  S002" in device("auditor", "jobs")
    told = device("clerk", "show", copier)
    assert "1  COPIER  复印机  A 302  SECRET  IN_USE  S001" in told
    assert "job 1" in told
    assert "unknown-row" in device("holder", "show", copier)


def test_a_device_goes_to_another_custodian_or_the_offer_is_taken_back(device, copier):
    assert "S005 has to sign for it" in device("administrator", "offer", copier, "S005")
    assert "offered to S005" in device("administrator", "list")
    assert "The offer is taken back." in device("administrator", "withdraw", copier)
    assert "offered to" not in device("administrator", "list")
    assert "staff-number-unknown" in device("administrator", "offer", copier, "S999")


def test_a_device_is_moved_repaired_and_retired_at_the_keyboard(world, run, device, copier, tmp_path):
    assert "The device is REGISTERED." in device("administrator", "move", copier, "B1")
    wish = ("--technician", "Wang", "--workshop", "Ltd", "--reason", "jams", *UNTIL)
    assert "custodian-asks" in device("clerk", "ask-repair", copier, *wish)
    assert "Request 1 waits" in device("other_clerk", "ask-repair", copier, *wish, "--escort", "S005")
    for part in ("clerk", "officer"):
        run("approval", "decide", "--as", part, "1", answers="y\n")
    assert "Repair 1 is recorded" in device("administrator", "send", copier, 1)
    assert "Wang, Ltd  out" in device("administrator", "show", copier)
    assert "REGISTERED" in device("administrator", "take-back", copier, "--remark", "new drum")

    assert "Retirement 1 is begun" in device("administrator", "retire", copier, "wiped", "--reason", "old")
    assert "given up" in device("administrator", "cancel-retirement", 1)
    device("administrator", "retire", copier, "wiped", "--reason", "old")
    pin = f"{world.pin}\n"
    first = device("other_clerk", "attest", 2, "operator", "S002", answers=pin)
    assert "Missing: 0 operator, 1 witnesses." in first
    assert "retirement-conflict" in device("other_clerk", "attest", 2, "witness", "S001", answers=pin)
    assert "pin-refused" in device("other_clerk", "attest", 2, "witness", "S005", answers="000000\n")
    assert "retired on record" in device("other_clerk", "attest", 2, "witness", "S005", answers=pin)
    paper = tmp_path / "certificate.pdf"
    assert "Written to" in device("auditor", "certificate", 2, paper)
    assert paper.read_bytes()[:5] == b"%PDF-"
    again = run("device", "certificate", "--as", "auditor", "2", str(paper))
    assert (again.exit_code, "is there already; nothing was done" in again.output) == (2, True)
