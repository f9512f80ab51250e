"""A print batch's life: what follows what, in one table.

Decides only which step is possible. Laws:

* A batch is released once; whoever needs paper again spoils copies and has new numbers made.
* A worker that dies leaves a batch that the next worker can go on with: stamping may begin again at any
  point.
* What failed can be tried again until it is given up; a batch that has made no copy at all then ends
  ``VOID``.
* A batch whose stored copies are found damaged before it left fails as well: made anew under the same numbers, or given
  up whole, since no sheet of it exists.
"""

from enum import StrEnum

from registry.errors import ConflictError
from registry.rules.words import BatchState


class BatchStep(StrEnum):
    """What happens to a batch as a whole."""

    STAMP = "STAMP"
    """A worker begins, or begins again."""
    FINISH = "FINISH"
    """The print-ready file is there."""
    FAIL = "FAIL"
    """A worker could not go on, or what is made is found damaged before it leaves."""
    RETRY = "RETRY"
    """Queued once more; also after numbers were given up, for the copies that are made."""
    RELEASE = "RELEASE"
    """The print-ready file leaves, once."""
    GIVE_UP = "GIVE_UP"
    """Not one copy has paper, and none will."""


TABLE: dict[tuple[BatchState, BatchStep], BatchState] = {
    (BatchState.RESERVED, BatchStep.STAMP): BatchState.STAMPING,
    (BatchState.RESERVED, BatchStep.FAIL): BatchState.FAILED,
    (BatchState.RESERVED, BatchStep.RETRY): BatchState.RESERVED,
    (BatchState.RESERVED, BatchStep.GIVE_UP): BatchState.VOID,
    (BatchState.STAMPING, BatchStep.STAMP): BatchState.STAMPING,
    (BatchState.STAMPING, BatchStep.FINISH): BatchState.READY,
    (BatchState.STAMPING, BatchStep.FAIL): BatchState.FAILED,
    (BatchState.STAMPING, BatchStep.RETRY): BatchState.RESERVED,
    (BatchState.STAMPING, BatchStep.GIVE_UP): BatchState.VOID,
    (BatchState.READY, BatchStep.RELEASE): BatchState.RELEASED,
    (BatchState.READY, BatchStep.FAIL): BatchState.FAILED,
    (BatchState.FAILED, BatchStep.RETRY): BatchState.RESERVED,
    (BatchState.FAILED, BatchStep.GIVE_UP): BatchState.VOID,
}
"""Every edge there is; whatever is not here is impossible."""

UNFINISHED: frozenset[BatchState] = frozenset({BatchState.RESERVED, BatchState.STAMPING, BatchState.FAILED})
"""States in which numbers may be reserved that have no paper yet."""


class ImpossibleBatchStep(ConflictError):
    """The batch's state does not allow the step."""

    code = "impossible-batch-step"


class AlreadyReleased(ImpossibleBatchStep):
    """The print-ready file has left before; it leaves only once."""

    code = "already-released"


def next_batch_state(state: BatchState, step: BatchStep) -> BatchState:
    """Return the state that follows.

    Raises:
        AlreadyReleased: the step is a second release.
        ImpossibleBatchStep: the table has no such edge; facts ``state`` and ``step``.
    """
    found = TABLE.get((state, step))
    if found is None:
        kind = (
            AlreadyReleased
            if (state, step) == (BatchState.RELEASED, BatchStep.RELEASE)
            else ImpossibleBatchStep
        )
        raise kind(f"got {step} on a batch that is {state}", state=str(state), step=str(step))
    return found
