"""Registered pages are ready before anybody asks for them, and are made ready again when they are lost."""

import pytest
import sqlalchemy as sa

from registry.models import TraceReference
from service.flows import making, printing, referencing
from service.flows.handlers import HANDLERS
from service.jobs import Job, JobState
from service.sandbox import SandboxExceeded
from service.worker import work_one
from tests.fixtures.papers import draw_pdf
from watermark import Found


@pytest.fixture
def database_backend():
    return "sqlite"


def made(world, doc_number="财字〔2026〕7号"):
    """Have one copy made of a new document of two pages; return the document's id."""
    document_id = world.register(draw_pdf(2), doc_number=doc_number)
    request_id = world.approved(document_id, copies=1)
    batch_id = printing.order_batch(world.runtime, world.clerk, request_id, [None])
    making.make_batch(world.runtime, batch_id, lambda _done, _total: None)
    with world.runtime.database.transaction() as session:  # made here, so nobody waits for the job
        session.execute(sa.update(Job).values(state=JobState.DONE))
    return document_id


def work(world):
    while work_one(world.runtime, HANDLERS, "test:1:x"):
        continue


def kept(world):
    with world.runtime.database.reading() as session:
        return {row.document_id: row.points_sha256 for row in session.scalars(sa.select(TraceReference))}


def jobs_of(world, *states):
    with world.runtime.database.reading() as session:
        query = sa.select(Job.payload).where(Job.kind == referencing.JOB_KIND, Job.state.in_(states))
        return [payload["document_id"] for payload in session.scalars(query)]


def test_a_document_of_which_copies_are_made_is_made_ready_without_a_trace(world):
    document_id = made(world)
    assert kept(world) == {}
    referencing.order_next(world.runtime)
    referencing.order_next(world.runtime)
    assert jobs_of(world, JobState.QUEUED) == [document_id]  # once
    work(world)
    assert list(kept(world)) == [document_id]
    assert len(world.runtime.pages) == 2
    referencing.order_next(world.runtime)
    assert jobs_of(world, JobState.QUEUED) == []


def test_nothing_is_made_ready_while_a_print_run_waits(world):
    made(world)
    with world.runtime.database.transaction() as session:
        session.add(Job(kind=making.JOB_KIND, payload={}, due_at=world.now, created_at=world.now))
    referencing.order_next(world.runtime)
    assert jobs_of(world, JobState.QUEUED) == []


def test_a_document_that_cannot_be_made_ready_does_not_keep_others_back(world, monkeypatch):
    first, second = made(world), made(world, doc_number="财字〔2026〕8号")
    refused = []

    def draw(runtime, document):
        if document.document_id == second:
            refused.append(second)
            raise referencing.SandboxFault("too much")
        return real(runtime, document)

    real = referencing._made
    monkeypatch.setattr(referencing, "_made", draw)
    for _ in range(3):
        referencing.order_next(world.runtime)
        work(world)
    assert jobs_of(world, JobState.FAILED) == [second]
    assert jobs_of(world, JobState.DONE) == [first]
    assert list(kept(world)) == [first]
    assert refused == [second]


def test_an_index_that_is_gone_is_made_again_from_what_is_stored(world):
    document_id = made(world)
    referencing.make(world.runtime, document_id)
    points = kept(world)[document_id]
    folder = world.runtime.settings.data_dir / "pages"
    for path in folder.glob("*.pages"):
        path.unlink()
    place = world.runtime.settings.data_dir / "files" / points[:2] / points[2:4] / points
    place.write_bytes(place.read_bytes()[:-1])  # and so is what it is made of

    referencing.order_next(world.runtime)
    assert jobs_of(world, JobState.QUEUED) == [document_id]
    work(world)
    assert len(world.runtime.pages) == 2
    assert kept(world) == {document_id: points}
    assert world.runtime.store.get(points)


def test_a_long_document_is_drawn_a_few_pages_at_a_time(world, monkeypatch):
    document_id = made(world)
    monkeypatch.setattr(referencing, "_AT_ONCE", 1)
    drawn = []
    parse = type(world.runtime).parse

    def watched(self, function, *arguments, pages=0):
        if function.endswith(":make_references"):
            drawn.append(arguments[3])
        return parse(self, function, *arguments, pages=pages)

    monkeypatch.setattr(type(world.runtime), "parse", watched)
    referencing.make(world.runtime, document_id)
    assert drawn == [(1,), (2,)]
    assert len(world.runtime.pages) == 2


def test_pages_that_were_found_stay_found_if_looking_otherwise_costs_too_much(monkeypatch):
    asked = []

    class Parsing:
        class pages:  # noqa: N801 - stands for the runtime's own
            find = staticmethod(lambda points, _most, _names: (Found(points, 1, 5.0, 41, None),))

        @staticmethod
        def parse(_function, _picture, otherwise):
            asked.append(otherwise)
            if otherwise:
                raise SandboxExceeded("cpu")
            return (("first",), ("second",))

    found = list(referencing._found_on(Parsing, b"", {"first", "second"}))
    assert asked == [False, True]
    assert [[page.document for page in pages] for pages in found] == [["first"], ["second"]]
