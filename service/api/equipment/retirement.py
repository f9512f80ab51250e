"""Devices leave the register: begun, given up, vouched for, certified."""

from flask import Response
from pydantic import Field

from registry.rules.destruction import Shortfall
from registry.rules.roles import Action
from registry.rules.words import DestructionPart, RetirementMethod, RetirementState
from service.api.area import Model
from service.api.equipment.area import area
from service.flows import equipment
from service.login import current_actor, current_runtime


class NewRetirement(Model):
    """How a device shall leave the register, and why."""

    method: RetirementMethod
    reason: str = Field(min_length=1, max_length=300)


class RetirementId(Model):
    """Which retirement."""

    id: int


class RetirementVouching(Model):
    """A person who vouches, and the PIN that proves them."""

    part: DestructionPart
    person_id: int
    pin: str = Field(max_length=12)


class RetirementMissing(Model):
    """Who is still missing before a device is retired on record."""

    operators: int
    witnesses: int
    to_authenticate: list[int]


class RetirementStanding(Model):
    """Where a retirement stands after a signature."""

    state: RetirementState
    missing: RetirementMissing


@area.operation(
    "POST",
    "/equipment/<int:equipment_id>/retirements",
    summary="Begin to retire a device.",
    body=NewRetirement,
    answer=RetirementId,
    status=201,
    action=Action.MANAGE_EQUIPMENT,
)
def open_retirement(equipment_id: int, body: NewRetirement) -> RetirementId:
    """Begin a retirement."""
    return RetirementId(
        id=equipment.open_retirement(
            current_runtime(), current_actor(), equipment_id, body.method, body.reason
        )
    )


@area.operation(
    "POST",
    "/retirements/<int:retirement_id>/cancellation",
    summary="Give a retirement up; the device stays what it was.",
    action=Action.MANAGE_EQUIPMENT,
)
def cancel_retirement(retirement_id: int) -> None:
    """Give a retirement up."""
    equipment.cancel_retirement(current_runtime(), current_actor(), retirement_id)


@area.operation(
    "POST",
    "/retirements/<int:retirement_id>/attestations",
    summary="Let a person prove themselves and vouch; the last one that was missing retires the device.",
    body=RetirementVouching,
    answer=RetirementStanding,
    action=Action.DESTROY,
)
def attest_retirement(retirement_id: int, body: RetirementVouching) -> RetirementStanding:
    """Let a person vouch."""
    progress = equipment.attest_retirement(
        current_runtime(),
        current_actor(),
        retirement_id,
        body.part,
        person_id=body.person_id,
        pin=body.pin,
    )
    return RetirementStanding(state=progress.state, missing=_missing(progress.shortfall))


@area.operation(
    "GET",
    "/retirements/<int:retirement_id>/certificate",
    summary="Give out the certificate of a retired device.",
    action=Action.READ_EQUIPMENT,
    media_type="application/pdf",
)
def get_certificate(retirement_id: int) -> Response:
    """Give out the certificate."""
    pdf = equipment.certificate(current_runtime(), current_actor(), retirement_id)
    return Response(pdf, content_type="application/pdf")


def _missing(short: Shortfall) -> RetirementMissing:
    return RetirementMissing(
        operators=short.operators_missing,
        witnesses=short.witnesses_missing,
        to_authenticate=list(short.to_authenticate),
    )
