"""The counter: papers are given, signed for, brought back, passed on.

Laws: the receiver proves themselves before the transaction; scans are proven before the register is asked;
receipts are drawn from what is recorded, never the other way round.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Final, cast

from registry.acts import movements
from registry.acts.movements import PageCheck
from registry.errors import ConflictError, InvalidError
from registry.ledger import log
from registry.rows import UnknownRow
from registry.rules import roles
from registry.rules.roles import Action, Actor
from registry.rules.words import HandOverKind, ReceiptMethod
from registry.views import holdings
from registry.views.holdings import HandOverView, Holding, ReturnView
from service.flows import proving
from service.flows.scans import read_stack
from service.flows.stacks import check_pages
from service.papers.receipts import draw_receipt, draw_return_receipt
from service.runtime import Runtime
from watermark import WatermarkError

SIGNATURE_LIMIT_BYTES: Final = 200_000
"""A drawn signature is a small picture; a larger one is something else."""
PNG_HEADER: Final = b"\x89PNG\r\n\x1a\n"


class SignatureUnfit(InvalidError):
    """The drawn signature is empty, too big, or no PNG picture."""

    code = "signature-unfit"


class SignatureUnseen(ConflictError):
    """A drawn signature counts only when somebody else watched."""

    code = "signature-unseen"


class PagesUnclear(ConflictError):
    """Pages are missing or belong elsewhere, and nobody has said that the stack is taken all the same."""

    code = "pages-unclear"


def give(
    runtime: Runtime,
    actor: Actor,
    scans: Sequence[str],
    kind: HandOverKind,
    receiver_id: int,
    *,
    due_at: datetime | None = None,
) -> int:
    """Offer a stack of copies to a person; return the hand-over's id. Several pages of a copy count it once."""
    with runtime.refusals(actor, "copy.offer", f"person:{receiver_id}"):
        codes = list(dict.fromkeys(scan.code for scan in read_stack(runtime.tokens, scans)))
    with runtime.deed(actor, "copy.offer", f"person:{receiver_id}") as session:
        return movements.offer(
            session, codes, kind, receiver_id, due_at=due_at, actor=actor, now=runtime.now()
        )


def confirm_by_pin(runtime: Runtime, actor: Actor, hand_over_id: int, pin: str) -> None:
    """Let the receiver sign for a hand-over with their PIN, at their own screen or at the counter."""
    with _refusals(runtime, actor, hand_over_id):
        view = get_hand_over(runtime, actor, hand_over_id)
    receiver = proving.prove_person(runtime, actor, view.receiver.id, pin)
    _confirm(runtime, actor, receiver, hand_over_id, ReceiptMethod.PIN)


def confirm_by_signature(runtime: Runtime, actor: Actor, hand_over_id: int, picture: bytes) -> None:
    """Let the receiver sign for a hand-over by hand; the clerk at the desk watches and answers for that.

    Raises:
        SignatureUnfit: the picture is empty, too big or no PNG.
        SignatureUnseen: the receiver is alone.
    """
    with _refusals(runtime, actor, hand_over_id):
        view = get_hand_over(runtime, actor, hand_over_id)
        if view.receiver.id == actor.person_id:
            raise SignatureUnseen("got a signature that nobody else has seen")
        signature = _drawn(runtime, picture)
        receiver = proving.seen_in_person(runtime, view.receiver.id)
    _confirm(
        runtime,
        actor,
        receiver,
        hand_over_id,
        ReceiptMethod.SIGNATURE,
        signature_sha256=runtime.store.put(signature),
    )


def withdraw(runtime: Runtime, actor: Actor, hand_over_id: int) -> None:
    """Take an unsigned offer back into stock."""
    with runtime.deed(actor, "copy.withdraw", f"hand-over:{hand_over_id}") as session:
        movements.withdraw(session, hand_over_id, actor=actor, now=runtime.now())


def take_back(
    runtime: Runtime,
    actor: Actor,
    scans: Sequence[str],
    returned_by_id: int,
    *,
    every_page: bool = False,
    despite_faults: bool = False,
) -> int:
    """Receive a stack from whoever stands at the counter; return the id of the return.

    Args:
        runtime: The tools.
        actor: The clerk.
        scans: See `stacks.piles_of`.
        returned_by_id: Who brings it.
        every_page: See `stacks.piles_of`.
        despite_faults: Whether the clerk has seen that pages are missing or foreign.

    Raises:
        PagesUnclear: they are, and the clerk has not.
    """
    with runtime.refusals(actor, "copy.return", f"person:{returned_by_id}"):
        checks = _checked(runtime, scans, every_page=every_page, despite_faults=despite_faults)
    with runtime.deed(actor, "copy.return", f"person:{returned_by_id}") as session:
        return movements.take_back(session, checks, returned_by_id, actor=actor, now=runtime.now())


def transfer(
    runtime: Runtime,
    actor: Actor,
    scans: Sequence[str],
    receiver_id: int,
    *,
    due_at: datetime | None = None,
    every_page: bool = False,
    despite_faults: bool = False,
) -> int:
    """Pass a stack from its holders to another person through the registry; return the new hand-over's id.

    Raises:
        PagesUnclear: as `take_back`.
    """
    with runtime.refusals(actor, "copy.transfer", f"person:{receiver_id}"):
        checks = _checked(runtime, scans, every_page=every_page, despite_faults=despite_faults)
    with runtime.deed(actor, "copy.transfer", f"person:{receiver_id}") as session:
        return movements.transfer(session, checks, receiver_id, due_at=due_at, actor=actor, now=runtime.now())


