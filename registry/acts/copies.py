"""Numbered copies come to be: reserved, taken into stock, spoiled and made anew, or given up unprinted.

A re-copy (翻印) comes to be likewise, under an approval to copy: a number of its own of the same document, and the
copy that it is made after.

Laws: a number or code is never used twice, not even that of a copy that was given up. Number and code exist,
on the record, before their paper does. Every sheet is accounted for: a misprint stays on the books until it
is destroyed, and what replaces it has a number of its own. The document's row is locked while its numbers are
counted on, so that issuers queue.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry import circulating, consent, keeping, minting
from registry.errors import ConflictError, InvalidError
from registry.ledger import log
from registry.models import ApprovalRequest, Copy, Person, PrintBatch, Recopy
from registry.recalling import refuse_recalled
from registry.rows import LOCKED_COPIES, get_row, locked_copies, locked_copy, move, move_all, once_held
from registry.rules import attempts, batches, lifecycle, roles
from registry.rules.approval import Act
from registry.rules.attempts import AttemptStep
from registry.rules.batches import BatchStep
from registry.rules.clocks import is_lapsed
from registry.rules.codes import mint_code
from registry.rules.family import SOURCE_DETAIL, Use
from registry.rules.lifecycle import FIRST_STATE, State, Step
from registry.rules.limits import REASON_LIMIT
from registry.rules.marks import MARK_RULES, MarkRules
from registry.rules.roles import Action, Actor
from registry.rules.texts import parse_line
from registry.rules.words import BatchState, Custodian, MovementKind
from registry.sources import locked_source


class NothingOrdered(InvalidError):
    """A print run, or a spoiling, of no copies."""

    code = "nothing-ordered"


class RecipientInactive(ConflictError):
    """A named recipient no longer works here."""

    code = "recipient-inactive"


class RecipientNotAgreed(ConflictError):
    """A named recipient is not among those that were agreed to."""

    code = "recipient-not-agreed"


class SeveralBatches(InvalidError):
    """Copies of several print runs were spoiled at once."""

    code = "several-batches"


class NothingPrintedYet(ConflictError):
    """The file has not been released, so there is no paper that could be spoiled."""

    code = "nothing-printed-yet"


class NotAMisprint(ConflictError):
    """A holder has had the copy: whatever is wrong with it now, the printer did not do it."""

    code = "not-a-misprint"


class NotPrintedHere(ConflictError):
    """The copy was taken over from an older register, or photocopied; no run of ours made it."""

    code = "not-printed-here"


class PartialPrint(ConflictError):
    """The approval is for some pages only; only whole documents are printed here."""

    code = "partial-print"


class PreparedAnew(ConflictError):
    """The document of the run was prepared anew while this copy was made on the one before."""

    code = "prepared-anew"


@dataclass(frozen=True)
class Made:
    """One copy as it is stored: its own bytes, and the hash of the whole that they make with the prepared document."""

    base_sha256: str
    delta_sha256: str
    stamped_sha256: str


@dataclass(frozen=True)
class Spoiling:
    """What became of spoiled copies.

    Attributes:
        batch_id: The print run that replaces them; None when the approval allows no more.
        replacements: Code of each spoiled copy, with the code of the copy made for it.
    """

    batch_id: int | None
    replacements: Mapping[str, str]


def reserve(
    session: Session,
    request_id: int,
    recipients: Sequence[int | None],
    *,
    actor: Actor,
    now: datetime,
    marks: MarkRules = MARK_RULES,
    printer: str | None = None,
    proof: Mapping[str, Any] | None = None,
) -> int:
    """Use an approval: give each copy of a print run its number and code; return the id of the batch.

    Args:
        session: The deed's transaction.
        request_id: The approved request, to print or to copy.
        recipients: For each copy the person whose name is printed on it; None prints the issuing unit.
        actor: Who has the copies printed; neither the requester nor one who approved.
        now: When.
        marks: What each level gets and demands, on copies of that printer.
        printer: For which the copies are made, if for one.
        proof: How traceable the document is under its dots, where they are others than those of the level.

    Raises:
        LessTraceableThanAgreed: under these marks the document falls short in a way that was not accepted.
        SourceNotAtHand: the copy that re-copies are made after is elsewhere, or gone.
        CopyRecalled: it is being recalled.
        ContentRemoved: the document is kept light, and its content is gone.
    """
    roles.require(actor, Action.PRINT)
    if not recipients:
        raise NothingOrdered("got a print run of no copies")
    _require_active(session, recipients)
    use = consent.use_of(get_row(session, ApprovalRequest, request_id))
    act, use = (Act.COPY, use) if use is Use.RECOPY else (Act.PRINT, None)
    request = consent.consume(
        session, request_id, act, quantity=len(recipients), actor=actor, now=now, use=use
    )
    _require_agreed(request, recipients)
    keeping.require_content(session, request.document_id or 0, lock=True)
    consent.require_accepted(request, marks, proof=proof)
    source_id = _source_id(session, request) if act is Act.COPY else None
    wanted = [_Wanted(recipient_id, None, source_id) for recipient_id in recipients]
    batch, minted = _mint(session, request, wanted, printer, actor=actor, now=now)
    _record_minted(session, batch, minted, actor=actor, now=now)
    return batch.id


def issue(session: Session, code: str, made: Made, *, actor: Actor, now: datetime) -> State:
    """Take a copy into stock: its own bytes are made and stored.

    Raises:
        PreparedAnew: the document of the run has been prepared anew, so that these bytes fit it no more.
    """
    roles.require(actor, Action.ISSUE)
    copy = _locked_on_its_base(session, code, made)
    copy.state = lifecycle.next_state(copy.state, Step.ISSUE)
    copy.stamped_sha256, copy.delta_sha256 = made.stamped_sha256, made.delta_sha256
    move(session, copy, MovementKind.PRINTED, Custodian.REGISTRY, actor=actor, now=now)
    _record(
        session,
        copy,
        Step.ISSUE,
        actor=actor,
        now=now,
        stamped=made.stamped_sha256,
        delta=made.delta_sha256,
    )
    return copy.state


def remake(session: Session, code: str, made: Made, *, actor: Actor, now: datetime) -> None:
    """Make a copy anew on a document that was prepared anew; only while nothing of its run has left.

    Raises:
        ImpossibleBatchStep: the run is made, or has left.
        PreparedAnew: the document of the run has been prepared anew meanwhile.
    """
    roles.require(actor, Action.ISSUE)
    copy = _locked_on_its_base(session, code, made)
    batches.next_batch_state(_run_of(copy).state, BatchStep.STAMP)
    copy.stamped_sha256, copy.delta_sha256 = made.stamped_sha256, made.delta_sha256
    log.append(
        session,
        "copy.remade",
        f"copy:{copy.code}",
        actor=actor,
        now=now,
        state=str(copy.state),
        stamped=made.stamped_sha256,
        delta=made.delta_sha256,
    )


def spoil(session: Session, codes: Sequence[str], reason: str, *, actor: Actor, now: datetime) -> Spoiling:
    """Record that copies of one released print run were misprinted, and mint what replaces them.

    A misprint and what replaces it are one use of the approval: as many good copies leave the printer as were
    agreed to. When the approval has run out in the meantime, or the document was regraded, the spoiling is
    recorded all the same, and nothing replaces it.
    """
    roles.require(actor, Action.SPOIL)
    if not codes:
        raise NothingOrdered("got a spoiling of no copies")
    why = parse_line(reason, field="reason", limit=REASON_LIMIT)
    _lock_runs(session, codes)
    copies = locked_copies(session, list(dict.fromkeys(codes)))
    states = [lifecycle.next_state(copy.state, Step.SPOIL) for copy in copies]
    run = _require_misprints(session, copies)
    request = run.request
    consent.require_separate(request, actor)
    for copy, state in zip(copies, states, strict=True):
        copy.state = state
        copy.state_reason = why
    move_all(session, copies, MovementKind.SPOILED, Custodian.REGISTRY, actor=actor, now=now)
    ended = circulating.settle(session, copies, actor=actor, now=now)
    batch: PrintBatch | None = None
    minted: list[Copy] = []
    if not is_lapsed(request.valid_until_at, now) and not consent.is_regraded_since(request):
        sources = _sources(session, copies)
        wanted = [_Wanted(copy.recipient_id, copy.id, sources.get(copy.id)) for copy in copies]
        batch, minted = _mint(session, request, wanted, run.printer, actor=actor, now=now)
    for copy in copies:
        _record(session, copy, Step.SPOIL, actor=actor, now=now, reason=log.private(why))
    _end_attempt(session, run, why, actor=actor, now=now)
    circulating.record_ended(session, ended, actor=actor, now=now)
    if batch is None:
        return Spoiling(None, {})
    _record_minted(session, batch, minted, actor=actor, now=now)
    return Spoiling(batch.id, {old.code: new.code for old, new in zip(copies, minted, strict=True)})


def give_up(session: Session, batch_id: int, *, actor: Actor, now: datetime) -> int:
    """Void the numbers of a batch that have no paper, and will have none; return how many.

    Copies that are made stay in stock and the batch goes back to be finished with them alone. Where every copy was
    made and the batch failed all the same, since what was stored is damaged, all of them are given up: it never left,
    so none has paper.
    """
    roles.require(actor, Action.VOID)
    batch = get_row(session, PrintBatch, batch_id, lock=True)
    copies = _locked_in(session, batch, State.RESERVED)
    made = _locked_in(session, batch, State.IN_STOCK)
    if not copies and batch.state is BatchState.FAILED:
        copies, made = made, []
    has_made = bool(made)
    batch.state = batches.next_batch_state(batch.state, BatchStep.RETRY if has_made else BatchStep.GIVE_UP)
    batch.failure = None
    batch.finished_at = None if has_made else now
    for copy in copies:
        copy.state = lifecycle.next_state(copy.state, Step.VOID)
    move_all(session, copies, MovementKind.VOIDED, Custodian.NONE, actor=actor, now=now)
    ended = circulating.settle(session, copies, actor=actor, now=now)
    for copy in copies:
        _record(session, copy, Step.VOID, actor=actor, now=now)
    log.append(
        session,
        "batch.given-up",
        f"batch:{batch.id}",
        actor=actor,
        now=now,
        voided=len(copies),
        state=str(batch.state),
    )
    circulating.record_ended(session, ended, actor=actor, now=now)
    return len(copies)


@dataclass(frozen=True)
class _Wanted:
    """One copy to be minted."""

    recipient_id: int | None
    replaces_id: int | None
    source_id: int | None


def _source_id(session: Session, request: ApprovalRequest) -> int:
    """Return the id of the copy that re-copies are made after: the one that was agreed to, here and not called back."""
    code = dict(consent.order_of(request).details).get(SOURCE_DETAIL, "")
    source = locked_source(session, code, request.document_id or 0)
    refuse_recalled(session, [source])
    return source.id


def _sources(session: Session, copies: Sequence[Copy]) -> dict[int, int]:
    """Return the copy that each re-copy among these was made after, by id."""
    query = sa.select(Recopy).where(Recopy.copy_id.in_([copy.id for copy in copies]))
    return {row.copy_id: row.source_id for row in session.scalars(query)}


def _mint(
    session: Session,
    request: ApprovalRequest,
    wanted: Sequence[_Wanted],
    printer: str | None,
    *,
    actor: Actor,
    now: datetime,
) -> tuple[PrintBatch, list[Copy]]:
    """Count on from the document's last number; the document stays locked until the transaction ends."""
    document, numbers = minting.count_on(session, request, len(wanted))
    batch = PrintBatch(
        request_id=request.id,
        document_id=document.id,
        ordered_by_id=actor.person_id,
        state=BatchState.RESERVED,
        size=len(wanted),
        printer=printer,
        ordered_at=now,
    )
    session.add(batch)
    session.flush()  # the id of the batch
    copies = [
        Copy(
            code=mint_code(),
            document_id=document.id,
            copy_no=copy_no,
            batch_id=batch.id,
            recipient_id=want.recipient_id,
            replaces_id=want.replaces_id,
            state=FIRST_STATE,
            pages=document.pages,
            minted_at=now,
        )
        for copy_no, want in zip(numbers, wanted, strict=True)
    ]
    session.add_all(copies)
    session.flush()  # their ids, for what re-copies are made after
    session.add_all(
        Recopy(copy_id=copy.id, source_id=want.source_id)
        for copy, want in zip(copies, wanted, strict=True)
        if want.source_id is not None
    )
    return batch, copies


