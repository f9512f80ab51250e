"""What several forms about a device ask for."""

from typing import Annotated, Final

from pydantic import StringConstraints

from registry.rules.limits import REASON_LIMIT

NAME_LIMIT: Final = 120
APPROVAL_DAYS: Final = 14
"""How long an approval for a job or a repair can be used unless its form says otherwise; ours, a fortnight."""

Line = Annotated[str, StringConstraints(max_length=NAME_LIMIT)]
Reason = Annotated[str, StringConstraints(max_length=REASON_LIMIT)]
