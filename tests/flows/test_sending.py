"""Papers go to the plant: packed by scanning, escorted, through the gate, ended by a receipt, certified."""

import io
import re
from datetime import timedelta
from uuid import UUID

import numpy as np
import pypdfium2
import pytest

from bench import paper
from registry.errors import PermissionDenied
from registry.ledger import log
from registry.rules.codes import human_code
from registry.rules.lifecycle import State
from registry.rules.plant import Arrival, Tally
from registry.rules.words import DestructionPart, DestructionState, Direction, ScanSource
from registry.views.conservation import conservation
from registry.views.desk import Stack
from service.app import create_app
from service.flows import copies, desk, destroying, gate, losses, making, printing, sending
from service.flows.gate import Seen
from service.flows.proving import PinRefused
from service.flows.sending import NoReceipt, ReceiptFacts, ReceiptScanUnfit
from tests.fixtures.handed import open_gate
from tests.fixtures.papers import draw_pdf
from watermark import UnusableFileError

ESCORT = DestructionPart.ESCORT


@pytest.fixture
def database_backend():
    """One backend here; the acts are proven on both."""
    return "sqlite"


@pytest.fixture
def plant(world):
    return sending.designate(world.runtime, world.administrator, "北郊定点销毁中心 North plant", "Beijiao 12")


@pytest.fixture
def stock(world):
    """The codes of three printed copies in stock."""
    batch_id = printing.order_batch(
        world.runtime, world.clerk, world.approved(world.register(), copies=3), [None] * 3
    )
    making.make_batch(world.runtime, batch_id, lambda _done, _total: None)
    rows = copies.batch_story(world.runtime, world.clerk, batch_id).copies.rows
    return [row.copy.code for row in rows]


def qr(world, code):
    return world.runtime.tokens.qr_text(code, 1)


def approved(world, plant, codes):
    """Return the id of an approved list of these copies for the plant."""
    list_id = destroying.open_list(world.runtime, world.clerk, None, "the meeting is over", plant_id=plant)
    destroying.add(world.runtime, world.clerk, list_id, [qr(world, code) for code in codes])
    until = world.now + timedelta(days=7)
    world.approve(destroying.submit(world.runtime, world.clerk, list_id, until=until), "leader")
    return list_id


def pack(world, list_id, *scans):
    found = [sending.pack(world.runtime, world.other_clerk, list_id, raw) for raw in scans]
    assert [one.error for one in found] == [None] * len(scans)
    return [one.sealed for one in found]


def escort(world, list_id, who):
    return destroying.attest(
        world.runtime,
        world.other_clerk,
        list_id,
        ESCORT,
        person_id=world.actors[who].person_id,
        pin=world.pin,
    )


def en_route(world, plant, codes):
    """Return the id of a list whose two bags, ``A-0001`` with the first copies and ``A-0002``, are with the escorts."""
    list_id = approved(world, plant, codes)
    scans = [qr(world, code) for code in codes]
    assert pack(world, list_id, *scans[:-1], "A-0001", scans[-1], "a-0002")[-1] == "A-0002"
    escort(world, list_id, "handler")
    assert escort(world, list_id, "manager").state is DestructionState.EN_ROUTE
    return list_id


class AtTheGate:
    """The guard's device."""

    def __init__(self, world):
        self.world, self.gate, self.attempts = world, open_gate(world), 0

    def scan(self, raw, *, seal=None, badges=(), again=False):
        """Scan what is on a bag, or answer what the screen asked of the same attempt."""
        self.attempts += not again
        self.world.later(seconds=10)
        seen = Seen(
            attempt=UUID(int=self.attempts, version=4),
            gate_id=self.gate,
            direction=Direction.EXIT,
            source=ScanSource.GUN,
            device_id="terminal",
            device_at=self.world.now,
            raw=raw,
            carriers=frozenset(badges),
            seal_intact=seal,
        )
        return str(gate.scan(self.world.runtime, self.world.guard, seen).verdict.reason)

    def let_out(self, *seals):
        for seal in seals:
            assert self.scan(seal) == "bag-to-be-looked-at"
            assert self.scan(seal, seal=True, badges=("S003", "S005"), again=True) == "bag-may-leave"


def receive(world, list_id, scan=None, **told):
    facts = ReceiptFacts(
        number="销2026-017",
        destroyed_at=world.now,
        weight_g=4_250,
        arrivals={seal.replace("_", "-"): arrival for seal, arrival in told.items()},
    )
    world.later(hours=2)
    return sending.receive(world.runtime, world.other_clerk, list_id, facts, scan or draw_pdf(1))


def entries(world, kind):
    with world.runtime.database.reading() as session:
        return list(log.read(session, kind=kind))


def text_of(pdf):
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    told = "".join(page.get_textpage().get_text_bounded() for page in document)
    document.close()
    return told


