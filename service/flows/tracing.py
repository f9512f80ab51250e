"""A leaked page is traced: the picture is sealed, read in the sandbox, judged, and every run is kept.

Laws: the picture is parsed only in the sandbox and outside any transaction; what is read is blind to names; the keyed
check of a QR is verified before any look at the database; whoever reads a case is on record before anything is shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import Any, Final, cast

from sqlalchemy.orm import Session

from registry.acts import tracing
from registry.acts.tracing import TraceRunClosed
from registry.errors import UnknownError
from registry.rules import roles
from registry.rules.codes import InvalidMark, code_from_number
from registry.rules.evidence import DotsSeen, PageSeen, QrProof, QrSeen, tell_pages
from registry.rules.roles import Action, Actor
from registry.rules.tracing import CERTAIN_LOG10, NAME_LIMIT, judge_page
from registry.rules.words import CaseState
from registry.views.copies import Sighting, sightings
from registry.views.custody import Custody, custody_at, custody_chain
from registry.views.holdings import CopyLine
from registry.views.tracing import (
    CasePage,
    CaseRow,
    RunRow,
    Sibling,
    copies_by_code,
    get_case,
    list_cases,
    list_runs,
    run_work,
    siblings,
)
from service import jobs
from service.faults import ServiceFault
from service.runtime import Runtime
from service.tokens import ForgedMark, ForgedToken, Purpose
from watermark import DotReading, PageReading, QrReading, Readings, WatermarkError

JOB_KIND: Final = "trace"
LOOK_LASTS: Final = timedelta(minutes=15)
"""How long the picture can be fetched after the reading of its case was recorded; the idle limit of a session."""


class NoSuchPicture(UnknownError):
    """The picture of the case has fewer pages."""

    code = "no-such-picture"


@dataclass(frozen=True)
class CaseStory:
    """A case with what its last finished run came to.

    Attributes:
        runs: Every run, newest first.
        run: The one that is told: the last that is finished, or the last.
        known: The copies that any mark on the picture names, by code.
        at: The instant that was asked about.
        custody: Who answered for the named copy then; None when it was not on paper yet, or none is named.
        chain: Every stretch of its custody, oldest first.
        sightings: Every attempt to take it through a gate, newest first.
        others: The other copies of its document that are still on paper.
        look: Opens the picture for a while.
    """

    case: CaseRow
    runs: tuple[RunRow, ...]
    run: RunRow | None
    known: Mapping[str, CopyLine]
    at: datetime
    custody: Custody | None
    chain: tuple[Custody, ...]
    sightings: tuple[Sighting, ...]
    others: tuple[Sibling, ...]
    look: str


def open_case(
    runtime: Runtime, actor: Actor, picture: bytes, picture_name: str, *, note: str, leak_at: datetime | None
) -> int:
    """Open a case over a picture, have it read by the worker, and return the id of the case.

    Raises:
        PermissionDenied: the actor may not open cases.
        UnusableFileError: the file is no usable picture; nothing was stored.
        SandboxFault: the file could not be read to its end; nothing was stored.
        LeakInTheFuture: the leak would be later than now.
    """
    now = runtime.now()
    with runtime.refusals(actor, "case.open", "case:new"):
        roles.require(actor, Action.OPEN_CASE)  # before a stranger's file costs anything
    shown = cast("tuple[bytes, ...]", runtime.parse("service.papers.pictures:show_picture", picture))
    pictures = [runtime.store.put(page) for page in shown]
    sha256 = runtime.store.put(picture)
    with runtime.deed(actor, "case.open", "case:new") as session:
        case_id = tracing.open_case(
            session,
            sha256,
            _plain_name(picture_name),
            pictures,
            note=note,
            leak_at=leak_at,
            actor=actor,
            now=now,
        )
        _order_run(runtime, session, case_id, actor, now)
    return case_id


def run_again(runtime: Runtime, actor: Actor, case_id: int) -> None:
    """Have the picture of a case read once more.

    Raises:
        TraceRunOpen: the last run is not finished.
    """
    with runtime.deed(actor, "case.run", f"case:{case_id}") as session:
        _order_run(runtime, session, case_id, actor, runtime.now())


def make_run(runtime: Runtime, run_id: int) -> None:
    """Read the picture of an ordered run and close the run; harmless when it is closed already.

    Raises:
        WatermarkError, ServiceFault, RegistryError: it cannot be read; `fail_run` writes that down.
    """
    with runtime.database.reading() as session:
        work = run_work(session, run_id)
    if work.state is not CaseState.RUNNING:
        return
    picture = runtime.store.get(work.picture_sha256)
    readings = cast(
        "Readings", runtime.parse("service.papers.readings:read_marks", picture, runtime.keys.dots)
    )
    pages = [_seen(runtime, page) for page in readings.pages]
    try:
        with runtime.database.transaction() as session:
            on_paper = tracing.codes_on_paper(
                session, frozenset[str]().union(*(page.codes for page in pages))
            )
            findings = [judge_page(page.evidence, on_paper) for page in pages]
            told: dict[str, Any] = {"pages": tell_pages(pages)}
            tracing.close_run(session, run_id, findings, told, actor=Actor.system(), now=runtime.now())
    except TraceRunClosed:
        return  # another worker was faster, and saw the same


def make_latest_run(runtime: Runtime, actor: Actor, case_id: int) -> None:
    """Read the picture of a case now, without waiting for the worker; a fault is written down like the worker's.

    Raises:
        PermissionDenied: the actor may not trace.
    """
    with runtime.refusals(actor, "case.run", f"case:{case_id}"):
        roles.require(actor, Action.RUN_TRACE)
    with runtime.database.reading() as session:
        run_id = list_runs(session, case_id)[0].id
    try:
        make_run(runtime, run_id)
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


def result(runtime: Runtime, actor: Actor, case_id: int, at: datetime | None = None) -> CaseStory:
    """Record that a case is read, and return what it came to.

    Args:
        runtime: The tools.
        actor: The auditor.
        case_id: The case.
        at: The instant whose custody is asked for; when the leak was seen, or the case opened, if omitted.

    Raises:
        PermissionDenied, UnknownRow: the case is not the actor's to read, or does not exist; recorded.
    """
    with runtime.deed(actor, "case.read", f"case:{case_id}") as session:
        tracing.record_reading(session, case_id, at=at, actor=actor, now=runtime.now())
    with runtime.database.reading() as session:
        case = get_case(session, case_id, actor)
        runs = list_runs(session, case_id)
        finished = (run for run in runs if run.finished_at is not None)
        run = next(finished, next(iter(runs), None))
        copy = run.copy if run else None
        asked_at = at or case.leak_at or case.opened_at
        codes = frozenset[str]().union(*(page.codes for page in run.pages)) if run else frozenset()
        return CaseStory(
            case=case,
            runs=runs,
            run=run,
            known=copies_by_code(session, codes),
            at=asked_at,
            custody=custody_at(session, copy.copy_id, asked_at) if copy else None,
            chain=custody_chain(session, copy.copy_id) if copy else (),
            sightings=sightings(session, copy.copy_id) if copy else (),
            others=siblings(session, copy) if copy else (),
            look=runtime.tokens.sign(Purpose.DOWNLOAD, _sight(actor, case_id)),
        )


def get_picture(runtime: Runtime, actor: Actor, case_id: int, page: int, token: str) -> bytes:
    """Return one page of the picture, WebP, for a reading of the case that was recorded.

    Raises:
        ForgedToken, ExpiredToken: no reading by this person is recorded, or not lately.
        NoSuchPicture: there is no such page.
    """
    sight = runtime.tokens.verify(Purpose.DOWNLOAD, token, max_age=LOOK_LASTS)
    if sight != _sight(actor, case_id):
        raise ForgedToken("the token is for another look", purpose=Purpose.DOWNLOAD.value)
    with runtime.database.reading() as session:
        pictures = get_case(session, case_id, actor).pictures
    if not 1 <= page <= len(pictures):
        raise NoSuchPicture("got a page that the picture does not have", page=page)
    return runtime.store.get(pictures[page - 1])


def _order_run(runtime: Runtime, session: Session, case_id: int, actor: Actor, now: datetime) -> None:
    parameters = {
        "reader": "qr and dots, blind",
        "certain_log10": CERTAIN_LOG10,
        "dot_keys": len(runtime.keys.dots),
    }
    run_id = tracing.order_run(session, case_id, parameters, actor=actor, now=now)
    jobs.enqueue(session, JOB_KIND, {"run_id": run_id}, now=now, account_id=actor.account_id)


def _seen(runtime: Runtime, page: PageReading) -> PageSeen:
    return PageSeen(
        picture_page=page.picture_page,
        width_px=page.width_px,
        height_px=page.height_px,
        qr=tuple(_qr(runtime, found) for found in page.qr),
        dots=_dots(page.dots) if page.dots else None,
        notes=page.notes,
    )


def _qr(runtime: Runtime, found: QrReading) -> QrSeen:
    try:
        mark = runtime.tokens.verify_qr(found.text)
    except ForgedMark:
        return QrSeen(QrProof.FORGED, found.corners)
    except InvalidMark:
        return QrSeen(QrProof.FOREIGN, found.corners)
    return QrSeen(QrProof.PROVEN, found.corners, mark.code, mark.page)


def _dots(found: DotReading) -> DotsSeen:
    return DotsSeen(
        code=code_from_number(found.identity),
        page=found.page,
        log10_chance=found.log10_chance,
        cells_read=found.cells_read,
        cells_agreeing=found.cells_agreeing,
        dpi=found.dpi,
        turn_deg=found.turn_deg,
    )


def _plain_name(name: str) -> str:
    """Return a file's name without its folder and without characters that cannot be seen; never empty."""
    bare = PurePosixPath(name.replace("\\", "/")).name
    visible = "".join(character for character in bare if character.isprintable()).strip()
    return visible[-NAME_LIMIT:].strip() or "picture"


def _sight(actor: Actor, case_id: int) -> str:
    return f"case:{actor.person_id}:{case_id}"
