"""Numbered copies are ordered and, when the printer spoils them, ordered anew; how they leave is in ``releasing``.

Law: numbers are reserved in one transaction with the approval they use and the job that makes them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from registry import keeping
from registry.acts import batches, copies
from registry.acts.copies import Spoiling
from registry.errors import ConflictError
from registry.rows import UnknownRow
from registry.rules import lifecycle, roles
from registry.rules.approval import Act
from registry.rules.batches import UNFINISHED
from registry.rules.codes import copy_no_text, human_code
from registry.rules.family import Use
from registry.rules.lifecycle import State
from registry.rules.roles import Action, Actor
from registry.views.approvals import RequestRow, RequestView, printable, request
from registry.views.batches import batch_state, batch_work, get_batch
from registry.views.holdings import Name
from registry.views.people import persons
from service import jobs, printers
from service.flows import marks, registering
from service.flows.characters import Lacking, lacking, numbered
from service.flows.making import JOB_KIND
from service.papers.labels import Label, draw_labels
from service.runtime import Runtime

WITHOUT_LABEL: Final = lifecycle.TERMINAL | {State.SPOILED}
"""States in which a label would give waste, or a number that was given up, the looks of a good copy."""


class UnprintableCharacters(ConflictError):
    """A name or number that has to be printed has characters that no typeface has; fact ``characters``."""

    code = "unprintable-characters"


class NothingToLabel(ConflictError):
    """Every copy of the run is void, a misprint or destroyed."""

    code = "nothing-to-label"


@dataclass(frozen=True)
class Plan:
    """An approved request that can be printed: what was agreed to, how much is left, who can be named.

    Attributes:
        lacking: What cannot be printed: the staff number of whose name it is, empty for the document, and what.
    """

    view: RequestView
    left: int
    persons: tuple[Name, ...]
    lacking: tuple[tuple[str, Lacking], ...]


def approved(runtime: Runtime, actor: Actor) -> tuple[RequestRow, ...]:
    """Return the approvals that the actor could print now; none for who may not print."""
    if not roles.may(actor, Action.PRINT):
        return ()
    with runtime.database.reading() as session:
        return printable(session, actor, now=runtime.now())


def plan(runtime: Runtime, actor: Actor, request_id: int) -> Plan:
    """Return what a print run under a request can be.

    Raises:
        UnknownRow: there is no such request to print, or none that the actor may know of.
    """
    with runtime.database.reading() as session:
        view = request(session, request_id, actor, now=runtime.now())
        if view.row.act is not Act.PRINT and view.row.use is not Use.RECOPY:
            raise UnknownRow("approval_request", request_id)
        anybody = (row.person for row in persons(session, only_active=True))
        named = view.recipients or tuple(anybody)
    wanting = [("", each) for each in lacking(runtime, doc_number=view.row.doc_number)]
    for name in named:
        found = lacking(runtime, name_zh=name.zh, name_en=name.en)
        wanting += [(name.staff_no, each) for each in found]
    return Plan(view, view.row.quantity - view.row.used, named, tuple(wanting))


def order_batch(
    runtime: Runtime,
    actor: Actor,
    request_id: int,
    recipients: Sequence[int | None],
    *,
    printer: str | None = None,
) -> int:
    """Use an approved request: reserve numbers and order the marked copies; return the id of the batch.

    Args:
        runtime: The tools.
        actor: The clerk who prints.
        request_id: The approved request.
        recipients: For each copy the person named on it; None names the issuing unit.
        printer: Name of the printer that will print, if that is known: the copies get the dots that it prints well.

    Raises:
        UnknownPrinter: there is none of that name.
        UnprintableCharacters: a name cannot be printed; nothing was reserved.
        LessTraceableThanAgreed: under the marks in force the document falls short in a way that was not accepted.
    """
    subject = f"request:{request_id}"
    with runtime.refusals(actor, "batch.order", subject):
        roles.require(actor, Action.PRINT)
        proof = _measured_for(runtime, actor, request_id, printer)
    now = runtime.now()
    with runtime.deed(actor, "batch.order", subject) as session:
        batch_id = copies.reserve(
            session,
            request_id,
            recipients,
            actor=actor,
            now=now,
            marks=runtime.settings.mark_rules.for_printer(printer),
            printer=printer,
            proof=proof,
        )
        _require_printable(runtime, session, batch_id)
        enqueue(session, batch_id, account_id=actor.account_id, now=now)
    return batch_id


def retry(runtime: Runtime, actor: Actor, batch_id: int) -> None:
    """Put a failed print run back in the queue."""
    now = runtime.now()
    with runtime.deed(actor, "batch.retry", f"batch:{batch_id}") as session:
        batches.retry(session, batch_id, actor=actor, now=now)
        enqueue(session, batch_id, account_id=actor.account_id, now=now)


def give_up(runtime: Runtime, actor: Actor, batch_id: int) -> int:
    """Void the numbers of a print run that have no paper; return how many. The file is made of the others."""
    now = runtime.now()
    with runtime.deed(actor, "batch.give-up", f"batch:{batch_id}") as session:
        voided = copies.give_up(session, batch_id, actor=actor, now=now)
        if batch_state(session, batch_id) in UNFINISHED:
            enqueue(session, batch_id, account_id=actor.account_id, now=now)
    return voided


def spoil(runtime: Runtime, actor: Actor, codes: Sequence[str], reason: str) -> Spoiling:
    """Record misprints of one released run and order what replaces them."""
    now = runtime.now()
    with runtime.deed(actor, "copy.spoil", f"copy:{codes[0]}" if codes else "copy") as session:
        result = copies.spoil(session, codes, reason, actor=actor, now=now)
        if result.batch_id is not None:
            enqueue(session, result.batch_id, account_id=actor.account_id, now=now)
    return result


def labels(runtime: Runtime, actor: Actor, batch_id: int, *, first_place: int = 1) -> bytes:
    """Return the labels of a run's copies as a PDF; what is void, a misprint or destroyed gets none.

    Args:
        runtime: The tools.
        actor: Who prints.
        batch_id: The run.
        first_place: The first label of the first sheet that is not used yet.

    Raises:
        NothingToLabel: no copy of the run can bear one.
    """
    roles.require(actor, Action.RELEASE_PRINT)
    with runtime.database.reading() as session:
        get_batch(session, batch_id, actor)
        found = [
            Label(copy_no_text(copy.copy_no), human_code(copy.code), f"{copy.number} / {copy.size}")
            for copy in batch_work(session, batch_id).copies
            if copy.state not in WITHOUT_LABEL
        ]
    if not found:
        raise NothingToLabel("got a run without a copy to label", batch=batch_id)
    return draw_labels(found, first_place=first_place)


def _measured_for(
    runtime: Runtime, actor: Actor, request_id: int, printer: str | None
) -> dict[str, Any] | None:
    """Return how traceable a document is under the dots of a printer; None where they are those of its level."""
    if printer is None:
        return None
    printers.find_named(runtime.settings.printers, printer)
    with runtime.database.reading() as session:
        document_id = request(session, request_id, actor, now=runtime.now()).row.document_id
        keeping.require_content(session, document_id or 0)
    document = registering.get_document(runtime, actor, document_id or 0)
    level, ours = (document.row.scheme, document.row.level), runtime.settings.mark_rules
    if ours.for_printer(printer).get(*level) == ours.get(*level):
        return None
    return registering.measure(
        runtime, document.row, document.cleaned_sha256, document.row.pages, printer=printer
    )


def _require_printable(runtime: Runtime, session: Session, batch_id: int) -> None:
    work = batch_work(session, batch_id)
    if lacking := runtime.fonts.missing(marks.letters(marks.wordings(work, runtime.settings))):
        raise UnprintableCharacters("got characters that no typeface has", characters=numbered(lacking))


def enqueue(session: Session, batch_id: int, *, account_id: int | None, now: datetime) -> None:
    """Order the making of a print run, within the deed that reserved its numbers."""
    jobs.enqueue(session, JOB_KIND, {"batch_id": batch_id}, now=now, account_id=account_id)
