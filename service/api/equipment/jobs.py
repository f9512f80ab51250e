"""Copying and faxing: asked for, done, listed."""

from typing import Literal

from pydantic import AwareDatetime, Field

from registry.rules.approval import Act
from registry.rules.roles import Action
from registry.views.equipment import JobRow
from service.api.area import Model
from service.api.copies import person
from service.api.equipment.area import area
from service.api.equipment.shapes import CopyJob, EquipmentRequest, Photocopy
from service.flows import equipment
from service.flows.equipment import JobWish
from service.login import current_actor, current_runtime


class CopyJobs(Model):
    """Copy and fax jobs, newest first."""

    jobs: list[CopyJob]


class WantedJob(Model):
    """What shall be copied or faxed; ``station`` for a fax."""

    act: Literal[Act.COPY, Act.FAX]
    document_id: int
    copies: int = Field(ge=1, le=999)
    reason: str = Field(min_length=1, max_length=300)
    until: AwareDatetime
    station: str = Field(default="", max_length=120)


class DoneJob(Model):
    """What was copied or faxed: ``source`` is the scanned code of what lay on the glass."""

    request_id: int
    source: str = Field(min_length=1, max_length=200)
    copies: int = Field(ge=1, le=999)
    station: str = Field(default="", max_length=120)


class JobId(Model):
    """Which job."""

    id: int


@area.operation(
    "GET",
    "/equipment/jobs",
    summary="List what was copied and faxed, newest first.",
    answer=CopyJobs,
    action=Action.READ_COPYING,
)
def list_jobs() -> CopyJobs:
    """List jobs."""
    return CopyJobs(jobs=[job(row) for row in equipment.job_desk(current_runtime(), current_actor()).jobs])


@area.operation(
    "POST",
    "/equipment/jobs/requests",
    summary="Ask for approval to copy or fax a document.",
    body=WantedJob,
    answer=EquipmentRequest,
    status=201,
    action=Action.REQUEST_COPYING,
)
def ask_job(body: WantedJob) -> EquipmentRequest:
    """Ask for a job."""
    wish = JobWish(
        act=body.act,
        document_id=body.document_id,
        copies=body.copies,
        reason=body.reason,
        until=body.until,
        station=body.station,
    )
    return EquipmentRequest(request_id=equipment.ask_job(current_runtime(), current_actor(), wish))


@area.operation(
    "POST",
    "/equipment/<int:equipment_id>/jobs",
    summary="Record an approved copy or fax job on a device; on a copier every copy gets a number.",
    body=DoneJob,
    answer=JobId,
    status=201,
    action=Action.RUN_COPYING,
)
def run_job(equipment_id: int, body: DoneJob) -> JobId:
    """Record a job."""
    job_id = equipment.run_job(
        current_runtime(),
        current_actor(),
        body.request_id,
        equipment_id,
        body.source,
        copies=body.copies,
        station=body.station,
    )
    return JobId(id=job_id)


def job(row: JobRow) -> CopyJob:
    """Return a copy or fax job as the API tells it."""
    return CopyJob(
        id=row.id,
        act=row.act,
        equipment_id=row.equipment_id,
        custodian=person(row.custodian),
        request_id=row.request_id,
        document_id=row.document_id,
        source_code=row.source_code,
        copies=row.copies,
        copying_unit_id=row.copying_unit.id,
        station=row.station,
        done_by=person(row.done_by),
        done_at=row.done_at,
        photocopies=[
            Photocopy(code=copy.code, copy_no=copy.copy_no, state=copy.state) for copy in row.photocopies
        ],
    )
