"""Which flow works which kind of job, and what the worker does by the way."""

from collections.abc import Mapping
from types import MappingProxyType

from service.flows import booking, drilling, light, making, referencing, rooms, tracing, upkeep
from service.runtime import Runtime
from service.worker import Chore, Handler, RunningJob


def _make_batch(runtime: Runtime, job: RunningJob) -> None:
    making.make_batch(runtime, _batch_id(job), job.report)


def _fail_batch(runtime: Runtime, job: RunningJob, code: str) -> None:
    making.fail_batch(runtime, _batch_id(job), code)


def _batch_id(job: RunningJob) -> int:
    return int(str(job.payload["batch_id"]))


def _make_run(runtime: Runtime, job: RunningJob) -> None:
    tracing.make_run(runtime, _run_id(job), job.report)


def _fail_run(runtime: Runtime, job: RunningJob, code: str) -> None:
    tracing.fail_run(runtime, _run_id(job), code)


def _make_drill(runtime: Runtime, job: RunningJob) -> None:
    drilling.make_drill(runtime, int(str(job.payload["drill_id"])), job.report)


def _make_references(runtime: Runtime, job: RunningJob) -> None:
    referencing.make(runtime, int(str(job.payload["document_id"])))


def _grow_book(runtime: Runtime, job: RunningJob) -> None:
    booking.grow(runtime, int(str(job.payload["document_id"])))


def _remove_content(runtime: Runtime, job: RunningJob) -> None:
    light.clear(runtime, int(str(job.payload["document_id"])))


def _run_id(job: RunningJob) -> int:
    return int(str(job.payload["run_id"]))


HANDLERS: Mapping[str, Handler] = MappingProxyType(
    {
        making.JOB_KIND: Handler(_make_batch, _fail_batch),
        tracing.JOB_KIND: Handler(_make_run, _fail_run),
        drilling.JOB_KIND: Handler(_make_drill),
        referencing.JOB_KIND: Handler(_make_references),
        booking.JOB_KIND: Handler(_grow_book),
        light.JOB_KIND: Handler(_remove_content),
    }
)
"""By the kind that a deed wrote down."""

CHORES: tuple[Chore, ...] = (
    Chore(every_s=30, run=upkeep.run),
    Chore(every_s=5, run=referencing.order_next),
    Chore(every_s=60, run=booking.order_next),
    Chore(every_s=30, run=light.order_due),
    Chore(every_s=600, run=rooms.sweep),
)
"""What the worker does by the way."""
