"""An attempt to print a run: what follows what, in one table.

Laws:

* An attempt is ``UNKNOWN`` from the instant of its release until somebody or something proves otherwise, so that a
  crash anywhere leaves exactly that behind.
* An attempt is never repeated. Whoever needs paper again says where it stopped, which spoils it, and releases another.
* ``PRINTED`` and ``SPOILED`` are final.
* The paper of a copy is out when somebody has said so of every sheet of it; until then there is nothing to give.
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


class Paper(StrEnum):
    """What is known of the paper of a copy that is in stock."""

    OUT = "OUT"
    """Somebody has seen every sheet, or a holder has had them."""
    UNSETTLED = "UNSETTLED"
    """Released; nobody has said yet what came out."""
    MISSING = "MISSING"
    """Never released, or the printer stopped before the last of its sheets."""


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


def paper_after(state: AttemptState, last_sheet: int, last_good: int | None) -> Paper:
    """Return what the last attempt that prints a copy says of its paper.

    Args:
        state: Where that attempt stands.
        last_sheet: The copy's last sheet, numbered over the run.
        last_good: The last good sheet of the attempt, where it was stopped at one.
    """
    if state in OPEN:
        return Paper.UNSETTLED
    if state is AttemptState.PRINTED or (last_good is not None and last_sheet <= last_good):
        return Paper.OUT
    return Paper.MISSING


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
