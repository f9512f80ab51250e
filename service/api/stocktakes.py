"""Stocktakes by program: begun over a scope, scanned, closed with a second counter, what is missing reported."""

from datetime import datetime

from flask import Response
from pydantic import Field

from registry.rules.lifecycle import State
from registry.rules.roles import Action
from registry.rules.stocktake import Bucket, Place, Scope, Sorted, StocktakeState, Tally
from registry.views.stocktakes import StocktakeRow
from service.api.area import Area, Model
from service.api.copies import CopyFacts, Person, copy_facts, person
from service.flows import stocktaking
from service.login import current_actor, current_runtime

area = Area("stocktakes", __name__)


class CountScope(Model):
    """What is counted; a side that is left out is open. A holder only with HANDS, a level only with its scheme."""

    place: Place
    unit_id: int | None = None
    document_id: int | None = None
    scheme: str | None = None
    level: str | None = None
    holder_id: int | None = None


class NewCount(Model):
    """A count to begin."""

    scope: CountScope
    reason: str = Field(min_length=1, max_length=300)


class CountId(Model):
    """Which count."""

    id: int


class CountTally(Model):
    """What a count has come to: ``expected`` is ``found`` and ``missing`` together."""

    expected: int
    found: int
    missing: int
    wrong_place: int
    unexpected: int
    already_counted: int
    unknown: int


class CountHead(Model):
    """A count in the overview."""

    id: int
    state: StocktakeState
    place: Place
    reason: str
    opened_by: Person
    opened_at: datetime
    second: Person | None
    closed_at: datetime | None
    tally: CountTally


class Counts(Model):
    """All counts, newest first."""

    stocktakes: list[CountHead]


class MissedInCount(Model):
    """An expected copy that was not seen, and where the register had it when the count began."""

    copy_facts: CopyFacts
    state_then: State
    holder: Person | None
    reported_at: datetime | None


class StrayInCount(Model):
    """A copy that was seen and not expected, and where the register had it at that moment."""

    copy_facts: CopyFacts
    bucket: Bucket
    state_then: State
    holder: Person | None
    scanned_at: datetime


class CountStory(Model):
    """A count with what it found; of what it missed at most the first 200, the report has all."""

    head: CountHead
    missed: list[MissedInCount]
    strays: list[StrayInCount]
    unknown: list[str]
    counters: list[Person]


class CountScans(Model):
    """What a scanner read, or what somebody typed, in order."""

    scans: list[str] = Field(min_length=1, max_length=500)


class CountedScan(Model):
    """The one bucket that a scan fell in."""

    scan: str
    code: str | None
    bucket: Bucket
    state: State | None


class CountedScans(Model):
    """The answer to each scan, in order."""

    answers: list[CountedScan]


class SecondCount(Model):
    """What the second counter found, and the PIN that proves them."""

    person_id: int
    pin: str = Field(max_length=12)
    second_count: int = Field(ge=0)


class GivingUp(Model):
    """Why a count ends without a result."""

    reason: str = Field(min_length=1, max_length=300)


class MissingCopy(Model):
    """A copy that a closed count missed, and what is said of it."""

    code: str = Field(max_length=13)
    reason: str = Field(min_length=1, max_length=300)


@area.operation(
    "GET",
    "/stocktakes",
    summary="List the stocktakes, newest first.",
    answer=Counts,
    action=Action.READ_STOCKTAKES,
)
def list_stocktakes() -> Counts:
    """List the counts."""
    return Counts(stocktakes=[_head(row) for row in stocktaking.listing(current_runtime(), current_actor())])


@area.operation(
    "POST",
    "/stocktakes",
    summary="Begin a stocktake: what is expected is frozen now.",
    body=NewCount,
    answer=CountId,
    status=201,
    action=Action.TAKE_STOCK,
)
def begin_stocktake(body: NewCount) -> CountId:
    """Begin a count."""
    scope = Scope(**body.scope.model_dump())
    return CountId(id=stocktaking.begin(current_runtime(), current_actor(), scope, body.reason))