def claim(runtime: Runtime, actor: Actor, code: str) -> None:
    """Let a holder say that a copy was given back; custody does not move."""
    with runtime.deed(actor, "copy.claim", f"copy:{code}") as session:
        movements.claim(session, code, actor=actor, now=runtime.now())


def dismiss_claim(runtime: Runtime, actor: Actor, code: str, reason: str) -> None:
    """Say that the registry has not got a copy that its holder claims to have given back."""
    with runtime.deed(actor, "copy.dismiss-claim", f"copy:{code}") as session:
        movements.dismiss_claim(session, code, reason, actor=actor, now=runtime.now())


def holdings_of(runtime: Runtime, actor: Actor) -> tuple[Holding, ...]:
    """Return what the actor answers for."""
    roles.require(actor, Action.READ_OWN_HOLDINGS)
    with runtime.database.reading() as session:
        return holdings.holdings(session, person_id=actor.person_id)


def everything_out(runtime: Runtime, actor: Actor) -> tuple[Holding, ...]:
    """Return what persons answer for, most urgent first."""
    roles.require(actor, Action.LEND)
    with runtime.database.reading() as session:
        return holdings.holdings(session)


def unsigned(runtime: Runtime, actor: Actor) -> tuple[HandOverView, ...]:
    """Return what was given and not yet signed for: all of it for the counter, for others what is offered to them."""
    everything = roles.may(actor, Action.HAND_OVER)
    with runtime.database.reading() as session:
        return holdings.open_hand_overs(session, receiver_id=None if everything else actor.person_id)


def get_hand_over(runtime: Runtime, actor: Actor, hand_over_id: int) -> HandOverView:
    """Return a hand-over to the counter and to its receiver; to others it is unknown.

    Raises:
        UnknownRow: there is none that the actor may know of.
    """
    with runtime.database.reading() as session:
        view = holdings.hand_over(session, hand_over_id)
    if not may_read_hand_over(actor, view.receiver.id):
        raise UnknownRow("hand_over", hand_over_id)
    return view


def may_read_hand_over(actor: Actor, receiver_id: int) -> bool:
    """Tell whether the actor may know of a hand-over to this receiver."""
    return receiver_id == actor.person_id or roles.may(actor, Action.HAND_OVER)


def get_return(runtime: Runtime, actor: Actor, return_id: int) -> ReturnView:
    """Return a visit to the counter to the counter itself and to who came; to others it is unknown.

    Raises:
        UnknownRow: there is none that the actor may know of.
    """
    with runtime.database.reading() as session:
        view = holdings.copy_return(session, return_id)
    if view.returned_by.id != actor.person_id and not roles.may(actor, Action.RETURN):
        raise UnknownRow("copy_return", return_id)
    return view


def receipt(runtime: Runtime, view: HandOverView) -> bytes:
    """Return the receipt of a hand-over as a PDF."""
    signature = runtime.store.get(view.signature_sha256) if view.signature_sha256 else None
    return draw_receipt(view, runtime.settings, signature=signature, ledger=_ledger(runtime))


def return_receipt(runtime: Runtime, view: ReturnView) -> bytes:
    """Return the receipt of a return as a PDF."""
    return draw_return_receipt(view, runtime.settings, ledger=_ledger(runtime))


def _refusals(runtime: Runtime, actor: Actor, hand_over_id: int) -> AbstractContextManager[None]:
    return runtime.refusals(actor, "copy.confirm", f"hand-over:{hand_over_id}")


def _confirm(
    runtime: Runtime,
    actor: Actor,
    receiver: Actor,
    hand_over_id: int,
    method: ReceiptMethod,
    *,
    signature_sha256: str | None = None,
) -> None:
    desk_id = None if actor.person_id == receiver.person_id else actor.person_id
    with runtime.deed(receiver, "copy.confirm", f"hand-over:{hand_over_id}") as session:
        movements.confirm(
            session,
            hand_over_id,
            method,
            signature_sha256=signature_sha256,
            desk_id=desk_id,
            actor=receiver,
            now=runtime.now(),
        )


def _drawn(runtime: Runtime, picture: bytes) -> bytes:
    """Return a drawn signature as our own PNG."""
    if not picture.startswith(PNG_HEADER) or len(picture) > SIGNATURE_LIMIT_BYTES:
        raise SignatureUnfit("got a signature that is no small PNG", field="signature")
    try:
        drawn = cast("bytes", runtime.parse("service.papers.signatures:redraw", picture))
    except WatermarkError as error:
        raise SignatureUnfit("got a signature that cannot be opened", field="signature") from error
    if not drawn:
        raise SignatureUnfit("got an empty sheet as a signature", field="signature")
    return drawn


def _checked(
    runtime: Runtime, scans: Sequence[str], *, every_page: bool, despite_faults: bool
) -> Mapping[str, PageCheck]:
    checks = check_pages(runtime, scans, every_page=every_page)
    if not despite_faults and not all(check.is_clean for check in checks.values()):
        raise PagesUnclear("got a stack with missing or foreign pages")
    return checks


def _ledger(runtime: Runtime) -> str:
    with runtime.database.reading() as session:
        return log.head(session).short
