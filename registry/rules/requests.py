"""A request's life: what follows what, in one table.

Whether the decisions are enough is decided in ``approval``. Laws: only an open request can be decided; an
approval that was used is never taken back, what is left of it lapses.
"""

from enum import StrEnum

from registry.errors import ConflictError
from registry.rules.words import RequestState


class RequestStep(StrEnum):
    """What happens to a request."""

    GRANT = "GRANT"
    """The last agreement that was missing."""
    REJECT = "REJECT"
    """One of those asked said no."""
    WITHDRAW = "WITHDRAW"
    """Taken back by the requester."""
    USE_UP = "USE_UP"
    """The last of what was agreed to was used."""
    LAPSE = "LAPSE"
    """Its time is over."""


TABLE: dict[tuple[RequestState, RequestStep], RequestState] = {
    (RequestState.OPEN, RequestStep.GRANT): RequestState.APPROVED,
    (RequestState.OPEN, RequestStep.REJECT): RequestState.REJECTED,
    (RequestState.OPEN, RequestStep.WITHDRAW): RequestState.WITHDRAWN,
    (RequestState.OPEN, RequestStep.LAPSE): RequestState.LAPSED,
    (RequestState.APPROVED, RequestStep.USE_UP): RequestState.CONSUMED,
    (RequestState.APPROVED, RequestStep.WITHDRAW): RequestState.WITHDRAWN,
    (RequestState.APPROVED, RequestStep.LAPSE): RequestState.LAPSED,
}
"""Every edge there is; whatever is not here is impossible."""

LIVING: frozenset[RequestState] = frozenset({RequestState.OPEN, RequestState.APPROVED})
"""States that time can end."""


class ImpossibleRequestStep(ConflictError):
    """The request's state does not allow the step."""

    code = "impossible-request-step"


def next_request_state(state: RequestState, step: RequestStep) -> RequestState:
    """Return the state that follows.

    Raises:
        ImpossibleRequestStep: the table has no such edge; facts ``state`` and ``step``.
    """
    found = TABLE.get((state, step))
    if found is None:
        raise ImpossibleRequestStep(
            f"got {step} on a request that is {state}", state=str(state), step=str(step)
        )
    return found
