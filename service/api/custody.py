"""The counter by program: stacks given, signed for, brought back, passed on; what is out, and claims of return."""

import base64
from datetime import datetime
from typing import Final, Literal

from flask import Response
from pydantic import AwareDatetime, Base64Bytes, Field

from registry.rules.roles import Action
from registry.rules.words import HandOverKind, HandOverState, ReceiptMethod
from registry.views.holdings import HandOverView, Holding, ReturnView
from service.api.area import Area, Model
from service.api.copies import CopyFacts, Person, copy_facts, person
from service.flows import lending, people, sheetfeed
from service.flows.lending import SIGNATURE_LIMIT_BYTES, SignatureUnfit
from service.flows.sheetfeed import Note
from service.login import current_actor, current_runtime
from service.runtime import Runtime

area = Area("custody", __name__)

MOST_SCANS: Final = 3000
MOST_FILES: Final = 120
PDF_TYPE: Final = "application/pdf"


class Offer(Model):
    """A stack to give; a loan has a due time."""

    scans: list[str] = Field(min_length=1, max_length=MOST_SCANS)
    receiver: str = Field(description="Staff number.", max_length=64)
    kind: Literal["ISSUE", "LOAN"] = "ISSUE"
    due_at: AwareDatetime | None = None


class Passing(Model):
    """A stack to pass from its holders to another person."""

    scans: list[str] = Field(min_length=1, max_length=MOST_SCANS)
    receiver: str = Field(description="Staff number.", max_length=64)
    due_at: AwareDatetime | None = None
    every_page: bool = False
    despite_faults: bool = False


class Bringing(Model):
    """A stack that comes back."""

    scans: list[str] = Field(min_length=1, max_length=MOST_SCANS)
    returned_by: str = Field(description="Staff number of whoever brings it.", max_length=64)
    every_page: bool = Field(
        default=False, description="Each page was scanned, copy by copy, instead of one scan per copy."
    )
    despite_faults: bool = Field(default=False, description="Take it though pages are missing or foreign.")


class ScannedStack(Model):
    """A scan of a stack, page after page, in one file or several."""

    files: list[Base64Bytes] = Field(
        min_length=1, max_length=MOST_FILES, description="PDF, TIFF, PNG, JPEG, WEBP or BMP, each in base64."
    )
    before: list[str] = Field(default=[], max_length=MOST_SCANS, description="What was scanned before.")


class SheetFacts(Model):
    """One page of a scan; ``claimed`` is what its QR says where its hidden marks name another."""

    number: int
    note: Note
    code: str | None
    page: int | None
    claimed_code: str | None
    claimed_page: int | None


class ScannedFacts(Model):
    """What a scan of a stack says; ``scans`` stand for its pages, good for twelve hours."""

    sheets: list[SheetFacts]
    scans: list[str]
    compared: int


class Opened(Model):
    """The number of a new hand-over or return."""

    id: int


class PinProof(Model):
    """The receiver's PIN."""

    pin: str = Field(max_length=20)


class SignatureProof(Model):
    """A drawn signature: a PNG in base64."""

    png: str = Field(max_length=2 * SIGNATURE_LIMIT_BYTES)


class HandOverFacts(Model):
    """A hand-over with its copies."""

    id: int
    kind: HandOverKind
    state: HandOverState
    receiver: Person | None
    offered_by: Person | None
    offered_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    method: ReceiptMethod | None
    copies: list[CopyFacts]


class ReturnedFacts(Model):
    """One returned copy with its page check."""

    copy_facts: CopyFacts
    pages_counted: int
    missing: list[int]
    foreign: list[str]


class ReturnFacts(Model):
    """A visit to the counter at which copies came back."""

    id: int
    returned_by: Person | None
    taken_by: Person | None
    returned_at: datetime
    copies: list[ReturnedFacts]


class HoldingFacts(Model):
    """One copy that a person answers for."""

    copy_facts: CopyFacts
    holder: Person | None
    since_at: datetime
    due_at: datetime | None
    overdue: bool


class HoldingList(Model):
    """What persons answer for, most urgent first."""

    holdings: list[HoldingFacts]


class Reason(Model):
    """Why a claim is not true."""

    reason: str = Field(max_length=300)


