"""Name the copy that pictures show, or decline.

In this order: landmarks of each picture; the registered pages that may be on it; each laid over it, bent, measured; for
each document everything put together and every issued copy weighed, and as many that were never issued; the bound. The
dots are read blind where no page could be laid.
"""

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from watermark.read.dots import read_dots
from watermark.trace.choosing import chosen
from watermark.trace.identification import (
    CERTAIN_LOG10,
    Candidate,
    Grade,
    Identification,
    PlacedPage,
    Tried,
    grade_of,
)
from watermark.trace.looking import Look, look
from watermark.trace.measure.generation import PrintSeen, print_seen
from watermark.trace.measure.seeing import PageSeen, see
from watermark.trace.place.features import Landmarks
from watermark.trace.place.reference import Reference
from watermark.trace.weigh.codebook import CodeBook
from watermark.trace.weigh.joining import NOBODY, Suspects, foremost, joined
from watermark.trace.weigh.weighing import Copies, PageEvidence, group, most_by_words, shortlist, voice, weigh

_MOST_CANDIDATES: Final = 10
_DECOYS: Final = 1000
_AT_ONCE: Final = 100_000
#: Ways in which one page is laid over a picture before the best is taken.
_PLACEMENTS: Final = 3
#: Words that speak so much for the copy that dots name do not contradict them.
_TOLD_LOG10: Final = 3.0
#: Words that could say so much, and say less than a tenth of it for a copy, are not its own. Less than the least counts
#: for nothing, as chance says it; as much as the last hardly any chance says.
_TOLD_SHARE: Final = 0.1
_LEAST_TOLD_LOG10, _SURELY_TOLD_LOG10 = 2.0, 9.0
#: Of true copies words were seen to say a third of what they could, or more.
_COULD_TELL_LOG10: Final = 3 * _LEAST_TOLD_LOG10
#: A picture with fewer landmarks may show a page and yet not be laid on it: a small piece, a letter of few words.
_TELLING: Final = 1000
_NONE: Final = np.zeros(0, np.uint64)

Codes = Mapping[str, Copies]
Found = tuple[Candidate, list[PageEvidence], bytes]
"""A copy, and what by which key it was weighed on."""


def identify(
    pictures: Sequence[NDArray[np.uint8]],
    references: Sequence[Reference],
    codes: Codes,
    keys: Sequence[bytes],
) -> Identification:
    """Return what pictures of one leak show.

    Args:
        pictures: ``(H, W)`` each, 0 black.
        references: The registered pages that may be on them.
        codes: For each document of ``references`` the 64-bit identities of its copies, or a book of them.
        keys: Secrets under which copies may have been made.
    """
    with _one_thread():
        return _identified(pictures, references, codes, keys)


def _one_thread() -> AbstractContextManager[object]:
    """Keep matrices, which are small here, to one thread: on a busy machine several mostly wait for each other."""
    try:
        limited: AbstractContextManager[object] = threadpool_limits(limits=1, user_api="blas")
    except OSError:
        return (
            nullcontext()
        )  # a confined process may not look at itself; whoever confined it told it how many
    return limited


