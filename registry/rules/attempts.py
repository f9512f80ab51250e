"""An attempt to print a run: what follows what, in one table.

Laws:

* An attempt is ``UNKNOWN`` from the instant of its release until somebody or something proves otherwise, so that a
  crash anywhere leaves exactly that behind.
* An attempt is never repeated. Whoever needs paper again says where it stopped, which spoils it, and releases another.
* ``PRINTED`` and ``SPOILED`` are final.
"""

from enum import StrEnum

from registry.errors import ConflictError


class Route(StrEnum):
    """How a run leaves for the printer."""

    FILE = "FILE"
    """As a file, in the hands of the clerk."""
    PRINTER = "PRINTER"
    """To a printer that the installation knows."""


class AttemptState(StrEnum):
    """Where an attempt stands."""

    UNKNOWN = "UNKNOWN"
    """Released; nobody knows yet whether anything arrived."""
    SENT = "SENT"
    """The file has left whole, or the printer has taken the job."""
    PRINTED = "PRINTED"
    """A person has seen every sheet."""
    SPOILED = "SPOILED"
    """A person has said after which sheet it stopped."""


class AttemptStep(StrEnum):
    """What happens to an attempt."""

    SEND = "SEND"
    FINISH = "FINISH"
    STOP = "STOP"


TABLE: dict[tuple[AttemptState, AttemptStep], AttemptState] = {
    (AttemptState.UNKNOWN, AttemptStep.SEND): AttemptState.SENT,
    (AttemptState.UNKNOWN, AttemptStep.FINISH): AttemptState.PRINTED,
    (AttemptState.UNKNOWN, AttemptStep.STOP): AttemptState.SPOILED,
    (AttemptState.SENT, AttemptStep.FINISH): AttemptState.PRINTED,
    (AttemptState.SENT, AttemptStep.STOP): AttemptState.SPOILED,
}
"""Every edge there is; whatever is not here is impossible."""

OPEN: frozenset[AttemptState] = frozenset({AttemptState.UNKNOWN, AttemptState.SENT})
"""States in which somebody still has to look at the paper."""


class ImpossibleAttemptStep(ConflictError):
    """The attempt's state does not allow the step."""

    code = "impossible-attempt-step"


def next_attempt_state(state: AttemptState, step: AttemptStep) -> AttemptState:
    """Return the state that follows.

    Raises:
        ImpossibleAttemptStep: the table has no such edge; facts ``state`` and ``step``.
    """
    found = TABLE.get((state, step))
    if found is None:
        raise ImpossibleAttemptStep(
            f"got {step} on an attempt that is {state}", state=str(state), step=str(step)
        )
    return found