@area.operation(
    "POST",
    "/hand-overs",
    summary="Give or lend a stack to a person, who has to sign for it.",
    body=Offer,
    answer=Opened,
    status=201,
    action=Action.HAND_OVER,
)
def give(body: Offer) -> Opened:
    """Give a stack."""
    runtime = current_runtime()
    receiver_id, kind = people.get_by_staff_no(runtime, body.receiver), HandOverKind(body.kind)
    return Opened(
        id=lending.give(runtime, current_actor(), body.scans, kind, receiver_id, due_at=body.due_at)
    )


@area.operation(
    "POST",
    "/stack-scans",
    summary="Read a scan of a returned stack: QR codes, and hidden marks where those are missing. Nothing is kept.",
    body=ScannedStack,
    answer=ScannedFacts,
    action=Action.RETURN,
)
def read_stack_scan(body: ScannedStack) -> ScannedFacts:
    """Read a scan of a stack."""
    found = sheetfeed.read_scan_of_stack(current_runtime(), current_actor(), body.files, body.before)
    return ScannedFacts(
        sheets=[
            SheetFacts(
                number=sheet.number,
                note=sheet.note,
                code=sheet.scan.code if sheet.scan else None,
                page=sheet.scan.page if sheet.scan else sheet.page,
                claimed_code=sheet.claimed.code if sheet.claimed else None,
                claimed_page=sheet.claimed.page if sheet.claimed else None,
            )
            for sheet in found.sheets
        ],
        scans=list(found.texts),
        compared=found.compared,
    )


@area.operation(
    "GET",
    "/hand-overs/<int:hand_over_id>",
    summary="Tell about one hand-over.",
    answer=HandOverFacts,
    action=Action.READ_OWN_HOLDINGS,
)
def get_hand_over(hand_over_id: int) -> HandOverFacts:
    """Tell about one hand-over."""
    return _hand_over(lending.get_hand_over(current_runtime(), current_actor(), hand_over_id))


@area.operation(
    "GET",
    "/hand-overs/<int:hand_over_id>/receipt",
    summary="Draw the receipt of a hand-over.",
    action=Action.READ_OWN_HOLDINGS,
    media_type=PDF_TYPE,
)
def draw_receipt(hand_over_id: int) -> Response:
    """Draw the receipt of a hand-over."""
    runtime = current_runtime()
    view = lending.get_hand_over(runtime, current_actor(), hand_over_id)
    return Response(lending.receipt(runtime, view), content_type=PDF_TYPE)


@area.operation(
    "POST",
    "/hand-overs/<int:hand_over_id>/pin",
    summary="Sign for a hand-over with the receiver's PIN.",
    body=PinProof,
    answer=HandOverFacts,
    action=Action.READ_OWN_HOLDINGS,
)
def confirm_by_pin(hand_over_id: int, body: PinProof) -> HandOverFacts:
    """Sign with a PIN."""
    runtime, actor = current_runtime(), current_actor()
    lending.confirm_by_pin(runtime, actor, hand_over_id, body.pin)
    return _hand_over(lending.get_hand_over(runtime, actor, hand_over_id))


@area.operation(
    "POST",
    "/hand-overs/<int:hand_over_id>/signature",
    summary="Sign for a hand-over with a drawn signature that you watched.",
    body=SignatureProof,
    answer=HandOverFacts,
    action=Action.HAND_OVER,
)
def confirm_by_signature(hand_over_id: int, body: SignatureProof) -> HandOverFacts:
    """Sign by hand."""
    runtime, actor = current_runtime(), current_actor()
    try:
        picture = base64.b64decode(body.png, validate=True)
    except ValueError as error:
        raise SignatureUnfit("got a signature that is no base64", field="png") from error
    lending.confirm_by_signature(runtime, actor, hand_over_id, picture)
    return _hand_over(lending.get_hand_over(runtime, actor, hand_over_id))


@area.operation(
    "POST",
    "/hand-overs/<int:hand_over_id>/withdrawal",
    summary="Take an unsigned hand-over back into stock.",
    action=Action.WITHDRAW_OFFER,
)
def withdraw(hand_over_id: int) -> None:
    """Withdraw a hand-over."""
    lending.withdraw(current_runtime(), current_actor(), hand_over_id)


@area.operation(
    "POST",
    "/returns",
    summary="Take a stack back, with its page check.",
    body=Bringing,
    answer=Opened,
    status=201,
    action=Action.RETURN,
)
def take_back(body: Bringing) -> Opened:
    """Take a stack back."""
    runtime = current_runtime()
    return Opened(
        id=lending.take_back(
            runtime,
            current_actor(),
            body.scans,
            people.get_by_staff_no(runtime, body.returned_by),
            every_page=body.every_page,
            despite_faults=body.despite_faults,
        )
    )


