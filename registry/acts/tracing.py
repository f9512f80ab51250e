"""Trace cases: a picture is sealed, runs are kept, and what a run said is never changed.

Laws: the picture is bound by its hash, with uploader and time; the parameters of a run are in the ledger before it
starts; a run is blind to names.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry.errors import ConflictError, InvalidError
from registry.ledger import log
from registry.models import Copy, TraceCase, TraceRun
from registry.rows import get_row
from registry.rules import roles
from registry.rules.roles import Action, Actor
from registry.rules.texts import parse_line
from registry.rules.tracing import NAME_LIMIT, NOTE_LIMIT, WITHOUT_PAPER, PageFinding, judge_case, strongest
from registry.rules.words import CaseState


class LeakInTheFuture(InvalidError):
    """The leak is said to have been seen later than now."""

    code = "leak-in-the-future"


class TraceRunOpen(ConflictError):
    """The case has a run that is not finished; another one would say the same."""

    code = "trace-run-open"


class TraceRunClosed(ConflictError):
    """The run has its result already."""

    code = "trace-run-closed"


def open_case(
    session: Session,
    picture_sha256: str,
    picture_name: str,
    pictures: Sequence[str],
    *,
    note: str,
    leak_at: datetime | None,
    actor: Actor,
    now: datetime,
) -> int:
    """Open a case over a sealed picture; return its id.

    Args:
        session: The deed's transaction.
        picture_sha256: The file as it came.
        picture_name: What the file was called.
        pictures: For each page of it the file to show on screens.
        note: Where it turned up, in the auditor's words.
        leak_at: When the leak was seen, if known.
        actor: The auditor.
        now: When.

    Raises:
        LeakInTheFuture: the leak would be later than now.
        InvalidError: name or note cannot be kept.
    """
    roles.require(actor, Action.OPEN_CASE)
    picture_name = parse_line(picture_name, field="picture", limit=NAME_LIMIT)
    note = parse_line(note, field="note", limit=NOTE_LIMIT, required=False)
    if leak_at is not None and leak_at > now:
        raise LeakInTheFuture("got a leak that is later than now", field="leak_at")
    case = TraceCase(
        note=note,
        picture_name=picture_name,
        picture_sha256=picture_sha256,
        pictures=list(pictures),
        state=CaseState.OPEN,
        opened_by_id=actor.person_id,
        opened_at=now,
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
        picture=picture_sha256,
        picture_name=log.private(picture_name),
        note=log.private(note),
        leak_at=leak_at,
    )
    return case.id


def order_run(
    session: Session, case_id: int, parameters: Mapping[str, Any], *, actor: Actor, now: datetime
) -> int:
    """Order a run over the picture of a case; its parameters are fixed from here on.

    Raises:
        TraceRunOpen: the last run is not finished.
    """
    roles.require(actor, Action.RUN_TRACE)
    case = get_row(session, TraceCase, case_id, lock=True)
    if case.state is CaseState.RUNNING:
        raise TraceRunOpen("got a case whose last run is not finished", case_id=case_id)
    case.state = CaseState.RUNNING
    run = TraceRun(
        case_id=case_id, state=CaseState.RUNNING, parameters=dict(parameters), result={}, started_at=now
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
        parameters={name: str(value) for name, value in parameters.items()},
    )
    return run.id


def record_reading(
    session: Session, case_id: int, *, at: datetime | None, actor: Actor, now: datetime
) -> None:
    """Record that somebody reads a case, and about which instant they ask."""
    roles.require(actor, Action.READ_CASE)
    case = get_row(session, TraceCase, case_id)
    log.append(session, "case.read", f"case:{case.id}", actor=actor, now=now, custody_at=at)


def codes_on_paper(session: Session, codes: Collection[str]) -> frozenset[str]:
    """Return those of the codes that belong to copies which were printed; reads only."""
    query = sa.select(Copy.code).where(Copy.code.in_(codes), Copy.state.not_in(WITHOUT_PAPER))
    return frozenset(session.scalars(query))


def close_run(
    session: Session,
    run_id: int,
    findings: Sequence[PageFinding],
    reading: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
) -> CaseState:
    """Record what a run found.

    Args:
        session: The deed's transaction.
        run_id: The run.
        findings: One for each page of the picture.
        reading: What the reader measured, for the file of the case.
        actor: The worker.
        now: When.
    """
    state = judge_case(findings)
    named = strongest(findings)
    result = {**reading, "findings": [asdict(finding) for finding in findings]}
    _close(session, run_id, state, result, named if state is CaseState.NAMED else None, actor=actor, now=now)
    return state


def fail_run(session: Session, run_id: int, error_code: str, *, actor: Actor, now: datetime) -> None:
    """Record that a run could not be finished, and why."""
    _close(session, run_id, CaseState.FAILED, {"error": error_code}, None, actor=actor, now=now)


def _close(
    session: Session,
    run_id: int,
    state: CaseState,
    result: dict[str, Any],
    named: PageFinding | None,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    roles.require(actor, Action.RUN_TRACE)
    run = get_row(session, TraceRun, run_id, lock=True)
    if run.state is not CaseState.RUNNING:
        raise TraceRunClosed("got a run that has its result", state=str(run.state))
    case = get_row(session, TraceCase, run.case_id, lock=True)
    case.state = run.state = state
    run.result = result
    if named is not None:
        run.copy_id = session.scalar(sa.select(Copy.id).where(Copy.code == named.code))
        run.page = named.page
    run.finished_at = now
    log.append(
        session,
        "case.run-finished",
        f"case:{case.id}",
        actor=actor,
        now=now,
        run=run.id,
        state=str(state),
        copy=named.code if named else None,
        page=run.page,
        grade=str(named.grade) if named else None,
        error=result.get("error"),
    )
