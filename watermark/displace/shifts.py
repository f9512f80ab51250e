"""A page's content as a form to be filled: constant bytes, and fields of eight bytes for what shifts change.

A show operator that holds units is written anew as ``rise Ts [-x (unit) x ...] TJ`` for each of them and the old rise
behind the last: what goes along the line is taken back before the next glyph, so nothing after a unit moves. Numbers
have a fixed width, so filling a page is one assignment to an array.

Laws:

1. The content with its fields as they stand is the page with no unit moved.
2. All offsets along the line within one unit's brackets add up to zero, digit for digit.
3. Which glyphs are a unit is decided once; filling knows only signs.
"""

import json
import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Self

import numpy as np
import pikepdf
from numpy.typing import NDArray

from watermark.displace.fontcodes import Code
from watermark.displace.textwalk import Show, StreamText, Style, UnclearContent
from watermark.displace.words import UM_PER_MM, Unit, in_mm
from watermark.errors import BaseFormatError
from watermark.marks.layout import AXES, displacements_mm
from watermark.units import pt_from_mm

#: Width of a field; also that of the integers by which fields are copied.
FIELD_BYTES: Final = 8
_FIELD: Final = np.dtype("<u8")
#: Ways one unit can be moved: each axis either way. Place ``2 * (right > 0) + (down > 0)``.
WAYS: Final = 4
_SIGNS: Final = np.array([(-1, -1), (-1, 1), (1, -1), (1, 1)], dtype=np.int8)

#: Rounding of a rise that is still no matter: a thirtieth of the shift.
_MOST_LOST_PT: Final = pt_from_mm(0.001)

_MAGIC: Final = b"FOLIOTRACE-SHIFTS 2\n"
#: What was written before: the same numbers as they are, not as steps.
_OLDER: Final = b"FOLIOTRACE-SHIFTS 1\n"
_LENGTH_DIGITS: Final = 8
#: No page is larger, and steps of micrometres between its sides are whole numbers of 32 bits.
_FAR_MM: Final = 1e6
#: A page of 200,000 operators, all of them units, takes less.
_MOST_BYTES: Final = 64 * 1024 * 1024


@dataclass(frozen=True, eq=False)
class ShiftedStream:
    """The content of one stream, to be filled.

    Attributes:
        content: The bytes with every field in place and no unit moved.
        places: ``(m,)`` where the fields begin.
        kinds: ``(m,)`` rows of ``values``.
        units: ``(m,)`` the unit each field belongs to.
        values: ``(k, 4)`` what a field may say, by the way its unit is moved.
        path: Names by which the page reaches the stream: its form, then forms within.
        target: The stream in the document it was found in; None after reading back.
    """

    content: bytes
    places: NDArray[np.uint32]
    kinds: NDArray[np.uint32]
    units: NDArray[np.uint32]
    values: NDArray[np.uint64]
    path: tuple[str, ...]
    target: pikepdf.Stream | None = None

    def __post_init__(self) -> None:
        """Refuse fields that lie outside of what they refer to."""
        last = len(self.content) - FIELD_BYTES
        if not len(self.places) == len(self.kinds) == len(self.units):
            raise ValueError("fields do not match")
        if len(self.places) and (self.places.max() > last or self.kinds.max() >= len(self.values)):
            raise ValueError("a field beyond the end")

    def fill(self, ways: NDArray[np.intp]) -> bytes:
        """Return the content with each unit moved one of the four ways."""
        filled = np.frombuffer(bytearray(self.content), dtype=np.uint8)
        fields = np.ndarray(
            (max(len(filled) - FIELD_BYTES + 1, 0),), dtype=_FIELD, buffer=filled.data, strides=(1,)
        )
        fields[self.places] = self.values[self.kinds, ways[self.units]]
        return filled.tobytes()


