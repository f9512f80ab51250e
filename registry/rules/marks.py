"""Which marks the copies of each level get, as data, and the only reader of such files.

A file is refused whole when one of its rows cannot work: a level without a row or with two, a template with an unknown
field, a carrier that undoes another. So no print run ever meets a rule that leaves a copy without a way back. How marks
look on paper and what they yield is for others; here is only what is wanted.
"""

import hashlib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import resources
from string import Formatter
from typing import Any, Final

from registry.rules.canonical import canonical_bytes
from registry.rules.levels import LEVELS, Scheme

FORMAT: Final = 1

CHANNELS: Final = ("scan", "phone", "photocopy", "crop")
"""The ways in which a page leaks: scanned, photographed, photocopied, a piece of it photographed."""

FIELDS: Final = frozenset(
    {"copy_no", "number", "size", "mark", "level_en", "period_en", "holder_zh", "holder_en", "doc_number"}
    | {"return_to_zh", "return_to_en", "ledger"}
)
"""What a template of a visible line may name."""
ALWAYS_SAID: Final = frozenset({"copy_no", "mark"})
"""What the visible lines of a copy must say between them: which copy it is, and how secret."""

DOT_SIDES_PX: Final = (2, 3, 4)
DOT_PITCHES_PX: Final = (8, 10, 12)
"""Sizes that readers were tried on, in device pixels of 600 dpi."""

FLATTEN_DPI: Final = (300, 600)
"""Below 300 dpi small print frays; above 600 no office printer shows more."""
MOST_DECADES: Final = 100
MOST_LINES: Final = 3
"""The foot of a page has room for three rows."""
LONGEST_PIECE: Final = 60


@dataclass(frozen=True, slots=True)
class Dots:
    """How dots are printed: side and pitch in device pixels of 600 dpi."""

    side_px: int
    pitch_px: int

    @property
    def text(self) -> str:
        """Side and pitch as people write them: ``3/8``."""
        return f"{self.side_px}/{self.pitch_px}"


@dataclass(frozen=True, slots=True)
class MarkRule:
    """One row: the carriers of some levels of a scheme, and how traceable their pages shall be.

    Attributes:
        lines: The visible lines, each a tuple of pieces; empty for none.
        separator: What stands between two pieces.
        dots: None for none.
        flatten_dpi: Pages become pictures of this resolution; None keeps them as they are.
        trace: Decades of evidence wanted of every page, by channel.
    """

    id: str
    scheme: Scheme
    levels: frozenset[str]
    qr: bool
    lines: tuple[tuple[str, ...], ...]
    separator: str
    heads: bool
    dots: Dots | None
    shifts: bool
    flatten_dpi: int | None
    per_page: bool
    trace: Mapping[str, int]

    @property
    def lines_text(self) -> str:
        """The templates of the visible lines, one below the other, as who agrees to paper is shown them."""
        return "\n".join(self.separator.join(line) for line in self.lines)

    @property
    def carriers_hash(self) -> str:
        """SHA-256, hexadecimal, over all that decides what a page can carry: a change voids what was measured.

        What the visible lines say is no part of it: that is agreed on with each order, see ``registry.consent``.
        """
        dots = None if self.dots is None else [self.dots.side_px, self.dots.pitch_px]
        carriers = {
            "qr": self.qr,
            "lines": bool(self.lines),
            "heads": self.heads,
            "dots": dots,
            "shifts": self.shifts,
            "flatten_dpi": self.flatten_dpi,
            "per_page": self.per_page,
        }
        return hashlib.sha256(canonical_bytes(carriers)).hexdigest()


@dataclass(frozen=True, slots=True)
class MarkRules:
    """All rows of a file, and the printers that want dots of their own."""

    rules: tuple[MarkRule, ...]
    printers: Mapping[str, Dots]

    def get(self, scheme: str, level: str) -> MarkRule:
        """Return the row of a level.

        Raises:
            KeyError: there is no such level.
        """
        for rule in self.rules:
            if rule.scheme == scheme and level in rule.levels:
                return rule
        raise KeyError((scheme, level))

    def for_printer(self, name: str | None) -> "MarkRules":
        """Return the rules as they are for copies of a printer: with its own dots, wherever a level has any."""
        dots = self.printers.get(name or "")
        if dots is None:
            return self
        return replace(self, rules=tuple(replace(rule, dots=rule.dots and dots) for rule in self.rules))


