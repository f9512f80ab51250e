"""What is tried: one row for each case of which a figure is published, none averaged with another."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bench.channels import CHANNELS, FOREIGN_CHANNELS, Severity
from bench.tracing.documents import FOREIGN, LONG, OTHERS, TEXTS


class Kind(StrEnum):
    """Which story a row tells."""

    MARKED = "marked"
    """A marked page leaks; its copy should be named."""
    COLLUSION = "collusion"
    """Several people mix their copies; one of them should be named, and nobody else."""
    UNMARKED = "unmarked"
    """A registered page without marks; nobody may be named."""
    FOREIGN = "foreign"
    """A page that nobody registered."""
    OTHER_KEY = "other-key"
    """The same page, marked by another installation."""
    FORGED = "forged"
    """The dots of one copy on the page of another, on another page, or on a page of no copy."""


@dataclass(frozen=True)
class Row:
    """A case.

    Attributes:
        name: Of the row.
        says: What people read in the table.
        kind: Its story.
        channels: From page to picture, taken in turn.
        documents: Which documents, taken in turn.
        target: Share that should be named; 0 where nobody may be.
        severity: Of the channel.
        trials: How many make a figure; the pages of one document are tried in turn.
        colluders: How many mix their copies.
        attack: How they do it.
        pages: How many pages leak together.
    """

    name: str
    says: str
    kind: Kind
    channels: tuple[str, ...]
    documents: tuple[str, ...] = TEXTS
    target: float = 0.0
    severity: Severity = "ordinary"
    trials: int = 100
    colluders: int = 1
    attack: str = ""
    pages: int = 1

    @property
    def may_name(self) -> bool:
        """Whether somebody is to be named at all."""
        return self.kind in {Kind.MARKED, Kind.COLLUSION}

    @property
    def is_foreign(self) -> bool:
        """Whether it goes through the second simulator."""
        return any(name in FOREIGN_CHANNELS for name in self.channels)


_WHOLE: Final = (
    (("scan-150", "scan-200", "scan-300", "scan-600", "fed-200", "fed-300"), 0.99),
    (("copy-1", "copy-2", "copy-3", "copy-4", "copy-5"), 0.98),
    (("fax",), 0.98),
    (("levels", "median", "despeckle", "binarise"), 0.99),
    (("screenshot",), 0.99),
    (("phone",), 0.99),
    (("phone-chat",), 0.98),
    (("scan-chat",), 0.98),
    (("screen-photo",), 0.97),
    (("torn", "redacted", "pen", "creases", "torn-phone", "pen-phone", "creases-phone"), 0.98),
)
_CROPS: Final = (
    ("scan", {60: 0.99, 40: 0.98, 30: 0.97, 20: 0.93, 15: 0.70}),
    ("phone", {100: 0.99, 60: 0.97, 40: 0.90, 30: 0.70}),
    ("copy", {60: 0.98, 40: 0.93}),
)
_ATTACKS: Final = ("average", "word-mix", "line-mix", "minority", "majority", "pixel-average")
_DECLINED: Final = ("scan-300", "phone", "copy-1", "scan-crop-60", "fax", "screenshot")


def _leak(attack: str) -> tuple[str, ...]:
    """Return how a page of this attack leaks: gray levels would not survive a printer."""
    return ("digital",) if attack == "pixel-average" else ("scan-300",)


def _text_rows() -> list[Row]:
    """Return the rows of pages of running text, ordinary and bad."""
    rows: list[Row] = []
    for names, target in _WHOLE:
        rows += [Row(name, CHANNELS[name].says, Kind.MARKED, (name,), target=target) for name in names]
    for source, sides in _CROPS:
        for side, target in sides.items():
            name = f"{source}-crop-{side}"
            rows.append(Row(name, CHANNELS[name].says, Kind.MARKED, (name,), target=target))
    rows += [
        Row(f"bad {row.name}", f"bad: {row.says}", row.kind, row.channels, severity="bad", trials=30)
        for row in list(rows)
    ]
    return rows


def _all() -> list[Row]:
    """Return every row."""
    rows = _text_rows()
    rows += [
        Row(
            f"{document} {name}",
            f"{document}: {CHANNELS[name].says}",
            Kind.MARKED,
            (name,),
            (document,),
            trials=40,
        )
        for document in OTHERS
        for name in ("scan-300", "copy-2", "phone", "scan-crop-40")
    ]
    rows += [
        Row(name.replace("-", " "), says.says, Kind.MARKED, (name,), trials=40)
        for name, says in FOREIGN_CHANNELS.items()
    ]
    for count in (2, 3):
        rows += [
            Row(
                f"collusion-{count} {attack}",
                f"{count} people: {attack}, one page",
                Kind.COLLUSION,
                _leak(attack),
                target=1.0,
                trials=20,
                colluders=count,
                attack=attack,
            )
            for attack in _ATTACKS
        ]
    rows += [
        Row(
            f"collusion-5 {attack}",
            f"5 people: {attack}, four pages",
            Kind.COLLUSION,
            _leak(attack),
            LONG,
            target=0.9,
            trials=10,
            colluders=5,
            attack=attack,
            pages=4,
        )
        for attack in _ATTACKS
    ]
    rows += [
        Row("unmarked", "a registered page without marks", Kind.UNMARKED, _DECLINED, trials=300),
        Row("foreign", "a page that nobody registered", Kind.FOREIGN, _DECLINED, trials=300),
        Row("other-key", "a page marked by another installation", Kind.OTHER_KEY, _DECLINED, trials=300),
        Row("forged", "dots of one copy on another's page", Kind.FORGED, _DECLINED, trials=300),
    ]
    return rows


ROWS: Final[tuple[Row, ...]] = tuple(_all())
STRANGERS: Final = FOREIGN
