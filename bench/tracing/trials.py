"""One trial: a picture is made, a reader is asked, its answer is judged by who had the copy.

The judge knows what the reader does not. A name is an answer of the grade ``certain``; every candidate of that grade
counts, not only the first.
"""

import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from bench.channels import channel
from bench.channels.fields import Picture
from bench.tracing import calibration, mixing
from bench.tracing.documents import KEY, Registered, registered
from bench.tracing.rows import STRANGERS, Kind, Row
from watermark.trace.identification import Grade, Identification

ISSUED: Final = 10_000
_OTHER_KEY: Final = b"a key of another installation"

Outcome = Literal["named", "wrong", "strong", "conflict", "insufficient", "no-mark", "failed"]
_DECLINED: Final[Mapping[Grade, Outcome]] = {
    Grade.CERTAIN: "insufficient",
    Grade.STRONG: "strong",
    Grade.CONFLICT: "conflict",
    Grade.INSUFFICIENT: "insufficient",
    Grade.NO_MARK: "no-mark",
}
"""What an answer without a name counts as; one that is certain of nobody says nothing."""
Among = Literal["page", "document"]


@dataclass(frozen=True)
class Reader:
    """The reader under test, passed in so that the bench needs none.

    Attributes:
        references: Makes what a reader needs of a document: (cleaned file, survey, name).
        identify: Answers: (pictures, references, codes by document, keys).
    """

    references: Callable[[bytes, Any, str], Sequence[Any]]
    identify: Callable[
        [Sequence[Picture], Sequence[Any], Mapping[str, NDArray[np.uint64]], Sequence[bytes]], Identification
    ]


@dataclass(frozen=True)
class Scene:
    """Pictures, and the truth about them.

    Attributes:
        pictures: What leaked.
        document: The registered document that is asked for.
        pages: Of it, from 1, which the reader is asked about.
        guilty: Identities that may be named.
        detail: What else there is to know, such as the kind of forgery.
    """

    pictures: tuple[Picture, ...]
    document: Registered
    pages: tuple[int, ...]
    guilty: frozenset[int]
    detail: str = ""


@dataclass(frozen=True)
class Result:
    """What came of a trial; one line of the log.

    Attributes:
        row: Name of the row.
        seed: Of the run.
        trial: Number within the row.
        outcome: How it ended.
        document: Which document.
        page: Which page, the first of several.
        channel: Through what it went.
        detail: What else there is to know.
        log10_chance: Of the first candidate; None without one.
        log10_layout: Its evidence by displaced words.
        log10_dots: Its evidence by dots.
        log10_guilty: Fused evidence for the best of the guilty among the candidates; None if none is there.
        log10_decoy: The most that spoke for a copy that was never issued.
        decoys_reach: How many of those were weighed, and how many reach which evidence.
        claims: What is claimed of each candidate, and whether it is true.
        error_mm: Median error of the best registration; None if no page was placed.
        reader_s: CPU seconds of the reader.
        channel_s: CPU seconds of the simulation.
        height_px: Of the first picture.
        width_px: Of the first picture.
    """

    row: str
    seed: int
    trial: int
    outcome: Outcome
    document: str
    page: int
    channel: str
    detail: str
    log10_chance: float | None
    log10_layout: float | None
    log10_dots: float | None
    log10_guilty: float | None
    log10_decoy: float | None
    decoys_reach: Sequence[int]
    claims: Sequence[calibration.Claim]
    error_mm: float | None
    reader_s: float
    channel_s: float
    height_px: int
    width_px: int

    def as_json(self) -> dict[str, Any]:
        """Return the line."""
        return {
            name: round(value, 4) if isinstance(value, float) else value
            for name, value in asdict(self).items()
        }


def chance_of(row: Row, seed: int, trial: int) -> np.random.Generator:
    """Return the chance of a trial; it depends on nothing else, so trials may be run in any order."""
    return np.random.default_rng([seed, zlib.crc32(row.name.encode()), trial])


@lru_cache(maxsize=16)
def codes_of(name: str) -> NDArray[np.uint64]:
    """Return the identities issued of a document."""
    chance = np.random.default_rng(zlib.crc32(name.encode()) + 1)
    codes = np.unique(chance.integers(1, (1 << 64) - 1, ISSUED + 10, np.uint64))
    return chance.permutation(codes)[:ISSUED]


