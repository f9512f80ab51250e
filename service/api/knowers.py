"""Who knows a document, by program."""

from datetime import datetime

from flask import Response

from registry.rules.knowing import Part, Trace
from registry.rules.roles import Action
from service.api.area import Area, Model
from service.api.copies import Person
from service.flows import knowing
from service.login import current_actor, current_runtime
from service.spreadsheets import CSV_TYPE

area = Area("knowers", __name__)


class KnownBy(Model):
    """One trace: how often, from when to when."""

    trace: Trace
    times: int
    first_at: datetime
    last_at: datetime


class KnowingPerson(Model):
    """One person who knows the document, and by what."""

    person: Person
    unit: str
    parts: list[Part]
    known: list[KnownBy]
    through: list[int]
    """The documents that left the traces: this one, and what was made of it."""


class Knowers(Model):
    """Who knows the document, who knew it first first."""

    knowers: list[KnowingPerson]


@area.operation(
    "GET",
    "/documents/<int:document_id>/knowers",
    summary="List who knows a document, and by what.",
    answer=Knowers,
    action=Action.READ_KNOWERS,
)
def list_knowers(document_id: int) -> Knowers:
    """List who knows a document."""
    found = knowing.knowers(current_runtime(), current_actor(), document_id)
    return Knowers(
        knowers=[
            KnowingPerson(
                person=Person(
                    id=one.person.id,
                    staff_no=one.person.staff_no,
                    name_zh=one.person.zh,
                    name_en=one.person.en,
                ),
                unit=one.unit.code,
                parts=list(one.parts),
                known=[
                    KnownBy(
                        trace=known.trace,
                        times=known.times,
                        first_at=known.first_at,
                        last_at=known.last_at,
                    )
                    for known in one.known
                ],
                through=list(one.through),
            )
            for one in found
        ]
    )


@area.operation(
    "GET",
    "/documents/<int:document_id>/knowers/csv",
    summary="Give out the list of who knows a document for a spreadsheet program; on record.",
    action=Action.READ_KNOWERS,
    media_type="text/csv",
)
def export_knowers(document_id: int) -> Response:
    """Give out the list."""
    content = knowing.export(current_runtime(), current_actor(), document_id)
    return Response(content, content_type=CSV_TYPE)
