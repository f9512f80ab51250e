"""A job exists if its deed does, belongs to one worker at a time, and is never lost."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from registry.errors import ConflictError
from service import jobs
from service.jobs import MOST_ATTEMPTS, Job, JobState, JobUnknown
from service.worker import Chore, Handler, JobLost, RunningJob, is_gone, run_worker, work_one, worker_name

LEASE = timedelta(seconds=20)


class Refusal(ConflictError):
    """What a handler of these tests says no with."""

    code = "test-refusal"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_backend(request):
    return request.param


def order(runtime, kind="count", **payload) -> int:
    with runtime.database.transaction() as session:
        return jobs.enqueue(session, kind, payload, now=runtime.now())


def take(runtime, worker="w"):
    with runtime.database.transaction() as session:
        return jobs.claim(session, worker, ["count"], now=runtime.now(), lease=LEASE)


def standing(runtime, job_id):
    with runtime.database.reading() as session:
        return jobs.get_standing(session, job_id)


def work(runtime, handler, worker="w", give_up=None) -> bool:
    kept = Handler(handler) if give_up is None else Handler(handler, give_up)
    return work_one(runtime, {"count": kept}, worker)


def test_a_job_goes_with_its_deed(runtime):
    def refused_deed() -> None:
        with runtime.database.transaction() as session:
            jobs.enqueue(session, "count", {}, now=runtime.now())
            raise Refusal("no deed")

    with pytest.raises(Refusal):
        refused_deed()
    assert take(runtime) is None


def test_the_oldest_job_is_taken_first_and_only_once(runtime, clock):
    first = order(runtime, n=1)
    clock.pass_by(seconds=1)
    second = order(runtime, n=2)
    assert [take(runtime).id, take(runtime).id, take(runtime)] == [first, second, None]


def test_a_worker_takes_only_what_it_can_work(runtime):
    order(runtime, kind="unknown to this worker")
    assert take(runtime) is None


def test_a_handler_gets_its_payload_and_reports_progress(runtime):
    job_id = order(runtime, copies=3)
    seen = []

    def handler(_runtime, job: RunningJob) -> None:
        job.report(2, job.payload["copies"])
        seen.append(
            (standing(runtime, job_id).state, standing(runtime, job_id).done, standing(runtime, job_id).total)
        )

    assert work(runtime, handler)
    assert seen == [(JobState.RUNNING, 2, 3)]
    assert standing(runtime, job_id).state is JobState.DONE
    assert standing(runtime, job_id).is_over
    assert not work(runtime, handler)


def test_a_refusal_ends_the_job_with_its_code_and_tells_what_it_was_for(runtime):
    job_id, told = order(runtime), []

    def refuse(_runtime, _job) -> None:
        raise Refusal("no")

    work(runtime, refuse, give_up=lambda _runtime, job, code: told.append((job.id, code)))
    assert (standing(runtime, job_id).state, standing(runtime, job_id).failure) == (
        JobState.FAILED,
        "test-refusal",
    )
    assert told == [(job_id, "test-refusal")]


def test_what_nobody_foresaw_is_tried_again_later_and_given_up_at_last(runtime, clock):
    job_id, tried, told = order(runtime), [], []

    def fail(_runtime, job) -> None:
        tried.append(job.claimed.attempt)
        raise OSError("disk full")

    for _ in range(MOST_ATTEMPTS):
        assert work(runtime, fail, give_up=lambda _runtime, _job, code: told.append(code))
        assert not work(runtime, fail)
        clock.pass_by(minutes=1)
    assert tried == [1, 2, 3, 4, 5]
    assert told == ["unexpected"]
    assert standing(runtime, job_id).state is JobState.FAILED


def test_a_silent_worker_loses_its_job_when_the_lease_has_passed(runtime, clock):
    job_id = order(runtime)
    assert take(runtime, "first").id == job_id
    clock.pass_by(seconds=19)
    assert take(runtime, "second") is None
    clock.pass_by(seconds=1)
    assert take(runtime, "second").attempt == 2
    with runtime.database.transaction() as session:
        assert not jobs.report(session, job_id, "first", done=1, total=2)
        assert not jobs.finish(session, job_id, "first", now=runtime.now())
        assert jobs.report(session, job_id, "second", done=1, total=2)


def test_a_renewed_lease_keeps_the_job(runtime, clock):
    job_id = order(runtime)
    take(runtime, "first")
    clock.pass_by(seconds=15)
    with runtime.database.transaction() as session:
        assert jobs.renew(session, job_id, "first", now=runtime.now(), lease=LEASE)
    clock.pass_by(seconds=15)
    assert take(runtime, "second") is None


def test_a_handler_that_lost_its_job_stops_without_further_effect(runtime):
    job_id, effects = order(runtime), []

    def lose(_runtime, job) -> None:
        with runtime.database.transaction() as session:
            session.execute(sa.update(Job).values(worker="another"))
        job.check()
        effects.append("after the loss")

    assert work(runtime, lose)
    assert effects == []
    assert standing(runtime, job_id).state is JobState.RUNNING  # the other worker's affair


def test_a_job_that_kills_its_workers_is_given_up(runtime, clock):
    job_id, told = order(runtime), []
    for _ in range(MOST_ATTEMPTS):
        assert take(runtime) is not None
        clock.pass_by(seconds=21)
    assert work(
        runtime, lambda *_: pytest.fail("tried a sixth time"), give_up=lambda *given: told.append(given[2])
    )
    assert told == ["worker-died"]
    assert standing(runtime, job_id).failure == "worker-died"


def test_jobs_of_a_worker_that_is_gone_are_free_at_the_next_start(runtime):
    job_id = order(runtime)
    gone = subprocess.Popen([sys.executable, "-c", "pass"])
    gone.wait()
    host = worker_name().split(":")[0]
    take(runtime, f"{host}:{gone.pid}:abcd")
    done, stop = [], threading.Event()

    def handler(_runtime, job) -> None:
        done.append(job.id)
        stop.set()

    run_worker(runtime, {"count": Handler(handler)}, stop)
    assert done == [job_id]


def test_only_what_is_certainly_gone_is_gone():
    host = worker_name().split(":")[0]
    assert is_gone(f"{host}:{os.getpid()}:earlier run")
    assert not is_gone(f"{host}:{os.getppid()}:abcd")
    assert not is_gone(f"another-host:{os.getpid()}:abcd")
    assert not is_gone("not a worker")


def test_a_refused_chore_does_not_stop_the_worker(runtime):
    stop, done = threading.Event(), []

    def refuse(_runtime) -> None:
        done.append("tried")
        raise Refusal("no")

    def end(_runtime) -> None:
        stop.set()

    run_worker(runtime, {}, stop, (Chore(60, refuse), Chore(60, end)))
    assert done == ["tried"]


def test_an_unknown_job_is_unknown(runtime):
    with pytest.raises(JobUnknown) as refused:
        standing(runtime, 99)
    assert refused.value.code == "job-unknown"


def test_many_workers_never_take_the_same_job(runtime):
    ordered = [order(runtime, n=number) for number in range(40)]
    taken: list[int] = []

    def take_all(worker: str) -> None:
        while (job := take(runtime, worker)) is not None:
            taken.append(job.id)

    threads = [threading.Thread(target=take_all, args=(f"w{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(taken) == Counter(ordered)


def test_the_lease_is_renewed_while_a_handler_works(settings):
    from service.runtime import open_runtime

    runtime = open_runtime(settings.model_copy(update={"job_lease_s": 0.6}))
    order(runtime)

    def slow(_runtime, _job) -> None:
        time.sleep(1.5)
        assert take(runtime, "thief") is None

    assert work(runtime, slow)
    with runtime.database.reading() as session:
        assert session.scalar(sa.select(Job.state)) is JobState.DONE
    runtime.database.close()


WORKER = """
import sys, threading, time
from pathlib import Path
from service.config import Settings
from service.runtime import open_runtime
from service.worker import Handler, run_worker