@area.operation(
    "GET",
    "/returns/<int:return_id>",
    summary="Tell what came back in one visit, and with which pages.",
    answer=ReturnFacts,
    action=Action.READ_OWN_HOLDINGS,
)
def get_return(return_id: int) -> ReturnFacts:
    """Tell about one return."""
    return _return(lending.get_return(current_runtime(), current_actor(), return_id))


@area.operation(
    "GET",
    "/returns/<int:return_id>/receipt",
    summary="Draw the receipt of a return.",
    action=Action.READ_OWN_HOLDINGS,
    media_type=PDF_TYPE,
)
def draw_return_receipt(return_id: int) -> Response:
    """Draw the receipt of a return."""
    runtime = current_runtime()
    view = lending.get_return(runtime, current_actor(), return_id)
    return Response(lending.return_receipt(runtime, view), content_type=PDF_TYPE)


@area.operation(
    "POST",
    "/transfers",
    summary="Pass a stack from its holders to another person through the registry.",
    body=Passing,
    answer=Opened,
    status=201,
    action=Action.TRANSFER,
)
def transfer(body: Passing) -> Opened:
    """Pass a stack on; the answer names the hand-over that the new holder has to sign for."""
    runtime = current_runtime()
    return Opened(
        id=lending.transfer(
            runtime,
            current_actor(),
            body.scans,
            people.get_by_staff_no(runtime, body.receiver),
            due_at=body.due_at,
            every_page=body.every_page,
            despite_faults=body.despite_faults,
        )
    )


@area.operation(
    "GET",
    "/holdings",
    summary="List what you answer for.",
    answer=HoldingList,
    action=Action.READ_OWN_HOLDINGS,
)
def list_holdings() -> HoldingList:
    """List one's own holdings."""
    runtime = current_runtime()
    return _holdings(runtime, lending.holdings_of(runtime, current_actor()))


@area.operation(
    "GET",
    "/holdings/everyone",
    summary="List everything that is out, overdue first.",
    answer=HoldingList,
    action=Action.LEND,
)
def list_out() -> HoldingList:
    """List everything that is out."""
    runtime = current_runtime()
    return _holdings(runtime, lending.everything_out(runtime, current_actor()))


@area.operation(
    "POST", "/holdings/<code>/claim", summary="Say that you gave a copy back.", action=Action.CLAIM
)
def claim(code: str) -> None:
    """Claim a return."""
    lending.claim(current_runtime(), current_actor(), code)


@area.operation(
    "POST",
    "/holdings/<code>/claim/dismissal",
    summary="Say that the registry has not got a copy that its holder claims to have given back.",
    body=Reason,
    action=Action.DISMISS_CLAIM,
)
def dismiss_claim(code: str, body: Reason) -> None:
    """Dismiss a claim."""
    lending.dismiss_claim(current_runtime(), current_actor(), code, body.reason)


def _hand_over(view: HandOverView) -> HandOverFacts:
    return HandOverFacts(
        id=view.id,
        kind=view.kind,
        state=view.state,
        receiver=person(view.receiver),
        offered_by=person(view.offered_by),
        offered_at=view.offered_at,
        due_at=view.due_at,
        closed_at=view.closed_at,
        method=view.method,
        copies=[copy_facts(line) for line in view.copies],
    )


def _return(view: ReturnView) -> ReturnFacts:
    return ReturnFacts(
        id=view.id,
        returned_by=person(view.returned_by),
        taken_by=person(view.taken_by),
        returned_at=view.returned_at,
        copies=[
            ReturnedFacts(
                copy_facts=copy_facts(item.copy),
                pages_counted=item.pages_counted,
                missing=list(item.missing),
                foreign=list(item.foreign),
            )
            for item in view.copies
        ],
    )


def _holdings(runtime: Runtime, rows: tuple[Holding, ...]) -> HoldingList:
    now = runtime.now()
    return HoldingList(
        holdings=[
            HoldingFacts(
                copy_facts=copy_facts(row.copy),
                holder=person(row.holder),
                since_at=row.since_at,
                due_at=row.due_at,
                overdue=row.is_overdue(now),
            )
            for row in rows
        ]
    )
