"""Whoever heard of a document, or put it on a device, knows it: meetings, what was passed on of them, copiers."""

from datetime import timedelta

import pytest

from registry.acts import conveyance
from registry.models import Copy
from registry.rules.approval import Act
from registry.rules.knowing import PARTS, Part, Trace
from registry.views.knowing import who_knows
from tests.registry.acts.councils import Council
from tests.registry.acts.devices import Workshop


@pytest.fixture
def council(office):
    return Council(office)


def traces(session, office, document_id):
    """Return what each person left, without what the making of the paper left."""
    parts = {actor.person_id: part for part, actor in office.actors.items()}
    left = {Trace.REGISTERED, Trace.REQUESTED, Trace.DECIDED, Trace.PRINTED}
    found = {
        parts[one.person.id]: {known.trace: known for known in one.known if known.trace not in left}
        for one in who_knows(session, document_id)
    }
    return {part: known for part, known in found.items() if known}


def test_attendees_know_the_papers_of_their_meeting_once_it_has_begun(council):
    document = council.session.get_one(Copy, council.paper().id).document_id
    other = council.session.get_one(Copy, council.room.copy().id).document_id
    council.ready("holder", "manager")
    council.name("auditor")
    council.decide("auditor", agreed=False)
    council.name("leader", by="clerk")  # neither approved nor pledged
    assert traces(council.session, council.office, document) == {}
    council.row.state = "UNDER_WAY"
    council.session.flush()
    found = traces(council.session, council.office, document)
    assert {part: list(known) for part, known in found.items()} == {
        "holder": [Trace.ATTENDED],
        "manager": [Trace.ATTENDED],
    }
    assert found["holder"][Trace.ATTENDED].first_at == council.row.starts_at
    assert traces(council.session, council.office, other) == {}


def test_listeners_know_it_once_they_have_signed_in_and_the_conveyer_handled_it(council):
    document = council.session.get_one(Copy, council.paper().id).document_id
    council.ended("holder", "manager", "handler")
    made = council.convey("manager", "holder", "handler")
    council.present += timedelta(hours=1)
    conveyance.sign_in(council.session, made, **council.by("handler"))
    found = traces(council.session, council.office, document)
    assert Trace.HEARD not in found["holder"]  # named, but never signed in
    assert found["handler"][Trace.HEARD].first_at == council.present
    assert set(found["manager"]) == {Trace.ATTENDED, Trace.CONVEYED}
    assert (PARTS[Trace.HEARD], PARTS[Trace.ATTENDED]) == (Part.LISTENER, Part.LISTENER)
    assert PARTS[Trace.CONVEYED] is Part.HANDLER


def test_whoever_put_it_on_a_copier_handled_it(office):
    workshop = Workshop(office)
    document, other = office.register(), office.register(doc_number="other", file=office.file("e"))
    source = workshop.room.copy(document)
    device = workshop.ready()
    workshop.run(workshop.approved(Act.COPY, document), device, source)
    found = traces(office.session, office, document)
    assert {part: list(known) for part, known in found.items()} == {"other_clerk": [Trace.COPIED]}
    assert found["other_clerk"][Trace.COPIED].part is Part.HANDLER
    assert traces(office.session, office, other) == {}