data_dir, database_url, marks = sys.argv[1:]
runtime = open_runtime(Settings(environment="test", data_dir=data_dir, database_url=database_url, job_poll_s=0.05))

def handler(_runtime, job):
    with Path(marks).open("a") as file:
        file.write(f"begun {job.id}\\n")
    time.sleep(0.4)
    with Path(marks).open("a") as file:
        file.write(f"done {job.id}\\n")

run_worker(runtime, {"count": Handler(handler)}, threading.Event())
"""


def test_a_killed_worker_leaves_nothing_undone(settings, tmp_path):
    from service.runtime import open_runtime

    runtime = open_runtime(settings)
    ordered = [order(runtime, n=number) for number in range(4)]
    marks = tmp_path / "marks"
    command = [sys.executable, "-c", WORKER, str(settings.data_dir), settings.database_url, str(marks)]

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen(command, cwd=Path.cwd(), stderr=subprocess.DEVNULL)

    def wait_for(line: str) -> None:
        for _ in range(600):
            if marks.exists() and line in marks.read_text().splitlines():
                return
            time.sleep(0.05)
        pytest.fail(f"never saw {line!r}")

    first = start()
    wait_for(f"begun {ordered[1]}")
    first.send_signal(signal.SIGKILL)
    first.wait()
    second = start()  # at once, long before the lease of 20 s has passed
    wait_for(f"done {ordered[-1]}")
    second.terminate()
    second.wait()
    done = Counter(line for line in marks.read_text().splitlines() if line.startswith("done"))
    assert done == {f"done {job_id}": 1 for job_id in ordered}
    with runtime.database.reading() as session:
        states = session.scalars(sa.select(Job.state).order_by(Job.id)).all()
    runtime.database.close()
    assert set(states[:-1]) == {JobState.DONE}


def test_a_lost_job_has_its_own_code():
    assert JobLost.code == "job-lost"