def _identified(
    pictures: Sequence[NDArray[np.uint8]],
    references: Sequence[Reference],
    codes: Codes,
    keys: Sequence[bytes],
) -> Identification:
    looks = [look(picture, number, references) for number, picture in enumerate(pictures)]
    seen = [page for looked in looks for page in looked.pages]
    codes = {name: codes[name] for name in sorted({page.document for page in references} & codes.keys())}
    copies = sum(len(_identities(issued)) for issued in codes.values())
    decoys = _decoys(pictures, codes)
    found: list[Found] = []
    decoyed = np.full(_DECOYS, -math.inf)
    tried = Tried(len(pictures), len(references), _PLACEMENTS, copies, len(keys))
    laid: list[PageSeen] = []
    for document in sorted({page.reference.document for page in seen}):
        issued = codes.get(document, _NONE)
        kept, ways = chosen(
            [page for page in seen if page.reference.document == document],
            partial(_most, copies=issued, keys=keys),
        )
        laid += kept
        tried = replace(tried, placements=max(tried.placements, _PLACEMENTS * ways))
        for key in keys:
            pages = group(kept, key)
            enough = tried.log10 - CERTAIN_LOG10
            foremost_found, suspects = _candidates(document, pages, issued, key, enough)
            found += foremost_found
            weights = joined(pages, decoys, weigh(pages, decoys, key), suspects, key)
            decoyed = np.maximum(decoyed, weights.total)
    found = [(_bounded(candidate, tried), pages, key) for candidate, pages, key in found]
    found.sort(key=lambda each: (each[0].log10_chance, -each[0].log10_fused))
    candidates = [candidate for candidate, _, _ in found[:_MOST_CANDIDATES]]
    spoken = {}
    if found:
        best, pages, key = found[0]
        spoken = {(best.document, page.page): (page, voice(page, best.identity, key)) for page in pages}
    is_certain = bool(candidates) and candidates[0].log10_chance <= CERTAIN_LOG10
    blind = () if is_certain else _blind(looks, references, codes, keys)
    candidates = sorted((*candidates, *blind), key=lambda each: each.log10_chance)[:_MOST_CANDIDATES]
    grade = _grade(candidates, laid, tried)
    named = (found[0][0], found[0][2]) if is_certain and grade is Grade.CERTAIN else None
    placed = []
    for page in laid:
        told, said = spoken.get((page.reference.document, page.reference.page), (None, None))
        placed.append(
            replace(
                _placed(page, looks[page.picture]),
                voice=said if told and told.seen[0] is page else None,
                printed=_printed(looks[page.picture].picture, page, *named) if named else None,
            )
        )
    return Identification(
        grade=grade,
        candidates=tuple(candidates),
        placed=tuple(placed),
        tried=tried,
        decoys_log10=decoyed,
    )


def _grade(candidates: Sequence[Candidate], seen: Sequence[PageSeen], tried: Tried) -> Grade:
    if not candidates:
        return Grade.INSUFFICIENT if seen else Grade.NO_MARK
    first = candidates[0]
    if first.is_out_of_place or _disagree(candidates, tried):
        return Grade.CONFLICT
    return grade_of(first.log10_chance)


def _disagree(candidates: Sequence[Candidate], tried: Tried) -> bool:
    """Tell whether words certainly name copies, dots certainly name copies, and no copy is told by both.

    What several people mixed from their copies shows each of them in both carriers, if unequally.
    """
    enough = tried.log10 - CERTAIN_LOG10
    by_words = {each.identity for each in candidates if (each.log10_layout or 0) >= enough}
    by_dots = [each for each in candidates if (each.log10_dots or 0) >= enough]
    told = any((each.log10_layout or 0) >= _TOLD_LOG10 for each in by_dots)
    return bool(by_words) and bool(by_dots) and not told


def _most(page: PageSeen, copies: Copies, keys: Sequence[bytes]) -> tuple[float, float]:
    """Return how much the marks of a page speak for any copy, if it is worth anything, and how well the page lies."""
    most = 0.0
    for key in keys:
        pages = group([page], key)
        total = weigh(pages, shortlist(pages, copies, key).identities, key).total
        most = max(most, float(total.max(initial=0.0)))
    return most if most >= _TOLD_LOG10 else 0.0, float(page.placing.matches)


def _bounded(candidate: Candidate, tried: Tried) -> Candidate:
    return replace(candidate, log10_chance=min(0.0, tried.log10 - candidate.log10_fused))


def _candidates(
    document: str, pages: list[PageEvidence], copies: Copies, key: bytes, enough: float
) -> tuple[list[Found], Suspects]:
    """Return the copies of a document that most speaks for, not bounded yet, and those that others may be mixed with.

    Args:
        document: The document.
        pages: What was measured of it.
        copies: Its copies.
        key: Secret of the installation.
        enough: What has to speak for a copy; if nothing does as much, or something speaks for others too, copies are
            weighed together.
    """
    listed = shortlist(pages, copies, key)
    identities = listed.identities
    weights = weigh(pages, identities, key)
    is_enough = float(weights.total.max(initial=-math.inf)) >= enough
    is_alone = int((weights.total >= _TOLD_LOG10).sum()) <= 1
    suspects = NOBODY if is_enough and is_alone else foremost(listed, weights)
    weights = joined(pages, identities, weights, suspects, key)
    best = np.argsort(-weights.total)[:_MOST_CANDIDATES]
    most = most_by_words(pages)
    numbers = tuple(page.page for page in pages)
    found = [
        (
            Candidate(
                document=document,
                identity=int(identities[place]),
                pages=numbers,
                log10_layout=None if weights.words is None else float(weights.words[place]),
                log10_dots=None if weights.dots is None else float(weights.dots[place]),
                log10_fused=float(weights.total[place]),
                log10_chance=0.0,
                is_out_of_place=weights.words is not None
                and weights.dots is not None
                and float(weights.dots[place]) >= enough
                and _are_words_of_others(float(weights.words[place]), most),
            ),
            pages,
            key,
        )
        for place in best
    ]
    return found, suspects


