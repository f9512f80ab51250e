"""A prepared document: everything its copies share, and where each page's marks go. A file format of its own."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, NamedTuple, Self

import numpy as np

from watermark.errors import BaseFormatError
from watermark.findings import Finding
from watermark.marks.dots import FLAT, SQUARE
from watermark.plan import MarkPlan
from watermark.write.fonts import Face
from watermark.write.framed import UNREADABLE, framed, unframed
from watermark.write.revision import ENTRY, Leaf, Skeleton, Template
from watermark.write.surveyed import BasePage, Survey

VERSION: Final = 3
#: Versions without dots between the lattice; copies made of them can still be put together.
_OLDER: Final = (2,)
_MAGIC: Final = b"FOLIOTRACE-BASE %d\n"


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
    FLAT_TILE = 6
    """The same tile as flat cells, for narrow gaps between lines."""


TILES: Final = {Carrier.TILE: SQUARE, Carrier.FLAT_TILE: FLAT}
"""The shape of the cells of each tile."""


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
class Base:
    """A prepared document.

    Attributes:
        survey: What is known of its pages, and which marks they get.
        face: The letters its marks can be written with.
        resources: Object number of the resources by which marks, and sheets between copies, write.
        slots: What each copy brings.
        skeleton: The PDF without its slots.
        findings: What was noticed while cleaning and preparing.
        version: Version of the format, and of the way marks are drawn.
    """

    survey: Survey
    face: Face
    resources: int
    slots: tuple[Slot, ...]
    skeleton: Skeleton
    findings: tuple[Finding, ...]
    version: int = VERSION

    @property
    def pages(self) -> tuple[BasePage, ...]:
        """What is known of each page."""
        return self.survey.pages

    @property
    def plan(self) -> MarkPlan:
        """Which marks its pages get."""
        return self.survey.plan

    def to_bytes(self) -> bytes:
        """Return the base as a file."""
        bones = self.skeleton
        head = {
            "face": self.face.as_json(),
            "resources": self.resources,
            "slots": [[*slot, drawn.slots] for slot, drawn in zip(self.slots, bones.slots, strict=True)],
            "leaves": [[leaf.entries.slots, leaf.width_pt, leaf.height_pt] for leaf in bones.leaves],
            "findings": [finding.as_json() for finding in self.findings],
        }
        parts = [
            self.survey.to_bytes(),
            bones.prefix,
            bones.tail,
            bones.table.tobytes(),
            bones.tail_table.tobytes(),
            bones.catalog,
            *(slot.text for slot in bones.slots),
            *bones.held,
            *(leaf.entries.text for leaf in bones.leaves),
        ]
        return framed(_MAGIC % self.version, head, parts)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Return the base in a file.

        Raises:
            BaseFormatError: not a base, one of another version, or one that was cut off.
        """
        version = next((known for known in (VERSION, *_OLDER) if data.startswith(_MAGIC % known)), None)
        if version is None:
            raise BaseFormatError(reason="version")
        try:
            return cls._parsed(version, data)
        except UNREADABLE as error:
            raise BaseFormatError(reason="damaged") from error

    @classmethod
    def _parsed(cls, version: int, data: bytes) -> Self:
        """Read what follows the magic line."""
        head, parts = unframed(_MAGIC % version, data)
        survey, prefix, tail, table, tail_table, catalog = itertools.islice(parts, 6)
        slots = tuple(Slot(Carrier(carrier), page, part) for carrier, page, part, _ in head["slots"])
        entries = tuple(Template(next(parts), tuple(drawn)) for *_, drawn in head["slots"])
        held = tuple(itertools.islice(parts, len(slots)))
        leaves = tuple(Leaf(Template(next(parts), tuple(drawn)), *size) for drawn, *size in head["leaves"])
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
        known = Survey.from_bytes(survey)
        _require_whole(known, slots, skeleton)
        return cls(
            survey=known,
            face=Face.from_json(head["face"]),
            resources=head["resources"],
            slots=slots,
            skeleton=skeleton,
            findings=tuple(Finding.from_json(finding) for finding in head["findings"]),
            version=version,
        )


def _require_whole(survey: Survey, slots: Sequence[Slot], skeleton: Skeleton) -> None:
    """Pass when slots, pages and what refers to them fit each other.

    Raises:
        ValueError: they do not: a copy would be drawn wrong, or not at all.
    """
    if len(skeleton.leaves) != len(survey.pages):
        raise ValueError("pages do not match")
    for slot in slots:
        page = survey.pages[slot.page] if slot.page >= 0 else None
        if page is None or (slot.carrier in TILES and survey.plan.dots is None):
            raise ValueError("a slot of nothing")
        if slot.carrier is Carrier.CONTENT and not (
            page.shifts and 0 <= slot.part < len(page.shifts.streams)
        ):
            raise ValueError("a slot without content")
    for template in (*skeleton.slots, *(leaf.entries for leaf in skeleton.leaves)):
        if not all(0 <= slot < len(slots) for slot in template.slots):
            raise ValueError("a reference to no slot")
        template.written(1)
