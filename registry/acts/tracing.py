"""Trace cases: pictures are sealed, runs are kept, and what a run said is never changed.

Laws: each picture is bound by its hash, with uploader and time; the parameters of a run are in the ledger before it
starts; a run is blind to names; a finding is confirmed by a person who had no part in it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry.errors import ConflictError, InvalidError
from registry.ledger import log
from registry.models import (
    Copy,
    Document,
    LightDocument,
    TraceCase,
    TracePicture,
    TraceReference,
    TraceReview,
    TraceRun,
)
from registry.rows import get_row
from registry.rules import roles
from registry.rules.evidence import tell_finding
from registry.rules.light import ContentRemoved
from registry.rules.roles import Action, Actor
from registry.rules.texts import parse_line
from registry.rules.tracing import (
    MOST_PICTURES,
    NAME_LIMIT,
    NOTE_LIMIT,
    WITHOUT_PAPER,
    CaseFinding,
    Grade,
    PageFinding,
    RegisteredReading,
    judge_case,
    may_review,
)
from registry.rules.words import CaseState, Content


class LeakInTheFuture(InvalidError):
    """The leak is said to have been seen later than now."""

    code = "leak-in-the-future"


class LeakEndsEarly(InvalidError):
    """The leak is said to have been seen before it can have happened."""

    code = "leak-ends-early"


class TooManyPictures(InvalidError):
    """The case would have more pictures than are compared at once."""

    code = "too-many-pictures"


class PictureTwice(InvalidError):
    """The case has this very picture already; it would count twice as evidence."""

    code = "picture-twice"


class TraceRunOpen(ConflictError):
    """The case has a run that is not finished; another one would say the same."""

    code = "trace-run-open"


class TraceRunClosed(ConflictError):
    """The run has its result already."""

    code = "trace-run-closed"


class NothingToReview(ConflictError):
    """The run names no copy, or was followed by another, so there is nothing to confirm."""

    code = "nothing-to-review"


class ReviewedAlready(ConflictError):
    """A second auditor has said something of this run."""

    code = "reviewed-already"


class OwnFinding(ConflictError):
    """Whoever opened the case, brought pictures or ordered the run cannot confirm what it found."""

    code = "own-finding"


class ReasonMissing(InvalidError):
    """A finding is refused without a reason."""

    code = "review-without-reason"


@dataclass(frozen=True)
class Sealed:
    """A picture that is stored.

    Attributes:
        name: What the file was called.
        sha256: The file as it came.
        shown: For each page of it the file to show on screens.
    """

    name: str
    sha256: str
    shown: Sequence[str]


def open_case(
    session: Session,
    pictures: Sequence[Sealed],
    *,
    note: str,
    leak_at: datetime | None,
    actor: Actor,
    now: datetime,
    leak_since_at: datetime | None = None,
) -> int:
    """Open a case over sealed pictures; return its id.

    Args:
        session: The deed's transaction.
        pictures: At least one.
        note: Where they turned up, in the auditor's words.
        leak_at: When the leak was seen, if known: it happened before.
        actor: The auditor.
        now: When.
        leak_since_at: Since when it can have happened, if known.

    Raises:
        LeakInTheFuture: the leak would be later than now.
        LeakEndsEarly: it would have been seen before it can have happened.
        InvalidError: a name or the note cannot be kept.
        TooManyPictures, PictureTwice: the pictures cannot be one case.
    """
    roles.require(actor, Action.OPEN_CASE)
    if not pictures:
        raise ValueError("a case has at least one picture")
    note = parse_line(note, field="note", limit=NOTE_LIMIT, required=False)
    if leak_at is not None and leak_at > now:
        raise LeakInTheFuture("got a leak that is later than now", field="leak_at")
    if leak_since_at is not None and leak_since_at > (leak_at or now):
        raise LeakEndsEarly("got a leak that was seen before it can have happened", field="leak_since_at")
    case = TraceCase(
        note=note,
        state=CaseState.OPEN,
        opened_by_id=actor.person_id,
        opened_at=now,
        leak_since_at=leak_since_at,
        leak_at=leak_at,
    )
    session.add(case)
    session.flush()  # the id, for the ledger
    log.append(
        session,
        "case.opened",
        f"case:{case.id}",
        actor=actor,
        now=now,
        note=log.private(note),
        leak_since_at=leak_since_at,
        leak_at=leak_at,
    )
    _add(session, case, pictures, actor=actor, now=now)
    return case.id


def add_pictures(
    session: Session, case_id: int, pictures: Sequence[Sealed], *, actor: Actor, now: datetime
) -> None:
    """Add sealed pictures to a case; the next run reads all of them.

    Raises:
        TraceRunOpen: a run is reading those that are there.
        TooManyPictures, PictureTwice: the pictures cannot be added.
    """
    roles.require(actor, Action.OPEN_CASE)
    case = get_row(session, TraceCase, case_id, lock=True)
    if case.state is CaseState.RUNNING:
        raise TraceRunOpen("got a case whose last run is not finished", case_id=case_id)
    _add(session, case, pictures, actor=actor, now=now)


def order_run(
    session: Session, case_id: int, parameters: Mapping[str, Any], *, actor: Actor, now: datetime
) -> int:
    """Order a run over the pictures of a case; its parameters are fixed from here on.

    Raises:
        TraceRunOpen: the last run is not finished.
    """
    roles.require(actor, Action.RUN_TRACE)
    case = get_row(session, TraceCase, case_id, lock=True)
    if case.state is CaseState.RUNNING:
        raise TraceRunOpen("got a case whose last run is not finished", case_id=case_id)
    case.state = CaseState.RUNNING
    run = TraceRun(
        case_id=case_id,
        state=CaseState.RUNNING,
        parameters=dict(parameters),
        result={},
        ordered_by_id=actor.person_id,
        started_at=now,
    )
    session.add(run)
    session.flush()  # the id, for the ledger
    log.append(
        session,
        "case.run-ordered",
        f"case:{case_id}",
        actor=actor,
        now=now,
        run=run.id,
        pictures=[picture.sha256 for picture in case.pictures],
        parameters={name: str(value) for name, value in parameters.items()},
    )
    return run.id


def note_job(session: Session, run_id: int, job_id: int) -> None:
    """Keep which job works a run, so that screens can tell how far it is; no deed of its own."""
    get_row(session, TraceRun, run_id).job_id = job_id


def record_reading(
    session: Session, case_id: int, *, at: datetime | None, actor: Actor, now: datetime
) -> None:
    """Record that somebody reads a case, and about which instant they ask."""
    roles.require(actor, Action.READ_CASE)
    case = get_row(session, TraceCase, case_id)
    log.append(session, "case.read", f"case:{case.id}", actor=actor, now=now, custody_at=at)


def record_taking(
    session: Session, case_id: int, what: str, *, named: bool, file: str | None, actor: Actor, now: datetime
) -> None:
    """Record that somebody takes the evidence of a case away.

    Args:
        session: The deed's transaction.
        case_id: The case.
        what: ``report`` or ``archive``.
        named: Whether holders are named in it.
        file: SHA-256 of what is taken; None for an archive, which holds this very entry.
        actor: The auditor.
        now: When.
    """
    roles.require(actor, Action.READ_CASE)
    case = get_row(session, TraceCase, case_id)
    log.append(
        session, "case.taken", f"case:{case.id}", actor=actor, now=now, what=what, named=named, file=file
    )


def codes_on_paper(session: Session, codes: Collection[str]) -> dict[str, int]:
    """Return, of the codes, those of copies that were printed, with their document; reads only."""
    query = sa.select(Copy.code, Copy.document_id).where(
        Copy.code.in_(codes), Copy.state.not_in(WITHOUT_PAPER), Copy.batch_id.is_not(None)
    )
    return {row.code: row.document_id for row in session.execute(query)}


def keep_reference(
    session: Session,
    document_id: int,
    reader: str,
    survey_sha256: str,
    pages: Sequence[str],
    *,
    points_sha256: str,
    now: datetime,
) -> None:
    """Keep the pages of a document ready to be compared, in place of older ones; no deed.

    Raises:
        ContentRemoved: the document is kept light, and its content went meanwhile.
    """
    get_row(session, Document, document_id, lock=True)  # two workers at the same document queue here
    light = session.get(LightDocument, document_id, populate_existing=True)
    if light is not None and light.content is not Content.KEPT:
        raise ContentRemoved("got pages of a document without content", document=document_id)
    kept = session.scalar(
        sa.select(TraceReference).where(
            TraceReference.document_id == document_id, TraceReference.reader == reader
        )
    )
    if kept is None:
        kept = TraceReference(document_id=document_id, reader=reader)
        session.add(kept)
    kept.survey_sha256, kept.pages, kept.made_at = survey_sha256, list(pages), now
    kept.points_sha256 = points_sha256


def close_run(
    session: Session,
    run_id: int,
    findings: Sequence[PageFinding],
    reading: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
    registered: Sequence[RegisteredReading] = (),
    contradicted: bool = False,
) -> CaseState:
    """Record what a run found.

    Args:
        session: The deed's transaction.
        run_id: The run.
        findings: One for each page of each picture.
        reading: What the reader measured, for the file of the case.
        actor: The worker.
        now: When.
        registered: Copies on paper that the marks at their registered places point at, most likely first.
        contradicted: Whether those marks contradict each other.
    """
    finding = judge_case(findings, registered, contradicted=contradicted)
    told = {"findings": [asdict(one) for one in findings], "finding": tell_finding(finding)}
    _close(session, run_id, finding, {**reading, **told}, actor=actor, now=now)
    return finding.state


def fail_run(session: Session, run_id: int, error_code: str, *, actor: Actor, now: datetime) -> None:
    """Record that a run could not be finished, and why."""
    failed = CaseFinding(CaseState.FAILED, Grade.NO_MARK)
    _close(session, run_id, failed, {"error": error_code}, actor=actor, now=now)


def review(session: Session, run_id: int, *, agreed: bool, reason: str, actor: Actor, now: datetime) -> None:
    """Record what a second auditor says of the finding of a run that names a copy.

    Args:
        session: The deed's transaction.
        run_id: The last run of its case.
        agreed: Whether the finding is confirmed.
        reason: Why, in the auditor's words; a refusal needs one.
        actor: Another person than those who had a part in the case.
        now: When.

    Raises:
        OwnFinding: the actor opened the case, brought a picture or ordered the run.
        NothingToReview: the run names no copy, or is not the last of its case.
        ReviewedAlready: somebody was faster.
        ReasonMissing: a refusal came without a reason.
    """
    roles.require(actor, Action.CONFIRM_FINDING)
    run = get_row(session, TraceRun, run_id, lock=True)
    case = run.case
    last = session.scalar(sa.select(sa.func.max(TraceRun.id)).where(TraceRun.case_id == case.id))
    if run.state is not CaseState.NAMED or run.id != last:
        raise NothingToReview("got a run that names no copy or is not the last", run=run_id)
    if run.review is not None:
        raise ReviewedAlready("got a run that a second auditor has judged", run=run_id)
    parties = {case.opened_by_id, run.ordered_by_id, *(picture.added_by_id for picture in case.pictures)}
    if not may_review(actor.person_id, parties):
        raise OwnFinding("got a finding of the actor's own case", case_id=case.id)
    reason = parse_line(reason, field="reason", limit=NOTE_LIMIT, required=False)
    if not agreed and not reason:
        raise ReasonMissing("got a refusal without a reason", field="reason")
    session.add(
        TraceReview(
            run_id=run_id, agreed=agreed, reason=reason, decided_by_id=actor.person_id, decided_at=now
        )
    )
    log.append(
        session,
        "case.finding-confirmed" if agreed else "case.finding-refused",
        f"case:{case.id}",
        actor=actor,
        now=now,
        run=run_id,
        reason=log.private(reason),
    )


def _add(
    session: Session, case: TraceCase, pictures: Sequence[Sealed], *, actor: Actor, now: datetime
) -> None:
    """Bind pictures to a case, one entry of the ledger each."""
    known = [picture.sha256 for picture in case.pictures]
    if len(known) + len(pictures) > MOST_PICTURES:
        raise TooManyPictures("got more pictures than a case takes", limit=MOST_PICTURES, field="pictures")
    for picture in pictures:
        if picture.sha256 in known:
            raise PictureTwice(
                "got a picture that the case has already", picture=picture.sha256, field="pictures"
            )
        known.append(picture.sha256)
        name = parse_line(picture.name, field="pictures", limit=NAME_LIMIT)
        case.pictures.append(
            TracePicture(
                number=len(known),
                name=name,
                sha256=picture.sha256,
                shown=list(picture.shown),
                added_by_id=actor.person_id,
                added_at=now,
            )
        )
        log.append(
            session,
            "case.picture-sealed",
            f"case:{case.id}",
            actor=actor,
            now=now,
            number=len(known),
            picture=picture.sha256,
            picture_name=log.private(name),
        )


def _close(
    session: Session,
    run_id: int,
    finding: CaseFinding,
    result: dict[str, Any],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    roles.require(actor, Action.RUN_TRACE)
    run = get_row(session, TraceRun, run_id, lock=True)
    if run.state is not CaseState.RUNNING:
        raise TraceRunClosed("got a run that has its result", state=str(run.state))
    case = get_row(session, TraceCase, run.case_id, lock=True)
    case.state = run.state = finding.state
    run.result = result
    if finding.code is not None:
        run.copy_id = session.scalar(sa.select(Copy.id).where(Copy.code == finding.code))
        run.page = finding.page
    run.finished_at = now
    log.append(
        session,
        "case.run-finished",
        f"case:{case.id}",
        actor=actor,
        now=now,
        run=run.id,
        state=str(finding.state),
        copy=finding.code,
        page=run.page,
        grade=str(finding.grade) if finding.code else None,
        also=list(finding.also),
        error=result.get("error"),
    )
