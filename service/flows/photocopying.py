"""The photocopies of a job on a copier: labelled, taken into stock by scanning their labels, or given up.

Law: a photocopy is known by its label alone; the codes that stand on its pages are those of the copy on the glass.
"""

from collections.abc import Iterable
from typing import Final

from registry.acts import copying
from registry.errors import ConflictError
from registry.rules import roles
from registry.rules.codes import copy_no_text, human_code
from registry.rules.lifecycle import TERMINAL
from registry.rules.roles import Action, Actor
from registry.views import equipment as views
from registry.views.equipment import JobRow
from service.flows.scans import read_stack
from service.papers.labels import Label, draw_labels
from service.runtime import Runtime

LONGEST_UNIT: Final = 8
"""How many characters of a unit's name fit beside the code of a label; a longer one is named by its code."""


class NoPhotocopies(ConflictError):
    """The job made no paper that a label could be stuck on, or every number of it is given up."""

    code = "no-photocopies"


def get_job(runtime: Runtime, actor: Actor, job_id: int) -> JobRow:
    """Return one copy or fax job with its photocopies.

    Raises:
        UnknownRow: there is none.
    """
    roles.require(actor, Action.READ_COPYING)
    with runtime.database.reading() as session:
        return views.job(session, job_id)


def labels(runtime: Runtime, actor: Actor, job_id: int, *, first_place: int = 1) -> bytes:
    """Return the labels of a job's photocopies as a PDF, each naming the copying unit.

    Raises:
        NoPhotocopies: there is nothing to label.
    """
    roles.require(actor, Action.RUN_COPYING)
    job = get_job(runtime, actor, job_id)
    unit = job.copying_unit
    named = f"复制单位 {unit.zh if len(unit.zh) <= LONGEST_UNIT else unit.code}"
    found = [
        Label(copy_no_text(copy.copy_no), human_code(copy.code), named)
        for copy in job.photocopies
        if copy.state not in TERMINAL
    ]
    if not found:
        raise NoPhotocopies("got a job without a photocopy to label", job=job_id)
    return draw_labels(found, first_place=first_place)


def take_in(runtime: Runtime, actor: Actor, job_id: int, texts: Iterable[str]) -> int:
    """Take photocopies into stock whose labels were scanned; return how many were not there before."""
    subject = f"equipment-job:{job_id}"
    with runtime.refusals(actor, "equipment.take-in", subject):
        codes = [scan.code for scan in read_stack(runtime.tokens, texts)]
    with runtime.deed(actor, "equipment.take-in", subject) as session:
        return len(copying.take_in(session, job_id, codes, actor=actor, now=runtime.now()))


def give_up(runtime: Runtime, actor: Actor, job_id: int) -> int:
    """Void the numbers of photocopies that were never made; return how many."""
    with runtime.deed(actor, "equipment.give-up", f"equipment-job:{job_id}") as session:
        return copying.give_up(session, job_id, actor=actor, now=runtime.now())
