"""Walk over what a page draws and say where each glyph of its text lands.

Follows the graphics and text state of the page's form and of forms inside it (ISO 32000-2 §8.4, §9.3, §9.4). Leaves
alone what it does not fully understand: such text keeps its place, and what follows it on the same line, whose place it
decides, too. A stream with a fault in it, where viewers differ, is no text at all: :class:`UnclearContent`.
"""

import math
import warnings
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Final, NamedTuple

import pikepdf

from watermark.clean.inspect import CONTENT_NAME
from watermark.displace.fontcodes import Code, FontCodes, read_font
from watermark.geometry import Matrix

#: More is not a page of text; walking it would only cost time.
_MOST_BYTES: Final = 16 * 1024 * 1024
_MOST_INSTRUCTIONS: Final = 200_000
_MOST_GLYPHS: Final = 20_000
_DEEPEST_FORM: Final = 8

#: From this text render mode on glyphs are invisible (3) or part of a clip (4-7).
_FIRST_HIDDEN: Final = 3

_OPERANDS: Final[Mapping[str, int]] = {
    operator: count
    for count, operators in {
        0: "q Q BT ET T* h W W* n S s f F f* B B* b b* BX EX EMC",
        1: "w J j M i ri gs CS cs G g sh Do Tc Tw Tz TL Tr Ts Tj TJ ' BMC MP",
        2: "d Tf Td TD m l BDC DP d0",
        3: '" RG rg',
        4: "re K k v y",
        6: "cm Tm c d1",
    }.items()
    for operator in operators.split()
}
_ANY_OPERANDS: Final = frozenset(("SC", "sc", "SCN", "scn"))
_IN_TEXT: Final = frozenset(("Td", "TD", "Tm", "T*", "Tj", "TJ", "'", '"'))


class UnclearContent(Exception):
    """The content cannot be followed with certainty."""


class Style(NamedTuple):
    """How text space lies on the page while a string is shown.

    Attributes:
        a: Right component, in points, of one unit of text space along the line.
        b: Upward component of it.
        c: Right component of one unit across the line.
        d: Upward component of it.
        size: ``Tf``'s number.
        stretch: ``Tz`` over 100.
        rise: ``Ts``.
    """

    a: float
    b: float
    c: float
    d: float
    size: float
    stretch: float
    rise: float

    @property
    def em_pt(self) -> float:
        """Height of the type on the page in points."""
        return abs(self.size) * math.hypot(self.c, self.d)


class Spot(NamedTuple):
    """Where a glyph lands: the start and the end of its advance on the baseline, points from the bottom left."""

    x: float
    y: float
    x_end: float
    y_end: float


@dataclass
class Show:
    """One operator that shows text.

    Attributes:
        place: Index of its instruction.
        before: What it does before it shows: the new line of ``'`` and ``"``.
        tokens: Codes, and the numbers between them as they are written.
        spots: For each token where it lands; None for numbers. Empty if nothing is known or the text is hidden.
        style: The type.
        font: Its metrics.
    """

    place: int
    before: bytes
    tokens: list[Code | bytes]
    spots: list[Spot | None]
    style: Style
    font: FontCodes


@dataclass
class StreamText:
    """One stream with its text.

    Attributes:
        target: The stream object.
        path: Names by which the page reaches it: its form, then forms within.
        instructions: All that it draws.
        shows: Those that show text which can be placed, in order.
    """

    target: pikepdf.Stream
    path: tuple[str, ...]
    instructions: Sequence[Any]
    shows: list[Show] = field(default_factory=list)


def walk_page(page: pikepdf.Object, drawn_once: Container[tuple[int, int]]) -> list[StreamText]:
    """Return the streams of a cleaned page with their text, in drawing order of their first glyph.

    Args:
        page: A page as cleaning leaves it.
        drawn_once: Object numbers of the forms that nothing else in the document draws; others are left alone.

    Raises:
        UnclearContent: the page cannot be followed with certainty.
    """
    resources = page.get("/Resources")
    form = _entry(resources, "/XObject", CONTENT_NAME)
    if not isinstance(form, pikepdf.Stream) or form.objgen not in drawn_once:
        return []
    walk = _Walk(drawn_once, resources)
    walk.draw(form, (CONTENT_NAME,), _State(Matrix(1, 0, 0, 1, 0, 0)), resources)
    return [stream for stream in walk.streams if stream.shows]


def form_at(page: pikepdf.Object, path: Sequence[str]) -> pikepdf.Stream:
    """Return the stream that a path of names leads to."""
    resources = page.get("/Resources")
    found: pikepdf.Object | None = None
    for name in path:
        found = _entry(resources, "/XObject", name)
        resources = found.get("/Resources", page.get("/Resources")) if found is not None else None
    if not isinstance(found, pikepdf.Stream):
        raise UnclearContent
    return found


@dataclass
class _State:
    """The part of the graphics state that decides where text lands; ``matrix`` is the current one."""

    matrix: Matrix
    font: FontCodes | None = None
    size: float = 0.0
    char_space: float = 0.0
    word_space: float = 0.0
    stretch: float = 1.0
    leading: float = 0.0
    rise: float = 0.0
    mode: int = 0