def _record_minted(
    session: Session, batch: PrintBatch, copies: Sequence[Copy], *, actor: Actor, now: datetime
) -> None:
    """Write the run and each of its numbers down; last in a deed, since the ledger is locked last."""
    sources = _sources(session, copies)
    log.append(
        session,
        "batch.ordered",
        f"batch:{batch.id}",
        actor=actor,
        now=now,
        document=batch.document_id,
        request=batch.request_id,
        order_hash=batch.request.order_hash,
        first_copy_no=copies[0].copy_no,
        size=batch.size,
        printer=batch.printer,
    )
    facts: dict[Copy, dict[str, log.Loggable]] = {
        copy: {"batch": batch.id, "recipient": copy.recipient_id, "replaces": copy.replaces_id}
        for copy in copies
    }
    for copy in copies:
        if copy.id in sources:
            facts[copy]["copied_from"] = sources[copy.id]
    minting.record_minted(session, facts, actor=actor, now=now)


def _locked_on_its_base(session: Session, code: str, made: Made) -> Copy:
    """Return a copy, locked after its run, when it was made on the document that the run is made on."""
    _lock_runs(session, [code])
    copy = locked_copy(session, code)
    if _run_of(copy).base_sha256 != made.base_sha256:
        raise PreparedAnew("got a copy made on another prepared document", copy=copy.code)
    return copy


