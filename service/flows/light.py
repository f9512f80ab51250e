"""Documents kept light: code names are proposed, content goes when it is printed, and comes back for a purpose.

Laws: that content goes is committed before the first file is gone, and a job clears it that may be killed and repeated
anywhere. What comes back is compared by its hash before it is opened. Nothing of it is stored outside its room.
"""

import hashlib
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry import keeping
from registry.acts import batches, light
from registry.acts.tracing import TraceRunOpen
from registry.errors import RegistryError
from registry.rules import roles
from registry.rules.light import AnotherFile, ContentRemoved, NoSuchOriginal, removal_due
from registry.rules.roles import Action, Actor
from registry.rules.words import CaseState, Content, RemovedFor
from registry.views.comparing import extent
from registry.views.documents import DocumentView
from registry.views.light import (
    find_standing,
    free_code_name,
    get_standing,
    room_of,
    runs_on_hand,
    with_content,
    without_content_of,
)
from registry.views.scope import get_within_reach
from registry.views.tracing import get_case
from service import jobs
from service.flows import registering, rooms, tracing
from service.flows.checkpoints import sign_head
from service.jobs import Job, JobState
from service.runtime import Runtime

JOB_KIND = "remove-content"


@dataclass(frozen=True)
class Originals:
    """Of how many documents on paper no content is here, and of how many it was brought for one case."""

    missing: int
    brought: int


def propose_name(runtime: Runtime, actor: Actor) -> str:
    """Return a code name that no document has; it is not reserved."""
    roles.require(actor, Action.REGISTER_DOCUMENT)
    with runtime.database.reading() as session:
        return free_code_name(session)


def remove_now(runtime: Runtime, actor: Actor, document_id: int) -> None:
    """Have the content of a document removed before its time; the worker clears it.

    Raises:
        UnknownRow: there is no such document within reach, or it is not kept light.
        ContentInUse: a print run needs it.
        ContentRemoved, ContentBeingRemoved: it is gone, or going.
    """
    with runtime.deed(actor, "document.remove-content", f"document:{document_id}") as session:
        get_within_reach(session, document_id, actor, now=runtime.now())
        _order_removal(runtime, session, document_id, RemovedFor.ASKED, actor)
    sign_head(runtime)


def order_due(runtime: Runtime) -> int:
    """Order the removal of all content whose time has come, and again what got stuck; return of how many documents."""
    now = runtime.now()
    with runtime.database.reading() as session:
        found = [
            document_id
            for document_id in with_content(session, Content.KEPT)
            if removal_due(get_standing(session, document_id, now=now), now)
        ]
        going = with_content(session, Content.REMOVING)
    for document_id in going:
        _order_again_if_idle(runtime, document_id)
    return sum(_order_if_due(runtime, document_id) for document_id in found)


def clear(runtime: Runtime, document_id: int) -> None:
    """Remove the files of a document whose content goes, and record that they are gone; harmless when they are."""
    with runtime.database.reading() as session:
        standing = find_standing(session, document_id, now=runtime.now())
        room = room_of(session, document_id)
    if standing is None or room is None or standing.content is not Content.REMOVING:
        return
    runtime.store.clear(room)
    runtime.pages.forget(lambda name: name.startswith(f"{document_id}-"))
    with runtime.database.transaction() as session:
        light.end_removal(session, document_id, actor=Actor.system(), now=runtime.now())
    sign_head(runtime)


def bring_back(
    runtime: Runtime,
    actor: Actor,
    document_id: int,
    offered: bytes,
    *,
    name: str = "",
    case_id: int | None = None,
) -> None:
    """Bring the content of a document back from the same file, for more copies or for one trace case.

    Args:
        runtime: The tools.
        actor: The clerk, or the auditor of the case.
        document_id: A document that is kept light.
        offered: The file, as it was registered.
        name: What its owner called it; nothing of it is kept.
        case_id: The case for which alone it comes back.

    Raises:
        AnotherFile: it is not the file that was registered; it was not opened.
        ContentHere, ContentBeingRemoved: nothing has to be brought back, or not yet.
        UnusableFileError, ConversionFault, SandboxFault: it can no longer be used; nothing was stored.
    """
    subject, action = f"document:{document_id}", "document.return-content"
    with runtime.refusals(actor, action, subject):
        roles.require(actor, Action.REGISTER_DOCUMENT if case_id is None else Action.OPEN_CASE)
        view = registering.get_document(runtime, actor, document_id)
        _require_same(view, offered)
    with rooms.own_room(runtime) as room:
        with runtime.refusals(actor, action, subject):
            file = registering.take_in(runtime, view.row, offered, name=name, room=room)
        now = runtime.now()
        with runtime.deed(actor, action, subject) as session:
            light.bring_back(
                session,
                document_id,
                file,
                room or "",
                keep_until_at=rooms.keep_until(runtime, now),
                actor=actor,
                now=now,
                case_id=case_id,
            )


