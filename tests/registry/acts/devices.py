"""A room full of devices, and few words for what people do with them."""

from datetime import timedelta

from registry.acts import approvals, copying, equipment, retiring
from registry.ledger import log
from registry.models import ApprovalRequest, Equipment
from registry.rules.approval import Act, Order, Units
from registry.rules.devicebook import DEVICEBOOK
from registry.rules.facts import DeviceFacts
from registry.rules.levels import Handling, Scheme
from registry.rules.words import DestructionPart, EquipmentKind, RetirementMethod
from tests.fixtures.office import NOW
from tests.registry.acts.shredders import Room

OPERATOR, WITNESS = DestructionPart.OPERATOR, DestructionPart.WITNESS


class Workshop:
    """The devices of the office; ``present`` is what the clock shows, and the clerk keeps them."""

    def __init__(self, office):
        self.office, self.session, self.present = office, office.session, NOW
        self.room = Room(office)

    def later(self, **passed):
        """Let time pass."""
        self.present += timedelta(**passed)

    def add(self, kind=EquipmentKind.COPIER, level=Handling.SECRET, *, by=None, keeper=None, **changed):
        """Have the administrator register a device; return its id."""
        name = changed.pop("name", f"{kind} {level}")
        return equipment.add(
            self.session,
            DeviceFacts(kind, name, "A 302", level, **changed),
            custodian_id=keeper,
            actor=by or self.office.administrator,
            now=self.present,
        )

    def ready(self, kind=EquipmentKind.COPIER, level=Handling.SECRET, **changed):
        """Return the id of a device that the clerk has signed for and that passed its inspection."""
        made = self.add(kind, level, keeper=self.office.clerk.person_id, **changed)
        equipment.confirm(self.session, made, actor=self.office.clerk, now=self.present)
        self.inspect(made)
        return made

    def inspect(self, device, *, but=(), by=None, **found):
        """Have the officer inspect a device and find everything in order apart from what is named."""
        checks = {check.id for check in DEVICEBOOK.checks_of(self.row(device).kind)} - set(but)
        return equipment.inspect(
            self.session, device, checks, actor=by or self.office.officer, now=self.present, **found
        )

    def row(self, device):
        return self.session.get_one(Equipment, device)

    def asked(self, act, document, *, copies=2, station="", by=None):
        """Return a request to copy or fax a document."""
        details = (("station", station),) if act is Act.FAX else ()
        order = self.office.order(document, act=act, copies=copies, by=by, details=details)
        return approvals.request(self.session, order, actor=by or self.office.handler, now=self.present)

    def approved(self, act, document, *by, **how):
        """Return a request that people have agreed to: the leader unless others are named."""
        request = self.asked(act, document, **how)
        self.agree(request, *(by or ("leader",)))
        return request

    def agree(self, request, *parts):
        for part in parts:
            approvals.decide(
                self.session,
                request,
                agreed=True,
                shown_hash=self.session.get_one(ApprovalRequest, request).order_hash,
                remark="",
                actor=self.office.actors[part],
                now=self.present,
            )

    def run(self, request, device, source, copies=1, *, by=None, station=""):
        """Have the other clerk do the job."""
        return copying.run_job(
            self.session,
            request,
            device,
            source.code,
            copies,
            station=station,
            actor=by or self.office.other_clerk,
            now=self.present,
        )

    def repair(self, device, *by, keeper="clerk", guard="WIPED", escort=None, asker="handler"):
        """Return a request to have a device repaired, agreed to by its custodian and the officer."""
        asking = self.office.actors[asker]
        order = Order(
            act=Act.REPAIR,
            scheme=Scheme.COMPANY,
            level="SECRET",
            requester_person=asking.person_id,
            units=Units(asking.unit_id, asking.unit_id, asking.unit_id),
            reason="jams at every sheet",
            carriers=() if escort is None else (escort,),
            custodian=self.office.actors[keeper].person_id,
            until=self.present + timedelta(days=7),
            details=(
                ("equipment", str(device)),
                ("technician", "Wang"),
                ("workshop", "Service Ltd"),
                ("guard", guard),
            ),
        )
        request = approvals.request(self.session, order, actor=asking, now=self.present)
        self.agree(request, *(by or (keeper, "officer")))
        return request

    def send(self, device, request, by=None):
        return retiring.send(
            self.session, device, request, actor=by or self.office.administrator, now=self.present
        )

    def retire(self, device, method=RetirementMethod.DESTROYED):
        return retiring.open_retirement(
            self.session, device, method, "worn out", actor=self.office.administrator, now=self.present
        )

    def attest(self, retirement, part, who):
        """Have a person vouch, on the screen of the other clerk."""
        return retiring.attest(
            self.session,
            retirement,
            part,
            attesting=self.office.actors[who],
            actor=self.office.other_clerk,
            now=self.present,
        )

    def kinds(self, device):
        """Return what the ledger says about a device, oldest first."""
        return [
            entry.kind.removeprefix("equipment.")
            for entry in log.read(self.session)
            if entry.subject == f"equipment:{device}"
        ]
