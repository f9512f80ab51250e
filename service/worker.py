"""The worker: takes jobs from the table, one at a time, and works them while it renews their lease.

Laws: a refusal of the register, of a file or of the service ends a job for good, since asking again would get
the same answer; anything else is tried again. A worker that dies leaves its job running on paper: another takes
it over when the lease has passed, and the next worker on the same host at once.
"""

import os
import secrets
import socket
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event, Thread

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from registry.errors import RegistryError
from service import jobs
from service.faults import ServiceFault, StorageFull
from service.jobs import ClaimedJob
from service.runtime import Runtime
from watermark import WatermarkError

logger = structlog.get_logger()

RENEWALS_PER_LEASE = 3


class JobLost(ServiceFault):
    """The lease has passed and another worker has the job; the handler must stop without a further effect."""

    code = "job-lost"


@dataclass(frozen=True)
class RunningJob:
    """A job as its handler sees it."""

    claimed: ClaimedJob
    worker: str
    runtime: Runtime = field(repr=False)
    lost: Event = field(default_factory=Event, repr=False)

    @property
    def id(self) -> int:
        """The job's number."""
        return self.claimed.id

    @property
    def payload(self) -> dict[str, object]:
        """What the deed wrote down for the handler."""
        return self.claimed.payload

    @property
    def account_id(self) -> int | None:
        """Whose deed ordered the job."""
        return self.claimed.account_id

    def report(self, done: int, total: int) -> None:
        """Write progress down, where pages can see it.

        Raises:
            JobLost: another worker has the job.
        """
        self._check(lambda session: jobs.report(session, self.id, self.worker, done=done, total=total))

    def check(self) -> None:
        """Pass while the job is still this worker's; to be asked before each effect.

        Raises:
            JobLost: another worker has the job.
        """
        lease = timedelta(seconds=self.runtime.settings.job_lease_s)
        now = self.runtime.now()
        self._check(lambda session: jobs.renew(session, self.id, self.worker, now=now, lease=lease))

    def _check(self, write: Callable[[Session], bool]) -> None:
        with self.runtime.database.transaction() as session:
            mine = write(session)
        if self.lost.is_set() or not mine:
            raise JobLost("another worker has the job")


def _nothing(_runtime: Runtime, _job: RunningJob, _code: str) -> None:
    """Leave a job that failed for good as it is."""


@dataclass(frozen=True)
class Handler:
    """What works one kind of job."""

    work: Callable[[Runtime, RunningJob], None]
    give_up: Callable[[Runtime, RunningJob, str], None] = _nothing
    """Called with the code of the failure before a job fails for good, so that what it was for can say so."""


@dataclass(frozen=True)
class Chore:
    """Something small that the worker does by the way; whatever it returns is not looked at."""

    every_s: float
    run: Callable[[Runtime], object]


def run_worker(
    runtime: Runtime, handlers: Mapping[str, Handler], stop: Event, chores: Sequence[Chore] = ()
) -> None:
    """Work jobs until ``stop`` is set; the job at hand is finished first.

    Args:
        runtime: The tools of the flows.
        handlers: What works each kind of job.
        stop: Set by a signal, or by a test.
        chores: What is done between two jobs, when its time has come.
    """
    worker = worker_name()
    with runtime.database.transaction() as session:
        freed = jobs.free_orphans(session, is_gone=is_gone)
    logger.info("worker started", worker=worker, freed=freed)
    done_at: dict[Chore, datetime] = {}
    while not stop.is_set():
        try:
            _do_chores(runtime, chores, done_at)
            worked = work_one(runtime, handlers, worker)
        except (DBAPIError, StorageFull) as error:
            logger.warning("database not available", error=type(error).__name__)
            worked = False
        if not worked:
            stop.wait(runtime.settings.job_poll_s)


def work_one(runtime: Runtime, handlers: Mapping[str, Handler], worker: str) -> bool:
    """Take one job and work it to its end; return False if none was due."""
    lease = timedelta(seconds=runtime.settings.job_lease_s)
    with runtime.database.transaction() as session:
        claimed = jobs.claim(session, worker, list(handlers), now=runtime.now(), lease=lease)
    if claimed is None:
        return False
    job = RunningJob(claimed, worker, runtime)
    log = logger.bind(job=claimed.id, kind=claimed.kind, attempt=claimed.attempt)
    handler = handlers[claimed.kind]
    if claimed.attempt > jobs.MOST_ATTEMPTS:  # each earlier one ended its worker
        _fail(job, handler, "worker-died")
        return True
    try:
        with _renewed(job):
            handler.work(runtime, job)
        with runtime.database.transaction() as session:
            jobs.finish(session, job.id, worker, now=runtime.now())
        log.info("job done")
    except JobLost:
        log.warning("job lost to another worker")
    except (RegistryError, WatermarkError, ServiceFault) as error:
        log.warning("job refused", code=error.code)
        _fail(job, handler, error.code)
    except Exception as error:
        log.exception("job failed", error=type(error).__name__)
        if claimed.attempt >= jobs.MOST_ATTEMPTS:
            _fail(job, handler, "unexpected")
        else:
            with runtime.database.transaction() as session:
                jobs.retry_later(session, claimed, worker, failure="unexpected", now=runtime.now())
    return True


def worker_name() -> str:
    """Return a name that tells the host, the process, and this one run of it."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(4)}"


def is_gone(worker: str) -> bool:
    """Tell whether a worker of that name has certainly ended; only its own host can know."""
    host, _, rest = worker.rpartition(":")[0].rpartition(":")
    if host != socket.gethostname()[:60] or not rest.isdigit():
        return False
    if int(rest) == os.getpid():
        return True  # an earlier run that had our process number, as in a container
    if sys.platform == "win32":
        return False  # asking there would end the process
    try:
        os.kill(int(rest), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


@contextmanager
def _renewed(job: RunningJob) -> Iterator[None]:
    """Renew the lease of a job while it is worked."""
    done = Event()
    pause_s = job.runtime.settings.job_lease_s / RENEWALS_PER_LEASE

    def renew() -> None:
        while not done.wait(pause_s):
            try:
                job.check()
            except JobLost:
                job.lost.set()
                return
            except DBAPIError:
                continue  # tried again well before the lease has passed

    thread = Thread(target=renew, name=f"lease of job {job.id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _fail(job: RunningJob, handler: Handler, code: str) -> None:
    """End a job for good; what it was for is told first, so that nothing waits for a job that has ended."""
    try:
        handler.give_up(job.runtime, job, code)
    except (RegistryError, WatermarkError, ServiceFault) as error:
        logger.warning("giving up was refused", job=job.id, code=error.code)
    with job.runtime.database.transaction() as session:
        jobs.fail(session, job.id, job.worker, failure=code, now=job.runtime.now())


def _do_chores(runtime: Runtime, chores: Sequence[Chore], done_at: dict[Chore, datetime]) -> None:
    """Do the chores whose time has come, and keep when that was."""
    now = runtime.now()
    for chore in chores:
        if chore in done_at and (now - done_at[chore]).total_seconds() < chore.every_s:
            continue
        done_at[chore] = now
        try:
            chore.run(runtime)
        except (RegistryError, ServiceFault) as error:
            logger.warning("chore refused", chore=chore.run.__name__, code=error.code)
