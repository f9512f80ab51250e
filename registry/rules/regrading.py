"""A document's level or period changes, or its secrecy ends: whom that reaches, and which paper is marked anew.

Decides what follows; who must agree is decided in ``approval``, the floor of derived documents in ``family``. Laws:

* Only what is secret is regraded: what was declassified and becomes secret again is registered anew.
* A change upwards reaches derived documents at once, since they may never stand below their sources. A change
  downwards is proposed to them: other parts may hold them up, and their own classifying unit decides.
* Each copy that exists, or may be found again, is marked anew, whoever has it. A copy whose paper bears the new mark
  already needs nothing.
* Nothing is handed out that waits for its new mark.
* While numbers of a document are being made its mark does not change under them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from registry.errors import ConflictError, InvalidError
from registry.rules.batches import UNFINISHED
from registry.rules.family import Floor, Grade, end_of, floor_of, has_sunk, lifted, require_not_below
from registry.rules.levels import get_level, highest, parse_period
from registry.rules.lifecycle import AT_HAND, PAPERLESS, State
from registry.rules.words import BatchState

CHANGE_DETAIL: Final = "change"
TO_LEVEL_DETAIL: Final = "to_level"
TO_PERIOD_DETAIL: Final = "to_period"
TO_MARK_DETAIL: Final = "to_mark"
"""The names under which an order to regrade says what is wanted."""


class Change(StrEnum):
    """What becomes of a document's secrecy."""

    RAISE = "RAISE"
    LOWER = "LOWER"
    EXTEND = "EXTEND"
    SHORTEN = "SHORTEN"
    DECLASSIFY = "DECLASSIFY"


class ProposalState(StrEnum):
    """Where the proposal to follow a source downwards stands."""

    OPEN = "OPEN"
    FOLLOWED = "FOLLOWED"
    KEPT = "KEPT"
    """The classifying unit keeps level and period as they are."""


class NothingToRegrade(InvalidError):
    """The document is marked so already."""

    code = "nothing-to-regrade"


class AlreadyDeclassified(ConflictError):
    """The document is secret no more."""

    code = "already-declassified"


class RegradingWhilePrinting(ConflictError):
    """Numbers of the document are being made, or wait to leave for the printer."""

    code = "regrading-while-printing"


class NotMarkedAnewHere(ConflictError):
    """The copy has no mark to be changed, or its paper is, on record, not where it could lie before the clerk."""

    code = "nothing-to-remark"


class CopyAwaitsMark(ConflictError):
    """The copy waits for its new mark, and so is not handed out."""

    code = "copy-awaits-mark"


BEING_MADE: Final = UNFINISHED | {BatchState.READY}
"""States of print runs under which the mark may not change."""

REMARKED: Final = frozenset(State) - PAPERLESS - {State.SPOILED}
"""States of the copies that are marked anew; a misprint goes to the shredder as it is."""


def change_of(before: Grade, after: Grade) -> Change:
    """Return what becomes of a document's secrecy; the level tells before the period does.

    Raises:
        AlreadyDeclassified: it is secret no more.
        NothingToRegrade: nothing changes.
        MixedSchemes: the new level belongs to another scheme.
    """
    if before.declassified:
        raise AlreadyDeclassified("got a document that is secret no more")
    if after.declassified:
        return Change.DECLASSIFY
    if after.level != before.level:
        is_up = highest([before.level, after.level]) == after.level
        return Change.RAISE if is_up else Change.LOWER
    if after.period == before.period or after.last_day == before.last_day:
        raise NothingToRegrade("got the level and period that the document has", field="to_level")
    return Change.EXTEND if end_of(after.last_day) > end_of(before.last_day) else Change.SHORTEN


def wanted_grade(before: Grade, details: Mapping[str, str]) -> Grade:
    """Return the grade that an order to regrade asks for.

    Raises:
        UnknownLevel, InvalidPeriod: it asks for none.
        OrderChanged is for the caller: the order may have been drawn up over another grade.
    """
    if details.get(CHANGE_DETAIL) == Change.DECLASSIFY:
        return replace(before, declassified=True)
    level = get_level(before.level.scheme, details.get(TO_LEVEL_DETAIL, ""))
    return replace(before, level=level, period=parse_period(details.get(TO_PERIOD_DETAIL, "")))


