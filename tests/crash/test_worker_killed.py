"""A worker process is killed while it makes copies; the next one goes on, and every number is accounted for."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from registry.ledger import log
from registry.models import Copy, Movement
from registry.rules.lifecycle import State
from registry.rules.words import BatchState
from registry.views.batches import batch_state
from registry.views.conservation import conservation
from service.config import PROJECT_ROOT, child_environment
from service.flows import printing, verifying
from service.jobs import Job

COPIES = 30
LIMIT_S = 120


@contextmanager
def worker(world):
    """Run a worker process of its own on the installation, killed at the end if it still runs."""
    settings = world.runtime.settings
    process = subprocess.Popen(
        [sys.executable, "-m", "service.cli", "worker"],
        cwd=PROJECT_ROOT,
        env=child_environment()
        | {
            "FOLIOTRACE_ENVIRONMENT": "test",
            "FOLIOTRACE_DATA_DIR": str(settings.data_dir),
            "FOLIOTRACE_DATABASE_URL": settings.database_url,
            "FOLIOTRACE_JOB_POLL_S": "0.05",
            "FOLIOTRACE_JOB_LEASE_S": "2",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def wait_until(world, condition, process):
    """Return once a reading of the database fulfils the condition."""
    give_up_at = time.monotonic() + LIMIT_S
    while time.monotonic() < give_up_at:
        with world.runtime.database.reading() as session:
            if condition(session):
                return
        if process.poll() is not None:
            pytest.fail(f"the worker ended by itself:\n{process.stdout.read()}")
        time.sleep(0.005)
    pytest.fail("the worker did not get there in time")


def issued(session):
    """Return how many copies are made."""
    return session.scalars(sa.select(sa.func.count()).where(Copy.state == State.IN_STOCK)).one()


def test_a_worker_killed_three_times_loses_no_number_and_makes_none_twice(world):
    request_id = world.approved(world.register(), copies=COPIES)
    batch_id = printing.order_batch(world.runtime, world.clerk, request_id, [None] * COPIES)
    with world.runtime.database.transaction() as session:  # the office lives in a time of its own
        session.execute(sa.update(Job).values(due_at=datetime(2020, 1, 1, tzinfo=UTC)))

    for enough in (3, 12, 25):
        with worker(world) as process:
            wait_until(world, lambda session, enough=enough: issued(session) >= enough, process)
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        with world.runtime.database.reading() as session:
            (line,) = conservation(session).values()
            assert line.holds
            assert batch_state(session, batch_id) is BatchState.STAMPING
            assert line.by_state[State.RESERVED] == COPIES - line.by_state[State.IN_STOCK] > 0
    with worker(world) as process:
        wait_until(world, lambda session: batch_state(session, batch_id) is BatchState.READY, process)

    with world.runtime.database.reading() as session:
        copies = session.scalars(sa.select(Copy).order_by(Copy.copy_no)).all()
        assert [copy.copy_no for copy in copies] == list(range(1, COPIES + 1))
        assert {copy.state for copy in copies} == {State.IN_STOCK}
        assert len({copy.code for copy in copies}) == COPIES
        assert all(world.runtime.store.has(copy.delta_sha256) for copy in copies)
        assert session.scalars(sa.select(sa.func.count(Movement.id))).one() == COPIES
        assert len(list(log.read(session, kind="copy.issued"))) == COPIES
        assert len(list(log.read(session, kind="batch.finished"))) == 1
    assert verifying.verify_ledger(world.runtime).exit_code == 0