@dataclass(frozen=True, eq=False)
class PageShifts:
    """All that moves on one page.

    Attributes:
        units: ``(n, 4)``: left, top, right, bottom of each unit in mm from the top left of the visible page, in the
            order of the symbols, which is the order of drawing.
        streams: The contents that hold them; each has a target only where it was freshly found.
    """

    units: NDArray[np.float32]
    streams: tuple[ShiftedStream, ...]

    def __post_init__(self) -> None:
        """Refuse fields of units that are not there."""
        if (
            self.units.ndim != AXES
            or self.units.shape[1:] != (4,)
            or not (np.abs(self.units) <= _FAR_MM).all()
        ):
            raise ValueError("units are not boxes")
        if any(len(stream.units) and stream.units.max() >= len(self.units) for stream in self.streams):
            raise ValueError("a field without a unit")

    def fill(self, signs: NDArray[np.int8]) -> tuple[bytes, ...]:
        """Return the content of each stream with the units moved as ``signs`` say.

        Args:
            signs: ``(n, 2)`` of ±1, see :func:`watermark.marks.layout.signs`.

        Raises:
            ValueError: not one pair of signs for each unit.
        """
        if signs.shape != (len(self.units), AXES):
            raise ValueError(f"{len(self.units)} units need as many pairs of signs, got {signs.shape}")
        ways = 2 * (signs[:, 0] > 0) + (signs[:, 1] > 0)
        return tuple(stream.fill(ways) for stream in self.streams)

    def unmoved(self) -> tuple[bytes, ...]:
        """Return the content of each stream with no unit moved."""
        return tuple(stream.content for stream in self.streams)

    def to_bytes(self) -> bytes:
        """Return the page's shifts as a file; what a stream's target was is told by its path alone."""
        blobs = [_as_steps(np.rint(self.units.T.astype(np.float64) * UM_PER_MM))]
        for stream in self.streams:
            fields = np.array([stream.places, stream.kinds, stream.units])
            blobs += [stream.content, _as_steps(fields), stream.values.astype("<u8").tobytes()]
        head = json.dumps(
            {
                "lengths": [len(blob) for blob in blobs],
                "paths": [stream.path for stream in self.streams],
            },
            separators=(",", ":"),
        ).encode("ascii")
        return _MAGIC + zlib.compress(b"".join((b"%08x\n" % len(head), head, *blobs)))

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Return the page's shifts in a file.

        Raises:
            BaseFormatError: not such a file, one of another version, or a damaged one.
        """
        magic = next((known for known in (_MAGIC, _OLDER) if data.startswith(known)), None)
        if magic is None:
            raise BaseFormatError(reason="version")
        try:
            return cls._parsed(_unpacked(data[len(magic) :]), in_steps=magic == _MAGIC)
        except (
            ValueError,
            KeyError,
            TypeError,
            IndexError,
            AttributeError,
            RecursionError,
            zlib.error,
        ) as error:
            raise BaseFormatError(reason="damaged") from error

    @classmethod
    def _parsed(cls, data: bytes, *, in_steps: bool) -> Self:
        """Read what was packed."""
        after_length = _LENGTH_DIGITS + 1
        begin = after_length + int(data[:_LENGTH_DIGITS], 16)
        head: dict[str, Any] = json.loads(data[after_length:begin])
        blobs = []
        for length in head["lengths"]:
            blobs.append(data[begin : begin + length])
            begin += length
        if begin != len(data):
            raise ValueError("lengths do not add up")
        units, *rest = blobs
        streams = []
        for path, content, fields, values in zip(
            head["paths"], *(rest[part::3] for part in range(3)), strict=True
        ):
            rows = _of_steps(fields, 3) if in_steps else np.frombuffer(fields, "<u4").reshape(3, -1)
            places, kinds, owners = _unsigned(rows)
            kept = np.frombuffer(values, "<u8").astype(np.uint64).reshape(-1, WAYS)
            streams.append(ShiftedStream(content, places, kinds, owners, kept, tuple(map(str, path))))
        if in_steps:
            return cls(in_mm(_of_steps(units, 4).T), tuple(streams))
        return cls(np.frombuffer(units, "<f4").astype(np.float32).reshape(-1, 4), tuple(streams))


def _as_steps(rows: NDArray[Any]) -> bytes:
    """Return rows of whole numbers as how much each differs from the one before it: neighbours are alike."""
    return np.diff(rows.astype(np.int64), axis=1, prepend=0).astype("<i4").tobytes()


def _of_steps(data: bytes, rows: int) -> NDArray[np.int64]:
    """Return the numbers of so many rows."""
    return np.cumsum(np.frombuffer(data, "<i4").reshape(rows, -1), axis=1, dtype=np.int64)


def _unsigned(numbers: NDArray[Any]) -> NDArray[np.uint32]:
    """Return numbers of fields; a ValueError if one cannot be."""
    if numbers.size and not 0 <= numbers.min() <= numbers.max() <= np.iinfo(np.uint32).max:
        raise ValueError("a field before the beginning")
    return numbers.astype(np.uint32)


def _unpacked(data: bytes) -> bytes:
    """Return what was packed; a ValueError if it was cut off, is followed by something else, or is too large."""
    unpacker = zlib.decompressobj()
    unpacked = unpacker.decompress(data, _MOST_BYTES)
    if not unpacker.eof or unpacker.unused_data:
        raise ValueError("not one whole file")
    return unpacked


def field_text(value: float) -> bytes:
    """Return a number in the width of a field, as exactly as it fits; its negative has the same digits.

    Raises:
        UnclearContent: too large for a field.
    """
    digits = FIELD_BYTES - len("-.")
    size = abs(value)
    for decimals in range(digits - 1, -1, -1):
        text = f"{size:0{digits + 1}.{decimals}f}"
        if len(text) == digits + 1:
            return (b"-" if value < 0 and float(text) else b"0") + text.encode("ascii")
    raise UnclearContent


def moved(style: Style) -> tuple[list[float], list[float]]:
    """Return, for the four ways to move a unit of this style, its ``Ts`` and the number before it in ``TJ``.

    Raises:
        UnclearContent: the numbers would be too small to be written in a field.
    """
    a, b, c, d, size, stretch, rise = style
    turned = a * d - b * c
    rises, offsets = [], []
    for right_mm, down_mm in displacements_mm(_SIGNS).tolist():
        right, up = pt_from_mm(right_mm), -pt_from_mm(down_mm)
        along, across = (right * d - up * c) / turned, (up * a - right * b) / turned
        rises.append(rise + across)
        offsets.append(-1000 * along / (size * stretch))
        written_rise = float(field_text(rises[-1]))
        if abs(written_rise - rises[-1]) * math.hypot(c, d) > _MOST_LOST_PT:
            raise UnclearContent
    return rises, offsets


def compose(streams: Sequence[StreamText], units: Sequence[Unit], boxes: NDArray[np.float32]) -> PageShifts:
    """Return the page as a form to be filled, with these units movable and all else fixed."""
    owners: dict[tuple[int, int], dict[int, int]] = {}
    for number, unit in enumerate(units):
        for stream_no, show_no, token_no in unit.members:
            owners.setdefault((stream_no, show_no), {})[token_no] = number
    composed = []
    for stream_no, stream in enumerate(streams):
        of_show = {show_no: owned for (held_by, show_no), owned in owners.items() if held_by == stream_no}
        if of_show:
            composed.append(_Composer(stream).composed(of_show))
    return PageShifts(boxes, tuple(composed))


@dataclass
class _Segment:
    """Tokens of one show that belong to one unit, or to none; numbers and blanks before and behind them."""

    unit: int | None
    before: list[Code | bytes] = field(default_factory=list)
    core: list[Code | bytes] = field(default_factory=list)
    behind: list[Code | bytes] = field(default_factory=list)


class _Composer:
    """Writes one stream."""

    def __init__(self, stream: StreamText) -> None:
        """Begin with nothing written."""
        self._stream = stream
        self._written = bytearray()
        self._fields: list[tuple[int, int, int]] = []
        self._kinds: dict[bytes, int] = {}
        self._styles: dict[Style, tuple[int, int, int]] = {}

    def composed(self, of_show: dict[int, dict[int, int]]) -> ShiftedStream:
        """Return the stream with the shows named by number written anew; ``{show: {token: unit}}``."""
        done = 0
        instructions = self._stream.instructions
        for show_no, owned in sorted(of_show.items()):
            show = self._stream.shows[show_no]
            self._keep(instructions[done : show.place])
            self._written += show.before
            self._show(show, owned)
            done = show.place + 1
        self._keep(instructions[done:])
        places, kinds, units = np.array(self._fields, dtype=np.uint32).reshape(-1, 3).T
        values = np.frombuffer(b"".join(self._kinds), dtype=_FIELD).reshape(-1, WAYS)
        return ShiftedStream(
            bytes(self._written),
            places.copy(),
            kinds.copy(),
            units.copy(),
            values.astype(np.uint64),
            self._stream.path,
            self._stream.target,
        )

    def _keep(self, instructions: Sequence[Any]) -> None:
        """Write instructions as they are."""
        if instructions:
            self._written += pikepdf.unparse_content_stream(instructions) + b"\n"

    def _show(self, show: Show, owned: dict[int, int]) -> None:
        """Write one show operator."""
        rise = field_text(show.style.rise)
        is_raised = False
        for segment in _segments(show, owned):
            if segment.unit is None:
                if is_raised:
                    self._written += rise + b" Ts\n"
                    is_raised = False
                self._written += b"[" + _array(segment.before + segment.core + segment.behind) + b"]TJ\n"
                continue
            across, along, back = self._kinds_of(show.style)
            self._field(across, segment.unit, rise)
            self._written += b" Ts[" + _array(segment.before)
            self._field(along, segment.unit)
            self._written += _array(segment.core)
            self._field(back, segment.unit)
            self._written += _array(segment.behind) + b"]TJ\n"
            is_raised = True
        if is_raised:
            self._written += rise + b" Ts\n"

    def _field(self, kind: int, unit: int, unmoved: bytes = field_text(0.0)) -> None:
        """Write a field as it is when its unit is not moved."""
        self._fields.append((len(self._written), kind, unit))
        self._written += unmoved

    def _kinds_of(self, style: Style) -> tuple[int, int, int]:
        """Return the numbers of a style's fields: rise, offset before the unit, the same taken back."""
        if style not in self._styles:
            rises, offsets = moved(style)
            texts = (
                b"".join(map(field_text, rises)),
                b"".join(map(field_text, offsets)),
                b"".join(field_text(-offset) for offset in offsets),
            )
            numbers = [self._kinds.setdefault(text, len(self._kinds)) for text in texts]
            self._styles[style] = numbers[0], numbers[1], numbers[2]
        return self._styles[style]


