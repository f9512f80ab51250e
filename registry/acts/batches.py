"""The making of a print run: begun, finished, failed, tried again. What leaves for the printer is in ``attempts``."""

from datetime import datetime

from sqlalchemy.orm import Session

from registry import keeping
from registry.ledger import log
from registry.models import PrintBatch
from registry.rows import get_row
from registry.rules import batches, roles
from registry.rules.batches import BatchStep
from registry.rules.roles import Action, Actor


def start(
    session: Session,
    batch_id: int,
    base_sha256: str,
    *,
    dots: str | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Record which prepared document the copies of the batch are stamped on, and which dots they bear."""
    roles.require(actor, Action.RUN_WORKER)
    batch = _step(session, batch_id, BatchStep.STAMP)
    batch.base_sha256 = base_sha256
    batch.dots = dots
    _record(session, "batch.started", batch, actor=actor, now=now, base=base_sha256, dots=dots)


def finish(session: Session, batch_id: int, *, actor: Actor, now: datetime) -> None:
    """Record that every copy of the batch is made, and proven to be what was recorded of it."""
    roles.require(actor, Action.RUN_WORKER)
    batch = _step(session, batch_id, BatchStep.FINISH)
    batch.finished_at = now
    _record(session, "batch.finished", batch, actor=actor, now=now, size=batch.size)


def fail(session: Session, batch_id: int, failure: str, *, actor: Actor, now: datetime) -> None:
    """Record that the worker could not go on, or that what is made cannot leave; ``failure`` is a stable code."""
    roles.require(actor, Action.RUN_WORKER)
    batch = _step(session, batch_id, BatchStep.FAIL)
    batch.failure = failure
    batch.finished_at = now
    _record(session, "batch.failed", batch, actor=actor, now=now, failure=failure)


def retry(session: Session, batch_id: int, *, actor: Actor, now: datetime) -> None:
    """Put a failed batch back in the queue; what is made already stays.

    Raises:
        ContentRemoved: its document is kept light, and the content is gone.
    """
    roles.require(actor, Action.PRINT)
    batch = _step(session, batch_id, BatchStep.RETRY)
    keeping.require_content(session, batch.document_id, lock=True)
    batch.base_sha256 = None  # what was wrong may lie in it: the next worker prepares afresh
    batch.output_sha256 = None  # nor is the joined file of an older release used any more
    batch.failure = None
    batch.finished_at = None
    _record(session, "batch.retried", batch, actor=actor, now=now)


def _step(session: Session, batch_id: int, step: BatchStep) -> PrintBatch:
    batch = get_row(session, PrintBatch, batch_id, lock=True)
    batch.state = batches.next_batch_state(batch.state, step)
    return batch


def _record(
    session: Session, kind: str, batch: PrintBatch, *, actor: Actor, now: datetime, **facts: log.Loggable
) -> None:
    log.append(session, kind, f"batch:{batch.id}", actor=actor, now=now, state=str(batch.state), **facts)
