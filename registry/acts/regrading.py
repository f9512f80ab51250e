"""A document's level or period is changed, or its secrecy ended; what was made of it follows, and paper is marked anew.

Laws: nothing is regraded without the agreement that the rules demand, over exactly this change; the change, what
follows it at once, and the task for every copy that exists are one deed; a copy is marked anew when it was scanned,
and the register never says so by itself.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry import consent, kin
from registry.errors import ConflictError, InvalidError
from registry.ledger import log
from registry.models import Copy, Document, Meeting, PrintBatch, Regrading, RegradingProposal, Remarking
from registry.remarking import locked_tasks
from registry.rows import get_row, locked_copies
from registry.rules import meetings, roles
from registry.rules import regrading as rules
from registry.rules.approval import Act
from registry.rules.family import Grade
from registry.rules.levels import get_level
from registry.rules.limits import REASON_LIMIT
from registry.rules.regrading import Change, Paper, ProposalState
from registry.rules.roles import Action, Actor
from registry.rules.texts import parse_line


class RemarkingNeedsDueTime(InvalidError):
    """Copies are to be marked anew by a time that is still to come."""

    code = "remarking-needs-due-time"


class NoCopyScanned(InvalidError):
    """No copy was scanned."""

    code = "no-copy-scanned"


class ProposalSettled(ConflictError):
    """The proposal was followed, or decided against, already."""

    code = "proposal-settled"


def regrade(session: Session, request_id: int, remark_by: datetime, *, actor: Actor, now: datetime) -> int:
    """Carry an approved change out and return the id of the regrading.

    Args:
        session: The deed's transaction.
        request_id: The approval; its order says what is wanted.
        remark_by: Until when the copies are to be marked anew.
        actor: Who carries it out; neither asked nor agreed.
        now: When.

    Raises:
        ConflictError: the approval is not usable, see ``consent.consume``.
        BelowSources: the document's own sources hold it up.
        MeetingBelowDocument: it, or one that follows, belongs to a meeting of a lower level.
        RegradingWhilePrinting: numbers of it, or of one that follows, are being made.
    """
    roles.require(actor, Action.REGRADE)
    if remark_by <= now:
        raise RemarkingNeedsDueTime("got a time for new marks that is past", field="remark_by")
    request = consent.consume(session, request_id, Act.REGRADE, quantity=1, actor=actor, now=now)
    details = dict(consent.order_of(request).details)
    document_id = request.document_id or 0
    family, documents = _locked_family(session, document_id)
    wanted = rules.wanted_grade(kin.grade_of(documents[document_id]), details)
    reached = rules.flow(kin.members(session, documents.values(), family), document_id, wanted)
    made: list[Regrading] = []
    for changed_id, before, after in reached.changed:
        document = documents[changed_id]
        _require_free(session, document, after)
        row = Regrading(
            document_id=changed_id,
            request_id=request_id,
            follows_id=made[0].id if made else None,
            change=rules.change_of(before, after),
            level_before=before.level.code,
            period_before=before.period.zh,
            level_after=after.level.code,
            period_after=after.period.zh,
            done_by_id=actor.person_id,
            done_at=now,
            remark_by=remark_by,
        )
        session.add(row)
        session.flush()  # the id, for what follows and for the tasks
        document.level, document.secrecy_period = after.level.code, after.period.zh
        document.declassified_at = now if after.declassified else None
        _settle(session, changed_id, ProposalState.FOLLOWED, actor=actor, now=now)
        _give_tasks(session, row, before, after, now=now)
        made.append(row)
    first = made[0]
    session.add_all(
        RegradingProposal(
            document_id=proposed_id, regrading_id=first.id, state=ProposalState.OPEN, made_at=now
        )
        for proposed_id in reached.proposed
    )
    session.flush()  # before the ledger is locked
    for row in made:
        _record(session, row, reached.proposed if row is first else (), actor=actor, now=now)
    return first.id


def remark(session: Session, codes: Sequence[str], *, actor: Actor, now: datetime) -> int:
    """Record that scanned copies bear their new mark; return how many.

    Raises:
        NotMarkedAnewHere: one of them needs no new mark, or is, on record, elsewhere; nothing is recorded then.
        UnknownCopy: no copy bears a code.
    """
    roles.require(actor, Action.REMARK)
    if not codes:
        raise NoCopyScanned("got no copies", field="scans")
    copies = locked_copies(session, list(dict.fromkeys(codes)))
    tasks = locked_tasks(session, Copy.id.in_([copy.id for copy in copies]))
    for copy in copies:
        task = tasks.get(copy.id)
        rules.require_markable(copy.state, has_task=task is not None, copy=copy.code)
    for copy in copies:
        tasks[copy.id].done_at, tasks[copy.id].done_by_id = now, actor.person_id
    session.flush()  # before the ledger is locked
    for copy in copies:
        task = tasks[copy.id]
        log.append(
            session,
            "copy.remarked",
            f"copy:{copy.code}",
            actor=actor,
            now=now,
            state=str(copy.state),
            regrading=task.regrading_id,
            before=task.mark_before,
            after=task.mark_after,
        )
    return len(copies)


def keep(session: Session, proposal_id: int, reason: str, *, actor: Actor, now: datetime) -> None:
    """Record that a derived document does not follow its source downwards, and why."""
    roles.require(actor, Action.REGRADE)
    why = parse_line(reason, field="reason", limit=REASON_LIMIT)
    row = get_row(session, RegradingProposal, proposal_id, lock=True)
    if row.state is not ProposalState.OPEN:
        raise ProposalSettled("got a proposal that is settled", state=str(row.state))
    row.state, row.reason = ProposalState.KEPT, why
    row.settled_by_id, row.settled_at = actor.person_id, now
    session.flush()  # before the ledger is locked
    log.append(
        session,
        "regrading.not-followed",
        f"document:{row.document_id}",
        actor=actor,
        now=now,
        regrading=row.regrading_id,
        reason=log.private(why),
    )


def _locked_family(session: Session, document_id: int) -> tuple[tuple[int, ...], dict[int, Document]]:
    """Return a document with all that was made of it, and these with their sources, by id and sources first; locked.

    Whoever makes something of a document locks it; so what was made until the locks were held is looked for again.
    """
    family: tuple[int, ...] = ()
    documents: dict[int, Document] = {}
    while family != (found := kin.family_of(session, document_id)):
        family = found
        sources = {source for each in kin.sources_of(session, family).values() for source in each}
        documents = {
            each: get_row(session, Document, each, lock=True) for each in sorted({*family, *sources})
        }
    return family, documents


def _require_free(session: Session, document: Document, after: Grade) -> None:
    """Pass when nothing holds a document back from its new mark."""
    states = session.scalars(sa.select(PrintBatch.state).where(PrintBatch.document_id == document.id))
    rules.require_none_being_made(states)
    if document.meeting_id is None or after.declassified:
        return
    meeting = get_row(session, Meeting, document.meeting_id, lock=True)
    if meeting.state not in meetings.OVER:
        meetings.require_not_below(get_level(meeting.scheme, meeting.level), after.level)


def _give_tasks(session: Session, row: Regrading, before: Grade, after: Grade, *, now: datetime) -> None:
    """Give each copy whose paper bears another mark its task, and drop the tasks that this change overtakes."""
    copies = session.scalars(
        sa.select(Copy)
        .where(Copy.document_id == row.document_id, Copy.state.in_(rules.REMARKED))
        .order_by(Copy.copy_no)
    ).all()
    overtaken = locked_tasks(session, Copy.document_id == row.document_id)
    for task in overtaken.values():
        task.dropped_at = now
    session.flush()  # a copy has one open task at most
    papers = [
        Paper(copy.id, copy.state, overtaken[copy.id].mark_before if copy.id in overtaken else before.mark)
        for copy in copies
    ]
    session.add_all(
        Remarking(
            copy_id=paper.copy_id,
            regrading_id=row.id,
            mark_before=paper.mark,
            mark_after=after.mark,
            due_at=row.remark_by,
        )
        for paper in rules.to_remark(papers, after.mark)
    )


def _settle(session: Session, document_id: int, state: ProposalState, *, actor: Actor, now: datetime) -> None:
    session.execute(
        sa.update(RegradingProposal)
        .where(RegradingProposal.document_id == document_id, RegradingProposal.state == ProposalState.OPEN)
        .values(state=state, settled_by_id=actor.person_id, settled_at=now)
    )


def _record(
    session: Session,
    row: Regrading,
    proposed: Sequence[int],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    codes = session.scalars(
        sa.select(Copy.code)
        .join(Remarking, Remarking.copy_id == Copy.id)
        .where(Remarking.regrading_id == row.id)
        .order_by(Copy.copy_no)
    )
    ended: Mapping[str, log.Loggable] = (
        {}
        if row.change is Change.DECLASSIFY
        else {"level_after": row.level_after, "period_after": row.period_after}
    )
    log.append(
        session,
        "document.regraded",
        f"document:{row.document_id}",
        actor=actor,
        now=now,
        regrading=row.id,
        request=row.request_id,
        follows=row.follows_id,
        change=str(row.change),
        level_before=row.level_before,
        period_before=row.period_before,
        **ended,
        remark_by=row.remark_by,
        copies=list(codes),
        proposed=list(proposed),
    )
