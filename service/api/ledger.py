"""The ledger by program: where it stands, its entries with proofs, verification, the export."""

from datetime import datetime
from typing import Any

from flask import Response, stream_with_context
from pydantic import Field

from registry.rules.roles import Action
from registry.views.ledger import Line, LineFilter
from service.api.area import Area, Model
from service.flows import auditing
from service.login import current_actor, current_runtime

area = Area("ledger", __name__)

EXPORT_TYPE = "application/x-ndjson"


class SignedHead(Model):
    """A checkpoint: the signed note says everything else in this model as well."""

    size: int
    root: str
    note: str
    at: datetime


class LedgerStanding(Model):
    """How large the ledger is and how far it is signed; nothing protects the last ``tail`` entries."""

    size: int
    root: str
    short: str
    tail: int
    checkpoints: list[SignedHead]


class EntryQuery(Model):
    """What the list of entries is narrowed to; ``before`` pages on."""

    kind: str | None = Field(default=None, description="copy. with its dot means every kind that starts so.")
    subject: str | None = None
    before: int | None = Field(default=None, ge=1)


class EntryInList(Model):
    """One entry of the ledger; ``sound`` tells whether the row agrees with itself, which alone proves nothing."""

    seq: int
    kind: str
    subject: str
    at: datetime
    by_person_id: int | None
    by_system: bool
    sound: bool


class EntryList(Model):
    """A page of entries, newest first; ``older`` is the next page's ``before``."""

    entries: list[EntryInList]
    older: int | None


class InclusionProof(Model):
    """That the entry stands in the ledger of ``size`` with ``root`` (RFC 9162)."""

    size: int
    root: str
    hashes: list[str]
    holds: bool
    signed: bool


class EntryFull(Model):
    """One entry with its bytes, the texts behind its commitments and its proof."""

    entry: EntryInList
    body: str
    leaf_hash: str
    revealed: dict[str, str]
    proof: InclusionProof | None


class Fault(Model):
    """One thing that is wrong, with the range of entries it lies in."""

    first: int
    last: int
    kind: str
    note: str


class Verification(Model):
    """What a verification came to."""

    size: int
    root: str
    signed_size: int
    tail: int
    faults: list[Fault]


@area.operation(
    "GET",
    "/ledger",
    summary="Return how large the ledger is and how far it is signed.",
    answer=LedgerStanding,
    action=Action.VERIFY_LEDGER,
)
def standing() -> LedgerStanding:
    """Return where the ledger stands."""
    found = auditing.standing(current_runtime(), current_actor())
    return LedgerStanding(
        size=found.head.size,
        root=found.head.root.hex(),
        short=found.head.short,
        tail=found.tail,
        checkpoints=[
            SignedHead(size=one.size, root=one.root.hex(), note=one.note, at=one.at)
            for one in found.checkpoints
        ],
    )


@area.operation(
    "GET",
    "/ledger/entries",
    summary="List entries, newest first; no name is revealed.",
    query=EntryQuery,
    answer=EntryList,
    action=Action.READ_LEDGER,
)
def entries(query: EntryQuery) -> EntryList:
    """List entries."""
    wanted = LineFilter(query.kind, query.subject, query.before)
    found = auditing.lines(current_runtime(), current_actor(), wanted)
    return EntryList(entries=[_line(row) for row in found.rows], older=found.older)


@area.operation(
    "GET",
    "/ledger/entries/<int:seq>",
    summary="Read one entry with names revealed and its proof; the reading is recorded.",
    answer=EntryFull,
    action=Action.READ_LEDGER,
)
def entry(seq: int) -> EntryFull:
    """Return one entry."""
    found = auditing.entry(current_runtime(), current_actor(), seq)
    proof = found.proof
    return EntryFull(
        entry=_line(found.line),
        body=found.body,
        leaf_hash=found.leaf_hash,
        revealed={fact.name: fact.revealed for fact in found.facts if fact.revealed is not None},
        proof=None
        if proof is None
        else InclusionProof(
            size=proof.size,
            root=proof.root.hex(),
            hashes=[one.hex() for one in proof.hashes],
            holds=proof.holds,
            signed=proof.is_signed,
        ),
    )


@area.operation(
    "POST",
    "/ledger/verification",
    summary="Check the ledger against itself, its checkpoints and the tables.",
    answer=Verification,
    action=Action.VERIFY_LEDGER,
)
def verify() -> Verification:
    """Verify the ledger now."""
    found = auditing.verify(current_runtime(), current_actor())
    return Verification(
        size=found.size,
        root=found.root.hex(),
        signed_size=found.signed_size,
        tail=found.tail,
        faults=[
            Fault(first=fault.first, last=fault.last, kind=fault.kind.name, note=fault.note)
            for fault in found.faults
        ],
    )


@area.operation(
    "POST",
    "/ledger/export",
    summary="Take the ledger away for the verifier, one JSON record a line; that is recorded.",
    action=Action.READ_LEDGER,
    media_type=EXPORT_TYPE,
)
def export() -> Response:
    """Send the export."""
    lines = auditing.take_export(current_runtime(), current_actor())
    return Response(stream_with_context(lines), mimetype=EXPORT_TYPE)


def _line(row: Line) -> EntryInList:
    facts: dict[str, Any] = {"seq": row.seq, "kind": row.kind, "subject": row.subject, "at": row.at}
    return EntryInList(
        **facts,
        by_person_id=row.by.id if row.by else None,
        by_system=row.is_system,
        sound=row.is_sound,
    )
