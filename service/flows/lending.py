"""The counter: papers are given, signed for, brought back, passed on.

Laws: the receiver proves themselves before the transaction; scans are proven before the register is asked;
receipts are drawn from what is recorded, never the other way round.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from registry.acts import movements
from registry.acts.movements import PageCheck
from registry.errors import InvalidError
from registry.ledger import log
from registry.rules import roles
from registry.rules.codes import human_code
from registry.rules.roles import Action, Actor
from registry.rules.words import HandOverKind, ReceiptMethod
from registry.views import holdings
from registry.views.holdings import CopyLine, HandOverView, Holding, ReturnView
from service.flows import proving
from service.flows.scans import Scan, read_stack
from service.papers.receipts import draw_receipt, draw_return_receipt
from service.runtime import Runtime

SIGNATURE_LIMIT_BYTES = 200_000
"""A drawn signature is a small picture; a larger one is something else."""
PNG_HEADER = b"\x89PNG\r\n\x1a\n"


class SignatureUnfit(InvalidError):
    """The drawn signature is empty, too big, or no PNG picture."""

    code = "signature-unfit"


class UnknownScanned(InvalidError):
    """A code in the stack belongs to no copy."""

    code = "unknown-scanned"


@dataclass(frozen=True)
class Checked:
    """One copy in a stack that is coming back, with what its scanned pages say."""

    line: CopyLine
    check: PageCheck


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
    codes = _codes(read_stack(runtime.tokens, scans))
    with runtime.deed(actor, "copy.offer", f"person:{receiver_id}") as session:
        return movements.offer(
            session, codes, kind, receiver_id, due_at=due_at, actor=actor, now=runtime.now()
        )


def confirm_by_pin(runtime: Runtime, actor: Actor, hand_over_id: int, pin: str) -> None:
    """Let the receiver sign for a hand-over with their PIN, at whichever desk ``actor`` is logged in."""
    with runtime.database.reading() as session:
        receiver_id = holdings.hand_over(session, hand_over_id).receiver.id
    receiver = proving.prove_person(runtime, actor, receiver_id, pin)
    _confirm(runtime, receiver, hand_over_id, ReceiptMethod.PIN, signature_sha256=None)


def confirm_by_signature(runtime: Runtime, actor: Actor, hand_over_id: int, picture: bytes) -> None:
    """Let the receiver sign for a hand-over by hand; the clerk at the desk watches and answers for that.

    Raises:
        SignatureUnfit: the picture is empty, too big or no PNG.
    """
    if not picture.startswith(PNG_HEADER) or len(picture) > SIGNATURE_LIMIT_BYTES:
        raise SignatureUnfit("got a signature that is no small PNG", field="signature")
    runtime.parse("service.papers.pictures:check_signature", picture)
    with runtime.database.reading() as session:
        receiver_id = holdings.hand_over(session, hand_over_id).receiver.id
    roles.require(actor, Action.HAND_OVER)
    receiver = proving.seen_in_person(runtime, receiver_id)
    _confirm(
        runtime, receiver, hand_over_id, ReceiptMethod.SIGNATURE, signature_sha256=runtime.store.put(picture)
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
) -> int:
    """Receive a stack from whoever stands at the counter, see `check_pages`; return the id of the return."""
    checks = {one.line.code: one.check for one in check_pages(runtime, scans, every_page=every_page)}
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
) -> int:
    """Pass a stack from its holders to another person through the registry; return the new hand-over's id."""
    checks = {one.line.code: one.check for one in check_pages(runtime, scans, every_page=every_page)}
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


def check_pages(runtime: Runtime, scans: Sequence[str], *, every_page: bool) -> tuple[Checked, ...]:
    """Return each copy of a stack with its page check, without changing anything.

    Args:
        runtime: The tools.
        scans: What was scanned, in order.
        every_page: Whether each page was scanned, copy by copy. Page 1, or a typed code, then begins a copy, and a page
            of another copy before the next beginning is foreign. Otherwise one scan stands for a copy whose pages the
            clerk has counted.

    Raises:
        UnknownScanned: a code in the stack belongs to no copy.
    """
    stack = read_stack(runtime.tokens, scans)
    piles = _piles(stack) if every_page else {scan.code: [] for scan in stack}
    with runtime.database.reading() as session:
        lines = holdings.copy_lines(session, list(piles))
    if len(lines) != len(piles):
        raise UnknownScanned("got a code that no copy bears", field="scans")
    return tuple(Checked(line, _page_check(line, piles[line.code] if every_page else None)) for line in lines)


def look_up(runtime: Runtime, scans: Sequence[str]) -> tuple[CopyLine, ...]:
    """Return the copies of a stack, each once, in the order of scanning."""
    with runtime.database.reading() as session:
        return holdings.copy_lines(session, _codes(read_stack(runtime.tokens, scans)))


def holdings_of(runtime: Runtime, actor: Actor) -> tuple[Holding, ...]:
    """Return what the actor answers for."""
    roles.require(actor, Action.READ_OWN_HOLDINGS)
    with runtime.database.reading() as session:
        return holdings.holdings(session, person_id=actor.person_id)


def receipt(runtime: Runtime, view: HandOverView) -> bytes:
    """Return the receipt of a hand-over as a PDF."""
    signature = runtime.store.get(view.signature_sha256) if view.signature_sha256 else None
    return draw_receipt(view, runtime.settings, signature=signature, ledger=_ledger(runtime))


def return_receipt(runtime: Runtime, view: ReturnView) -> bytes:
    """Return the receipt of a return as a PDF."""
    return draw_return_receipt(view, runtime.settings, ledger=_ledger(runtime))


def _confirm(
    runtime: Runtime,
    receiver: Actor,
    hand_over_id: int,
    method: ReceiptMethod,
    *,
    signature_sha256: str | None,
) -> None:
    with runtime.deed(receiver, "copy.confirm", f"hand-over:{hand_over_id}") as session:
        movements.confirm(
            session,
            hand_over_id,
            method,
            signature_sha256=signature_sha256,
            actor=receiver,
            now=runtime.now(),
        )


def _piles(stack: Sequence[Scan]) -> dict[str, list[Scan]]:
    """Return the scans of each copy that was begun; what lies between two beginnings lies in that copy."""
    piles: dict[str, list[Scan]] = {}
    current = ""
    for scan in stack:
        if not current or scan.page in {None, 1}:
            current = scan.code
        piles.setdefault(current, []).append(scan)
    return piles


def _page_check(line: CopyLine, pile: Sequence[Scan] | None) -> PageCheck:
    """Compare the scanned pages with those the copy has; None means that they were counted by hand."""
    if pile is None:
        return PageCheck(counted=line.pages)
    own = {scan.page for scan in pile if scan.code == line.code and scan.page is not None}
    strangers = dict.fromkeys(scan for scan in pile if scan.code != line.code)
    return PageCheck(
        counted=len(own),
        missing=tuple(page for page in range(1, line.pages + 1) if page not in own),
        foreign=tuple(f"{human_code(scan.code)} p. {scan.page}" for scan in strangers),
    )


def _codes(scans: Sequence[Scan]) -> list[str]:
    return list(dict.fromkeys(scan.code for scan in scans))


def _ledger(runtime: Runtime) -> str:
    with runtime.database.reading() as session:
        return log.head(session).short
