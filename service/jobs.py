"""The jobs: slow work that a deed ordered, written down in the deed's own transaction.

Laws: a job exists only if its deed was committed. It belongs to one worker for the length of a lease, which
the worker renews; a silent worker loses it. A job may therefore run more than once, and its handler must make
the second time harmless. All functions take a session; none of them ends a transaction.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from registry.db import Base, words
from registry.errors import UnknownError

MOST_ATTEMPTS = 5
FIRST_RETRY_S = 2
"""Pause before the second attempt; doubled each time, so that five attempts span half a minute."""


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"


class Job(Base):
    """A piece of work, its worker and its progress."""

    __tablename__ = "job"
    __table_args__ = (sa.Index("ix_job_state_due_at", "state", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(64))
    payload: Mapped[dict[str, Any]]
    state: Mapped[JobState] = mapped_column(words(JobState), default=JobState.QUEUED)
    due_at: Mapped[datetime]
    created_at: Mapped[datetime]
    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))
    attempts: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str | None] = mapped_column(sa.String(120))
    lease_until_at: Mapped[datetime | None]
    progress_done: Mapped[int] = mapped_column(default=0)
    progress_total: Mapped[int] = mapped_column(default=0)
    failure: Mapped[str | None] = mapped_column(sa.String(64))
    """Code of the error that ended the last attempt."""
    finished_at: Mapped[datetime | None]


class JobUnknown(UnknownError):
    """There is no such job."""

    code = "job-unknown"


@dataclass(frozen=True)
class ClaimedJob:
    """A job as its worker got it."""

    id: int
    kind: str
    payload: dict[str, Any]
    attempt: int
    account_id: int | None


@dataclass(frozen=True)
class JobStanding:
    """A job as a page shows it."""

    id: int
    kind: str
    state: JobState
    done: int
    total: int
    failure: str | None
    created_at: datetime
    finished_at: datetime | None
    account_id: int | None

    @property
    def is_over(self) -> bool:
        """Whether nothing will change any more."""
        return self.state in {JobState.DONE, JobState.FAILED}


def enqueue(
    session: Session, kind: str, payload: dict[str, Any], *, now: datetime, account_id: int | None = None
) -> int:
    """Order a job within the deed's transaction and return its id; ``payload`` is JSON."""
    job = Job(kind=kind, payload=payload, due_at=now, created_at=now, account_id=account_id)
    session.add(job)
    session.flush()  # the caller stores the id beside what the job is for
    return job.id


def find_standing(session: Session, job_id: int) -> JobStanding | None:
    """Return where a job stands, or None if there is no such job."""
    job = session.get(Job, job_id)
    if job is None:
        return None
    return JobStanding(
        id=job.id,
        kind=job.kind,
        state=job.state,
        done=job.progress_done,
        total=job.progress_total,
        failure=job.failure,
        created_at=job.created_at,
        finished_at=job.finished_at,
        account_id=job.account_id,
    )


def get_standing(session: Session, job_id: int) -> JobStanding:
    """Return where a job stands.

    Raises:
        JobUnknown: there is no such job.
    """
    standing = find_standing(session, job_id)
    if standing is None:
        raise JobUnknown("no such job", job_id=job_id)
    return standing


def claim(
    session: Session, worker: str, kinds: Collection[str], *, now: datetime, lease: timedelta
) -> ClaimedJob | None:
    """Take the job that has waited longest, or return None; two workers never get the same one."""
    ready = sa.or_(
        sa.and_(Job.state == JobState.QUEUED, Job.due_at <= now),
        sa.and_(Job.state == JobState.RUNNING, Job.lease_until_at <= now),
    )
    oldest = sa.select(Job.id).where(Job.kind.in_(kinds), ready).order_by(Job.due_at, Job.id).limit(1)
    taken = session.execute(
        sa.update(Job)
        .where(Job.id.in_(oldest.with_for_update(skip_locked=True)))
        .values(
            state=JobState.RUNNING,
            worker=worker,
            lease_until_at=now + lease,
            attempts=Job.attempts + 1,
            progress_done=0,
        )
        .returning(Job.id, Job.kind, Job.payload, Job.attempts, Job.account_id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    return None if taken is None else ClaimedJob(*taken)


def renew(session: Session, job_id: int, worker: str, *, now: datetime, lease: timedelta) -> bool:
    """Prolong a worker's lease; False if the job is no longer its own."""
    return _write(session, job_id, worker, lease_until_at=now + lease)


def report(session: Session, job_id: int, worker: str, *, done: int, total: int) -> bool:
    """Write down a job's progress; False if the job is no longer the worker's."""
    return _write(session, job_id, worker, progress_done=done, progress_total=total)


def finish(session: Session, job_id: int, worker: str, *, now: datetime) -> bool:
    """Write down that a job is done; False if it is no longer the worker's."""
    return _write(
        session, job_id, worker, state=JobState.DONE, finished_at=now, lease_until_at=None, failure=None
    )


def fail(session: Session, job_id: int, worker: str, *, failure: str, now: datetime) -> bool:
    """Write down that a job failed for good; False if it is no longer the worker's."""
    return _write(
        session, job_id, worker, state=JobState.FAILED, finished_at=now, lease_until_at=None, failure=failure
    )


def retry_later(session: Session, job: ClaimedJob, worker: str, *, failure: str, now: datetime) -> bool:
    """Put a job back for another attempt; False if it is no longer the worker's."""
    due_at = now + timedelta(seconds=FIRST_RETRY_S * 2 ** (job.attempt - 1))
    return _write(
        session, job.id, worker, state=JobState.QUEUED, due_at=due_at, lease_until_at=None, failure=failure
    )


def free_orphans(session: Session, *, is_gone: Callable[[str], bool]) -> int:
    """Put back the running jobs whose worker is known to be gone, at their old place; return how many.

    Args:
        session: Within a writing transaction.
        is_gone: Whether the worker of that name has certainly ended.
    """
    running = session.scalars(sa.select(Job).where(Job.state == JobState.RUNNING)).all()
    orphans = [job for job in running if job.worker is not None and is_gone(job.worker)]
    for job in orphans:
        job.state, job.lease_until_at, job.failure = JobState.QUEUED, None, "worker-died"
    return len(orphans)


def _write(session: Session, job_id: int, worker: str, **values: object) -> bool:
    written = session.execute(
        sa.update(Job)
        .where(Job.id == job_id, Job.worker == worker, Job.state == JobState.RUNNING)
        .values(**values)
        .returning(Job.id)
        .execution_options(synchronize_session=False)
    )
    return written.one_or_none() is not None
