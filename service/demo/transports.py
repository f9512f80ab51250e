"""Papers of the invented company go to the plant: one journey is over, another was stopped at the gate today."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from registry.rules.codes import human_code
from registry.rules.lifecycle import State
from registry.rules.plant import Arrival
from registry.rules.words import DestructionPart, Direction, ScanSource
from registry.views.copies import CopyFilter
from registry.views.destruction import BagRow
from service.demo import company
from service.demo.company import PIN
from service.demo.story import Story
from service.flows import copies, destroying, gate, sending
from service.flows.gate import Seen
from service.flows.sending import ReceiptFacts
from service.papers.sheet import Sheet, draw_sheet

PLANT: Final = ("市涉密载体销毁管理中心 Municipal destruction centre", "北郊工业路 12 号 12 Gongye Road")
ESCORTS: Final = ("manager", "zl-handler")
DEVICE: Final = "demo-vehicle-gate"
VEHICLE_GATE: Final = 1
FIRST_ATTEMPT: Final = 1 << 16
"""Ids of attempts that no other scene of the demonstration uses."""


class Transports:
    """Puts two journeys on the story's agenda."""

    def __init__(self, story: Story) -> None:
        """Take the story that this happens in."""
        self.story = story
        self._plant = 0
        self._attempts = FIRST_ATTEMPT

    def plan(self) -> None:
        """Put everything on the agenda, oldest first."""
        morning = self.story.today + timedelta(hours=1)
        self.story.timeline.at(morning - timedelta(days=58), self._designate)
        self.story.timeline.at(morning - timedelta(days=17), self._send)
        self.story.timeline.at(morning - timedelta(hours=0.6), self._stop)

    def _designate(self) -> None:
        administrator = self.story.cast.actors["admin"]
        self._plant = sending.designate(self.story.runtime, administrator, *PLANT)

    def _send(self) -> None:
        """Two bags leave, arrive whole and are destroyed there; the certificate is drawn."""
        list_id = self._handed(("Supplier audit findings, second round", "并购标的尽职调查摘要"), 201)
        seals = [bag.seal_no for bag in self._bags(list_id)]
        for seal in seals:
            self._scan(seal, intact=True)
        runtime, clerk = self.story.runtime, self.story.cast.actors["clerk2"]
        facts = ReceiptFacts(
            number="销回字 2026-0117",
            destroyed_at=self.story.timeline.now(),
            weight_g=1_860,
            arrivals=dict.fromkeys(seals, Arrival.INTACT),
        )
        sending.receive(runtime, clerk, list_id, facts, _scan_of_receipt(facts))
        destroying.certificate(runtime, clerk, list_id)

    def _stop(self) -> None:
        """One bag is outside; the guard has found the seal of the other broken, and nobody has settled that."""
        list_id = self._handed(("Licensing dispute: settlement range", "价格谈判底线与策略"), 317)
        first, second = self._bags(list_id)
        self._scan(first.seal_no, intact=True)
        self._scan(second.seal_no, intact=False)

    def _handed(self, titles: tuple[str, str], seal: int) -> int:
        """Return a list of which each paper lies in a bag of its own, both with their escorts."""
        runtime, actors = self.story.runtime, self.story.cast.actors
        requester, packer = actors["clerk3"], actors["clerk2"]
        list_id = destroying.open_list(
            runtime, requester, None, "集中销毁，送定点单位 Sent to the plant", plant_id=self._plant
        )
        bags = [[human_code(code) for code in self._stock(title)] for title in titles]
        for codes in bags:
            destroying.add(runtime, requester, list_id, codes)
        until = self.story.timeline.now() + timedelta(days=14)
        self.story.agree(destroying.submit(runtime, requester, list_id, until=until), "leader")
        for number, codes in enumerate(bags, seal):
            for raw in (*codes, f"FT-{number:06d}"):
                sending.pack(runtime, packer, list_id, raw)
        for login in ESCORTS:
            person_id = self.story.person(login)
            destroying.attest(runtime, packer, list_id, DestructionPart.ESCORT, person_id=person_id, pin=PIN)
        return list_id

    def _stock(self, title: str) -> list[str]:
        """Return the codes of a paper's copies that lie in the registry."""
        wanted = CopyFilter(state=State.IN_STOCK, document_id=self.story.documents[title])
        rows = copies.listing(self.story.runtime, self.story.cast.actors["clerk2"], wanted).rows
        return [row.copy.code for row in rows][:6]

    def _bags(self, list_id: int) -> tuple[BagRow, ...]:
        return destroying.get_list(self.story.runtime, self.story.cast.actors["clerk2"], list_id).bags

    def _scan(self, seal: str, *, intact: bool) -> None:
        self._attempts += 1
        seen = Seen(
            attempt=UUID(int=self._attempts, version=4),
            gate_id=self.story.cast.gates[VEHICLE_GATE],
            direction=Direction.EXIT,
            source=ScanSource.GUN,
            device_id=DEVICE,
            device_at=self.story.timeline.now(),
            raw=seal,
            carriers=frozenset(map(company.staff_no, ESCORTS)),
            seal_intact=intact,
        )
        gate.scan(self.story.runtime, self.story.cast.actors["guard2"], seen)


def _scan_of_receipt(facts: ReceiptFacts) -> bytes:
    """Return what the plant's paper may look like."""
    return draw_sheet(
        Sheet(
            title_zh="销毁回执",
            title_en="Receipt of destruction",
            number=facts.number,
            organisation=PLANT[0],
            facts=[(f"封条 Seal {seal}", "完好 intact") for seal in facts.arrivals],
        )
    )
