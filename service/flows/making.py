"""The copies of a print run are made: prepared once, stamped one by one, joined into the printer's file.

Laws: making is slow and holds no lock. Each copy is taken into stock in a transaction of its own, once its
file is stored, so that a worker killed anywhere is followed by one that goes on where it stopped: no number
twice, none left out. The same copy stamped twice has the same bytes. The document is parsed in the sandbox
only.
"""

from collections.abc import Callable, Sequence
from typing import cast

from registry.acts import batches, copies
from registry.rules.batches import UNFINISHED
from registry.rules.lifecycle import ImpossibleStep
from registry.rules.roles import Actor
from registry.views.batches import BatchWork, MarkFacts, batch_state, batch_work
from service.flows import marks
from service.runtime import Runtime
from watermark import Base, stamp

JOB_KIND = "print-batch"

Report = Callable[[int, int], None]
"""Called with how many copies are made, of how many."""


def make_batch(runtime: Runtime, batch_id: int, report: Report) -> None:
    """Make what is still to be made of a print run; harmless when there is nothing left to do.

    Raises:
        WatermarkError, ServiceFault, RegistryError: the run cannot be made; `fail_batch` writes that down.
    """
    with runtime.database.reading() as session:
        work = batch_work(session, batch_id)
    if work.state not in UNFINISHED:
        return
    words = marks.wordings(work, runtime.settings)
    base = _prepared(runtime, work, marks.all_texts(words))
    for done, (copy, said) in enumerate(zip(work.copies, words, strict=True)):
        report(done, len(work.copies))
        if copy.stamped_sha256 is None:
            mark = marks.compose(copy, said, work.pages, tokens=runtime.tokens, keys=runtime.keys)
            _take_into_stock(runtime, copy, runtime.store.put(stamp(base, mark)))
    _finish(runtime, batch_id)
    report(len(work.copies), len(work.copies))


def fail_batch(runtime: Runtime, batch_id: int, failure: str) -> None:
    """Write down that a print run could not be made, for the clerk to see; ``failure`` is a stable code."""
    with runtime.database.transaction() as session:
        if batch_state(session, batch_id) in UNFINISHED:
            batches.fail(session, batch_id, failure, actor=Actor.system(), now=runtime.now())


def _prepared(runtime: Runtime, work: BatchWork, texts: Sequence[str]) -> Base:
    """Return the document ready to be stamped, prepared now unless an earlier worker has done so."""
    base_sha256 = work.base_sha256
    if base_sha256 is None:
        cleaned = runtime.store.get(work.cleaned_sha256)
        plan = marks.plan(runtime.settings.mark_rules, work.scheme, work.level)
        further = runtime.fonts.cut("".join(texts))
        prepared = runtime.parse(
            "service.papers.copies:prepare_base", cleaned, list(texts), list(further), plan
        )
        base_sha256 = runtime.store.put(cast("bytes", prepared))
    base = Base.from_bytes(runtime.store.get(base_sha256))
    with runtime.database.transaction() as session:
        batches.start(session, work.id, base_sha256, actor=Actor.system(), now=runtime.now())
    return base


def _take_into_stock(runtime: Runtime, copy: MarkFacts, stamped_sha256: str) -> None:
    """Issue one copy; a copy that another worker issued, or that was given up meanwhile, stays as it is."""
    try:
        with runtime.database.transaction() as session:
            copies.issue(session, copy.code, stamped_sha256, actor=Actor.system(), now=runtime.now())
    except ImpossibleStep:
        return


def _finish(runtime: Runtime, batch_id: int) -> None:
    """Join the copies into the one file for the printer, each on sheets of its own."""
    with runtime.database.reading() as session:
        work = batch_work(session, batch_id)
    stamped = [runtime.store.get(copy.stamped_sha256) for copy in work.copies if copy.stamped_sha256]
    if not stamped:
        return  # every number was given up meanwhile
    joined = runtime.parse("service.papers.copies:join_copies", stamped)
    output_sha256 = runtime.store.put(cast("bytes", joined))
    with runtime.database.transaction() as session:
        if batch_state(session, batch_id) in UNFINISHED:
            batches.finish(session, batch_id, output_sha256, actor=Actor.system(), now=runtime.now())
