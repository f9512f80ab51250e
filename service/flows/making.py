"""The copies of a print run are made: prepared once, then for each copy the few bytes that are its own.

Laws: making is slow and holds no lock. Each copy is taken into stock in a transaction of its own, once its
bytes are stored, so that a worker killed anywhere is followed by one that goes on where it stopped: no number
twice, none left out. The same copy stamped twice has the same bytes. The document is parsed in the sandbox
only. A copy is never stored whole: it is the prepared document and its own bytes, and the hash of the two together
is on the record.
"""

import hashlib
from collections.abc import Callable, Iterator
from typing import cast

from registry import consent, keeping
from registry.acts import batches, copies
from registry.acts.copies import Made, PreparedAnew
from registry.errors import ConflictError
from registry.models import PrintBatch
from registry.rows import get_row
from registry.rules.batches import UNFINISHED
from registry.rules.lifecycle import ImpossibleStep
from registry.rules.marks import Dots
from registry.rules.roles import Actor
from registry.views.batches import BatchWork, MarkFacts, StoredCopy, batch_state, batch_work, stored_copy
from service.flows import marks
from service.flows.registering import kept
from service.runtime import Runtime
from service.store import FileDamaged, FileMissing
from watermark import Base, Delta, Mark, Proof, WatermarkError, chunks, fingerprint, prove, splice

JOB_KIND = "print-batch"

Report = Callable[[int, int], None]
"""Called with how many copies are made, of how many."""


class CopyNotMade(ConflictError):
    """The copy has no file yet."""

    code = "copy-not-made"


def make_batch(runtime: Runtime, batch_id: int, report: Report) -> None:
    """Make what is still to be made of a print run; harmless when there is nothing left to do.

    Raises:
        WatermarkError, ServiceFault, RegistryError: the run cannot be made; `fail_batch` writes that down.
    """
    with runtime.database.reading() as session:
        work = batch_work(session, batch_id)
        if work.state not in UNFINISHED:
            return
        keeping.require_content(session, work.document_id)
    base_sha256, base = _prepared(runtime, work, marks.letters(marks.wordings(work, runtime.settings)))
    with runtime.database.reading() as session:
        work = batch_work(session, batch_id)  # now that no other worker can add copies made on another base
    words = marks.wordings(work, runtime.settings)
    for done, (copy, said) in enumerate(zip(work.copies, words, strict=True)):
        report(done, len(work.copies))
        if not _fits(runtime, base, copy):
            mark = marks.compose(copy, said, work.pages, tokens=runtime.tokens, keys=runtime.keys)
            _make(runtime, base_sha256, base, copy, mark, room=work.room)
    _finish(runtime, batch_id, base_sha256)
    report(len(work.copies), len(work.copies))


def fail_batch(runtime: Runtime, batch_id: int, failure: str) -> None:
    """Write down that a print run could not be made, for the clerk to see; ``failure`` is a stable code."""
    with runtime.database.transaction() as session:
        if batch_state(session, batch_id) in UNFINISHED:
            batches.fail(session, batch_id, failure, actor=Actor.system(), now=runtime.now())


def copy_chunks(runtime: Runtime, code: str) -> Iterator[bytes]:
    """Yield the whole file of a copy, put together from what is stored.

    Raises:
        UnknownCopy: no copy bears the code.
        CopyNotMade: it has no file yet.
        ContentRemoved: its document is kept light, and the content is gone.
        FileMissing, FileDamaged: it cannot be had as it was made.
    """
    with runtime.database.reading() as session:
        stored = stored_copy(session, code)
        if stored is not None:
            keeping.require_content(session, stored.document_id)
    if stored is None:
        raise CopyNotMade("got a copy that is not made", copy=code)
    if stored.delta_sha256 is None or stored.base_sha256 is None:
        yield from runtime.store.chunks(stored.stamped_sha256)
        return
    yield from _proven(runtime, stored, stored.base_sha256, stored.delta_sha256)


def copy_file(runtime: Runtime, code: str) -> bytes:
    """Return the whole file of a copy, see `copy_chunks`."""
    return b"".join(copy_chunks(runtime, code))


def _proven(runtime: Runtime, stored: StoredCopy, base_sha256: str, delta_sha256: str) -> Iterator[bytes]:
    base = Base.from_bytes(runtime.store.get(base_sha256))
    delta = Delta.from_bytes(runtime.store.get(delta_sha256))
    digest = hashlib.sha256()
    for chunk in chunks(base, delta):
        digest.update(chunk)
        yield chunk
    if digest.hexdigest() != stored.stamped_sha256:
        raise FileDamaged(stored.stamped_sha256)


