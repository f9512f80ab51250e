"""A leak is traced: its pictures are sealed, examined in the sandbox, judged, and every run is kept.

Laws: pictures are parsed only in the sandbox and outside any transaction; what is read is blind to names; whoever reads
a case is on record before anything is shown; a holder's name leaves only with a finding that a second auditor has
confirmed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import Any, Final, cast

from sqlalchemy.orm import Session

from registry.acts import tracing
from registry.acts.tracing import Sealed, TraceRunClosed
from registry.errors import UnknownError
from registry.rules import roles
from registry.rules.evidence import tell_compared, tell_pages
from registry.rules.roles import Action, Actor
from registry.rules.tracing import NAME_LIMIT
from registry.rules.words import CaseState
from registry.views.custody import Custody, custody_at, custody_chain
from registry.views.holdings import CopyLine
from registry.views.leaks import LeakWindow, leak_window
from registry.views.tracing import (
    CasePage,
    CaseRow,
    RunRow,
    copies_by_code,
    get_case,
    list_cases,
    list_runs,
    may_confirm,
    run_work,
)
from service import jobs
from service.faults import ServiceFault
from service.flows import comparing
from service.flows.comparing import Report
from service.runtime import Runtime
from service.tokens import ForgedToken, Purpose
from watermark import WatermarkError

JOB_KIND: Final = "trace"
LOOK_LASTS: Final = timedelta(minutes=15)
"""How long pictures can be fetched after the reading of their case was recorded; the idle limit of a session."""


class NoSuchPicture(UnknownError):
    """The case has no such picture, or the picture no such page."""

    code = "no-such-picture"


class NoSuchRun(UnknownError):
    """The case has no such run."""

    code = "no-such-run"


@dataclass(frozen=True)
class Offered:
    """A picture as it came: its bytes, and what the file was called."""

    content: bytes
    name: str


@dataclass(frozen=True)
class CaseStory:
    """A case with what its last finished run came to.

    Attributes:
        runs: Every run, newest first.
        run: The one that is told: the last that is finished, or the last.
        known: The copies that any mark on the pictures names, by code.
        at: The instant that was asked about.
        custody: Who answered for the named copy then; None when it was not on paper yet, or none is named.
        chain: Every stretch of its custody, oldest first.
        window: What is on record for the time in which the leak must have happened; None where no copy is named.
        may_confirm: Whether the reader may say, as a second auditor, something of the run.
        look: Opens the pictures for a while.
    """

    case: CaseRow
    runs: tuple[RunRow, ...]
    run: RunRow | None
    known: Mapping[str, CopyLine]
    at: datetime
    custody: Custody | None
    chain: tuple[Custody, ...]
    window: LeakWindow | None
    may_confirm: bool
    look: str


@dataclass(frozen=True)
class Progress:
    """Where a case stands: the step at hand of the run that is open, from 0; no step while none has begun."""

    case: CaseRow
    done: int | None
    steps: int


def open_case(
    runtime: Runtime,
    actor: Actor,
    pictures: Sequence[Offered],
    *,
    note: str,
    leak_at: datetime | None,
    leak_since_at: datetime | None = None,
) -> int:
    """Open a case over pictures, have them read by the worker, and return the id of the case.

    Raises:
        PermissionDenied: the actor may not open cases.
        UnusableFileError: a file is no usable picture; nothing was kept of any.
        SandboxFault: a file could not be read to its end; nothing was kept of any.
        LeakInTheFuture, LeakEndsEarly: the leak would be later than now, or end before it begins.
        TooManyPictures, PictureTwice: they cannot be one case.
    """
    now = runtime.now()
    with runtime.refusals(actor, "case.open", "case:new"):
        roles.require(actor, Action.OPEN_CASE)  # before a stranger's file costs anything
    sealed = _sealed(runtime, pictures)
    with runtime.deed(actor, "case.open", "case:new") as session:
        case_id = tracing.open_case(
            session,
            sealed,
            note=note,
            leak_at=leak_at,
            leak_since_at=leak_since_at,
            actor=actor,
            now=now,
        )
        _order_run(runtime, session, case_id, actor, now)
    return case_id


def add_pictures(runtime: Runtime, actor: Actor, case_id: int, pictures: Sequence[Offered]) -> None:
    """Add pictures to a case and have all of them read once more.

    Raises:
        TraceRunOpen: the last run is not finished.
        UnusableFileError, SandboxFault, TooManyPictures, PictureTwice: nothing was added.
    """
    with runtime.refusals(actor, "case.add", f"case:{case_id}"):
        roles.require(actor, Action.OPEN_CASE)
    sealed = _sealed(runtime, pictures)
    with runtime.deed(actor, "case.add", f"case:{case_id}") as session:
        tracing.add_pictures(session, case_id, sealed, actor=actor, now=runtime.now())
        _order_run(runtime, session, case_id, actor, runtime.now())


def run_again(runtime: Runtime, actor: Actor, case_id: int) -> None:
    """Have the pictures of a case read once more.

    Raises:
        TraceRunOpen: the last run is not finished.
    """
    with runtime.deed(actor, "case.run", f"case:{case_id}") as session:
        _order_run(runtime, session, case_id, actor, runtime.now())


def make_run(runtime: Runtime, run_id: int, report: Report) -> None:
    """Read the pictures of an ordered run and close the run; harmless when it is closed already.

    Raises:
        WatermarkError, ServiceFault, RegistryError: they cannot be read; `fail_run` writes that down.
    """
    with runtime.database.reading() as session:
        work = run_work(session, run_id)
    if work.state is not CaseState.RUNNING:
        return
    examined = comparing.examine(runtime, work.pictures, report)
    told: dict[str, Any] = {
        "pages": tell_pages(examined.pages),
        "compared": tell_compared(examined.compared),
    }
    try:
        with runtime.database.transaction() as session:
            judged = comparing.judge(session, examined)
            tracing.close_run(
                session,
                run_id,
                judged.findings,
                told,
                registered=judged.registered,
                contradicted=judged.contradicted,
                actor=Actor.system(),
                now=runtime.now(),
            )
    except TraceRunClosed:
        return  # another worker was faster, and saw the same


def make_latest_run(runtime: Runtime, actor: Actor, case_id: int, report: Report = lambda *_: None) -> None:
    """Read the pictures of a case now, without waiting for the worker; a fault is written down like the worker's.

    Raises:
        PermissionDenied: the actor may not trace.
    """
    with runtime.refusals(actor, "case.run", f"case:{case_id}"):
        roles.require(actor, Action.RUN_TRACE)
    with runtime.database.reading() as session:
        run_id = list_runs(session, case_id)[0].id
    try:
        make_run(runtime, run_id, report)
    except (WatermarkError, ServiceFault) as fault:
        fail_run(runtime, run_id, fault.code)


def fail_run(runtime: Runtime, run_id: int, failure: str) -> None:
    """Write down that a run could not be made, for the auditor to see; ``failure`` is a stable code."""
    with runtime.database.transaction() as session:
        if run_work(session, run_id).state is CaseState.RUNNING:
            tracing.fail_run(session, run_id, failure, actor=Actor.system(), now=runtime.now())


def listing(runtime: Runtime, actor: Actor, *, page: int = 1) -> CasePage:
    """Return one page of the cases."""
    with runtime.database.reading() as session:
        return list_cases(session, actor, page=page)


def standing(runtime: Runtime, actor: Actor, case_id: int) -> CaseRow:
    """Return where a case stands, without its result."""
    with runtime.database.reading() as session:
        return get_case(session, case_id, actor)


def progress(runtime: Runtime, actor: Actor, case_id: int) -> Progress:
    """Return where a case stands, for pages that ask again and again; nothing of what it found is in it."""
    with runtime.database.reading() as session:
        case = get_case(session, case_id, actor)
        run = next(iter(list_runs(session, case_id)), None)
        job = jobs.find_standing(session, run.job_id) if run and run.job_id else None
    if job is None or job.total == 0:
        return Progress(case, None, len(case.pictures) + 2)
    return Progress(case, job.done, job.total)


def result(
    runtime: Runtime,
    actor: Actor,
    case_id: int,
    at: datetime | None = None,
    since: datetime | None = None,
) -> CaseStory:
    """Record that a case is read, and return what it came to.

    Args:
        runtime: The tools.
        actor: The auditor.
        case_id: The case.
        at: The instant whose custody is asked for, and the end of the window; when the leak was seen, or the case
            opened, if omitted.
        since: When the leak can have happened first; as the case says, or since the copy is on paper, if omitted.

    Raises:
        PermissionDenied, UnknownRow: the case is not the actor's to read, or does not exist; recorded.
    """
    with runtime.deed(actor, "case.read", f"case:{case_id}") as session:
        tracing.record_reading(session, case_id, at=at, actor=actor, now=runtime.now())
    return tell(runtime, actor, case_id, at, since)


def tell(
    runtime: Runtime, actor: Actor, case_id: int, at: datetime | None = None, since: datetime | None = None
) -> CaseStory:
    """Return what a case came to, for a reading that is on record; see `result`."""
    with runtime.database.reading() as session:
        case = get_case(session, case_id, actor)
        runs = list_runs(session, case_id)
        finished = (run for run in runs if run.finished_at is not None)
        run = next(finished, next(iter(runs), None))
        copy = run.copy if run else None
        until = at or case.leak_at or case.opened_at
        begin = since or case.leak_since_at
        return CaseStory(
            case=case,
            runs=runs,
            run=run,
            known=copies_by_code(session, run.codes if run else ()),
            at=until,
            custody=custody_at(session, copy.copy_id, until) if copy else None,
            chain=custody_chain(session, copy.copy_id) if copy else (),
            window=leak_window(session, copy, min(begin, until) if begin else None, until) if copy else None,
            may_confirm=may_confirm(session, case_id, run, actor) if run else False,
            look=runtime.tokens.sign(Purpose.DOWNLOAD, _sight(actor, case_id)),
        )


def review(runtime: Runtime, actor: Actor, case_id: int, run_id: int, *, agreed: bool, reason: str) -> None:
    """Say as a second auditor whether the finding of a run may go out with a holder's name.

    Raises:
        OwnFinding, NothingToReview, ReviewedAlready, ReasonMissing: see the act; recorded.
        NoSuchRun: the run is of another case.
    """
    with runtime.deed(actor, "case.review", f"case:{case_id}") as session:
        if run_id not in {run.id for run in list_runs(session, case_id)}:
            raise NoSuchRun("got a run of another case", run=run_id)
        tracing.review(session, run_id, agreed=agreed, reason=reason, actor=actor, now=runtime.now())


def get_picture(runtime: Runtime, actor: Actor, case_id: int, number: int, *, page: int, token: str) -> bytes:
    """Return one page of a picture, WebP, for a reading of the case that was recorded.

    Raises:
        ForgedToken, ExpiredToken: no reading by this person is recorded, or not lately.
        NoSuchPicture: there is no such picture or page.
    """
    _require_look(runtime, actor, case_id, token)
    with runtime.database.reading() as session:
        pictures = get_case(session, case_id, actor).pictures
    shown = next((picture.shown for picture in pictures if picture.number == number), ())
    if not 1 <= page <= len(shown):
        raise NoSuchPicture("got a page that no picture has", picture=number, page=page)
    return runtime.store.get(shown[page - 1])


def get_overlay(runtime: Runtime, actor: Actor, case_id: int, sha256: str, token: str) -> bytes:
    """Return a page that a run found and laid flat, WebP, for a reading of the case that was recorded.

    Raises:
        ForgedToken, ExpiredToken: no reading by this person is recorded, or not lately.
        NoSuchPicture: no run of the case has drawn it.
    """
    _require_look(runtime, actor, case_id, token)
    with runtime.database.reading() as session:
        get_case(session, case_id, actor)
        runs = list_runs(session, case_id)
    drawn = {place.overlay for run in runs for page in run.pages for place in page.placed}
    if sha256 not in drawn:
        raise NoSuchPicture("got a drawing that is not of this case", overlay=sha256)
    return runtime.store.get(sha256)


def plain_name(name: str) -> str:
    """Return a file's name without its folder and without characters that cannot be seen; never empty."""
    bare = PurePosixPath(name.replace("\\", "/")).name
    visible = "".join(character for character in bare if character.isprintable()).strip()
    return visible[-NAME_LIMIT:].strip() or "picture"


