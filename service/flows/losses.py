"""A copy is reported missing, declared lost, reported on, investigated, or found.

Law: whoever agrees that a copy is found proves themselves before the transaction.
"""

from registry.acts import losses
from registry.ledger import log
from registry.rules import roles
from registry.rules.clocks import Clocks
from registry.rules.lifecycle import State, Step
from registry.rules.loss import LossReport
from registry.rules.roles import Action, Actor
from registry.ruling import in_force
from registry.views import losses as views
from registry.views.losses import LossRow
from service.flows import proving
from service.flows.scans import read_scan
from service.papers.loss import draw_loss
from service.runtime import Runtime


def report(runtime: Runtime, actor: Actor, scan: str, step: Step, reason: str) -> State:
    """Record that a copy is missing or lost, named by a scan or its typed code, and return its state.

    Raises:
        InvalidMark, InvalidCode: the scan names no copy of ours.
        ImpossibleStep: the copy's state does not allow it.
    """
    with runtime.refusals(actor, "copy.report", "copy"):
        code = read_scan(runtime.tokens, scan).code
    with runtime.deed(actor, "copy.report", f"copy:{code}") as session:
        return losses.report(session, code, step, reason, actor=actor, now=runtime.now())


def find(runtime: Runtime, actor: Actor, scan: str, explanation: str, *, approver_id: int, pin: str) -> State:
    """Record that a missing or lost copy lies before the clerk, and that a leader agrees; return its state.

    Raises:
        InvalidMark, InvalidCode: the scan names no copy of ours.
        PinRefused, PinClosed: it is not the leader; recorded.
        NotAnIndependentApprover: they take the copy in, or answer for it.
        ImpossibleStep: the copy is not missing.
    """
    with runtime.refusals(actor, "copy.find", "copy"):
        roles.require(actor, Action.FIND)
        code = read_scan(runtime.tokens, scan).code
    approver = proving.prove_person(runtime, actor, approver_id, pin)
    with runtime.deed(actor, "copy.find", f"copy:{code}") as session:
        return losses.find(session, code, explanation, approver=approver, actor=actor, now=runtime.now())


def file_report(runtime: Runtime, actor: Actor, loss_id: int, said: LossReport) -> None:
    """File the report of a loss."""
    with runtime.deed(actor, "loss.report", f"loss:{loss_id}") as session:
        losses.file_report(session, loss_id, said, actor=actor, now=runtime.now())


def conclude(runtime: Runtime, actor: Actor, loss_id: int, result: str, remedies: str) -> None:
    """Record the result of the investigation of a loss."""
    with runtime.deed(actor, "loss.conclude", f"loss:{loss_id}") as session:
        losses.conclude(session, loss_id, result, remedies, actor=actor, now=runtime.now())


def listing(runtime: Runtime, actor: Actor) -> tuple[LossRow, ...]:
    """Return all losses with their clocks, those that go on first."""
    roles.require(actor, Action.READ_LOSSES)
    with runtime.database.reading() as session:
        return views.losses(session, now=runtime.now(), clocks=in_force(session, runtime.now()).clocks)


def clocks_now(runtime: Runtime) -> Clocks:
    """Return the deadlines of the rules in force."""
    with runtime.database.reading() as session:
        return in_force(session, runtime.now()).clocks


def get_loss(runtime: Runtime, actor: Actor, loss_id: int) -> LossRow:
    """Return one loss with its clocks."""
    roles.require(actor, Action.READ_LOSSES)
    with runtime.database.reading() as session:
        return views.one_loss(
            session, loss_id, now=runtime.now(), clocks=in_force(session, runtime.now()).clocks
        )


def find_loss(runtime: Runtime, actor: Actor, code: str) -> LossRow | None:
    """Return the loss of a copy that goes on, for those who read losses."""
    if not roles.may(actor, Action.READ_LOSSES):
        return None
    with runtime.database.reading() as session:
        return views.loss_of_copy(
            session, code, now=runtime.now(), clocks=in_force(session, runtime.now()).clocks
        )


def paper(runtime: Runtime, actor: Actor, loss_id: int) -> bytes:
    """Return the report of a loss as a PDF of seven items.

    Raises:
        LossNotReported: it was not filed yet.
    """
    row = get_loss(runtime, actor, loss_id)
    if row.report is None:
        raise losses.LossNotReported("got a loss without a report", loss=loss_id)
    with runtime.database.reading() as session:
        head = log.head(session).short
    return draw_loss(row, runtime.settings, ledger=head)
