"""A document's family by program, and asking that something is made of it."""

from typing import Literal

from pydantic import AwareDatetime, Field

from registry.rules.family import Use
from registry.rules.lifecycle import State
from registry.rules.roles import Action
from registry.views.family import Branch, Kin
from registry.views.holdings import CopyLine
from service.api.area import Area, Model
from service.flows import families
from service.flows.families import CopyingWish
from service.login import current_actor, current_runtime

area = Area("families", __name__)


class KinDocument(Model):
    """One document of a family; of one that you may not know of nothing but its place is told."""

    document_id: int | None
    doc_number: str
    title: str
    scheme: str
    level: str
    secrecy_period: str
    declassified: bool
    made_as: Use | None
    copies: int
    live: int
    recopies: int
    is_known: bool


class KinBranch(Model):
    """A document, and what is next to it on the way away from the one that was asked for."""

    document: KinDocument
    next: list["KinBranch"]
    repeats: bool = Field(description="Told before in this tree; its own branches stand there.")


class KinCopy(Model):
    """A copy by its code and number."""

    code: str
    copy_no: int
    state: State


class KinRecopies(Model):
    """A copy, and the re-copies that were made after it."""

    source: KinCopy
    made: list[KinCopy]


class Family(Model):
    """What a document was made of, what was made of it, and its re-copies."""

    here: KinDocument
    up: list[KinBranch]
    down: list[KinBranch]
    recopied: list[KinRecopies]


class NewCopying(Model):
    """What shall be made of a document."""

    use: Literal[Use.RECOPY, Use.EXCERPT, Use.COMPILATION]
    reason: str = Field(min_length=1, max_length=300)
    until: AwareDatetime
    copies: int = Field(default=1, ge=1, le=500, description="Of re-copies, how many.")
    source: str = Field(
        default="", max_length=200, description="Of re-copies, the copy that they are made after."
    )
    part: str = Field(default="", max_length=300, description="Of anything else, what is taken.")


class CopyingRequested(Model):
    """The id of a request for approval."""

    id: int


@area.operation(
    "GET",
    "/documents/<int:document_id>/family",
    summary="Tell what a document was made of, what was made of it, and its re-copies.",
    answer=Family,
    action=Action.READ_OWN_HOLDINGS,
)
def get_family(document_id: int) -> Family:
    """Tell about a family."""
    found = families.get_family(current_runtime(), current_actor(), document_id)
    return Family(
        here=_kin(found.here),
        up=[_branch(each) for each in found.up],
        down=[_branch(each) for each in found.down],
        recopied=[
            KinRecopies(source=_copy(each.source), made=[_copy(copy) for copy in each.made])
            for each in found.recopied
        ],
    )


@area.operation(
    "POST",
    "/documents/<int:document_id>/copying",
    summary="Ask for re-copies, an excerpt, or what a compilation takes from a document.",
    body=NewCopying,
    answer=CopyingRequested,
    status=201,
    action=Action.REQUEST_COPYING,
)
def ask_copying(document_id: int, body: NewCopying) -> CopyingRequested:
    """Ask that something is made of a document."""
    wish = CopyingWish(
        document_id=document_id,
        use=body.use,
        reason=body.reason,
        until=body.until,
        copies=body.copies,
        source=body.source,
        part=body.part,
    )
    return CopyingRequested(id=families.ask(current_runtime(), current_actor(), wish))


def _branch(found: Branch) -> KinBranch:
    return KinBranch(
        document=_kin(found.kin), next=[_branch(each) for each in found.next], repeats=found.repeats
    )


def _kin(kin: Kin) -> KinDocument:
    return KinDocument(
        document_id=kin.document_id if kin.is_known else None,
        doc_number=kin.doc_number,
        title=kin.title,
        scheme=kin.scheme,
        level=kin.level,
        secrecy_period=kin.secrecy_period,
        declassified=kin.declassified,
        made_as=kin.made_as,
        copies=kin.copies,
        live=kin.live,
        recopies=kin.recopies,
        is_known=kin.is_known,
    )


def _copy(line: CopyLine) -> KinCopy:
    return KinCopy(code=line.code, copy_no=line.copy_no, state=line.state)