def _segments(show: Show, owned: dict[int, int]) -> list[_Segment]:
    """Cut the tokens of a show where the unit changes; what leaves no ink goes with the unit before it."""
    segments: list[_Segment] = []
    loose: list[Code | bytes] = []
    for place, token in enumerate(show.tokens):
        unit = owned.get(place)
        if unit is None and (isinstance(token, bytes) or token.is_blank):
            loose.append(token)
            continue
        if segments and segments[-1].unit == unit:
            segments[-1].core += [*loose, token]
        else:
            if segments:
                segments[-1].behind = loose
            segments.append(_Segment(unit, [] if segments else loose, [token]))
        loose = []
    if segments:
        segments[-1].behind = loose
    return segments


def _array(tokens: Sequence[Code | bytes]) -> bytes:
    """Return the inside of an array as ``TJ`` takes it."""
    parts = []
    string = b""
    for token in tokens:
        if isinstance(token, bytes):
            parts += [_string(string), b" " + token + b" "]
            string = b""
        else:
            string += token.raw
    return b"".join((*parts, _string(string)))


def _string(text: bytes) -> bytes:
    """Return a literal string; nothing for an empty one."""
    if not text:
        return b""
    escaped = text.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)").replace(b"\r", b"\\r")
    return b"(" + escaped + b")"
