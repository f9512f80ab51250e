"""What must happen though nobody asks for it: every abandoned thing is found and ended on the record.

Done by each worker from time to time and by the command ``upkeep``; harmless however often and by however many at
once, since each step looks again within its own transaction.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry.acts import approvals, batches, copies, imports
from registry.rules.batches import UNFINISHED
from registry.rules.roles import Actor
from registry.rules.words import BatchState
from registry.views.approvals import overdue_requests
from registry.views.batches import BatchRow, batch_state, unfinished
from registry.views.imports import offered_before
from service.flows import printing
from service.flows.checkpoints import sign_head
from service.flows.forgetting import forget_old
from service.flows.making import JOB_KIND
from service.flows.ruling import record_shipped
from service.jobs import Job, JobState
from service.runtime import Runtime

ABANDONED = "worker-gave-up"
"""Why a print run failed whose job has ended without making it."""


@dataclass(frozen=True)
class Round:
    """What one round of upkeep did.

    Attributes:
        failed: Print runs that no worker works on any more, now shown as failed.
        voided: Numbers that were reserved and will have no paper.
        lapsed: Requests for approval whose time was over.
        swept: Tables that were offered for import and never taken in.
    """

    failed: int
    voided: int
    lapsed: int
    swept: int


def run(runtime: Runtime) -> Round:
    """Do one round of upkeep."""
    now = runtime.now()
    done = Round(
        failed=fail_abandoned(runtime, now),
        voided=void_stale(runtime, now),
        lapsed=lapse_approvals(runtime, now),
        swept=sweep_offers(runtime, now),
    )
    record_shipped(runtime)
    forget_old(runtime)
    sign_head(runtime)
    return done


def fail_abandoned(runtime: Runtime, now: datetime) -> int:
    """Show as failed the print runs that no job works on any more; return how many."""
    with runtime.database.reading() as session:
        waiting = [row.id for row in unfinished(session) if row.state is not BatchState.FAILED]
    return sum(_fail_unless_worked(runtime, batch_id, now) for batch_id in waiting)


def void_stale(runtime: Runtime, now: datetime) -> int:
    """Give up the numbers of runs that failed long ago and that nobody tried again; return how many numbers."""
    limit = timedelta(hours=runtime.settings.failed_batch_hours)
    with runtime.database.reading() as session:
        stale = [row.id for row in unfinished(session) if _is_stale(row, now - limit)]
    return sum(_give_up(runtime, batch_id, now) for batch_id in stale)


def lapse_approvals(runtime: Runtime, now: datetime) -> int:
    """End the requests for approval whose time is over; return how many."""
    with runtime.database.reading() as session:
        overdue = overdue_requests(session, now=now)
    lapsed = 0
    for request_id in overdue:
        with runtime.database.transaction() as session:
            lapsed += approvals.lapse(session, request_id, actor=Actor.system(), now=now)
    return lapsed


def sweep_offers(runtime: Runtime, now: datetime) -> int:
    """End the imports that were offered long ago and never taken in, and drop their tables; return how many.

    The row goes first: a crash in between leaves a room that the register does not use, see ``rooms``.
    """
    limit_at = now - timedelta(days=runtime.settings.import_offer_days)
    with runtime.database.reading() as session:
        old = offered_before(session, limit_at)
    swept = 0
    for batch_id, room in old.items():
        with runtime.database.transaction() as session:
            is_over = imports.lapse(session, batch_id, offered_before=limit_at, actor=Actor.system(), now=now)
        swept += is_over
        if is_over and room is not None:
            runtime.store.clear(room)
    return swept


def _fail_unless_worked(runtime: Runtime, batch_id: int, now: datetime) -> int:
    with runtime.database.transaction() as session:
        if _is_worked(session, batch_id) or batch_state(session, batch_id) not in UNFINISHED:
            return 0
        batches.fail(session, batch_id, ABANDONED, actor=Actor.system(), now=now)
    return 1


def _is_worked(session: Session, batch_id: int) -> bool:
    """Tell whether a job for the run is waiting or at work."""
    open_jobs = sa.select(Job.payload).where(
        Job.kind == JOB_KIND, Job.state.in_((JobState.QUEUED, JobState.RUNNING))
    )
    return any(payload.get("batch_id") == batch_id for payload in session.scalars(open_jobs))


def _is_stale(row: BatchRow, limit_at: datetime) -> bool:
    """Tell whether a failed run with numbers that are still reserved has waited long enough."""
    has_reserved = row.made + row.void < row.size
    return (
        row.state is BatchState.FAILED
        and has_reserved
        and row.finished_at is not None
        and row.finished_at < limit_at
    )


def _give_up(runtime: Runtime, batch_id: int, now: datetime) -> int:
    with runtime.database.transaction() as session:
        if batch_state(session, batch_id) is not BatchState.FAILED:
            return 0
        voided = copies.give_up(session, batch_id, actor=Actor.system(), now=now)
        if batch_state(session, batch_id) in UNFINISHED:  # the file is made of the copies that there are
            printing.enqueue(session, batch_id, account_id=None, now=now)
    return voided
