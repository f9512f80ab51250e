"""Sheets without a readable QR, laid over the registered pages: which page each shows, and of which copy.

For the counter and the gate, where somebody waits: a few sheets against a few pages, within a limit of time; whoever
needs more opens a case. Laws: pictures are parsed only in the sandbox and outside any transaction; nothing is kept of
them.
"""

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, cast

import numpy as np
import structlog
from numpy.typing import NDArray

from registry.rules.codes import code_from_number, code_number
from registry.views.comparing import Comparable, comparables
from service import sandbox
from service.flows import referencing
from service.papers.sheetfeed import Look, Named
from service.runtime import Runtime
from service.sandbox import SandboxFault

logger = structlog.get_logger()

MOST_AT_ONCE: Final = 12
"""Registered pages that sheets are laid over; among more, those that look like the sheets are found first."""
_ROOM_S: Final = 20.0
"""Time that must be left for a document to be made ready first."""
_SHEET_S, _PAGE_S = 8, 1
"""Processor time that a sheet and a registered page may take at the most; a quarter of it in quiet."""


@dataclass(frozen=True)
class SheetNamed:
    """What a sheet shows.

    Attributes:
        document_id: Whose page it is.
        page: Its number, from 1.
        code: Of the copy; None where the marks do not name one beyond doubt.
    """

    document_id: int
    page: int
    code: str | None


class Clock:
    """How much time is left of what somebody waits."""

    def __init__(self, wall_s: float) -> None:
        """Start to count."""
        self._ends = time.monotonic() + wall_s

    @property
    def left_s(self) -> float:
        """Seconds that are left, at least one."""
        return max(1.0, self._ends - time.monotonic())


def look_through(runtime: Runtime, files: Sequence[bytes], clock: Clock) -> tuple[Look, ...]:
    """Return what the QR codes and the dots of scanned or photographed sheets say.

    Raises:
        UnusableFileError: a file is no usable picture.
        SandboxFault: a file could not be read to its end, or not in time.
    """
    limits = runtime.sandbox_limits(len(files))
    limits = replace(limits, wall_s=clock.left_s, cpu_s=max(limits.cpu_s, int(clock.left_s)))
    told = sandbox.call(
        "service.papers.sheetfeed:look_through", list(files), runtime.keys.dots, limits=limits
    )
    return cast("tuple[Look, ...]", told)


def name_sheets(
    runtime: Runtime,
    sheets: Sequence[bytes],
    clock: Clock,
    documents: Collection[int],
    *,
    and_others: bool = False,
) -> tuple[SheetNamed | None, ...]:
    """Return which registered page each sheet shows; None where none was found, or not in time.

    Args:
        runtime: The tools.
        sheets: Pictures of one page each.
        clock: How long it may take.
        documents: Whose pages they may be; made ready to be compared where they are not yet, while there is time.
        and_others: Whether they may be of any other document too that is ready.
    """
    if not sheets:
        return ()
    with runtime.database.reading() as session:
        offered = comparables(session, referencing.READER)
    chosen = [one for one in offered if one.document_id in documents or (and_others and _is_ready(one))]
    try:
        asked = [
            (one, referencing.ready(runtime, one))
            for one in chosen
            if _is_ready(one) or clock.left_s > _ROOM_S
        ]
        found = _compared(runtime, sheets, asked, clock) if asked else (None,) * len(sheets)
    except SandboxFault as fault:
        logger.warning("sheets not compared", sheets=len(sheets), fault=fault.code)
        return (None,) * len(sheets)
    return tuple(None if one is None else _named(one) for one in found)


def _is_ready(document: Comparable) -> bool:
    return document.points_sha256 is not None


def _compared(
    runtime: Runtime,
    sheets: Sequence[bytes],
    asked: Sequence[tuple[Comparable, referencing.Ready]],
    clock: Clock,
) -> tuple[Named | None, ...]:
    ready = {one.document_id: made for one, made in asked}
    pages = [(one.document_id, page) for one, _ in asked for page in range(1, one.pages + 1)]
    if len(pages) > MOST_AT_ONCE:
        likely = referencing.find_pages(runtime, sheets, [one for one, _ in asked])
        pages = list(likely[:MOST_AT_ONCE])
    codes: Mapping[str, NDArray[np.uint64]] = {
        str(one.document_id): np.array([code_number(code) for code in one.codes], np.uint64)
        for one, _ in asked
    }
    references = [runtime.store.get(ready[document_id].pages[page - 1]) for document_id, page in pages]
    told = sandbox.call(
        "service.papers.sheetfeed:name_sheets",
        list(sheets),
        references,
        codes,
        runtime.keys.dots,
        limits=_limits(runtime, clock, len(sheets), len(references)),
    )
    return cast("tuple[Named | None, ...]", told)


def _limits(runtime: Runtime, clock: Clock, sheets: int, pages: int) -> sandbox.Limits:
    cpu_s = _SHEET_S * sheets + _PAGE_S * pages
    limits = runtime.sandbox_limits()
    return replace(limits, cpu_s=max(limits.cpu_s, cpu_s), wall_s=clock.left_s)


def _named(told: Named) -> SheetNamed:
    document, page, identity = told
    return SheetNamed(int(document), page, None if identity is None else code_from_number(identity))