def _prepared(runtime: Runtime, work: BatchWork, letters: str) -> tuple[str, Base]:
    """Return the document ready to be stamped, prepared now unless an earlier worker has done so."""
    base_sha256 = work.base_sha256
    if base_sha256 is None:
        if not _has_own_dots(runtime, work):
            _require_accepted(runtime, work, None)
        cleaned = runtime.store.get(work.cleaned_sha256)
        plan = marks.plan(runtime.settings.mark_rules, work.scheme, work.level, printer=work.printer)
        further = runtime.fonts.cut(letters)
        survey = _kept_survey(runtime, work)
        prepared = runtime.parse(
            "service.papers.copies:prepare_base",
            cleaned,
            letters,
            list(further),
            plan,
            survey,
            pages=work.pages,
        )
        if _has_own_dots(runtime, work):
            _require_accepted(runtime, work, prove(Base.from_bytes(cast("bytes", prepared))))
        base_sha256 = runtime.store.room(work.room).put(cast("bytes", prepared))
    base = Base.from_bytes(runtime.store.get(base_sha256))
    dots = None if base.plan.dots is None else Dots(base.plan.dots.side_px, base.plan.dots.pitch_px).text
    with runtime.database.transaction() as session:
        batches.start(session, work.id, base_sha256, dots=dots, actor=Actor.system(), now=runtime.now())
    return base_sha256, base


def _has_own_dots(runtime: Runtime, work: BatchWork) -> bool:
    """Tell whether the printer of a run gets other dots than its level, so that its traceability is another."""
    rules = runtime.settings.mark_rules
    ours, level = rules.for_printer(work.printer), (work.scheme, work.level)
    return ours.get(*level) != rules.get(*level)


def _require_accepted(runtime: Runtime, work: BatchWork, proof: Proof | None) -> None:
    """Pass when everybody who agreed has accepted what falls short under the marks that will be printed."""
    rules = runtime.settings.mark_rules.for_printer(work.printer)
    measured = None if proof is None else kept(proof, rules.get(work.scheme, work.level))
    with runtime.database.reading() as session:
        run = get_row(session, PrintBatch, work.id)
        consent.require_accepted(run.request, rules, proof=measured)


def _kept_survey(runtime: Runtime, work: BatchWork) -> bytes | None:
    """Return what was found out about the document's pages; None where nothing sound is kept: it is found out anew."""
    try:
        return None if work.survey_sha256 is None else runtime.store.get(work.survey_sha256)
    except (FileMissing, FileDamaged):
        return None


def _make(
    runtime: Runtime, base_sha256: str, base: Base, copy: MarkFacts, mark: Mark, *, room: str | None
) -> None:
    """Make one copy and take it into stock."""
    delta = splice(base, mark)
    store = runtime.store.room(room)
    made = Made(base_sha256, store.put(delta.to_bytes()), fingerprint(base, delta).sha256)
    act = copies.issue if copy.stamped_sha256 is None else copies.remake
    try:
        with runtime.database.transaction() as session:
            act(session, copy.code, made, actor=Actor.system(), now=runtime.now())
    except (ImpossibleStep, PreparedAnew):
        return  # another worker has made it, or it was given up meanwhile


def _fits(runtime: Runtime, base: Base, copy: MarkFacts) -> bool:
    """Tell whether a copy's stored bytes make, with this prepared document, what was recorded of it."""
    if copy.delta_sha256 is None or copy.stamped_sha256 is None:
        return False
    try:
        delta = Delta.from_bytes(runtime.store.get(copy.delta_sha256))
        return fingerprint(base, delta).sha256 == copy.stamped_sha256
    except (FileMissing, FileDamaged, WatermarkError):
        return False  # lost or damaged, or made on another prepared document or by an older release


def _finish(runtime: Runtime, batch_id: int, base_sha256: str) -> None:
    """Say that the run is made, unless every number was given up, or another worker is at it, perhaps on another base.

    A run said to be made of copies of two bases could neither leave nor be tried again.
    """
    with runtime.database.transaction() as session:
        work = batch_work(session, batch_id)
        is_made = all(copy.stamped_sha256 is not None for copy in work.copies)
        if work.copies and is_made and work.state in UNFINISHED and work.base_sha256 == base_sha256:
            batches.finish(session, batch_id, actor=Actor.system(), now=runtime.now())