def order_details(before: Grade, after: Grade) -> tuple[tuple[str, str], ...]:
    """Return what an order says that asks for a change; see `wanted_grade`.

    Raises:
        AlreadyDeclassified, NothingToRegrade, MixedSchemes: see `change_of`.
    """
    change = change_of(before, after)
    wanted = (
        ()
        if change is Change.DECLASSIFY
        else ((TO_LEVEL_DETAIL, after.level.code), (TO_PERIOD_DETAIL, after.period.zh))
    )
    return ((CHANGE_DETAIL, str(change)), *wanted, (TO_MARK_DETAIL, after.mark))


@dataclass(frozen=True, slots=True)
class Member:
    """A document of a family: its grade, and the documents that it comes from, by id."""

    document_id: int
    grade: Grade
    sources: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Flow:
    """Whom a change reaches.

    Attributes:
        changed: Grades before and after, by document: the one that is regraded first, then those that follow at once.
        proposed: Derived documents that might follow downwards and do not by themselves.
    """

    changed: tuple[tuple[int, Grade, Grade], ...]
    proposed: tuple[int, ...]


def flow(members: Sequence[Member], document_id: int, after: Grade) -> Flow:
    """Return whom the regrading of one document reaches.

    Args:
        members: The document, everything derived from it, and every source of these, sources before what is derived
            from them; without the sources of those that the change cannot reach.
        document_id: The document.
        after: What it is to be.

    Raises:
        BelowSources: its own sources hold it up.
        MixedSchemes: a derived document belongs to another scheme than one of its sources.
    """
    before = {member.document_id: member.grade for member in members}
    now = dict(before)
    changed: list[tuple[int, Grade, Grade]] = []
    proposed: list[int] = []
    for member in members:
        key = member.document_id
        held_up = _floor(member, now)
        if key == document_id:
            require_not_below(after, held_up)
            now[key] = after
        elif member.sources and not member.grade.declassified:
            now[key] = lifted(member.grade, held_up)
            if has_sunk(_floor(member, before), held_up):
                proposed.append(key)
        if now[key] != before[key]:
            changed.append((key, before[key], now[key]))
    return Flow(tuple(changed), tuple(proposed))


def _floor(member: Member, grades: Mapping[int, Grade]) -> Floor | None:
    return floor_of(grades[source] for source in member.sources)


@dataclass(frozen=True, slots=True)
class Paper:
    """A copy's paper: where it stands, and the mark that it bears."""

    copy_id: int
    state: State
    mark: str


def to_remark(papers: Iterable[Paper], mark: str) -> tuple[Paper, ...]:
    """Return the copies that have to be marked anew when their document's mark becomes ``mark``."""
    return tuple(paper for paper in papers if paper.state in REMARKED and paper.mark != mark)


def require_none_being_made(states: Iterable[BatchState]) -> None:
    """Pass when no print run of a document stands where the mark may not change.

    Raises:
        RegradingWhilePrinting: fact ``runs`` counts those that do.
    """
    found = sum(state in BEING_MADE for state in states)
    if found:
        raise RegradingWhilePrinting("got a document of which numbers are being made", runs=found)


def require_markable(state: State, *, has_task: bool, copy: str) -> None:
    """Pass when a scanned copy can be marked anew now.

    Raises:
        NotMarkedAnewHere: fact ``part`` is ``task`` (nothing to be changed) or ``place``.
    """
    if not has_task:
        raise NotMarkedAnewHere("got a copy that bears the right mark", part="task", copy=copy)
    if state not in AT_HAND | {State.IN_TRANSIT}:
        raise NotMarkedAnewHere("got a copy that is elsewhere", part="place", copy=copy, state=str(state))


def require_marked(waiting: Iterable[tuple[str, str]]) -> None:
    """Pass when no copy waits for a new mark.

    Args:
        waiting: Those that do, by code, with the mark that they are to bear.

    Raises:
        CopyAwaitsMark: facts ``copy`` and ``mark`` are those of the first.
    """
    for code, mark in waiting:
        raise CopyAwaitsMark("got a copy that does not bear its new mark", copy=code, mark=mark)
