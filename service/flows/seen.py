"""What the reader of pictures found, told as evidence that the registry keeps: plain numbers, codes and proofs.

Law: the keyed check of a QR is verified here, before any look at the database.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from registry.rules.codes import InvalidMark, code_from_number
from registry.rules.evidence import (
    CandidateSeen,
    ComparedSeen,
    Corners,
    DotsSeen,
    Generation,
    PageSeen,
    PlacedSeen,
    PrintedSeen,
    QrProof,
    QrSeen,
    Shown,
)
from service.runtime import Runtime
from service.tokens import ForgedMark
from watermark import (
    Candidate,
    DotReading,
    Identification,
    PageReading,
    PlacedPage,
    PrintSeen,
    QrReading,
    TraceGrade,
)

LEAST_LOG10: Final = -9999.0
"""What stands for the logarithm of nothing, which JSON cannot say."""


def page_seen(runtime: Runtime, number: int, page: PageReading) -> PageSeen:
    """Return what the marks on a page of the picture of a number say, their QR codes proven or not."""
    return PageSeen(
        picture_page=page.picture_page,
        width_px=page.width_px,
        height_px=page.height_px,
        qr=tuple(_qr(runtime, found) for found in page.qr),
        dots=_dots(page.dots) if page.dots else None,
        notes=page.notes,
        picture=number,
    )


def _qr(runtime: Runtime, found: QrReading) -> QrSeen:
    try:
        mark = runtime.tokens.verify_qr(found.text)
    except ForgedMark:
        return QrSeen(QrProof.FORGED, found.corners)
    except InvalidMark:
        return QrSeen(QrProof.FOREIGN, found.corners)
    return QrSeen(QrProof.PROVEN, found.corners, mark.code, mark.page)


def _dots(found: DotReading) -> DotsSeen:
    return DotsSeen(
        code=code_from_number(found.identity),
        page=found.page,
        log10_chance=found.log10_chance,
        cells_read=found.cells_read,
        cells_agreeing=found.cells_agreeing,
        dpi=found.dpi,
        turn_deg=found.turn_deg,
    )


def with_places(
    runtime: Runtime, pages: Sequence[PageSeen], placed: Sequence[PlacedPage], drawn: Sequence[bytes]
) -> tuple[PageSeen, ...]:
    """Return the pages of pictures with the registered pages that were found on them, whose drawings are stored."""
    found: list[list[PlacedSeen]] = [[] for _ in pages]
    for place, drawing in zip(placed, drawn, strict=True):
        found[place.picture].append(replace(_placed(place), overlay=runtime.store.put(drawing)))
    return tuple(replace(page, placed=tuple(places)) for page, places in zip(pages, found, strict=True))


def _placed(place: PlacedPage) -> PlacedSeen:
    return PlacedSeen(
        document_id=int(place.document),
        page=place.page,
        outline=_outline(place.mesh_px),
        width_mm=round(place.width_mm, 1),
        height_mm=round(place.height_mm, 1),
        matches=place.matches,
        error_mm=round(place.error_mm, 4),
        dpi=round(place.dpi, 1),
        words_read=place.units_read,
        cells_read=place.cells_read,
        printed=_printed(place.printed) if place.printed else None,
        shown=Shown(place.shown.value),
    )


def _printed(told: PrintSeen) -> PrintedSeen:
    return PrintedSeen(
        generation=Generation(told.generation.value),
        why=told.why.value,
        log10_ratio=told.log10_ratio,
        dots=told.dots,
        unevenness=told.unevenness,
        stray_mm=told.stray_mm,
    )


def _outline(mesh: NDArray[np.float32]) -> Corners:
    """Return the edge of a page in its picture, once around."""
    sides = (mesh[0], mesh[:, -1], mesh[-1, ::-1], mesh[::-1, 0])
    points = [(round(float(x), 1), round(float(y), 1)) for side in sides for x, y in side]
    return (points[0], *(later for earlier, later in pairwise(points) if later != earlier))


def told_of(found: Identification) -> ComparedSeen:
    """Return what a comparison with registered pages came to."""
    return ComparedSeen(
        candidates=tuple(_candidate(one) for one in found.candidates),
        pictures=found.tried.pictures,
        pages=found.tried.pages,
        placements=found.tried.placements,
        copies=found.tried.copies,
        decoys_log10=tuple(_finite(one) for one in _values(found.decoys_log10)),
        keys=found.tried.keys,
        is_contradicted=found.grade is TraceGrade.CONFLICT,
    )


def _candidate(one: Candidate) -> CandidateSeen:
    return CandidateSeen(
        code=code_from_number(int(one.identity)),
        document_id=int(one.document),
        pages=tuple(int(page) for page in one.pages),
        log10_layout=None if one.log10_layout is None else _finite(one.log10_layout),
        log10_dots=None if one.log10_dots is None else _finite(one.log10_dots),
        log10_fused=_finite(one.log10_fused),
        log10_chance=_finite(one.log10_chance),
        is_blind=one.is_blind,
    )


def _values(decoys: NDArray[np.float64]) -> Iterable[float]:
    """Return what was scored, lowest first; nothing where no page was found on which a decoy could score."""
    return (float(one) for one in np.sort(decoys[np.isfinite(decoys)]))


def _finite(value: float) -> float:
    """Return a logarithm to two places; what is no number says nothing, and what is infinite is cut."""
    if math.isnan(value):
        return 0.0
    return round(min(max(float(value), LEAST_LOG10), -LEAST_LOG10), 2)
