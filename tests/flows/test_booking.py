"""The book of a document of many copies grows by the way, and a trace takes from it what it would have to draw."""

import os

import numpy as np
import pytest
import sqlalchemy as sa

from registry.rules.codes import code_number
from registry.views.comparing import codes_on_paper, comparables
from service.flows import booking, comparing, making, printing, referencing
from service.flows.handlers import HANDLERS
from service.jobs import Job, JobState
from service.papers.comparing import compare, count_words
from service.sandbox_wire import FIRST_FILE
from service.worker import work_one
from tests.fixtures.papers import draw_pdf
from watermark import CodeBook, CodeFile, render_page
from watermark.trace.weigh import weighing


@pytest.fixture
def database_backend():
    return "sqlite"


@pytest.fixture(autouse=True)
def two_are_many(monkeypatch):
    monkeypatch.setattr(booking, "MANY_COPIES", 1)


def print_copies(world, document_id, copies):
    request_id = world.approved(document_id, copies=copies)
    batch_id = printing.order_batch(world.runtime, world.clerk, request_id, [None] * copies)
    making.make_batch(world.runtime, batch_id, lambda _done, _total: None)
    with world.runtime.database.transaction() as session:  # made here, so nobody waits for the job
        session.execute(sa.update(Job).values(state=JobState.DONE))


def jobs_of(world):
    with world.runtime.database.reading() as session:
        query = sa.select(Job.payload).where(Job.kind == booking.JOB_KIND, Job.state == JobState.QUEUED)
        return [payload["document_id"] for payload in session.scalars(query)]


def grown(world):
    """Have the worker do what is ordered by the way; return whether there was anything."""
    booking.order_next(world.runtime)
    ordered = jobs_of(world)
    while work_one(world.runtime, HANDLERS, "test:1:x"):
        continue
    return bool(ordered)


def offered(world):
    with world.runtime.database.reading() as session:
        return comparables(session, referencing.READER)


def held(world, document_id):
    """Return the copies in the book of a document, and those that are on paper."""
    with world.runtime.database.reading() as session:
        on_paper = {code_number(code) for code in codes_on_paper(session, document_id)}
    document = next(one for one in offered(world) if one.document_id == document_id)
    name = booking._name(document_id, document.survey_sha256)
    return set(world.runtime.codes.held(name, world.runtime.keys.dots[-1]).tolist()), on_paper


def test_a_book_is_begun_and_grows_when_copies_are_made(world):
    document_id = world.register(draw_pdf(1))
    print_copies(world, document_id, 2)
    assert grown(world)
    kept, on_paper = held(world, document_id)
    assert kept == on_paper
    assert len(kept) == 2
    assert not grown(world)
    print_copies(world, document_id, 1)
    assert grown(world)
    kept, on_paper = held(world, document_id)
    assert kept == on_paper
    assert len(kept) == 3


def test_a_document_of_few_copies_needs_no_book(world, monkeypatch):
    monkeypatch.setattr(booking, "MANY_COPIES", 2)
    print_copies(world, world.register(draw_pdf(1)), 2)
    assert not grown(world)


def test_nothing_is_begun_while_a_print_run_waits(world):
    print_copies(world, world.register(draw_pdf(1)), 2)
    with world.runtime.database.transaction() as session:
        session.add(Job(kind=making.JOB_KIND, payload={}, due_at=world.now, created_at=world.now))
    booking.order_next(world.runtime)
    assert jobs_of(world) == []


def test_a_book_that_is_gone_is_made_again(world):
    document_id = world.register(draw_pdf(1))
    print_copies(world, document_id, 2)
    assert grown(world)
    for path in (world.runtime.settings.data_dir / "codes").glob("*.codes"):
        path.write_bytes(path.read_bytes()[:-5])
    assert grown(world)
    kept, on_paper = held(world, document_id)
    assert kept == on_paper


def test_a_trace_hands_the_books_to_the_child(world, monkeypatch):
    document_id = world.register(draw_pdf(1))
    print_copies(world, document_id, 3)
    assert grown(world)
    asked = []
    really = type(world.runtime).parse

    def parse(runtime, function, *arguments, pages=0, files=()):
        if function.endswith(":compare"):
            asked.append((arguments[4:], len(files), [os.fstat(file).st_size for file in files]))
        return really(runtime, function, *arguments, pages=pages, files=files)

    monkeypatch.setattr(type(world.runtime), "parse", parse)
    picture = world.runtime.store.put(as_png(draw_pdf(1)))
    comparing.examine(world.runtime, [picture], lambda _done, _total: None)
    (books, secret), count, sizes = asked[0]
    assert books == {str(document_id): tuple(range(FIRST_FILE, FIRST_FILE + count))}
    assert secret == world.runtime.codes.secret
    assert count == 1
    assert min(sizes) > 0


def as_png(pdf):
    import cv2

    return cv2.imencode(".png", render_page(pdf, 1, 150, gray=True))[1].tobytes()


def test_what_the_child_reads_scores_like_what_it_would_draw(world, monkeypatch):
    """The comparison itself, here and not in a child, so that three copies can be made to count as very many."""
    document_id = world.register(draw_pdf(1))
    print_copies(world, document_id, 3)
    assert grown(world)
    document = offered(world)[0]
    ready = referencing.ready(world.runtime, document)
    pages = [world.runtime.store.get(page) for page in ready.pages]
    codes = {str(document_id): booking.numbers(document.codes)}
    picture = as_png(draw_pdf(1))
    looked = []
    scores = CodeBook.scores

    def watched(book, *rest):
        looked.append(len(book._files))
        return scores(book, *rest)

    monkeypatch.setattr(CodeBook, "scores", watched)
    monkeypatch.setattr(weighing, "_MANY", 2)
    keys = world.runtime.keys.dots
    without, _ = compare([picture], pages, codes, keys)
    with booking.handed(world.runtime, [document]) as books:
        own = {name: [os.dup(file) for file in files] for name, files in books.files.items()}
        found, _ = compare([picture], pages, codes, keys, own, books.secret)
    told = [
        [(one.identity, round(one.log10_fused, 4)) for one in each.candidates] for each in (found, without)
    ]
    assert told[0] == told[1]
    assert set(looked) == {1}
    assert found.tried == without.tried


def test_words_are_counted_as_they_are_compared(world):
    document_id = world.register(draw_pdf(2))
    print_copies(world, document_id, 2)
    (document,) = offered(world)
    counted = count_words(world.runtime.store.get(document.survey_sha256))
    ready = referencing.ready(world.runtime, document)
    from service.papers.references import unpack

    assert counted == tuple(len(unpack(world.runtime.store.get(page)).units_mm) for page in ready.pages)


def test_a_child_reads_what_it_was_handed_and_knows_nothing_of_the_folder(world):
    codes = world.runtime.codes
    codes.add("7-a", np.arange(1, 9, dtype=np.uint64), {1: 8}, b"key")
    with codes.opened("7-a") as (file,):
        begin = world.runtime.parse("os:pread", FIRST_FILE, 19, 0, files=[file.fileno()])
        assert begin == b"FOLIOTRACE-CODES 2\n"
        assert CodeFile.open(file, codes.secret).identities.tolist() == list(range(1, 9))
