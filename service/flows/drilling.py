"""Leak drills: an organisation photographs and copies its own test pages, and counts how often they are traced.

Laws: a picture of a drill is read by the same reader under the same thresholds as that of a leak; which copy it shows
is on record before; a picture that cannot be read counts against the reader.
"""

from collections.abc import Sequence
from typing import Final

from registry.acts import drills
from registry.acts.drills import Shot
from registry.rules import roles
from registry.rules.drills import outcome_of
from registry.rules.roles import Action, Actor
from registry.rules.tracing import judge_case
from registry.rules.words import DrillOutcome
from registry.views.drills import ChannelCurve, DrillRow, curves, drill_work, get_drill, list_drills
from service import jobs
from service.flows import comparing
from service.flows.comparing import Report
from service.flows.scans import read_scan
from service.flows.tracing import Offered, plain_name
from service.runtime import Runtime
from service.sandbox import SandboxFault
from watermark import WatermarkError

JOB_KIND: Final = "drill"


def open_drill(
    runtime: Runtime,
    actor: Actor,
    copy: str,
    channel: str,
    pictures: Sequence[Offered],
    *,
    simulated: bool = False,
) -> int:
    """Open a drill, have its pictures read by the worker, and return its id.

    Args:
        runtime: The tools.
        actor: The auditor.
        copy: The copy that every picture shows, scanned or typed.
        channel: How the pictures were made.
        pictures: As they came; one that cannot be read counts as such.
        simulated: Whether a program made them instead of machines.

    Raises:
        PermissionDenied: the actor may not drill.
        InvalidCode, InvalidMark, UnknownCopy, DrillWithoutPaper: no copy that was printed is meant.
        TooManyShots: there are no pictures, or too many.
    """
    now = runtime.now()
    with runtime.refusals(actor, "drill.open", "drill:new"):
        roles.require(actor, Action.RUN_DRILL)
        code = read_scan(runtime.tokens, copy).code
    shots = [Shot(plain_name(one.name), runtime.store.put(one.content)) for one in pictures]
    with runtime.deed(actor, "drill.open", "drill:new") as session:
        fixed = comparing.parameters(runtime, session, 1)
        drill_id = drills.open_drill(
            session, code, channel, shots, fixed, simulated=simulated, actor=actor, now=now
        )
        jobs.enqueue(session, JOB_KIND, {"drill_id": drill_id}, now=now, account_id=actor.account_id)
    return drill_id


def make_drill(runtime: Runtime, drill_id: int, report: Report) -> None:
    """Read the pictures of a drill that were not read yet, each as a leak of its own, and close the drill."""
    with runtime.database.reading() as session:
        work = drill_work(session, drill_id)
    done = work.total - len(work.waiting)
    for place, (number, sha256) in enumerate(work.waiting, done):
        report(place, work.total)
        outcome, chance = _outcome(runtime, work.code, sha256)
        with runtime.database.transaction() as session:
            drills.record_shot(session, drill_id, number, outcome, chance, actor=Actor.system())
    with runtime.database.transaction() as session:
        drills.finish(session, drill_id, actor=Actor.system(), now=runtime.now())


def listing(runtime: Runtime, actor: Actor) -> tuple[tuple[ChannelCurve, ...], tuple[DrillRow, ...]]:
    """Return what the drills measured, channel by channel, and the drills, newest first."""
    with runtime.database.reading() as session:
        rows = list_drills(session, actor)
        return curves(session), rows


def get(runtime: Runtime, actor: Actor, drill_id: int) -> DrillRow:
    """Return one drill.

    Raises:
        UnknownRow: there is none under this id.
    """
    with runtime.database.reading() as session:
        return get_drill(session, drill_id, actor)


def _outcome(runtime: Runtime, code: str, sha256: str) -> tuple[DrillOutcome, float | None]:
    try:
        examined = comparing.examine(runtime, [sha256], lambda _done, _steps: None)
    except (WatermarkError, SandboxFault):
        return DrillOutcome.UNREADABLE, None
    with runtime.database.reading() as session:
        judged = comparing.judge(session, examined)
    finding = judge_case(judged.findings, judged.registered, contradicted=judged.contradicted)
    return outcome_of(finding, code), finding.log10_chance