def _are_words_of_others(said: float, most: float) -> bool:
    """Tell whether words that speak so much for a copy are not its own, of the most that they could say for any."""
    told = min(max(_TOLD_SHARE * most, _LEAST_TOLD_LOG10), _SURELY_TOLD_LOG10)
    return most >= _COULD_TELL_LOG10 and said < told


def _blind(
    looks: Sequence[Look], references: Sequence[Reference], codes: Codes, keys: Sequence[bytes]
) -> Iterator[Candidate]:
    """Yield the copies that dots name by themselves; the bound of such a reading counts its own tries."""
    more = math.log10(max(1, len(looks) * len(keys)))
    for number, looked in enumerate(looks):
        for key in keys:
            reading, _ = read_dots(looked.picture, key)
            if reading is None:
                continue
            named = np.uint64(reading.identity)
            for document in [name for name, issued in codes.items() if (_identities(issued) == named).any()]:
                pages = [page for page in references if page.document == document]
                claimed = [page for page in pages if reading.page in {0, page.page}]
                shown = any(see(looked.picture, number, looked.landmarks, page) for page in claimed)
                yield Candidate(
                    document=document,
                    identity=reading.identity,
                    pages=(reading.page,) if reading.page else (),
                    log10_layout=None,
                    log10_dots=-reading.log10_chance,
                    log10_fused=-reading.log10_chance,
                    log10_chance=min(0.0, reading.log10_chance + more),
                    is_blind=True,
                    is_out_of_place=not shown and _could_be_laid(looked.landmarks, claimed),
                )


def _could_be_laid(landmarks: Landmarks, claimed: Sequence[Reference]) -> bool:
    """Tell whether so much is on a picture and on the pages that these would have been found on it."""
    return len(landmarks) >= _TELLING and any(len(page.landmarks) >= _TELLING for page in claimed)


def _decoys(pictures: Sequence[NDArray[np.uint8]], codes: Codes) -> NDArray[np.uint64]:
    """Return identities that were never issued; the same pictures give the same."""
    seed = hashlib.sha256(b"".join(picture.tobytes()[:65536] for picture in pictures)).digest()
    drawn = np.random.default_rng(np.frombuffer(seed, np.uint32)).integers(
        0, 1 << 64, 2 * _DECOYS, dtype=np.uint64
    )
    ordered = np.sort(drawn)
    for issued in codes.values():
        identities = _identities(issued)
        for begin in range(0, len(identities), _AT_ONCE):
            part = np.asarray(identities[begin : begin + _AT_ONCE])
            place = np.minimum(np.searchsorted(ordered, part), len(ordered) - 1)
            drawn = drawn[~np.isin(drawn, part[ordered[place] == part])]
    return drawn[:_DECOYS]


def _identities(copies: Copies) -> NDArray[np.uint64]:
    return copies.identities if isinstance(copies, CodeBook) else copies


def _printed(picture: NDArray[np.uint8], page: PageSeen, named: Candidate, key: bytes) -> PrintSeen | None:
    """Return how a page of the named copy came to a picture."""
    return (
        print_seen(picture, page, named.identity, key) if page.reference.document == named.document else None
    )


def _placed(seen: PageSeen, looked: Look) -> PlacedPage:
    return PlacedPage(
        picture=seen.picture,
        document=seen.reference.document,
        page=seen.reference.page,
        shown=looked.shown,
        mesh_px=looked.back(seen.placing.mesh_px),
        width_mm=seen.reference.width_mm,
        height_mm=seen.reference.height_mm,
        matches=seen.placing.matches,
        error_mm=seen.placing.error_mm,
        dpi=seen.placing.dpi,
        units_read=len(seen.words.units),
        cells_read=0 if seen.cells is None else len(seen.cells.tile),
    )
