"""A copy's life: twelve states, the steps clerks take, and the one table of what follows what.

Decides only which step is possible. Who may take it is decided in ``roles``, who must agree in ``approval``, who holds
the paper in ``custody``. Laws:

* Only edges of the table occur. ``DESTROYED`` and ``VOID`` are final.
* Paper moves between holders through the registry: there is no edge from ``HELD`` to another holder.
* A claim of return clears nothing: it ends when the registry has the paper, or says that it has not.
* A spoiled sheet stays ``SPOILED`` while it waits sealed on a destruction list, so that taking the list back can never
  bring a misprint into stock. One that was lost meanwhile is found into stock and spoiled again in the same deed.
"""

from enum import StrEnum

from registry.errors import ConflictError


class State(StrEnum):
    """Where a copy stands."""

    RESERVED = "RESERVED"
    IN_STOCK = "IN_STOCK"
    IN_TRANSIT = "IN_TRANSIT"
    HELD = "HELD"
    CLAIMED = "CLAIMED"
    OUTSIDE = "OUTSIDE"
    SEALED = "SEALED"
    UNACCOUNTED = "UNACCOUNTED"
    LOST = "LOST"
    DESTROYED = "DESTROYED"
    VOID = "VOID"
    SPOILED = "SPOILED"


class Step(StrEnum):
    """What a person does with a copy."""

    ISSUE = "ISSUE"
    """Printed and taken into stock."""
    VOID = "VOID"
    """Given up before anything was printed; of stock only what belongs to a run that failed and never left."""
    SPOIL = "SPOIL"
    """Misprinted; the sheets wait for destruction."""
    OFFER = "OFFER"
    """Given by the registry, not yet signed for; a loan is an offer with a due time."""
    CONFIRM = "CONFIRM"
    """Signed for by the holder."""
    WITHDRAW = "WITHDRAW"
    """Taken back by the registry before it was signed for."""
    CLAIM = "CLAIM"
    """Said by the holder to have been given back."""
    DISMISS_CLAIM = "DISMISS_CLAIM"
    """Claim taken back, or found untrue."""
    RETURN = "RETURN"
    """Received by the registry."""
    EXIT = "EXIT"
    """Left through a gate."""
    ENTER = "ENTER"
    """Came back through a gate."""
    SEAL = "SEAL"
    """Put on an approved destruction list, or into a sealed bag."""
    UNSEAL = "UNSEAL"
    """Taken off the list again."""
    MISS = "MISS"
    """Cannot be found."""
    FIND = "FIND"
    """Found again; an approved and explained act."""
    DECLARE_LOST = "DECLARE_LOST"
    """Declared lost."""
    DESTROY = "DESTROY"
    """Destroyed before its witnesses."""


FIRST_STATE = State.RESERVED
"""The state of a freshly minted number: number and code exist, no paper."""