def scene_of(row: Row, seed: int, trial: int) -> Scene:
    """Make the pictures of a trial."""
    chance = chance_of(row, seed, trial)
    document = registered(row.documents[trial // len(row.channels) % len(row.documents)])
    leak = channel(row.channels[trial % len(row.channels)])
    issued = codes_of(document.name)
    if row.kind is Kind.COLLUSION:
        guilty = [int(code) for code in chance.choice(issued, row.colluders, replace=False)]
        first = 1 if row.pages == document.pages else int(chance.integers(1, document.pages + 2 - row.pages))
        pages = tuple(range(first, first + row.pages))
        sheets = [mixing.mixed(document, guilty, page, row.attack, chance) for page in pages]
        pictures = tuple(leak(sheet, chance, row.severity) for sheet in sheets)
        return Scene(pictures, document, pages, frozenset(guilty))
    page = int(chance.integers(1, document.pages + 1))
    copy = int(chance.choice(issued))
    guilty_one, detail = frozenset[int](), ""
    if row.kind is Kind.MARKED:
        sheet, guilty_one = mixing.page_of(document, copy, page), frozenset({copy})
    elif row.kind is Kind.UNMARKED:
        sheet = mixing.bare_page(document, page)
    elif row.kind is Kind.OTHER_KEY:
        sheet = mixing.page_of(document, copy, page, _OTHER_KEY)
    else:
        stranger = registered(STRANGERS[trial // 2 % len(STRANGERS)])
        if row.kind is Kind.FORGED:
            detail = mixing.FORGERIES[int(chance.integers(len(mixing.FORGERIES)))]
            sheet = mixing.forged(document, copy, page, detail, rng=chance, other=stranger)
        else:
            sheet = mixing.bare_page(stranger, 1 + trial % stranger.pages)
    return Scene((leak(sheet, chance, row.severity),), document, (page,), guilty_one, detail)


@lru_cache(maxsize=32)
def _references(reader: Reader, name: str) -> Sequence[Any]:
    document = registered(name)
    return reader.references(document.cleaned, document.base.survey, name)


def run(row: Row, seed: int, trial: int, reader: Reader, among: Among = "page") -> Result:
    """Run one trial.

    Args:
        row: Which case.
        seed: Of the run.
        trial: Number within the row.
        reader: Whom to ask.
        among: Whether the reader is told the page, or only the document.
    """
    started = time.process_time()
    scene = scene_of(row, seed, trial)
    channel_s = time.process_time() - started
    name = scene.document.name
    asked = _references(reader, name)
    if among == "page":
        asked = [reference for reference in asked if reference.page in scene.pages]
    started = time.process_time()
    answer: Identification | None = None
    detail = scene.detail
    try:
        answer = reader.identify(scene.pictures, asked, {name: codes_of(name)}, [KEY])
    except Exception as error:  # noqa: BLE001 -- a reader that stumbles has not named; the run goes on
        detail = f"{type(error).__name__}: {error}"[:200]
    reader_s = time.process_time() - started
    first = answer.candidates[0] if answer and answer.candidates else None
    guilty = [one.log10_fused for one in answer.candidates if one.identity in scene.guilty] if answer else []
    placed = [page.error_mm for page in answer.placed] if answer else []
    return Result(
        row=row.name,
        seed=seed,
        trial=trial,
        outcome=judged(answer, name, scene.guilty),
        document=name,
        page=scene.pages[0],
        channel=row.channels[trial % len(row.channels)],
        detail=detail,
        log10_chance=first.log10_chance if first else None,
        log10_layout=first.log10_layout if first else None,
        log10_dots=first.log10_dots if first else None,
        log10_guilty=max(guilty, default=None),
        log10_decoy=float(answer.decoys_log10.max()) if answer and answer.decoys_log10.size else None,
        decoys_reach=calibration.decoys_reaching(answer) if answer else (),
        claims=calibration.claims_of(answer, scene.guilty) if answer else (),
        error_mm=min(placed, default=None),
        reader_s=reader_s,
        channel_s=channel_s,
        height_px=scene.pictures[0].shape[0],
        width_px=scene.pictures[0].shape[1],
    )


def judged(answer: Identification | None, document: str, guilty: frozenset[int]) -> Outcome:
    """Return how an answer stands to the truth; None for a reader that stumbled."""
    if answer is None:
        return "failed"
    names = [one for one in answer.candidates if one.grade is Grade.CERTAIN]
    if answer.grade is not Grade.CERTAIN:
        names = []  # who is not sure of the whole names nobody, as when the marks contradict each other
    if any(one.document != document or one.identity not in guilty for one in names):
        return "wrong"
    if names:
        return "named"
    return _DECLINED[answer.grade]
