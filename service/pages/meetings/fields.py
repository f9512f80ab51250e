"""What several forms about a meeting ask for."""

from typing import Annotated

from pydantic import StringConstraints

from registry.rules.limits import REASON_LIMIT, REMARK_LIMIT
from service.forms import Form

Person = Annotated[str, StringConstraints(max_length=120)]
Reason = Annotated[str, StringConstraints(max_length=REASON_LIMIT)]
Remark = Annotated[str, StringConstraints(max_length=REMARK_LIMIT)]
Pin = Annotated[str, StringConstraints(max_length=12)]


class ReasonForm(Form):
    """Why."""

    reason: Reason


class PinForm(Form):
    """What proves a person."""

    pin: Pin