TABLE: dict[tuple[State, Step], State] = {
    (State.RESERVED, Step.ISSUE): State.IN_STOCK,
    (State.RESERVED, Step.VOID): State.VOID,
    (State.RESERVED, Step.SPOIL): State.SPOILED,
    (State.IN_STOCK, Step.OFFER): State.IN_TRANSIT,
    # Its own bytes were made, so it is in stock; whether paper can exist, its run tells: see ``acts.copies.give_up``.
    (State.IN_STOCK, Step.VOID): State.VOID,
    (State.IN_STOCK, Step.SPOIL): State.SPOILED,
    (State.IN_STOCK, Step.SEAL): State.SEALED,
    (State.IN_STOCK, Step.MISS): State.UNACCOUNTED,
    (State.IN_TRANSIT, Step.CONFIRM): State.HELD,
    (State.IN_TRANSIT, Step.WITHDRAW): State.IN_STOCK,
    (State.IN_TRANSIT, Step.MISS): State.UNACCOUNTED,
    (State.HELD, Step.RETURN): State.IN_STOCK,
    (State.HELD, Step.CLAIM): State.CLAIMED,
    (State.HELD, Step.EXIT): State.OUTSIDE,
    (State.HELD, Step.MISS): State.UNACCOUNTED,
    (State.CLAIMED, Step.RETURN): State.IN_STOCK,
    (State.CLAIMED, Step.DISMISS_CLAIM): State.HELD,
    (State.CLAIMED, Step.MISS): State.UNACCOUNTED,
    (State.OUTSIDE, Step.ENTER): State.HELD,
    # The paper lies on the clerk's desk though no gate saw it enter: refusing it would be worse than the gap.
    (State.OUTSIDE, Step.RETURN): State.IN_STOCK,
    (State.OUTSIDE, Step.MISS): State.UNACCOUNTED,
    (State.SEALED, Step.DESTROY): State.DESTROYED,
    (State.SEALED, Step.UNSEAL): State.IN_STOCK,
    (State.SEALED, Step.MISS): State.UNACCOUNTED,
    (State.SPOILED, Step.SEAL): State.SPOILED,
    (State.SPOILED, Step.UNSEAL): State.SPOILED,
    (State.SPOILED, Step.DESTROY): State.DESTROYED,
    (State.SPOILED, Step.MISS): State.UNACCOUNTED,
    (State.UNACCOUNTED, Step.FIND): State.IN_STOCK,
    (State.UNACCOUNTED, Step.DECLARE_LOST): State.LOST,
    (State.LOST, Step.FIND): State.IN_STOCK,
}
"""Every edge there is; whatever is not here is impossible."""

TERMINAL: frozenset[State] = frozenset({State.DESTROYED, State.VOID})
PAPERLESS: frozenset[State] = TERMINAL | {State.RESERVED}
"""States in which there is no paper that anyone could carry."""
WITH_HOLDER: frozenset[State] = frozenset({State.HELD, State.CLAIMED, State.OUTSIDE})
"""States in which a holder has signed and answers for the copy."""
MISSING: frozenset[State] = frozenset({State.UNACCOUNTED, State.LOST})
AT_HAND: frozenset[State] = frozenset({State.IN_STOCK, State.HELD})
"""States in which a copy's paper can lie before a clerk: on a device, or to be marked anew."""

RECORDED_AS: dict[Step, str] = {
    Step.ISSUE: "copy.issued",
    Step.VOID: "copy.voided",
    Step.SPOIL: "copy.spoiled",
    Step.OFFER: "copy.offered",
    Step.CONFIRM: "copy.confirmed",
    Step.WITHDRAW: "copy.withdrawn",
    Step.CLAIM: "copy.claimed",
    Step.DISMISS_CLAIM: "copy.claim-dismissed",
    Step.RETURN: "copy.returned",
    Step.EXIT: "copy.exited",
    Step.ENTER: "copy.entered",
    Step.SEAL: "copy.sealed",
    Step.UNSEAL: "copy.unsealed",
    Step.MISS: "copy.missed",
    Step.FIND: "copy.found",
    Step.DECLARE_LOST: "copy.declared-lost",
    Step.DESTROY: "copy.destroyed",
}
"""The kind of the ledger entry that records each step; a mint is ``copy.reserved``."""


class ImpossibleStep(ConflictError):
    """The copy's state does not allow the step."""

    code = "impossible-step"


def next_state(state: State | str, step: Step) -> State:
    """Return the state that follows.

    Raises:
        ImpossibleStep: the table has no such edge; facts ``state``, ``step`` and the ``possible`` steps.
    """
    found = TABLE.get((State(state), step))
    if found is None:
        reason = f"got {step} on a copy that is {state}"
        raise ImpossibleStep(
            reason, state=str(state), step=str(step), possible=tuple(map(str, possible_steps(state)))
        )
    return found


def possible_steps(state: State | str) -> tuple[Step, ...]:
    """Return the steps that the table allows from ``state``, in the order of `Step`."""
    return tuple(step for step in Step if (State(state), step) in TABLE)
