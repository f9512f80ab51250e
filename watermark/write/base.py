"""A prepared document: everything its copies share, and where each page's marks go. A file format of its own.

Bytes: the magic line with the version, the length of a JSON head as eight hexadecimal digits and a newline, the head,
then prefix, tail, cross-reference table and dot cells one after the other with the lengths the head gives.
"""

import json
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from watermark.errors import BaseFormatError
from watermark.placement import Placement
from watermark.write.findings import Finding
from watermark.write.fonts import Face
from watermark.write.revision import ENTRY, Skeleton

VERSION: Final = 1

_MAGIC: Final = b"FOLIOTRACE-BASE %d\n"
_LENGTH_DIGITS: Final = 8


@dataclass(frozen=True, eq=False)
class BasePage:
    """What stamping needs to know of one page.

    Attributes:
        width_pt: Width of the visible page in points.
        height_pt: Its height.
        placement: Where the marks go.
        cells: ``(rows, cols)``: True where a dot may be.
    """

    width_pt: float
    height_pt: float
    placement: Placement
    cells: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Base:
    """A prepared document.

    Attributes:
        pages: What is known of each page.
        face: The letters its marks can be written with.
        resources: Object number of the resources of all slots.
        skeleton: The PDF without its slots.
        findings: What was noticed while cleaning and preparing.
        version: Version of the format.
    """

    pages: tuple[BasePage, ...]
    face: Face
    resources: int
    skeleton: Skeleton
    findings: tuple[Finding, ...]
    version: int = VERSION

    def to_bytes(self) -> bytes:
        """Return the base as a file."""
        blobs = [
            self.skeleton.prefix,
            self.skeleton.tail,
            self.skeleton.table.tobytes(),
            *(np.packbits(page.cells).tobytes() for page in self.pages),
        ]
        head = json.dumps(
            {
                "lengths": [len(blob) for blob in blobs],
                "root": self.skeleton.root,
                "resources": self.resources,
                "face": self.face.as_json(),
                "findings": [finding.as_json() for finding in self.findings],
                "pages": [
                    [page.width_pt, page.height_pt, page.placement.as_json(), page.cells.shape]
                    for page in self.pages
                ],
            },
            ensure_ascii=True,
            separators=(",", ":"),
        ).encode("ascii")
        return b"".join((_MAGIC % self.version, b"%08x\n" % len(head), head, *blobs))

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
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise BaseFormatError(reason="damaged") from error

    @classmethod
    def _parsed(cls, data: bytes, start: int) -> Self:
        """Read what follows the magic line."""
        after_length = start + _LENGTH_DIGITS + 1
        begin = after_length + int(data[start : start + _LENGTH_DIGITS], 16)
        head: dict[str, Any] = json.loads(data[after_length:begin])
        blobs = []
        for length in head["lengths"]:
            blobs.append(data[begin : begin + length])
            begin += length
        if begin != len(data):
            raise ValueError("lengths do not add up")
        prefix, tail, table, *cells = blobs
        return cls(
            pages=tuple(
                BasePage(width, height, Placement.from_json(placement), _unpacked(packed, rows, columns))
                for (width, height, placement, (rows, columns)), packed in zip(
                    head["pages"], cells, strict=True
                )
            ),
            face=Face.from_json(head["face"]),
            resources=head["resources"],
            skeleton=Skeleton(prefix, tail, np.frombuffer(table, dtype=ENTRY), head["root"]),
            findings=tuple(Finding.from_json(finding) for finding in head["findings"]),
        )


def _unpacked(packed: bytes, rows: int, columns: int) -> NDArray[np.bool_]:
    """Return the cells of a page from their bits."""
    bits = np.unpackbits(np.frombuffer(packed, dtype=np.uint8), count=rows * columns)
    return bits.astype(np.bool_).reshape(rows, columns)
