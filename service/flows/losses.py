"""A copy is reported missing, declared lost, or found."""

from registry.acts import losses
from registry.rules.lifecycle import State, Step
from registry.rules.roles import Actor
from service.flows.scans import read_scan
from service.runtime import Runtime


def report(runtime: Runtime, actor: Actor, scan: str, step: Step, reason: str) -> State:
    """Record what became of a copy, named by a scan or its typed code, and return its state.

    Raises:
        InvalidMark, InvalidCode: the scan names no copy of ours.
        ImpossibleStep: the copy's state does not allow it.
    """
    with runtime.refusals(actor, "copy.report", "copy"):
        code = read_scan(runtime.tokens, scan).code
    with runtime.deed(actor, "copy.report", f"copy:{code}") as session:
        return losses.report(session, code, step, reason, actor=actor, now=runtime.now())