def _lock_runs(session: Session, codes: Sequence[str]) -> None:
    """Lock the runs of copies, always before the copies: so that who makes, gives up, spoils and resumes queue."""
    found = session.scalars(sa.select(Copy.batch_id).where(Copy.code.in_(codes)).distinct())
    for batch_id in sorted(one for one in found if one is not None):
        get_row(session, PrintBatch, batch_id, lock=True)


def _require_active(session: Session, recipients: Sequence[int | None]) -> None:
    for person_id in sorted({person_id for person_id in recipients if person_id is not None}):
        if not get_row(session, Person, person_id).active:
            raise RecipientInactive("got a recipient who is no longer active", person=person_id)


def _require_agreed(request: ApprovalRequest, recipients: Sequence[int | None]) -> None:
    """Pass when this run is what was agreed to; an order that named no recipients leaves them open."""
    order = consent.order_of(request)
    if order.pages:
        raise PartialPrint("got an approval for some pages only", request=request.id)
    named = {person_id for person_id in recipients if person_id is not None}
    if order.recipients and not named <= set(order.recipients):
        raise RecipientNotAgreed("got a recipient whom the approval does not name", request=request.id)


def _run_of(copy: Copy) -> PrintBatch:
    if copy.batch is None:
        raise NotPrintedHere("got a copy that no run of ours made", copy=copy.code)
    return copy.batch