class _Walk:
    """Draws without ink."""

    def __init__(self, drawn_once: Container[tuple[int, int]], page_resources: Any) -> None:  # noqa: ANN401 -- from a file
        """Start with nothing drawn."""
        self.streams: list[StreamText] = []
        self._drawn_once = drawn_once
        self._page_resources = page_resources
        self._fonts: dict[tuple[int, int], FontCodes | None] = {}
        self._instructions = self._glyphs = 0

    def draw(self, form: pikepdf.Stream, path: tuple[str, ...], state: _State, resources: Any) -> None:  # noqa: ANN401 -- from a file
        """Follow one form from the state in which it is drawn."""
        own = form.get("/Resources", resources)
        matrix = form.get("/Matrix")
        inner = state.matrix if matrix is None else _times(Matrix(*map(float, matrix)), state.matrix)
        instructions = _parsed(form)
        self.count(instructions=len(instructions))
        text = StreamText(form, path, instructions)
        self.streams.append(text)
        _StreamWalk(self, text, replace(state, matrix=inner), own).run()

    def nested(self, name: object, path: tuple[str, ...], state: _State, resources: Any) -> None:  # noqa: ANN401 -- from a file
        """Follow a form inside a form, if its text is there for this place alone."""
        form = _entry(resources, "/XObject", str(name))
        if (
            isinstance(form, pikepdf.Stream)
            and form.get("/Subtype") == "/Form"
            and form.objgen in self._drawn_once
            and len(path) < _DEEPEST_FORM
        ):
            self.draw(form, (*path, str(name)), replace(state), self._page_resources)

    def font(self, name: object, resources: Any) -> FontCodes | None:  # noqa: ANN401 -- from a file
        """Return the codes of a font by its name in the resources."""
        font = _entry(resources, "/Font", str(name))
        if font is None:
            return None
        if not font.is_indirect:
            return read_font(font)
        if font.objgen not in self._fonts:
            self._fonts[font.objgen] = read_font(font)
        return self._fonts[font.objgen]

    def count(self, instructions: int = 0, glyphs: int = 0) -> None:
        """Bound what one page may hold, its forms included."""
        self._instructions += instructions
        self._glyphs += glyphs
        if self._instructions > _MOST_INSTRUCTIONS or self._glyphs > _MOST_GLYPHS:
            raise UnclearContent


