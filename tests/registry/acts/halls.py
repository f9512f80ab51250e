"""A hall with two gates, a held copy, and few words for what a guard does; acts at gates are tested in it."""

from datetime import timedelta

import sqlalchemy as sa

from registry.acts import approvals, gates, permits
from registry.ledger import log
from registry.models import Copy, GateEvent, Permit, PrintBatch
from registry.passing import Attempt
from registry.rows import move
from registry.rules.approval import Act
from registry.rules.codes import code_from_number
from registry.rules.gate import Proof
from registry.rules.lifecycle import State
from registry.rules.roles import Actor, Role
from registry.rules.words import BatchState, Custodian, Direction, MovementKind, ScanSource
from tests.fixtures.office import NOW


class Hall:
    """Two gates, a held copy of three pages, and few words for what a guard does."""

    def __init__(self, office):
        self.office, self.session = office, office.session
        self.gate = gates.add_gate(self.session, "东门", "East gate", actor=office.administrator, now=NOW)
        self.other_gate = gates.add_gate(
            self.session, "南门", "South gate", actor=office.administrator, now=NOW
        )
        self.document = office.register()
        self.copy = self.held(self.document, 1)
        roles = frozenset({Role.SUPERVISOR, Role.HOLDER})
        self.supervisor = Actor(office.other_clerk.person_id, None, office.other_clerk.unit_id, roles)

    def held(self, document_id, number):
        office = self.office
        request = approvals.request(
            self.session, office.order(document_id, copies=number), actor=office.handler, now=NOW
        )
        batch = PrintBatch(
            request_id=request,
            document_id=document_id,
            ordered_by_id=office.clerk.person_id,
            state=BatchState.RELEASED,
            size=1,
            ordered_at=NOW,
        )
        copy = Copy(
            code=code_from_number(document_id * 1000 + number),
            document_id=document_id,
            copy_no=number,
            batch=batch,
            state=State.HELD,
            pages=3,
            minted_at=NOW,
        )
        self.session.add(copy)
        self.session.flush()
        by = {"actor": office.clerk, "now": NOW}
        move(self.session, copy, MovementKind.PRINTED, Custodian.REGISTRY, **by)
        self.session.flush()
        move(
            self.session,
            copy,
            MovementKind.ISSUE,
            Custodian.PERSON,
            person_id=office.holder.person_id,
            **by,
        )
        self.session.flush()
        return copy

    def request(self, **changed):
        """Return a take-out that the leader agreed to."""
        office = self.office
        facts = {
            "act": Act.TAKE_OUT,
            "copies": 1,
            "copy_codes": (self.copy.code,),
            "carriers": (office.holder.person_id,),
            "gate_id": self.gate,
            "until": NOW + timedelta(hours=8),
        }
        order = office.order(self.document, **facts | changed)
        return self.approve(order, by=office.handler)

    def approve(self, order, *, by):
        """Have it asked for and agreed to; return the request's id."""
        request = approvals.request(self.session, order, actor=by, now=NOW)
        approvals.decide(
            self.session,
            request,
            agreed=True,
            shown_hash=order.order_hash(),
            remark="",
            actor=self.office.leader,
            now=NOW,
        )
        return request

    def permit(self, **changed):
        """Return the id of an open permit."""
        return permits.open_permits(self.session, self.request(**changed), actor=self.office.clerk, now=NOW)[
            0
        ]

    def seen(self, attempt_id="a", **changed):
        facts = {
            "attempt_id": attempt_id,
            "gate_id": self.gate,
            "direction": Direction.EXIT,
            "source": ScanSource.GUN,
            "device_id": "device",
            "device_at": NOW,
            "raw_code": "F1…",
            "code": self.copy.code,
            "proof": Proof.SIGNED,
        }
        return Attempt(**facts | changed)

    def complete(self, attempt_id="a", **changed):
        """Return an attempt with everything shown that a green exit wants."""
        return self.seen(attempt_id, **{"carriers": frozenset({self.staff_no}), "pages_counted": 3} | changed)

    @property
    def staff_no(self):
        return f"S{list(self.office.actors).index('holder') + 1:03}"

    def attempt(self, seen, *, after=timedelta(0), by=None):
        return gates.attempt(self.session, seen, actor=by or self.office.guard, now=NOW + after)

    def override(self, passage, *, by=None, after=timedelta(minutes=1), reason="looked at it"):
        gates.override(self.session, passage.event_id, reason, actor=by or self.supervisor, now=NOW + after)

    def kinds(self):
        return [entry.kind for entry in log.read(self.session) if entry.kind.startswith(("gate.", "copy."))]

    def state(self):
        return self.session.scalar(sa.select(Copy.state).where(Copy.id == self.copy.id))

    def permit_state(self):
        return self.session.scalar(sa.select(Permit.state))

    def events(self):
        return self.session.scalar(sa.select(sa.func.count(GateEvent.id)))
