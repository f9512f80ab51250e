"""What is made of documents and copies: asked for, and shown as a family; ``registering`` enters it.

Law: an order to copy says what for, and re-copies name the copy that they are made after: who agrees knows both.
"""

from dataclasses import dataclass
from datetime import datetime

from registry.rows import UnknownRow
from registry.rules import roles
from registry.rules.approval import Act
from registry.rules.family import DERIVING, SOURCE_DETAIL, USE_DETAIL, Use
from registry.rules.limits import REASON_LIMIT
from registry.rules.roles import Action, Actor
from registry.rules.texts import parse_line
from registry.sources import SourceOfOtherDocument
from registry.views import family as views
from registry.views.approvals import Preview, RequestRow, usable
from registry.views.copies import get_copy
from registry.views.family import FamilyView
from service.flows import requesting
from service.flows.requesting import Wish
from service.flows.scans import read_scan
from service.runtime import Runtime


@dataclass(frozen=True, kw_only=True)
class CopyingWish:
    """What a person asks to be made of a document.

    Attributes:
        source: Of re-copies, the scanned or typed code of the copy that they are made after; empty otherwise.
        part: Of an excerpt or compilation, which pages or passages are taken.
    """

    document_id: int
    use: Use
    reason: str
    until: datetime
    copies: int = 1
    source: str = ""
    part: str = ""


def ask(runtime: Runtime, actor: Actor, wish: CopyingWish) -> int:
    """Ask for approval of re-copies, an excerpt, or of what a compilation takes; return the id of the request.

    Raises:
        InvalidMark, InvalidCode, UnknownCopy: the scan names no copy of ours.
        SourceOfOtherDocument: it names one of another document.
        MissingText: an excerpt or compilation does not say what is taken.
        RefusedByRule: nobody can agree.
    """
    with runtime.refusals(actor, "approval.request", f"document:{wish.document_id}"):
        asked = _wish(runtime, actor, wish)
    return requesting.ask(runtime, actor, asked)


def preview(runtime: Runtime, actor: Actor, document_id: int, until: datetime) -> Preview:
    """Return who would have to agree that something is made of a document; nothing is written.

    Raises:
        RefusedByRule, DocumentDeclassified: nobody can, or needs to.
    """
    wish = Wish(document_id=document_id, act=Act.COPY, reason="-", until=until)
    return requesting.preview(runtime, actor, wish)


@dataclass(frozen=True)
class MadeOf:
    """What a document is registered as made of: an approval, and others that a compilation could use as well."""

    use: Use
    requests: tuple[RequestRow, ...]
    others: tuple[RequestRow, ...]


def made_of(runtime: Runtime, actor: Actor, request_id: int) -> MadeOf:
    """Return what a document is registered as made of that begins with an approval.

    Raises:
        UnknownRow: the actor can register nothing under this approval.
    """
    roles.require(actor, Action.REGISTER_DOCUMENT)
    with runtime.database.reading() as session:
        found = usable(session, Act.COPY, actor, now=runtime.now(), uses=tuple(DERIVING))
    first = next((row for row in found if row.id == request_id), None)
    if first is None or first.use is None:
        raise UnknownRow("approval_request", request_id)
    others = tuple(
        row
        for row in found
        if row.use is Use.COMPILATION is first.use and row.document_id != first.document_id
    )
    return MadeOf(use=first.use, requests=(first,), others=others)


def get_family(runtime: Runtime, actor: Actor, document_id: int) -> FamilyView:
    """Return the family of a document.

    Raises:
        UnknownRow: there is none, or none that the actor may know of.
    """
    with runtime.database.reading() as session:
        return views.family(session, document_id, actor, now=runtime.now())


def _wish(runtime: Runtime, actor: Actor, wish: CopyingWish) -> Wish:
    details = [(USE_DETAIL, str(wish.use))]
    if wish.use is Use.RECOPY:
        code = read_scan(runtime.tokens, wish.source).code
        with runtime.database.reading() as session:
            found = get_copy(session, code, actor)
        if found.copy.document_id != wish.document_id:
            raise SourceOfOtherDocument("got a copy of another document as source")
        details.append((SOURCE_DETAIL, code))
    else:
        details.append(("part", parse_line(wish.part, field="part", limit=REASON_LIMIT)))
    return Wish(
        document_id=wish.document_id,
        act=Act.COPY,
        reason=wish.reason,
        until=wish.until,
        copies=wish.copies if wish.use is Use.RECOPY else 1,
        details=tuple(details),
    )