def test_three_copies_go_from_the_shelf_to_the_plants_certificate(world, plant, stock):
    list_id = en_route(world, plant, stock)
    AtTheGate(world).let_out("A-0001", "A-0002")
    count = receive(world, list_id, A_0001=Arrival.INTACT, A_0002=Arrival.INTACT)
    assert (count, count.difference) == (Tally(3, 3, 3, 0, 0), 0)
    view = destroying.get_list(world.runtime, world.clerk, list_id)
    assert {item.copy.state for item in view.items} == {State.DESTROYED}
    with world.runtime.database.reading() as session:
        (line,) = conservation(session).values()
    assert (line.holds, dict(line.by_state)) == (True, {State.DESTROYED: 3})
    first = destroying.certificate(world.runtime, world.clerk, list_id)
    world.later(days=1)
    assert destroying.certificate(world.runtime, world.other_clerk, list_id) == first
    told = text_of(first)
    for fact in (
        *map(human_code, stock),
        *("S001", "S002", "S003", "S005", "S007", "A-0001", "A-0002", "销2026-017", "4.250 kg"),
        *(
            f"D-{list_id:06d}",
            "North plant",
            "intact",
            "planned 3",
            "bagged 3",
            "destroyed 3",
            "difference 0",
        ),
    ):
        assert fact in told


def at_plant(world):
    """Return what lies on the other clerk's desk as gone to the plant: name, number of copies, key."""
    found = desk.lay_out(world.runtime, world.other_clerk)
    (pile,) = [pile for pile in found.piles if pile.stack is Stack.AT_PLANT]
    return [(thing.title, thing.count, thing.key) for thing in pile.things]


def test_what_is_on_its_way_lies_on_the_desks_of_clerks_until_its_receipt_is_there(world, plant, stock):
    assert at_plant(world) == []
    list_id = en_route(world, plant, stock)
    assert at_plant(world) == [("北郊定点销毁中心 North plant", 3, str(list_id))]
    AtTheGate(world).let_out("A-0001", "A-0002")
    receive(world, list_id, A_0001=Arrival.INTACT, A_0002=Arrival.INTACT)
    assert at_plant(world) == []


def test_a_bag_that_arrives_broken_starts_the_clocks_of_its_copies(world, plant, stock):
    list_id = en_route(world, plant, stock)
    AtTheGate(world).let_out("A-0001", "A-0002")
    count = receive(world, list_id, A_0001=Arrival.INTACT, A_0002=Arrival.BROKEN)
    assert count == Tally(3, 3, 2, 1, 0)
    (loss,) = losses.listing(world.runtime, world.clerk)
    assert (loss.copy.code, loss.copy.state) == (stock[2], State.UNACCOUNTED)
    assert "A-0002" in loss.how
    (incident,) = sending.list_incidents(world.runtime, world.officer)
    assert (str(incident.fault), incident.seal_no) == ("SEAL_BROKEN", "A-0002")
    sending.settle(world.runtime, world.officer, incident.id, "the plant was asked")
    told = text_of(destroying.certificate(world.runtime, world.clerk, list_id))
    assert human_code(stock[2]) not in told
    for fact in (human_code(stock[0]), "broken", "destroyed 2", "unaccounted 1", "difference 0"):
        assert fact in told


def test_a_scan_at_the_packing_table_is_a_copy_or_a_seal_and_what_is_neither_is_told(world, plant, stock):
    list_id = approved(world, plant, stock)
    assert pack(world, list_id, qr(world, stock[0]), human_code(stock[1]), "A-0001") == [None, None, "A-0001"]
    table = [
        sending.pack(world.runtime, world.other_clerk, list_id, raw) for raw in ("A-0001", "A-0009", "?")
    ]
    assert [one.error.code for one in table] == ["bag-empty", "bag-empty", "code-wrong-length"]
    again = sending.pack(world.runtime, world.other_clerk, list_id, qr(world, stock[0]))
    assert (again.error.code, again.error.facts) == ("in-sealed-bag", {"seal": "A-0001"})
    assert entries(world, "deed.denied")[-1].facts["error"] == "in-sealed-bag"
    sending.report_astray(world.runtime, world.other_clerk, list_id, qr(world, stock[0]), "on the table")
    (row,) = sending.incidents_of(world.runtime, world.clerk, list_id)
    assert (str(row.fault), row.code, row.what) == ("COPY_ASTRAY", stock[0], "on the table")


