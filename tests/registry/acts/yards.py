"""A yard where bags are packed and leave for a plant, and few words for what people do there."""

from datetime import timedelta

from registry.acts import arrivals, baggates, destruction, escorting, gates, losses, packing, plants
from registry.acts.arrivals import Receipt
from registry.models import BagIncident, DestructionBag, DestructionItem
from registry.passing import Attempt
from registry.rules.gate import Proof
from registry.rules.lifecycle import Step
from registry.rules.plant import Arrival
from registry.rules.words import Direction, ScanSource
from tests.fixtures.office import NOW
from tests.registry.acts.shredders import Room

INTACT, BROKEN, MISSING = Arrival.INTACT, Arrival.BROKEN, Arrival.MISSING


class Yard(Room):
    """The shredding room's copies and lists, on their way to a plant."""

    def __init__(self, office):
        super().__init__(office)
        self.plant = plants.designate(
            self.session, "定点销毁中心 Plant", "Beijiao", actor=office.administrator, now=NOW
        )
        self.gate = gates.add_gate(self.session, "东门", "East gate", actor=office.administrator, now=NOW)
        self.attempts = 0

    def opened(self, device=None, by=None):
        """Return the id of a new list for the plant, or for a shredder that is named."""
        return destruction.open_list(
            self.session,
            device,
            "no longer needed",
            plant_id=None if device else self.plant,
            actor=by or self.office.clerk,
            now=self.present,
        )

    def pack(self, list_id, seal, *copies, by=None):
        """Scan copies and seal the bag that they are in; return the bag."""
        for copy in copies:
            self.show(list_id, copy, by)
        bag_id = packing.seal_bag(
            self.session, list_id, seal, actor=by or self.office.other_clerk, now=self.present
        )
        return self.session.get_one(DestructionBag, bag_id)

    def packed(self, *bags, **how):
        """Return the id of an approved list whose copies lie in bags: ``("A-0001", copy, copy)`` each."""
        list_id = self.approved(*(copy for _, *copies in bags for copy in copies), **how)
        for seal, *copies in bags:
            self.pack(list_id, seal, *copies)
        return list_id

    def escort(self, list_id, who):
        """Have a person sign for the bags, on the screen of the other clerk."""
        return escorting.attest(
            self.session, list_id, attesting=who, actor=self.office.other_clerk, now=self.present
        )

    def handed(self, *bags, **how):
        """Return the id of a list whose bags the handler and the manager have signed for."""
        list_id = self.packed(*bags, **how)
        self.escort(list_id, self.office.handler)
        self.escort(list_id, self.office.manager)
        return list_id

    def at_gate(self, raw, direction=Direction.EXIT, *, seal=None, badges=("S003", "S005"), refused=False):
        """Bring a bag to the gate; return the answer."""
        self.attempts += 1
        self.later(seconds=10)
        seen = Attempt(
            attempt_id=f"{self.attempts:032x}",
            gate_id=self.gate,
            direction=direction,
            source=ScanSource.GUN,
            device_id="terminal",
            device_at=None,
            raw_code=raw,
            code=None,
            proof=Proof.FOREIGN,
            carriers=frozenset(badges),
            carrier_refused=refused,
            is_seal_intact=seal,
        )
        passage = baggates.attempt(self.session, seen, actor=self.office.guard, now=self.present)
        return None if passage is None else str(passage.verdict.reason)

    def gone(self, *bags, **how):
        """Return the id of a list whose bags have all left through the gate."""
        list_id = self.handed(*bags, **how)
        for seal, *_ in bags:
            assert self.at_gate(seal, seal=True) == "bag-may-leave"
        return list_id

    def receive(self, list_id, by=None, number="R-1", **arrivals_of):
        """Enter the plant's receipt, and miss what did not arrive whole, as the desk does."""
        told = {seal.replace("_", "-"): arrival for seal, arrival in arrivals_of.items()}
        receipt = Receipt(
            number=number,
            destroyed_at=self.present,
            weight_g=12_500,
            arrivals=told,
            scan_sha256="e" * 64,
            scan_kind="pdf",
        )
        actor = by or self.office.other_clerk
        self.later(minutes=5)
        ended = arrivals.receive(self.session, list_id, receipt, actor=actor, now=self.present)
        for code, seal in ended.to_miss.items():
            losses.report(self.session, code, Step.MISS, f"seal {seal}", actor=actor, now=self.present)
        return ended

    def bag(self, seal):
        return self.session.query(DestructionBag).filter_by(seal_no=seal).one()

    def faults(self):
        """Return what was wrong with bags, oldest first."""
        return [str(row.fault) for row in self.session.query(BagIncident).order_by(BagIncident.id)]

    def ends(self, list_id):
        """Return what became of each copy on a list, by number."""
        items = self.session.query(DestructionItem).filter_by(list_id=list_id)
        return [str(item.ended_as) for item in sorted(items, key=lambda item: item.copy.copy_no)]


def minutes(number):
    return timedelta(minutes=number)
