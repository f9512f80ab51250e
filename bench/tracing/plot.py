"""The calibration as a drawing: how many innocents reach which evidence, on logarithmic paper, and the bound."""

import math
from collections.abc import Iterator, Sequence
from typing import Final

from bench.tracing.calibration import DECADES, Calibration

_WIDTH: Final = 720
_HEIGHT: Final = 460
_LEFT: Final = 74
_TOP: Final = 24
_RIGHT: Final = 24
_BOTTOM: Final = 60
_FEWEST: Final = -7
"""The lowest share on the paper, as log₁₀: one in ten million."""
_DECOYS: Final = "#0b6e99"
_ISSUED: Final = "#b3541e"
_INK: Final = "#333333"
_RULE: Final = "#dddddd"
_FONT: Final = 'font-family="sans-serif" font-size="13"'
_RAISED: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

Point = tuple[float, float]


def drawn(found: Calibration) -> str:
    """Return an SVG of the share of innocents that reach each evidence; where nobody does, a line ends."""
    bound = [(0.0, 0.0), (-float(_FEWEST), float(_FEWEST))]
    lines = (
        (bound, _INK, f"bound: a share of 1/x reaches x, of whomever ({found.trials:,} trials)"),
        (
            _shares(found.decoys_reach.tolist(), found.decoys),
            _DECOYS,
            f"{found.decoys:,} decoys, never issued",
        ),
        (
            _shares(found.issued_reach.tolist(), found.issued),
            _ISSUED,
            f"{found.issued:,} issued copies that had no part, as far as told",
        ),
    )
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" {_FONT}>',
            "<title>Evidence for innocents, and its bound</title>",
            f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
            *_paper(),
            *(_line(points, colour) for points, colour, _ in lines),
            *_legend([(colour, says) for _, colour, says in lines]),
            "</svg>\n",
        )
    )


def _shares(reach: Sequence[int], weighed: int) -> list[Point]:
    """Return evidence and share, both as log₁₀."""
    return [
        (decade, math.log10(count / weighed))
        for decade, count in zip(DECADES, reach, strict=True)
        if count > 0
    ]


def _paper() -> Iterator[str]:
    for decade in range(math.ceil(DECADES[0]), math.floor(DECADES[-1]) + 1):
        x, _ = _at(decade, 0)
        yield f'<path d="M{x:.1f} {_TOP}V{_HEIGHT - _BOTTOM}" stroke="{_RULE}"/>'
        yield _text(x, _HEIGHT - _BOTTOM + 18, _power(decade), "middle")
    for decade in range(_FEWEST, 1):
        _, y = _at(0, decade)
        yield f'<path d="M{_LEFT} {y:.1f}H{_WIDTH - _RIGHT}" stroke="{_RULE}"/>'
        yield _text(_LEFT - 8, y + 4, _power(decade), "end")
    yield _text((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 14, "evidence for an innocent", "middle")
    yield (
        f'<text transform="translate(18 {(_TOP + _HEIGHT - _BOTTOM) / 2:.0f}) rotate(-90)" '
        f'text-anchor="middle" fill="{_INK}">share of the innocent who reach it</text>'
    )


def _line(points: Sequence[Point], colour: str) -> str:
    drawn_at = " ".join("{:.1f},{:.1f}".format(*_at(*point)) for point in points)
    return f'<polyline points="{drawn_at}" fill="none" stroke="{colour}" stroke-width="2"/>'


def _legend(lines: Sequence[tuple[str, str]]) -> Iterator[str]:
    for row, (colour, says) in enumerate(lines):
        y = _TOP + 18 + 20 * row
        yield f'<path d="M{_WIDTH - _RIGHT - 420} {y - 4}h24" stroke="{colour}" stroke-width="2"/>'
        yield _text(_WIDTH - _RIGHT - 388, y, says, "start")


def _at(evidence: float, share: float) -> Point:
    across = (evidence - DECADES[0]) / (DECADES[-1] - DECADES[0])
    return (
        _LEFT + across * (_WIDTH - _LEFT - _RIGHT),
        _TOP + share / _FEWEST * (_HEIGHT - _TOP - _BOTTOM),
    )


def _power(decade: int) -> str:
    return f"10{str(decade).translate(_RAISED)}"


def _text(x: float, y: float, says: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{_INK}">{says}</text>'
