"""Code books are kept for documents of very many copies, so that a trace need not draw what all of them say.

Laws: a book may lag behind and lack anything; a trace draws what it lacks. It grows by the way, while no other job
waits. Copies that are no more on paper stay in it and are passed over.
"""

import contextlib
from collections.abc import Collection, Iterator, Sequence
from typing import Final, NamedTuple, cast

import numpy as np
import sqlalchemy as sa
import structlog
from numpy.typing import NDArray

from registry.rules.codes import code_number
from registry.views.comparing import Comparable, codes_on_paper, find_comparable, of_many_copies
from service import jobs, sandbox
from service.flows.referencing import READER, is_busy
from service.jobs import Job, JobState
from service.runtime import Runtime
from service.sandbox_wire import FIRST_FILE, MOST_FILES
from watermark import MANY_COPIES

logger = structlog.get_logger()

JOB_KIND: Final = "code-book"
_AT_ONCE: Final = 200_000
"""Copies that one file is begun with: 25 MB a page of 500 words."""


class Handed(NamedTuple):
    """What a child of the sandbox needs to read books: descriptors of files by document, and what opens them."""

    files: dict[str, tuple[int, ...]]
    secret: bytes


NONE: Final = Handed({}, b"")


def order_next(runtime: Runtime) -> None:
    """Order that the book of one document grows by the copies it lacks, unless there is other work."""
    now = runtime.now()
    with runtime.database.reading() as session:
        if is_busy(session, now, JOB_KIND):
            return
        many = of_many_copies(session, MANY_COPIES)
        failed = sa.select(Job.payload).where(Job.kind == JOB_KIND, Job.state == JobState.FAILED)
        given_up = {payload["document_id"] for payload in session.scalars(failed)}
    lacking = next(
        (
            document_id
            for document_id, survey, copies in many
            if document_id not in given_up
            and any(
                len(runtime.codes.held(_name(document_id, survey), key)) < copies for key in runtime.keys.dots
            )
        ),
        None,
    )
    if lacking is not None:
        with runtime.database.transaction() as session:
            if not is_busy(session, now, JOB_KIND):
                jobs.enqueue(session, JOB_KIND, {"document_id": lacking}, now=now)


def grow(runtime: Runtime, document_id: int) -> None:
    """Add to the book of a document what it lacks, under every key of the marks; harmless when that is nothing.

    Raises:
        WatermarkError, ServiceFault: what was found out about its pages cannot be read, or nothing can be written.
    """
    with runtime.database.reading() as session:
        document = find_comparable(session, document_id, READER)
        codes = codes_on_paper(session, document_id)
        names = {_name(other, survey) for other, survey, _ in of_many_copies(session, MANY_COPIES)}
    if document is not None and document.survey_sha256 is not None:
        survey = runtime.store.get(document.survey_sha256)
        counts = cast("tuple[int, ...]", runtime.parse("service.papers.comparing:count_words", survey))
        identities = numbers(codes)
        for key in runtime.keys.dots:
            _grow(runtime, _name(document_id, document.survey_sha256), identities, counts, key)
    runtime.codes.tidy(names, runtime.now())


def _grow(
    runtime: Runtime, name: str, identities: NDArray[np.uint64], counts: Sequence[int], key: bytes
) -> None:
    lacking = identities[~np.isin(identities, runtime.codes.held(name, key))]
    units = {page: count for page, count in enumerate(counts, 1) if count}
    for begin in range(0, len(lacking), _AT_ONCE):
        runtime.codes.add(name, lacking[begin : begin + _AT_ONCE], units, key)


@contextlib.contextmanager
def handed(runtime: Runtime, documents: Collection[Comparable]) -> Iterator[Handed]:
    """Yield the books of documents of very many copies, open for a child of the sandbox; what is too much is left."""
    with contextlib.ExitStack() as stack:
        found: dict[str, tuple[int, ...]] = {}
        count = 0
        for one in documents if sandbox.hands_files() else ():
            if len(one.codes) <= MANY_COPIES or one.survey_sha256 is None:
                continue
            name = _name(one.document_id, one.survey_sha256)
            files = stack.enter_context(runtime.codes.opened(name))[: MOST_FILES - count]
            count += len(files)
            found[str(one.document_id)] = tuple(file.fileno() for file in files)
        yield Handed(found, runtime.codes.secret) if count else NONE


def in_child(books: Handed) -> tuple[list[int], Handed]:
    """Return the descriptors to hand over, and the same books with the numbers that they have in the child."""
    own = [descriptor for files in books.files.values() for descriptor in files]
    there = iter(range(FIRST_FILE, FIRST_FILE + len(own)))
    return own, Handed(
        {name: tuple(next(there) for _ in files) for name, files in books.files.items()}, books.secret
    )


def numbers(codes: Sequence[str]) -> NDArray[np.uint64]:
    """Return the identities of copies."""
    return np.array([code_number(code) for code in codes], np.uint64)


def _name(document_id: int, survey_sha256: str) -> str:
    """Return what a document is called here: another name if its words were found anew."""
    return f"{document_id}-{survey_sha256[:16]}"