def bring_for_case(runtime: Runtime, actor: Actor, case_id: int, offered: bytes, *, name: str = "") -> int:
    """Bring the content of the documents that were registered with a file back for one case, and run it again.

    Returns how many documents that were.

    Raises:
        NoSuchOriginal: no document without content was registered with this file; recorded.
        TraceRunOpen: a run of the case is not finished; nothing was brought.
    """
    with runtime.refusals(actor, "case.bring-original", f"case:{case_id}"):
        roles.require(actor, Action.OPEN_CASE)
        with runtime.database.reading() as session:
            state = get_case(session, case_id, actor).state
            found = without_content_of(session, hashlib.sha256(offered).hexdigest())
        if state is CaseState.RUNNING:
            raise TraceRunOpen("got a case whose last run is not finished", case_id=case_id)
        if not found:
            raise NoSuchOriginal(
                "got a file that no document without content was registered with", field="file"
            )
    for document_id in found:
        bring_back(runtime, actor, document_id, offered, name=name, case_id=case_id)
    tracing.run_again(runtime, actor, case_id)
    return len(found)


def end_case_content(runtime: Runtime, actor: Actor, case_id: int) -> int:
    """Have everything removed that was brought for one case; return of how many documents.

    Raises:
        UnknownRow: there is no such case.
    """
    with runtime.refusals(actor, "case.remove-original", f"case:{case_id}"):
        roles.require(actor, Action.OPEN_CASE)
        with runtime.database.reading() as session:
            get_case(session, case_id, actor)
            found = with_content(session, Content.KEPT, case_id=case_id)
    for document_id in found:
        remove_now(runtime, actor, document_id)
    return len(found)


def has_content(runtime: Runtime, document_id: int | None) -> bool:
    """Tell whether the pages of a document can be shown and printed, as far as keeping it light goes."""
    with runtime.database.reading() as session:
        return document_id is None or keeping.has_content(session, document_id)


def originals_of(runtime: Runtime, case_id: int) -> Originals:
    """Return how much a case lacks and has of the content of documents that are kept light."""
    with runtime.database.reading() as session:
        return Originals(
            missing=extent(session).without_content,
            brought=len(with_content(session, Content.KEPT, case_id=case_id)),
        )


def _require_same(view: DocumentView, offered: bytes) -> None:
    if hashlib.sha256(offered).hexdigest() != view.original_sha256:
        raise AnotherFile("got another file than was registered", document=view.row.id, field="file")


def _order_if_due(runtime: Runtime, document_id: int) -> int:
    """Order one removal, looked at again within its own transaction."""
    now = runtime.now()
    try:
        with runtime.database.transaction() as session:
            why = removal_due(get_standing(session, document_id, now=now), now)
            if why is None:
                return 0
            _order_removal(runtime, session, document_id, why, Actor.system())
    except RegistryError:
        return 0  # another worker was faster
    return 1


def _order_again_if_idle(runtime: Runtime, document_id: int) -> None:
    """Order the job of a removal once more that none works on: the last has failed for good, such as on a full disk."""
    still = sa.select(Job.payload).where(
        Job.kind == JOB_KIND, Job.state.in_((JobState.QUEUED, JobState.RUNNING))
    )
    with runtime.database.transaction() as session:
        if any(payload.get("document_id") == document_id for payload in session.scalars(still)):
            return
        jobs.enqueue(session, JOB_KIND, {"document_id": document_id}, now=runtime.now())


def _order_removal(
    runtime: Runtime, session: Session, document_id: int, why: RemovedFor, actor: Actor
) -> None:
    """Record that content goes, show the runs that can no longer leave as failed, and order the job."""
    now = runtime.now()
    room = room_of(session, document_id)
    files = runtime.store.room(room).files() if room else ()
    light.begin_removal(session, document_id, files, why, actor=actor, now=now)
    for batch_id in runs_on_hand(session, document_id):
        batches.fail(session, batch_id, ContentRemoved.code, actor=Actor.system(), now=now)
    jobs.enqueue(session, JOB_KIND, {"document_id": document_id}, now=now)
