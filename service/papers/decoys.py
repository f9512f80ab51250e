"""Where copies that were never issued score on the same pictures, beside those that are pointed at: a plot as numbers.

The decoys are a live check: if the bound holds, hardly any of them lies right of zero, and none reaches the line from
which a copy is named.
"""

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import PIL.Image
import PIL.ImageDraw

from registry.rules.evidence import ComparedSeen
from registry.rules.tracing import CERTAIN_LOG10

WIDTH: Final = 640
HEIGHT: Final = 110
BINS: Final = 48
_LEAST_REACH: Final = 4.0
"""Decades that the plot shows at least on either side of zero."""
_FARTHEST: Final = 60.0
"""Whatever lies beyond is drawn at the edge."""
_BAR_SHARE: Final = 0.8
_PRINT_SCALE: Final = 3
_HEAD: Final = 8
"""Room above for the dot of the likeliest copy."""
_GREY, _INK, _GREEN = "#9aa3ad", "#1b2430", "#1f7a4d"


@dataclass(frozen=True)
class Bar:
    """How many decoys fall in one stretch: left edge, width and height in units of the plot."""

    x: float
    width: float
    height: float


@dataclass(frozen=True)
class DecoyPlot:
    """The plot, in units of a box `WIDTH` wide and `HEIGHT` high.

    Attributes:
        decoys: How many there are.
        highest: The highest of them, in decades.
        bars: Where they lie.
        zero_x: Where nothing speaks for or against.
        line_x: From where on a copy is named.
        line: The same in decades.
        candidates_x: Where the copies lie that are pointed at, most likely first.
        least: Decades at the left edge.
        most: Decades at the right edge.
    """

    decoys: int
    highest: float
    bars: tuple[Bar, ...]
    zero_x: float
    line_x: float
    line: float
    candidates_x: tuple[float, ...]
    least: float
    most: float


def plot_decoys(compared: ComparedSeen) -> DecoyPlot | None:
    """Return the plot of a comparison; None where no decoy was scored."""
    decoys = [_within(value) for value in compared.decoys_log10]
    if not decoys:
        return None
    line = needed_log10(compared)
    candidates = [_within(one.log10_fused) for one in compared.candidates if not one.is_blind]
    least = min(-_LEAST_REACH, *decoys)
    most = max(_LEAST_REACH, line * 1.1, *decoys, *candidates)
    step = (most - least) / BINS

    def place(value: float) -> float:
        return round((value - least) / (most - least) * WIDTH, 1)

    return DecoyPlot(
        decoys=len(decoys),
        highest=max(compared.decoys_log10),
        bars=_bars(decoys, least, step),
        zero_x=place(0),
        line_x=place(line),
        line=line,
        candidates_x=tuple(place(one) for one in candidates),
        least=least,
        most=most,
    )


def draw_plot(plot: DecoyPlot) -> bytes:
    """Return the plot for a paper, PNG, without words: those stand below it."""
    scale, head = _PRINT_SCALE, _HEAD
    picture = PIL.Image.new("RGB", (WIDTH * scale, (HEIGHT + head + 2) * scale), "white")
    pen = PIL.ImageDraw.Draw(picture)
    base = (HEIGHT + head) * scale
    for bar in plot.bars:
        corners = (bar.x * scale, base - bar.height * scale, (bar.x + bar.width) * scale, base)
        pen.rectangle(corners, fill=_GREY)
    pen.line((0, base, WIDTH * scale, base), fill=_INK, width=scale)
    pen.line((plot.zero_x * scale, base - 6 * scale, plot.zero_x * scale, base), fill=_INK, width=scale)
    for top in range(head * scale, base, 10 * scale):
        pen.line((plot.line_x * scale, top, plot.line_x * scale, top + 6 * scale), fill=_INK, width=scale)
    for x in plot.candidates_x[:1]:
        pen.line((x * scale, head * scale, x * scale, base), fill=_GREEN, width=2 * scale)
        pen.ellipse(((x - 6) * scale, (head - 6) * scale, (x + 6) * scale, (head + 6) * scale), fill=_GREEN)
    target = io.BytesIO()
    picture.save(target, "PNG")
    return target.getvalue()


def needed_log10(compared: ComparedSeen) -> float:
    """Return how many decades must speak for a copy until it is named, all tries counted."""
    tries = (compared.pictures, compared.pages, compared.placements, compared.copies, compared.keys)
    return math.log10(math.prod(max(1, each) for each in tries)) - CERTAIN_LOG10


def _bars(decoys: Sequence[float], least: float, step: float) -> tuple[Bar, ...]:
    counts = [0] * BINS
    for value in decoys:
        counts[min(BINS - 1, int((value - least) / step))] += 1
    tallest = math.sqrt(max(counts))
    width = WIDTH / BINS
    return tuple(
        Bar(
            round(place * width, 1),
            round(width * _BAR_SHARE, 1),
            round(math.sqrt(count) / tallest * HEIGHT, 1),  # roots, so that a single decoy far out is seen
        )
        for place, count in enumerate(counts)
        if count
    )


def _within(value: float) -> float:
    return min(max(value, -_FARTHEST), _FARTHEST)
