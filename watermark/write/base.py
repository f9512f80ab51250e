"""A prepared document: everything its copies share, and where each page's marks go. A file format of its own.

Bytes: the magic line with the version, the length of a JSON head as eight hexadecimal digits and a newline, the head,
then the parts one after the other with the lengths the head gives.
"""

import itertools
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import IntEnum
from typing import Any, Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from watermark.displace.shifts import PageShifts
from watermark.errors import BaseFormatError
from watermark.findings import Finding
from watermark.placement import Placement
from watermark.plan import DotStyle, MarkPlan
from watermark.write.fonts import Face
from watermark.write.revision import ENTRY, Leaf, Skeleton, Template

VERSION: Final = 2

_MAGIC: Final = b"FOLIOTRACE-BASE %d\n"
_LENGTH_DIGITS: Final = 8
_BOX_SIDES: Final = 4


class Carrier(IntEnum):
    """What a slot holds."""

    WORDS = 1
    """The texts of all pages with the same places."""
    TILE = 2
    """One tile of dots, which a page repeats wherever it is free."""
    CODE = 3
    """A QR code on its white ground."""
    CONTENT = 4
    """What a page, or a form it draws, shows of the document, its words displaced."""
    HOLDER = 5
    """A form of the document that draws such a one; what it says itself is the same in every copy."""


class Slot(NamedTuple):
    """One of the streams that each copy brings.

    Attributes:
        carrier: What it holds.
        page: The page it was made for, from 0; others may draw it too.
        part: Which of the page's contents, from 0.
    """

    carrier: Carrier
    page: int
    part: int = 0


@dataclass(frozen=True, eq=False)
class BasePage:
    """What stamping and reading need to know of one page.

    Attributes:
        width_pt: Width of the visible page in points.
        height_pt: Its height.
        placement: Where the marks go.
        cells: ``(rows, cols)``: True where a dot may be; all False if the plan wants none.
        shifts: Its contents with words that can be displaced; None if there are none.
    """

    width_pt: float
    height_pt: float
    placement: Placement
    cells: NDArray[np.bool_]
    shifts: PageShifts | None = None

    @property
    def units(self) -> NDArray[np.float32]:
        """``(n, 4)``: left, top, right, bottom in mm of each displaced word, in the order of its symbols."""
        return np.zeros((0, _BOX_SIDES), np.float32) if self.shifts is None else self.shifts.units


@dataclass(frozen=True, eq=False)
class Base:
    """A prepared document.

    Attributes:
        pages: What is known of each page.
        plan: Which marks they get.
        face: The letters its marks can be written with.
        resources: Object number of the resources by which marks, and sheets between copies, write.
        slots: What each copy brings.
        skeleton: The PDF without its slots.
        findings: What was noticed while cleaning and preparing.
        version: Version of the format, and of the way marks are drawn.
    """

    pages: tuple[BasePage, ...]
    plan: MarkPlan
    face: Face
    resources: int
    slots: tuple[Slot, ...]
    skeleton: Skeleton
    findings: tuple[Finding, ...]
    version: int = VERSION

    def to_bytes(self) -> bytes:
        """Return the base as a file."""
        bones = self.skeleton
        parts = [bones.prefix, bones.tail, bones.table.tobytes(), bones.tail_table.tobytes(), bones.catalog]
        parts += [
            *(slot.text for slot in bones.slots),
            *bones.held,
            *(leaf.entries.text for leaf in bones.leaves),
        ]
        for page in self.pages:
            parts += [np.packbits(page.cells).tobytes(), page.shifts.to_bytes() if page.shifts else b""]
        head = json.dumps(
            {
                "lengths": [len(part) for part in parts],
                "plan": asdict(self.plan),
                "face": self.face.as_json(),
                "resources": self.resources,
                "slots": [[*slot, drawn.slots] for slot, drawn in zip(self.slots, bones.slots, strict=True)],
                "leaves": [[leaf.entries.slots, leaf.width_pt, leaf.height_pt] for leaf in bones.leaves],
                "findings": [finding.as_json() for finding in self.findings],
                "pages": [
                    [page.width_pt, page.height_pt, page.placement.as_json(), page.cells.shape]
                    for page in self.pages
                ],
            },
            ensure_ascii=True,
            separators=(",", ":"),
        ).encode("ascii")
        return b"".join((_MAGIC % self.version, b"%08x\n" % len(head), head, *parts))

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Return the base in a file.

        Raises:
            BaseFormatError: not a base, one of another version, or one that was cut off.
        """
        magic = _MAGIC % VERSION
        if not data.startswith(magic):
            raise BaseFormatError(reason="version")
        try:
            return cls._parsed(data, len(magic))
        except (ValueError, KeyError, TypeError, IndexError, StopIteration) as error:
            raise BaseFormatError(reason="damaged") from error

    @classmethod
    def _parsed(cls, data: bytes, start: int) -> Self:
        """Read what follows the magic line."""
        after_length = start + _LENGTH_DIGITS + 1
        begin = after_length + int(data[start : start + _LENGTH_DIGITS], 16)
        head: dict[str, Any] = json.loads(data[after_length:begin])
        parts = _cut(data, begin, head["lengths"])
        prefix, tail, table, tail_table, catalog = itertools.islice(parts, 5)
        slots = tuple(Slot(Carrier(carrier), page, part) for carrier, page, part, _ in head["slots"])
        entries = tuple(Template(next(parts), tuple(drawn)) for *_, drawn in head["slots"])
        held = tuple(itertools.islice(parts, len(slots)))
        leaves = tuple(Leaf(Template(next(parts), tuple(drawn)), *size) for drawn, *size in head["leaves"])
        pages = tuple(
            BasePage(
                width,
                height,
                Placement.from_json(placement),
                _cells(next(parts), shape),
                _shifts(next(parts)),
            )
            for width, height, placement, shape in head["pages"]
        )
        skeleton = Skeleton(
            prefix,
            np.frombuffer(table, dtype=ENTRY),
            entries,
            held,
            leaves,
            catalog,
            tail,
            np.frombuffer(tail_table, dtype=ENTRY),
        )
        return cls(
            pages=pages,
            plan=_plan(head["plan"]),
            face=Face.from_json(head["face"]),
            resources=head["resources"],
            slots=slots,
            skeleton=skeleton,
            findings=tuple(Finding.from_json(finding) for finding in head["findings"]),
        )


def _cut(data: bytes, begin: int, lengths: list[int]) -> Iterator[bytes]:
    """Return the parts of a file, which they have to fill to its end."""
    ends = list(itertools.accumulate(lengths, initial=begin))
    if ends[-1] != len(data):
        raise ValueError("lengths do not add up")
    return (data[start:end] for start, end in itertools.pairwise(ends))


def _plan(value: dict[str, Any]) -> MarkPlan:
    """Return the plan of a head."""
    dots = value.pop("dots")
    return MarkPlan(dots=None if dots is None else DotStyle(**dots), **value)


def _cells(packed: bytes, shape: list[int]) -> NDArray[np.bool_]:
    """Return the cells of a page from their bits."""
    rows, columns = shape
    bits = np.unpackbits(np.frombuffer(packed, dtype=np.uint8), count=rows * columns)
    return bits.astype(np.bool_).reshape(rows, columns)


def _shifts(data: bytes) -> PageShifts | None:
    """Return the displaceable words of a page."""
    return PageShifts.from_bytes(data) if data else None