def _require_misprints(session: Session, copies: Sequence[Copy]) -> PrintBatch:
    """Return the one run that the copies were misprinted in."""
    if len({copy.batch_id for copy in copies}) > 1:
        raise SeveralBatches("got copies of several print runs")
    run = _run_of(copies[0])
    if run.state is not BatchState.RELEASED:
        raise NothingPrintedYet("got copies of a print run that was not released", state=str(run.state))
    used = once_held(session, [copy.id for copy in copies])
    if used:
        code = next(copy.code for copy in copies if copy.id in used)
        raise NotAMisprint("got a copy that a holder has had", copy=code)
    return run


def _end_attempt(session: Session, batch: PrintBatch, why: str, *, actor: Actor, now: datetime) -> None:
    """Spoil an attempt with the last of its copies, so that nothing waits for paper that is waste."""
    attempt = batch.attempts[-1] if batch.attempts else None
    if attempt is None or attempt.state not in attempts.OPEN:
        return
    if any(each.copy.state is not State.SPOILED for each in attempt.copies):
        return
    attempt.state = attempts.next_attempt_state(attempt.state, AttemptStep.STOP)
    attempt.ended_at, attempt.ended_by_id, attempt.reason = now, actor.person_id, why
    log.append(
        session,
        "batch.spoiled",
        f"batch:{batch.id}",
        actor=actor,
        now=now,
        attempt=attempt.number,
        attempt_state=str(attempt.state),
    )


def _locked_in(session: Session, batch: PrintBatch, state: State) -> list[Copy]:
    """Return the copies of a run in a state, locked until the transaction ends."""
    return list(session.scalars(LOCKED_COPIES.where(Copy.batch_id == batch.id, Copy.state == state)))


def _record(
    session: Session, copy: Copy, step: Step, *, actor: Actor, now: datetime, **facts: log.Loggable
) -> None:
    log.append(
        session,
        lifecycle.RECORDED_AS[step],
        f"copy:{copy.code}",
        actor=actor,
        now=now,
        state=str(copy.state),
        **facts,
    )
