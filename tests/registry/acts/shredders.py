"""A shredding room with a fine and a coarse device, and few words for what clerks do there."""

from datetime import timedelta
from itertools import count

from registry.acts import approvals, destruction, equipment, shredding
from registry.ledger import log
from registry.models import ApprovalRequest, Copy, DestructionList, Document, PrintBatch
from registry.rows import move
from registry.rules.approval import Act, Order, Units
from registry.rules.codes import code_from_number
from registry.rules.levels import get_level, highest
from registry.rules.lifecycle import State
from registry.rules.words import BatchState, Custodian, DestructionPart, DestructionState, MovementKind
from tests.fixtures.office import NOW

OPERATOR, WITNESS = DestructionPart.OPERATOR, DestructionPart.WITNESS


class Room:
    """Where the shredders stand; ``present`` is what its clock shows."""

    def __init__(self, office):
        self.office, self.session, self.present = office, office.session, NOW
        self.numbers = count(1)
        self.fine, self.coarse = (
            equipment.add_shredder(self.session, name, "B1", level, actor=office.administrator, now=NOW)
            for name, level in (("fine", "P-7"), ("coarse", "P-4"))
        )
        self.document = office.register()

    def later(self, **passed):
        """Let time pass."""
        self.present += timedelta(**passed)

    def copy(self, document_id=None, *, state=State.IN_STOCK, held_by=None):
        """Return a copy that was made, and that somebody has held and given back when ``held_by`` is given."""
        document_id, number = document_id or self.document, next(self.numbers)
        office = self.office
        order = office.order(document_id, copies=number, reason=f"run {number}")
        request = approvals.request(self.session, order, actor=office.handler, now=NOW)
        batch = PrintBatch(
            request_id=request,
            document_id=document_id,
            ordered_by_id=office.clerk.person_id,
            state=BatchState.RELEASED,
            size=1,
            ordered_at=NOW,
        )
        copy = Copy(
            code=code_from_number(number),
            document_id=document_id,
            copy_no=number,
            batch=batch,
            state=state,
            pages=3,
            minted_at=NOW,
        )
        self.session.add(copy)
        self.session.get_one(
            Document, document_id
        ).last_copy_no = number  # so that numbers are counted on from here
        self.session.flush()
        by_clerk = {"actor": office.clerk, "now": NOW}
        move(self.session, copy, MovementKind.PRINTED, Custodian.REGISTRY, **by_clerk)
        if held_by:
            move(
                self.session,
                copy,
                MovementKind.LOAN,
                Custodian.PERSON,
                person_id=held_by.person_id,
                **by_clerk,
            )
            move(self.session, copy, MovementKind.RETURN, Custodian.REGISTRY, **by_clerk)
        self.session.flush()
        return copy

    def opened(self, device=None, by=None):
        """Return the id of a new list for the fine shredder."""
        return destruction.open_list(
            self.session,
            device or self.fine,
            "no longer needed",
            actor=by or self.office.clerk,
            now=self.present,
        )

    def add(self, list_id, *copies):
        """Put copies on a list; return what the last one was answered."""
        return [
            destruction.add(self.session, list_id, copy.code, actor=self.office.clerk, now=self.present)
            for copy in copies
        ][-1]

    def asked(self, list_id, *copies, by=None, until=timedelta(days=7)):
        """Return a request for approval of these copies' destruction."""
        asker = by or self.office.clerk
        documents = [self.session.get_one(Document, copy.document_id) for copy in copies]
        level = highest(get_level(document.scheme, document.level) for document in documents)
        order = Order(
            act=Act.DESTROY,
            scheme=level.scheme,
            level=level.code,
            requester_person=asker.person_id,
            units=Units(asker.unit_id, asker.unit_id, asker.unit_id),
            reason="no longer needed",
            copies=len(copies),
            copy_codes=tuple(copy.code for copy in copies),
            until=self.present + until,
            details=(("list", str(list_id)),),
        )
        return approvals.request(self.session, order, actor=asker, now=self.present)

    def submit(self, list_id, request_id, by=None):
        destruction.submit(self.session, list_id, request_id, actor=by or self.office.clerk, now=self.present)

    def agree(self, request_id, *, agreed=True):
        """Have the leader decide."""
        approvals.decide(
            self.session,
            request_id,
            agreed=agreed,
            shown_hash=self.session.get_one(ApprovalRequest, request_id).order_hash,
            remark="",
            actor=self.office.leader,
            now=self.present,
        )

    def sealed(self, *copies, device=None, submitted_by=None):
        """Return the id of a list of these copies that waits for its approval."""
        list_id = self.opened(device)
        self.add(list_id, *copies)
        self.submit(list_id, self.asked(list_id, *copies, by=submitted_by), submitted_by)
        return list_id

    def approved(self, *copies, **how):
        """Return the id of a list of these copies that may go to the shredder."""
        list_id = self.sealed(*copies, **how)
        self.agree(self.row(list_id).request_id)
        return list_id

    def at_the_shredder(self, *copies, **how):
        """Return the id of an approved list of these copies, all scanned again."""
        list_id = self.approved(*copies, **how)
        for copy in copies:
            self.show(list_id, copy)
        return list_id

    def show(self, list_id, copy, by=None):
        """Scan a copy at the shredder, or into a bag."""
        return shredding.present(
            self.session, list_id, copy.code, actor=by or self.office.other_clerk, now=self.present
        )

    def attest(self, list_id, part, who):
        """Have a person vouch, on the screen of the other clerk."""
        return shredding.attest(
            self.session, list_id, part, attesting=who, actor=self.office.other_clerk, now=self.present
        )

    def row(self, list_id):
        return self.session.get_one(DestructionList, list_id)

    def kinds(self):
        """Return what the ledger says about lists and copies, oldest first."""
        wanted = ("destruction.", "copy.")
        return [entry.kind for entry in log.read(self.session) if entry.kind.startswith(wanted)]


def states(*copies):
    """Return where the copies stand, in words."""
    return [str(copy.state) for copy in copies]


DESTROYED, SUBMITTED, CANCELLED = (
    DestructionState.DESTROYED,
    DestructionState.SUBMITTED,
    DestructionState.CANCELLED,
)
