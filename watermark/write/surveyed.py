"""What was found out about the pages of a document: all of a base that takes long and depends on no text.

Kept with a document, it spares every later print run the looking: where marks go, which cells are free, which words can
be displaced, which pages had to become pictures. A file format of its own, and a part of that of a base.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from watermark.displace.shifts import PageShifts
from watermark.errors import BaseFormatError
from watermark.marks.dots import LAYERS, Cells
from watermark.placement import Placement
from watermark.plan import DotStyle, MarkPlan
from watermark.write.framed import UNREADABLE, framed, unframed

_MAGIC: Final = b"FOLIOTRACE-SURVEY 2\n"
#: Before dots were inlaid: there are the rows and columns of the lattice only.
_OLDER: Final = b"FOLIOTRACE-SURVEY 1\n"
_BOX_SIDES: Final = 4


@dataclass(frozen=True, eq=False)
class BasePage:
    """What stamping and reading need to know of one page.

    Attributes:
        width_pt: Width of the visible page in points.
        height_pt: Its height.
        placement: Where the marks go.
        cells: Where a dot may be; nowhere if the plan wants none.
        shifts: Its contents with words that can be displaced; None if there are none.
    """

    width_pt: float
    height_pt: float
    placement: Placement
    cells: Cells
    shifts: PageShifts | None = None

    @property
    def units(self) -> NDArray[np.float32]:
        """``(n, 4)``: left, top, right, bottom in mm of each displaced word, in the order of its symbols."""
        return np.zeros((0, _BOX_SIDES), np.float32) if self.shifts is None else self.shifts.units


@dataclass(frozen=True, eq=False)
class Survey:
    """The pages of a document, looked at.

    Attributes:
        document_sha256: SHA-256 of the cleaned document, in hexadecimal.
        plan: Which marks its pages get.
        pages: What is known of each page.
        pictured: Numbers of the pages that had to become pictures, because the code was not read on them as they came.
    """

    document_sha256: str
    plan: MarkPlan
    pages: tuple[BasePage, ...]
    pictured: tuple[int, ...] = ()

    def is_of(self, document_sha256: str, plan: MarkPlan) -> bool:
        """Tell whether this is what would be found out about a document under a plan."""
        return (self.document_sha256, self.plan) == (document_sha256, plan)

    def to_bytes(self) -> bytes:
        """Return the survey as a file."""
        head = {
            "document": self.document_sha256,
            "plan": asdict(self.plan),
            "pictured": self.pictured,
            "pages": [
                [
                    page.width_pt,
                    page.height_pt,
                    page.placement.as_json(),
                    [layer.shape for layer in page.cells.layers],
                ]
                for page in self.pages
            ],
        }
        parts: list[bytes] = []
        for page in self.pages:
            packed = b"".join(np.packbits(layer).tobytes() for layer in page.cells.layers)
            parts += [packed, page.shifts.to_bytes() if page.shifts else b""]
        return framed(_MAGIC, head, parts)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Return the survey in a file.

        Raises:
            BaseFormatError: not a survey, one of another version, or one that was cut off.
        """
        magic = next((known for known in (_MAGIC, _OLDER) if data.startswith(known)), None)
        if magic is None:
            raise BaseFormatError(reason="version")
        try:
            head, parts = unframed(magic, data)
            pages = tuple(
                BasePage(
                    float(width),
                    float(height),
                    Placement.from_json(placement),
                    _cells(next(parts), [shapes] if magic == _OLDER else shapes),
                    _shifts(next(parts)),
                )
                for width, height, placement, shapes in head["pages"]
            )
            return cls(head["document"], _plan(head["plan"]), pages, tuple(head["pictured"]))
        except UNREADABLE as error:
            raise BaseFormatError(reason="damaged") from error


def _plan(value: dict[str, Any]) -> MarkPlan:
    """Return the plan of a head."""
    dots = value.pop("dots")
    return MarkPlan(dots=None if dots is None else DotStyle(**dots), **value)


def _cells(packed: bytes, shapes: Sequence[Sequence[int]]) -> Cells:
    """Return the cells of a page from the bits of its layers."""
    layers = []
    for rows, columns in shapes:
        length = -(-rows * columns // 8)
        if rows < 0 or columns < 0 or len(packed) < length:
            raise ValueError("cells do not match their shape")
        bits = np.unpackbits(np.frombuffer(packed[:length], dtype=np.uint8), count=rows * columns)
        layers.append(bits.astype(np.bool_).reshape(rows, columns))
        packed = packed[length:]
    if packed or len(layers) > len(LAYERS):
        raise ValueError("cells do not match their shapes")
    return Cells(tuple(layers))


def _shifts(data: bytes) -> PageShifts | None:
    """Return the displaceable words of a page."""
    return PageShifts.from_bytes(data) if data else None
