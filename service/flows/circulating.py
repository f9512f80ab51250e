"""A copy circulates among readers: from the list that a leader agrees to, reader by reader, to the slip.

Laws: who agrees proves themselves before the transaction; the copy is scanned each time it is given; it comes back over
the counter like any other.
"""

from collections.abc import Sequence
from datetime import timedelta

from registry.acts import circulations, movements
from registry.errors import InvalidError
from registry.ledger import log
from registry.rules import roles
from registry.rules.circulation import CirculationEnded, CirculationState, NobodyWaits
from registry.rules.roles import Action, Actor
from registry.rules.words import HandOverKind
from registry.views import circulations as views
from registry.views.circulations import CirculationView
from service.flows import proving
from service.flows.scans import read_scan
from service.papers.circulation import draw_circulation
from service.runtime import Runtime
from service.times import end_of_day, local


class OtherCopyScanned(InvalidError):
    """The copy that was scanned is not the one that circulates."""

    code = "other-copy-scanned"


def begin(
    runtime: Runtime,
    actor: Actor,
    scan: str,
    reader_ids: Sequence[int],
    reason: str,
    *,
    days: int,
    signer_id: int,
    pin: str,
) -> int:
    """Let a copy circulate among readers to whom a leader agrees with their PIN; return the circulation's id.

    Raises:
        PinRefused, PinClosed: it is not them; recorded.
    """
    with runtime.refusals(actor, "circulation.begin", "circulation"):
        roles.require(actor, Action.CIRCULATE)
        code = read_scan(runtime.tokens, scan).code
    signer = proving.prove_person(runtime, actor, signer_id, pin)
    with runtime.deed(actor, "circulation.begin", f"copy:{code}") as session:
        return circulations.begin(
            session, code, reader_ids, reason, days=days, signer=signer, actor=actor, now=runtime.now()
        )


def pass_on(runtime: Runtime, actor: Actor, circulation_id: int, scan: str) -> int:
    """Give the scanned copy to the reader whose turn it is; return the hand-over, which they sign for.

    Raises:
        OtherCopyScanned: another copy was scanned.
        NobodyWaits: everybody had it.
        ImpossibleStep: it is not back yet.
    """
    with runtime.refusals(actor, "circulation.pass-on", f"circulation:{circulation_id}"):
        roles.require(actor, Action.LEND)
        code = read_scan(runtime.tokens, scan).code
    now = runtime.now()
    with runtime.deed(actor, "circulation.pass-on", f"circulation:{circulation_id}") as session:
        view = views.one_circulation(session, circulation_id)
        if view.state is not CirculationState.RUNNING:
            raise CirculationEnded("got a circulation that is over", ending=str(view.ending))
        if code != view.copy.code:
            raise OtherCopyScanned("got a scan of another copy", field="scan")
        if view.next is None:
            raise NobodyWaits("got a circulation in which nobody waits", circulation=circulation_id)
        last_day = local(now, runtime.settings).date() + timedelta(days=view.days)
        return movements.offer(
            session,
            [code],
            HandOverKind.LOAN,
            view.next.person.id,
            due_at=end_of_day(last_day, runtime.settings),
            actor=actor,
            now=now,
        )


def skip(runtime: Runtime, actor: Actor, circulation_id: int, person_id: int, reason: str) -> None:
    """Pass over a reader who is away."""
    with runtime.deed(actor, "circulation.skip", f"circulation:{circulation_id}") as session:
        circulations.skip(session, circulation_id, person_id, reason, actor=actor, now=runtime.now())


def replace(
    runtime: Runtime,
    actor: Actor,
    circulation_id: int,
    person_id: int,
    substitute_id: int,
    *,
    reason: str,
    signer_id: int,
    pin: str,
) -> None:
    """Let somebody to whom a leader agrees with their PIN read in the place of a reader who is away."""
    with runtime.refusals(actor, "circulation.replace", f"circulation:{circulation_id}"):
        roles.require(actor, Action.CIRCULATE)
    signer = proving.prove_person(runtime, actor, signer_id, pin)
    with runtime.deed(actor, "circulation.replace", f"circulation:{circulation_id}") as session:
        circulations.replace(
            session,
            circulation_id,
            person_id,
            substitute_id,
            reason,
            signer=signer,
            actor=actor,
            now=runtime.now(),
        )


def stop(runtime: Runtime, actor: Actor, circulation_id: int, reason: str) -> None:
    """End a circulation before its time."""
    with runtime.deed(actor, "circulation.stop", f"circulation:{circulation_id}") as session:
        circulations.stop(session, circulation_id, reason, actor=actor, now=runtime.now())


def listing(runtime: Runtime, actor: Actor) -> tuple[CirculationView, ...]:
    """Return all circulations, those that run first."""
    roles.require(actor, Action.READ_CIRCULATIONS)
    with runtime.database.reading() as session:
        return views.circulations(session)


def get_circulation(runtime: Runtime, actor: Actor, circulation_id: int) -> CirculationView:
    """Return one circulation with its readers."""
    roles.require(actor, Action.READ_CIRCULATIONS)
    with runtime.database.reading() as session:
        return views.one_circulation(session, circulation_id)


def circulation_of(runtime: Runtime, actor: Actor, code: str) -> int | None:
    """Return the circulation that runs over a copy; None to whom circulations are closed."""
    if not roles.may(actor, Action.READ_CIRCULATIONS):
        return None
    with runtime.database.reading() as session:
        return views.circulation_of(session, code)


def slip(runtime: Runtime, actor: Actor, circulation_id: int) -> bytes:
    """Return the circulation slip as a PDF, with what is known by now."""
    roles.require(actor, Action.READ_CIRCULATIONS)
    with runtime.database.reading() as session:
        view = views.one_circulation(session, circulation_id)
        head = log.head(session).short
    signed = {line.signature_sha256 for line in view.readers if line.signature_sha256}
    drawn = {sha256: runtime.store.get(sha256) for sha256 in sorted(signed)}
    return draw_circulation(view, runtime.settings, drawn=drawn, ledger=head)