class InvalidMarkRules(ValueError):
    """The rule file cannot be used; the message names the row and what is wrong with it."""


def parse_mark_rules(text: str) -> MarkRules:
    """Return the rules written in a TOML text.

    Raises:
        InvalidMarkRules: a row or template is malformed or contradicts itself, or a level has not exactly one row.
    """
    with _blamed_on(""):
        raw = tomllib.loads(text)
        _refuse_unknown_keys(raw, _FILE_KEYS)
        if raw["version"] != FORMAT:
            raise ValueError(f"got version {raw['version']}, wanted {FORMAT}")
        separator = _text(raw["separator"], "separator")
        lines = {name: _lines(name, template) for name, template in raw["lines"].items()}
        rules = MarkRules(
            rules=tuple(_rule(row, lines, separator) for row in raw["rule"]),
            printers={row["name"]: _printer(row) for row in raw.get("printer", ())},
        )
    _refuse_gaps(rules)
    return rules


def load_mark_rules(version: int) -> MarkRules:
    """Return one version of the rules shipped with the product."""
    path = resources.files("registry.rules") / "data" / f"marks-{version}.toml"
    return parse_mark_rules(path.read_text(encoding="utf-8"))


def write_line(line: Iterable[str], separator: str, fields: Mapping[str, str]) -> str:
    """Return a visible line with its fields filled in; pieces whose field is empty are left out."""
    said = [piece.format_map(fields) for piece in line if all(fields[name] for name in _fields_of(piece))]
    return separator.join(said)


@contextmanager
def _blamed_on(part: str) -> Iterator[None]:
    """Turn whatever is wrong with a part of the file into a refusal that names the part."""
    try:
        yield
    except InvalidMarkRules:
        raise
    except KeyError as error:
        raise InvalidMarkRules(f"{part}got no {error.args[0]}") from error
    except (ValueError, TypeError, AttributeError) as error:
        raise InvalidMarkRules(f"{part}{error}") from error


_FILE_KEYS = frozenset({"version", "separator", "lines", "printer", "rule"})
_RULE_KEYS = frozenset(
    {"id", "scheme", "levels", "qr", "lines", "heads", "dots", "shifts", "flatten_dpi", "per_page", "trace"}
)


def _rule(
    row: Mapping[str, Any], lines: Mapping[str, tuple[tuple[str, ...], ...]], separator: str
) -> MarkRule:
    with _blamed_on(f"row {row.get('id', 'without id')}: "):
        _refuse_unknown_keys(row, _RULE_KEYS)
        if row["lines"] is not False and row["lines"] not in lines:
            raise ValueError(f"got lines {row['lines']!r}, which is no template")
        rule = MarkRule(
            id=_text(row["id"], "id"),
            scheme=Scheme(row["scheme"]),
            levels=frozenset(row["levels"]),
            qr=_switch(row, "qr"),
            lines=() if row["lines"] is False else lines[row["lines"]],
            separator=separator,
            heads=_switch(row, "heads"),
            dots=None if row["dots"] is False else _dots(row["dots"]),
            shifts=_switch(row, "shifts"),
            flatten_dpi=_within(row["flatten_dpi"], "flatten_dpi", *FLATTEN_DPI)
            if "flatten_dpi" in row
            else None,
            per_page=_switch(row, "per_page"),
            trace=_trace(row["trace"]),
        )
        _refuse_contradictions(rule)
    return rule


def _lines(name: str, template: Any) -> tuple[tuple[str, ...], ...]:  # noqa: ANN401 - whatever the file holds
    with _blamed_on(f"lines {name}: "):
        if not isinstance(template, list) or not 1 <= len(template) <= MOST_LINES:
            raise ValueError(f"wanted one to {MOST_LINES} lines, each a list of pieces")
        lines = tuple(tuple(_piece(piece) for piece in line) for line in template)
        if not all(lines):
            raise ValueError("got a line without pieces")
        said = {field for line in lines for piece in line for field in _fields_of(piece)}
        if unsaid := sorted(ALWAYS_SAID - said):
            raise ValueError(f"no line says {' or '.join(unsaid)}")
    return lines