def test_two_clerks_pack_one_list_side_by_side_and_see_whose_bag_is_whose(world, plant, stock):
    list_id = approved(world, plant, stock)
    pages = {part: page_of(world, part, f"/destruction/{list_id}") for part in ("clerk", "other_clerk")}
    pack(world, list_id, qr(world, stock[0]), human_code(stock[1]))
    assert sending.pack(world.runtime, world.clerk, list_id, qr(world, stock[2])).error is None
    assert "of 3 scanned; 1 in your open bag" in pages["clerk"]()
    assert "of 3 scanned; 2 in your open bag" in pages["other_clerk"]()
    for told in ("in the open bag of Other_Clerk", "Other_Clerk: 2", "in your open bag"):
        assert told in pages["clerk"]()
    assert pack(world, list_id, "A-0001") == ["A-0001"]
    assert "In the open bags of others" not in pages["clerk"]()
    assert "Clerk: 1" in pages["other_clerk"]()
    assert sending.pack(world.runtime, world.clerk, list_id, "A-0002").sealed == "A-0002"
    bags = destroying.get_list(world.runtime, world.clerk, list_id).bags
    assert [(bag.seal_no, bag.copies, bag.sealed_by.staff_no) for bag in bags] == [
        ("A-0001", 2, "S002"),
        ("A-0002", 1, "S001"),
    ]


def page_of(world, part, path):
    """Return a function that reads a page as somebody who is logged in, in English."""
    client = create_app(world.runtime.settings, runtime=world.runtime).test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/login").text)[1]
    client.post("/login", data={"login": part, "password": world.password, "csrf_token": token})
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/desk").text)[1]
    client.post("/language", data={"language": "en", "next": "/desk", "csrf_token": token})
    return lambda: client.get(path).text


def test_a_bag_is_opened_again_only_by_whoever_proves_themselves(world, plant, stock):
    list_id = approved(world, plant, stock)
    pack(world, list_id, *(qr(world, code) for code in stock), "A-0001")
    bag_id = destroying.get_list(world.runtime, world.clerk, list_id).bags[0].id
    second = world.handler.person_id
    with pytest.raises(PinRefused):
        sending.open_bag(world.runtime, world.clerk, bag_id, "x", second_id=second, pin="000001")
    sending.open_bag(world.runtime, world.clerk, bag_id, "one too many", second_id=second, pin=world.pin)
    (bag,) = destroying.get_list(world.runtime, world.clerk, list_id).bags
    assert (str(bag.state), bag.copies, bag.opened_with.staff_no) == ("OPENED", 0, "S003")


def test_the_scan_of_a_receipt_is_opened_before_it_is_kept_and_given_out_as_it_came(world, plant, stock):
    list_id = en_route(world, plant, stock)
    AtTheGate(world).let_out("A-0001", "A-0002")
    both = {"A_0001": Arrival.INTACT, "A_0002": Arrival.INTACT}
    with pytest.raises(NoReceipt):
        sending.receipt_scan(world.runtime, world.clerk, list_id)
    with pytest.raises(ReceiptScanUnfit):
        receive(world, list_id, b"MZ a program", **both)
    with pytest.raises(UnusableFileError):
        receive(world, list_id, b"%PDF-1.7 no pages at all", **both)
    assert destroying.get_list(world.runtime, world.clerk, list_id).receipt is None
    picture = paper.png(np.full((400, 300), 255, np.uint8))
    receive(world, list_id, picture, **both)
    assert sending.receipt_scan(world.runtime, world.clerk, list_id) == (picture, "png")
    assert [entry.actor["person"] for entry in entries(world, "receipt.read")] == [world.clerk.person_id]


def test_a_refused_receipt_changes_nothing_and_is_on_record(world, plant, stock):
    list_id = en_route(world, plant, stock)
    AtTheGate(world).let_out("A-0001", "A-0002")
    with pytest.raises(Exception, match="other seals") as refused:
        receive(world, list_id, A_0001=Arrival.INTACT)
    assert refused.value.code == "seals-differ"
    view = destroying.get_list(world.runtime, world.clerk, list_id)
    assert (view.state, len(view.outside), view.receipt) == (DestructionState.EN_ROUTE, 2, None)
    assert {item.copy.state for item in view.items} == {State.SEALED}
    assert entries(world, "deed.denied")[-1].facts["error"] == "seals-differ"


def test_a_seal_at_the_gate_is_judged_as_a_bag_and_anything_else_as_before(world, plant, stock):
    desk = AtTheGate(world)
    assert desk.scan("A-0001") == "not-genuine"
    list_id = en_route(world, plant, stock)
    assert desk.scan("A-0777") == "unknown-seal"
    assert desk.scan(qr(world, stock[0])) == "not-handed-out"
    assert desk.scan("A-0002", seal=False, badges=("S003", "S005")) == "seal-broken"
    (transport,) = sending.list_transports(world.runtime, world.guard)
    assert [(bag.seal_no, str(bag.state)) for bag in transport.bags] == [
        ("A-0001", "HANDED"),
        ("A-0002", "STOPPED"),
    ]
    assert transport.list_id == list_id
    with pytest.raises(PermissionDenied):
        sending.list_transports(world.runtime, world.holder)
