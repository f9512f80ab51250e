"""Deciding in somebody's place: who may, on what, from when until when.

Laws: what is passed on is the giver's own word, never more: role and unit are the giver's; nobody decides through a
deputy on what they asked for themselves; giver and deputy never both count for one request; rows that are not
delegable, and steps that name a person, are decided by nobody else; a deputy cannot pass it on; whoever agrees to it is
a third person.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from registry.errors import ConflictError
from registry.rules.approval import Act
from registry.rules.clocks import Window, window
from registry.rules.roles import Role

LONGEST: Final = timedelta(days=92)
"""A quarter; ours: who is away longer is replaced in their role, which is another act."""

DELEGABLE_ROLES: Final = frozenset({Role.DEPARTMENT_MANAGER, Role.RESPONSIBLE_LEADER, Role.SECURITY_OFFICER})
"""Roles whose decisions can be passed on."""


class DelegationState(StrEnum):
    """What has become of a delegation."""

    PROPOSED = "PROPOSED"
    AGREED = "AGREED"
    REFUSED = "REFUSED"
    ENDED = "ENDED"


class DelegationStep(StrEnum):
    """What happens to it."""

    AGREE = "AGREE"
    REFUSE = "REFUSE"
    END = "END"
    """Taken back by its giver, or by whoever may agree to it."""


TABLE: Final[Mapping[tuple[DelegationState, DelegationStep], DelegationState]] = MappingProxyType(
    {
        (DelegationState.PROPOSED, DelegationStep.AGREE): DelegationState.AGREED,
        (DelegationState.PROPOSED, DelegationStep.REFUSE): DelegationState.REFUSED,
        (DelegationState.PROPOSED, DelegationStep.END): DelegationState.ENDED,
        (DelegationState.AGREED, DelegationStep.END): DelegationState.ENDED,
    }
)
"""Every edge there is."""


class ImpossibleDelegationStep(ConflictError):
    """The delegation's state does not allow the step."""

    code = "impossible-delegation-step"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate:
    """In whose place a deputy may decide, as things stand.

    Attributes:
        giver_id: The person.
        roles: Which of the giver's roles are passed on.
        unit_id: The giver's own unit.
        acts: On what.
    """

    delegation_id: int
    giver_id: int
    roles: frozenset[Role]
    unit_id: int | None
    acts: frozenset[Act]
    from_at: datetime
    until_at: datetime

    def holds(self, act: Act, now: datetime) -> bool:
        """Return whether the deputy may decide on this act at ``now``."""
        return act in self.acts and window(self.from_at, self.until_at, now) is Window.OPEN


def next_delegation_state(state: DelegationState, step: DelegationStep) -> DelegationState:
    """Return the state that follows.

    Raises:
        ImpossibleDelegationStep: the table has no such edge.
    """
    found = TABLE.get((state, step))
    if found is None:
        raise ImpossibleDelegationStep(f"got {step} on a delegation that is {state}", state=str(state))
    return found


def passed_on(roles: Collection[Role]) -> frozenset[Role]:
    """Return which of a person's roles a deputy decides in."""
    return DELEGABLE_ROLES & frozenset(roles)