def _piece(piece: Any) -> str:  # noqa: ANN401 - whatever the file holds
    text = _text(piece, "piece")
    if len(text) > LONGEST_PIECE or not text.isprintable():
        raise ValueError(f"got the piece {text[:20]!r}, wanted at most {LONGEST_PIECE} printable characters")
    for _, field, form, conversion in Formatter().parse(text):
        if field is None:
            continue
        if field not in FIELDS:
            raise ValueError(f"got the field {{{field}}}, wanted one of {', '.join(sorted(FIELDS))}")
        if form or conversion:
            raise ValueError(f"the field {{{field}}} takes no format")
    return text


def _fields_of(piece: str) -> list[str]:
    return [field for _, field, _, _ in Formatter().parse(piece) if field is not None]


def _printer(row: Mapping[str, Any]) -> Dots:
    name = _text(row["name"], "name of a printer")
    with _blamed_on(f"printer {name}: "):
        return _dots({key: value for key, value in row.items() if key != "name"})


def _dots(row: Mapping[str, Any]) -> Dots:
    _refuse_unknown_keys(row, frozenset({"side_px", "pitch_px"}))
    for key, known in (("side_px", DOT_SIDES_PX), ("pitch_px", DOT_PITCHES_PX)):
        if row.get(key) not in known:
            raise ValueError(f"got {key} {row.get(key)!r}, wanted one of {', '.join(map(str, known))}")
    return Dots(row["side_px"], row["pitch_px"])


def _trace(row: Mapping[str, Any]) -> dict[str, int]:
    _refuse_unknown_keys(row, frozenset(CHANNELS))
    return {channel: _within(row[channel], f"trace of {channel}", 0, MOST_DECADES) for channel in CHANNELS}


def _switch(row: Mapping[str, Any], key: str) -> bool:
    if row[key] is not True and row[key] is not False:
        raise ValueError(f"got {key} {row[key]!r}, wanted true or false")
    return row[key] is True


def _within(value: Any, what: str, least: int, most: int) -> int:  # noqa: ANN401 - whatever the file holds
    if type(value) is not int or not least <= value <= most:
        raise ValueError(f"got {what} {value!r}, wanted a whole number from {least} to {most}")
    return value


def _text(value: Any, what: str) -> str:  # noqa: ANN401 - whatever the file holds
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"got {what} {value!r}, wanted a text")
    return value


def _refuse_contradictions(rule: MarkRule) -> None:
    if unknown := sorted(rule.levels - {level.code for level in LEVELS[rule.scheme]}):
        raise ValueError(f"scheme {rule.scheme} has no level {unknown[0]}")
    if not rule.levels:
        raise ValueError("wanted at least one level")
    if rule.flatten_dpi is not None and rule.shifts:
        raise ValueError(
            "flattened pages have no words to displace; turn shifts off or leave flatten_dpi out"
        )
    if not rule.dots and not rule.shifts and any(rule.trace.values()):
        raise ValueError("wants evidence although neither dots nor shifts carry any")
    if not (rule.qr or rule.dots or rule.shifts):
        raise ValueError("leaves no mark that leads back to a copy")


def _refuse_gaps(rules: MarkRules) -> None:
    for scheme, levels in LEVELS.items():
        for level in levels:
            rows = [rule.id for rule in rules.rules if rule.scheme == scheme and level.code in rule.levels]
            if len(rows) != 1:
                told = f"rows {' and '.join(rows)} answer" if rows else "no row answers"
                raise InvalidMarkRules(f"{told} {level.code} of the {scheme} scheme, wanted one row")


def _refuse_unknown_keys(row: Mapping[str, Any], known: frozenset[str]) -> None:
    if unknown := sorted(set(row) - known):
        raise ValueError(f"got unknown keys {', '.join(unknown)}")


MARK_RULES = load_mark_rules(1)
"""The rules in force where an installation names no file of its own."""