def _sealed(runtime: Runtime, pictures: Sequence[Offered]) -> list[Sealed]:
    """Return pictures stored, once all of them have been opened."""
    shown = [
        cast("tuple[bytes, ...]", runtime.parse("service.papers.pictures:show_picture", one.content))
        for one in pictures
    ]
    return [
        Sealed(
            plain_name(one.name), runtime.store.put(one.content), [runtime.store.put(page) for page in pages]
        )
        for one, pages in zip(pictures, shown, strict=True)
    ]


def _order_run(runtime: Runtime, session: Session, case_id: int, actor: Actor, now: datetime) -> None:
    pictures = len(get_case(session, case_id, actor).pictures)
    fixed = comparing.parameters(runtime, session, pictures)
    run_id = tracing.order_run(session, case_id, fixed, actor=actor, now=now)
    job_id = jobs.enqueue(session, JOB_KIND, {"run_id": run_id}, now=now, account_id=actor.account_id)
    tracing.note_job(session, run_id, job_id)


def _require_look(runtime: Runtime, actor: Actor, case_id: int, token: str) -> None:
    sight = runtime.tokens.verify(Purpose.DOWNLOAD, token, max_age=LOOK_LASTS)
    if sight != _sight(actor, case_id):
        raise ForgedToken("the token is for another look", purpose=Purpose.DOWNLOAD.value)


def _sight(actor: Actor, case_id: int) -> str:
    return f"case:{actor.person_id}:{case_id}"
