"""The photocopies of a job: labelled, taken into stock, given up."""

from flask import Response
from pydantic import Field

from registry.rules.roles import Action
from service.api.area import Model
from service.api.equipment.area import area
from service.api.equipment.jobs import job
from service.api.equipment.shapes import CopyJob
from service.flows import photocopying
from service.login import current_actor, current_runtime


class ScannedLabels(Model):
    """The scanned labels of photocopies, or the codes on them."""

    labels: list[str] = Field(min_length=1, max_length=999)


class TakenIn(Model):
    """How many photocopies came into stock that were not there before."""

    taken_in: int


class GivenUp(Model):
    """How many numbers are void."""

    voided: int


@area.operation(
    "GET",
    "/equipment/jobs/<int:job_id>",
    summary="Tell of one copy or fax job, with its photocopies.",
    answer=CopyJob,
    action=Action.READ_COPYING,
)
def get_job(job_id: int) -> CopyJob:
    """Tell of one job."""
    return job(photocopying.get_job(current_runtime(), current_actor(), job_id))


@area.operation(
    "GET",
    "/equipment/jobs/<int:job_id>/labels",
    summary="Give out the labels of a job's photocopies.",
    action=Action.RUN_COPYING,
    media_type="application/pdf",
)
def get_labels(job_id: int) -> Response:
    """Give out labels."""
    pdf = photocopying.labels(current_runtime(), current_actor(), job_id)
    return Response(pdf, content_type="application/pdf")


@area.operation(
    "POST",
    "/equipment/jobs/<int:job_id>/labels",
    summary="Take photocopies into stock whose labels were scanned.",
    body=ScannedLabels,
    answer=TakenIn,
    action=Action.RUN_COPYING,
)
def take_in(job_id: int, body: ScannedLabels) -> TakenIn:
    """Take photocopies in."""
    return TakenIn(taken_in=photocopying.take_in(current_runtime(), current_actor(), job_id, body.labels))


@area.operation(
    "POST",
    "/equipment/jobs/<int:job_id>/give-up",
    summary="Void the numbers of photocopies that were never made.",
    answer=GivenUp,
    action=Action.RUN_COPYING,
)
def give_up(job_id: int) -> GivenUp:
    """Void numbers."""
    return GivenUp(voided=photocopying.give_up(current_runtime(), current_actor(), job_id))