@area.operation(
    "GET",
    "/stocktakes/<int:stocktake_id>",
    summary="Tell what a stocktake found and what it misses.",
    answer=CountStory,
    action=Action.READ_STOCKTAKES,
)
def get_stocktake(stocktake_id: int) -> CountStory:
    """Tell the story of one count."""
    view = stocktaking.get_stocktake(current_runtime(), current_actor(), stocktake_id)
    return CountStory(
        head=_head(view.head),
        missed=[
            MissedInCount(
                copy_facts=copy_facts(line.copy),
                state_then=line.state_then,
                holder=person(line.holder),
                reported_at=line.reported_at,
            )
            for line in view.missed
        ],
        strays=[
            StrayInCount(
                copy_facts=copy_facts(line.copy),
                bucket=line.bucket,
                state_then=line.state_then,
                holder=person(line.holder),
                scanned_at=line.scanned_at,
            )
            for line in view.strays
        ],
        unknown=list(view.unknown),
        counters=[person(one) for one in view.counters],
    )


@area.operation(
    "POST",
    "/stocktakes/<int:stocktake_id>/scans",
    summary="Take scans into a stocktake; each falls in exactly one bucket.",
    body=CountScans,
    answer=CountedScans,
    action=Action.TAKE_STOCK,
)
def count_scans(stocktake_id: int, body: CountScans) -> CountedScans:
    """Take scans into a count."""
    found = stocktaking.count(current_runtime(), current_actor(), stocktake_id, body.scans)
    return CountedScans(answers=[_answer(one) for one in found])


@area.operation(
    "POST",
    "/stocktakes/<int:stocktake_id>/closing",
    summary="End a stocktake on the word of a second counter.",
    body=SecondCount,
    answer=CountTally,
    action=Action.TAKE_STOCK,
)
def close_stocktake(stocktake_id: int, body: SecondCount) -> CountTally:
    """Close a count."""
    return _tally(
        stocktaking.close(
            current_runtime(),
            current_actor(),
            stocktake_id,
            body.second_count,
            person_id=body.person_id,
            pin=body.pin,
        )
    )


@area.operation(
    "POST",
    "/stocktakes/<int:stocktake_id>/cancellation",
    summary="End a stocktake without a result.",
    body=GivingUp,
    action=Action.TAKE_STOCK,
)
def give_up_stocktake(stocktake_id: int, body: GivingUp) -> None:
    """Give a count up."""
    stocktaking.give_up(current_runtime(), current_actor(), stocktake_id, body.reason)


@area.operation(
    "POST",
    "/stocktakes/<int:stocktake_id>/missing",
    summary="Report that a copy which a closed stocktake missed is unaccounted for.",
    body=MissingCopy,
    action=Action.REPORT_MISSING,
)
def report_missing_copy(stocktake_id: int, body: MissingCopy) -> None:
    """Report a missed copy."""
    stocktaking.report_missing(current_runtime(), current_actor(), stocktake_id, body.code, body.reason)


@area.operation(
    "GET",
    "/stocktakes/<int:stocktake_id>/report",
    summary="Give out the report of a closed stocktake.",
    action=Action.READ_STOCKTAKES,
    media_type="application/pdf",
)
def get_stocktake_report(stocktake_id: int) -> Response:
    """Give out the report."""
    pdf = stocktaking.report(current_runtime(), current_actor(), stocktake_id)
    return Response(pdf, content_type="application/pdf")


def _head(row: StocktakeRow) -> CountHead:
    return CountHead(
        id=row.id,
        state=row.state,
        place=row.place,
        reason=row.reason,
        opened_by=person(row.opened_by),
        opened_at=row.opened_at,
        second=person(row.second),
        closed_at=row.closed_at,
        tally=_tally(row.tally),
    )


def _tally(found: Tally) -> CountTally:
    return CountTally(
        expected=found.expected,
        found=found.found,
        missing=found.missing,
        wrong_place=found.wrong_place,
        unexpected=found.unexpected,
        already_counted=found.already_counted,
        unknown=found.unknown,
    )


def _answer(one: Sorted) -> CountedScan:
    return CountedScan(
        scan=one.raw, code=one.code, bucket=one.bucket, state=one.copy.state if one.copy else None
    )
