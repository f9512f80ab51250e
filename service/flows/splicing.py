"""The thin seam to stamping: what a copy's own bytes are, and how copies are bound for the printer."""

import hashlib
import io
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pikepdf
from reportlab.pdfgen.canvas import Canvas

from service.papers.sheet import FONT, printable, register_font
from watermark import Base, Mark, join, stamp


@dataclass(frozen=True)
class Delta:
    """A copy's own bytes."""

    data: bytes

    def to_bytes(self) -> bytes:
        """Return it as a file."""
        return zlib.compress(self.data, 1)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Delta":
        """Return it from a file."""
        return cls(zlib.decompress(data))


@dataclass(frozen=True)
class Fingerprint:
    """Hash and size of a whole copy."""

    sha256: str
    size: int


@dataclass(frozen=True)
class BoundCopy:
    """A copy in a print file, and the lines of the face sheet before it."""

    delta: Delta
    face: tuple[str, ...] = ()


def splice(base: Base, mark: Mark) -> Delta:
    """Return a copy's own bytes."""
    return Delta(stamp(base, mark)[len(base.skeleton.prefix) :])


def chunks(base: Base, delta: Delta) -> Iterator[bytes]:
    """Yield the whole copy."""
    yield base.skeleton.prefix
    yield delta.data


def fingerprint(base: Base, delta: Delta) -> Fingerprint:
    """Return hash and size of the whole copy."""
    whole = b"".join(chunks(base, delta))
    return Fingerprint(hashlib.sha256(whole).hexdigest(), len(whole))


def bind(base: Base, copies: Iterable[BoundCopy], *, duplex: bool, first_sheet: int = 1) -> Iterator[bytes]:
    """Yield one print file of many copies."""
    pdfs: list[bytes] = []
    for copy in copies:
        if copy.face:
            pdfs.append(_face(base, copy.face, 2 if duplex else 1))
        pdfs.append(b"".join(chunks(base, copy.delta)))
    whole = join(pdfs, duplex=duplex)
    with pikepdf.open(io.BytesIO(whole)) as opened:
        del opened.pages[: (first_sheet - 1) * (2 if duplex else 1)]
        target = io.BytesIO()
        opened.save(target, deterministic_id=True)
    yield target.getvalue()


def _face(base: Base, lines: tuple[str, ...], sides: int) -> bytes:
    register_font()
    page = base.pages[0]
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(page.width_pt, page.height_pt), invariant=True)
    canvas.setFont(FONT, 24)
    for row, line in enumerate(lines):
        canvas.drawString(72, page.height_pt - 144 - 36 * row, printable(line))
    for _ in range(sides):
        canvas.showPage()
    canvas.save()
    return target.getvalue()