class _StreamWalk:
    """Follows the operators of one stream."""

    def __init__(self, walk: _Walk, text: StreamText, state: _State, resources: Any) -> None:  # noqa: ANN401 -- from a file
        """Begin at the first operator."""
        self._walk = walk
        self._text = text
        self._state = state
        self._resources = resources
        self._saved: list[_State] = []
        self._in_text = False
        self._line = self._at = Matrix(1, 0, 0, 1, 0, 0)
        self._is_placed = True
        self._acts: dict[str, Callable[..., None]] = {
            "q": self._save,
            "Q": self._restore,
            "cm": self._concatenate,
            "BT": self._begin,
            "ET": self._end,
            "Tf": self._select,
            "gs": self._external,
            "Tc": lambda value: setattr(self._state, "char_space", float(value)),
            "Tw": lambda value: setattr(self._state, "word_space", float(value)),
            "Tz": lambda value: setattr(self._state, "stretch", float(value) / 100),
            "TL": lambda value: setattr(self._state, "leading", float(value)),
            "Ts": lambda value: setattr(self._state, "rise", float(value)),
            "Tr": lambda value: setattr(self._state, "mode", int(value)),
            "Td": self._move,
            "TD": self._move_and_lead,
            "Tm": self._set_matrix,
            "T*": self._next_line,
        }

    def run(self) -> None:
        """Follow every operator."""
        for place, instruction in enumerate(self._text.instructions):
            if isinstance(instruction, pikepdf.ContentStreamInlineImage):
                continue
            operator = str(instruction.operator)
            operands = instruction.operands
            expected = _OPERANDS.get(operator)
            if expected != len(operands) and operator not in _ANY_OPERANDS:
                raise UnclearContent
            if operator in _IN_TEXT and not self._in_text:
                raise UnclearContent
            act = self._acts.get(operator)
            if act is not None:
                act(*operands)
            elif operator == "Do":
                self._walk.nested(operands[0], self._text.path, self._state, self._resources)
            elif operator in _IN_TEXT:
                self._show(place, operator, operands)

    def _save(self) -> None:
        self._saved.append(replace(self._state))

    def _restore(self) -> None:
        if not self._saved:
            raise UnclearContent
        self._state = self._saved.pop()

    def _concatenate(self, *numbers: float) -> None:
        self._state.matrix = _times(Matrix(*map(float, numbers)), self._state.matrix)

    def _begin(self) -> None:
        if self._in_text:
            raise UnclearContent
        self._in_text = True
        self._set_matrix(1, 0, 0, 1, 0, 0)

    def _end(self) -> None:
        if not self._in_text:
            raise UnclearContent
        self._in_text = False

    def _select(self, name: object, size: float) -> None:
        self._state.font = self._walk.font(name, self._resources)
        self._state.size = float(size)

    def _external(self, name: object) -> None:
        if "/Font" in (_entry(self._resources, "/ExtGState", str(name)) or {}):
            self._state.font = None

    def _set_matrix(self, *numbers: float) -> None:
        self._line = self._at = Matrix(*map(float, numbers))
        self._is_placed = True

    def _move(self, right: float, up: float) -> None:
        self._set_matrix(*_times(Matrix(1, 0, 0, 1, float(right), float(up)), self._line))

    def _move_and_lead(self, right: float, up: float) -> None:
        self._state.leading = -float(up)
        self._move(right, up)

    def _next_line(self) -> None:
        self._move(0, -self._state.leading)

    def _show(self, place: int, operator: str, operands: Sequence[Any]) -> None:
        """Note what a show operator shows, and move on by its width."""
        state = self._state
        before = b""
        if operator == '"':
            state.word_space, state.char_space = float(operands[0]), float(operands[1])
            before = b"%s Tw %s Tc " % (written(operands[0]), written(operands[1]))
        if operator in {"'", '"'}:
            before += b"T* "
            self._next_line()
        items = operands[-1] if operator == "TJ" else operands[-1:]
        font = state.font
        try:
            tokens = _tokens(items, font)
        except ValueError:
            tokens = []
        if font is None or not tokens:
            self._is_placed = self._is_placed and font is not None and not _strings(items)
            return
        self._walk.count(glyphs=len(tokens))
        show = Show(place, before, tokens, [], self._style(), font)
        spots = self._advance(show)
        if self._is_placed and state.mode < _FIRST_HIDDEN:
            show.spots = spots
            self._text.shows.append(show)

    def _style(self) -> Style:
        state = self._state
        a, b, c, d, _, _ = _times(self._at, state.matrix)
        return Style(a, b, c, d, state.size, state.stretch, state.rise)

    def _advance(self, show: Show) -> list[Spot | None]:
        """Return where the tokens of a show land, and set the text matrix behind it."""
        state = self._state
        a, b, c, d, left, bottom = _times(self._at, state.matrix)
        rise = state.rise
        left, bottom = left + c * rise, bottom + d * rise
        size, stretch = state.size, state.stretch
        spots: list[Spot | None] = []
        along = 0.0
        for token in show.tokens:
            if isinstance(token, bytes):
                along -= float(token) / 1000 * size * stretch
                spots.append(None)
                continue
            start = along
            end = along + token.width * size * stretch
            spots.append(Spot(left + a * start, bottom + b * start, left + a * end, bottom + b * end))
            spacing = state.char_space + (state.word_space if token.takes_word_space else 0.0)
            along = end + spacing * stretch
        self._at = _times(Matrix(1, 0, 0, 1, along, 0), self._at)
        if not math.isfinite(along) or not all(map(math.isfinite, self._at)):
            raise UnclearContent
        return spots


def written(number: object) -> bytes:
    """Return a number as PDF writes it."""
    if isinstance(number, Decimal):
        return format(number, "f").encode("ascii")
    return b"%d" % number if isinstance(number, int) else repr(number).encode("ascii")


def _parsed(form: pikepdf.Stream) -> list[Any]:
    """Return the instructions of a form."""
    try:
        if len(form.read_bytes()) > _MOST_BYTES:
            raise UnclearContent
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return list(pikepdf.parse_content_stream(form))
    except (pikepdf.PdfError, Warning, ValueError, TypeError) as error:
        raise UnclearContent from error


def _tokens(items: Any, font: FontCodes | None) -> list[Code | bytes]:  # noqa: ANN401 -- from a file
    """Return the codes and numbers of a shown array; a ValueError if the font does not know a code."""
    tokens: list[Code | bytes] = []
    for item in items:
        if isinstance(item, int | Decimal | float):
            tokens.append(written(item))
        elif isinstance(item, pikepdf.String):
            tokens += font.codes(bytes(item)) if font is not None else ()
        else:
            raise UnclearContent
    return tokens


def _strings(items: Any) -> bool:  # noqa: ANN401 -- from a file
    """Tell whether a shown array holds any byte of text."""
    return any(isinstance(item, pikepdf.String) and bytes(item) for item in items)


def _entry(resources: Any, kind: str, name: str) -> Any:  # noqa: ANN401 -- from a file
    """Return an entry of a resource dictionary, or None."""
    if not isinstance(resources, pikepdf.Dictionary):
        return None
    entries = resources.get(kind)
    return entries.get(name) if isinstance(entries, pikepdf.Dictionary) else None


def _times(first: Matrix, then: Matrix) -> Matrix:
    """Return the matrix that applies ``first`` and then ``then``."""
    return Matrix(
        first.a * then.a + first.b * then.c,
        first.a * then.b + first.b * then.d,
        first.c * then.a + first.d * then.c,
        first.c * then.b + first.d * then.d,
        first.e * then.a + first.f * then.c + then.e,
        first.e * then.b + first.f * then.d + then.f,
    )
