"""Circulations by program: begun, passed on, readers passed over or replaced, stopped; the slip."""

from datetime import datetime

from flask import Response
from pydantic import Field

from registry.rules.circulation import DAYS_AT_MOST, CirculationState, Ending, Turn
from registry.rules.roles import Action
from registry.rules.words import ReceiptMethod
from registry.views.circulations import CirculationView, ReaderLine
from service.api.area import Area, Model
from service.api.copies import CopyFacts, Person, copy_facts, person
from service.flows import circulating
from service.login import current_actor, current_runtime

area = Area("circulations", __name__)

Reason = Field(min_length=1, max_length=300)
Pin = Field(max_length=12)


class NewCirculation(Model):
    """A copy, its readers in their order, and the leader who agrees to them with their PIN."""

    scan: str = Field(min_length=1, max_length=200)
    readers: list[int] = Field(min_length=1, max_length=200)
    reason: str = Reason
    days: int = Field(ge=1, le=DAYS_AT_MOST)
    signer_id: int
    pin: str = Pin


class CirculationId(Model):
    """Which circulation."""

    id: int


class Reader(Model):
    """One reader in the order of the list and where they stand."""

    place: int
    person: Person
    replaces: Person | None
    agreed_by: Person
    agreed_at: datetime
    turn: Turn
    hand_over_id: int | None
    received_at: datetime | None
    method: ReceiptMethod | None
    due_at: datetime | None
    returned_at: datetime | None
    skipped_by: Person | None
    skipped_at: datetime | None
    skip_reason: str | None


class CirculationStory(Model):
    """A circulation with its readers."""

    id: int
    copy_facts: CopyFacts
    need_to_know: str
    state: CirculationState
    reason: str
    days: int
    opened_by: Person
    opened_at: datetime
    ending: Ending | None
    ending_reason: str | None
    ended_by: Person | None
    ended_at: datetime | None
    readers: list[Reader]


class Circulations(Model):
    """All circulations, those that run first."""

    circulations: list[CirculationStory]


class ScannedCopy(Model):
    """The copy that is given."""

    scan: str = Field(min_length=1, max_length=200)


class HandOverId(Model):
    """The hand-over that the reader signs for."""

    hand_over_id: int


class SkippedReader(Model):
    """A reader who is away, and why they are passed over."""

    person_id: int
    reason: str = Reason


class Substitute(Model):
    """Somebody in the place of a reader, and the leader who agrees to them with their PIN."""

    person_id: int
    substitute_id: int
    reason: str = Reason
    signer_id: int
    pin: str = Pin


class StopReason(Model):
    """Why a circulation ends before its time."""

    reason: str = Reason


@area.operation(
    "GET",
    "/circulations",
    summary="List the circulations, those that run first.",
    answer=Circulations,
    action=Action.READ_CIRCULATIONS,
)
def list_circulations() -> Circulations:
    """List the circulations."""
    found = circulating.listing(current_runtime(), current_actor())
    return Circulations(circulations=[_story(view) for view in found])


@area.operation(
    "POST",
    "/circulations",
    summary="Let a copy circulate among readers to whom a leader agrees.",
    body=NewCirculation,
    answer=CirculationId,
    status=201,
    action=Action.CIRCULATE,
)
def begin_circulation(body: NewCirculation) -> CirculationId:
    """Begin a circulation."""
    circulation_id = circulating.begin(
        current_runtime(),
        current_actor(),
        body.scan,
        body.readers,
        body.reason,
        days=body.days,
        signer_id=body.signer_id,
        pin=body.pin,
    )
    return CirculationId(id=circulation_id)


@area.operation(
    "GET",
    "/circulations/<int:circulation_id>",
    summary="Tell who reads a copy in which order, and where each stands.",
    answer=CirculationStory,
    action=Action.READ_CIRCULATIONS,
)
def get_circulation(circulation_id: int) -> CirculationStory:
    """Tell the story of one circulation."""
    return _story(circulating.get_circulation(current_runtime(), current_actor(), circulation_id))


@area.operation(
    "POST",
    "/circulations/<int:circulation_id>/next",
    summary="Give the scanned copy to the reader whose turn it is; they sign for the hand-over.",
    body=ScannedCopy,
    answer=HandOverId,
    status=201,
    action=Action.LEND,
)
def pass_circulation_on(circulation_id: int, body: ScannedCopy) -> HandOverId:
    """Give the copy to the next reader."""
    given = circulating.pass_on(current_runtime(), current_actor(), circulation_id, body.scan)
    return HandOverId(hand_over_id=given)


@area.operation(
    "POST",
    "/circulations/<int:circulation_id>/skips",
    summary="Pass over a reader who is away.",
    body=SkippedReader,
    action=Action.CIRCULATE,
)
def skip_reader(circulation_id: int, body: SkippedReader) -> None:
    """Pass over a reader."""
    circulating.skip(current_runtime(), current_actor(), circulation_id, body.person_id, body.reason)


@area.operation(
    "POST",
    "/circulations/<int:circulation_id>/substitutes",
    summary="Let somebody to whom a leader agrees read in the place of a reader who is away.",
    body=Substitute,
    action=Action.CIRCULATE,
)
def replace_reader(circulation_id: int, body: Substitute) -> None:
    """Replace a reader."""
    circulating.replace(
        current_runtime(),
        current_actor(),
        circulation_id,
        body.person_id,
        body.substitute_id,
        reason=body.reason,
        signer_id=body.signer_id,
        pin=body.pin,
    )


@area.operation(
    "POST",
    "/circulations/<int:circulation_id>/stop",
    summary="End a circulation before its time.",
    body=StopReason,
    action=Action.CIRCULATE,
)
def stop_circulation(circulation_id: int, body: StopReason) -> None:
    """Stop a circulation."""
    circulating.stop(current_runtime(), current_actor(), circulation_id, body.reason)


@area.operation(
    "GET",
    "/circulations/<int:circulation_id>/slip",
    summary="Give out the circulation slip.",
    action=Action.READ_CIRCULATIONS,
    media_type="application/pdf",
)
def get_circulation_slip(circulation_id: int) -> Response:
    """Give out the slip."""
    pdf = circulating.slip(current_runtime(), current_actor(), circulation_id)
    return Response(pdf, content_type="application/pdf")


def _story(view: CirculationView) -> CirculationStory:
    return CirculationStory(
        id=view.id,
        copy_facts=copy_facts(view.copy),
        need_to_know=view.need_to_know,
        state=view.state,
        reason=view.reason,
        days=view.days,
        opened_by=person(view.opened_by),
        opened_at=view.opened_at,
        ending=view.ending,
        ending_reason=view.ending_reason,
        ended_by=person(view.ended_by),
        ended_at=view.ended_at,
        readers=[_reader(line) for line in view.readers],
    )


def _reader(line: ReaderLine) -> Reader:
    return Reader(
        place=line.place,
        person=person(line.person),
        replaces=person(line.replaces),
        agreed_by=person(line.agreed_by),
        agreed_at=line.agreed_at,
        turn=line.turn,
        hand_over_id=line.hand_over_id,
        received_at=line.received_at,
        method=line.method,
        due_at=line.due_at,
        returned_at=line.returned_at,
        skipped_by=person(line.skipped_by),
        skipped_at=line.skipped_at,
        skip_reason=line.skip_reason,
    )
