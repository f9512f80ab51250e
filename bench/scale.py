"""What a whole trace costs when a million copies of a document are issued and 100,000 pages are registered.

One page of a copy is printed, photographed with 12 megapixels and kept as JPEG, all simulated by
:mod:`bench.channels`. Each trace runs in a process of its own: from the bytes of the photo to the named copy, with
references read from their files, a code book and an index of pages mapped. *Known* is told the page; *unknown* looks
for it first and compares with what was found. Peak memory is all that the process ever held, Python and mapped
files included.
"""

import argparse
import multiprocessing
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import cv2
import numpy as np

import watermark
from bench.channels import channel
from bench.channels.fields import Picture
from bench.crowd import index_among
from bench.memory import peak_bytes
from bench.report import Row, at_least, at_most, show
from bench.tracing import mixing
from bench.tracing.documents import KEY, LONG, TEXTS, registered
from service.papers.references import pack, unpack

TAKES_OPTIONS: Final = True
BEGIN: Final = "<!-- figures of ./run bench scale begin here -->"
END: Final = "<!-- and end here -->"
_DOCS: Final = Path(__file__).parents[1] / "docs" / "registered-reading.md"
_OTHERS_ISSUED: Final = 10_000
_CHANNELS: Final = ("phone", "phone-chat", "scan-300", "torn-phone")
_COMPARED: Final = 5
_JPEG: Final = 90
_BOOK_PAGES: Final = 4  # two documents of two pages

Way = Literal["known", "unknown"]


@dataclass(frozen=True)
class _Asked:
    """A trace that a process of its own is to run.

    Attributes:
        folder: Where all but the index lies.
        index: Its files.
        picture: Name of the photo.
        document: Which document it shows.
        page: Which page.
        identity: Who is guilty.
        way: Whether the page is told.
    """

    folder: Path
    index: tuple[Path, ...]
    picture: str
    document: str
    page: int
    identity: int
    way: Way


@dataclass(frozen=True)
class _Told:
    """What came of it: the outcome, CPU seconds, of those for finding, and the most memory in bytes."""

    is_named: bool
    is_wrong: bool
    cpu_s: float
    finding_s: float
    peak_bytes: int
    log10_chance: float


def main(quick: bool, options: Sequence[str]) -> None:
    """Trace pictures among very many copies and pages; show what it costs and whether it names."""
    parser = argparse.ArgumentParser(prog="./run bench scale", description=__doc__)
    parser.add_argument("--copies", type=int, default=60_000 if quick else 1_000_000)
    parser.add_argument("--pages", type=int, default=2_000 if quick else 100_000)
    parser.add_argument("--drawn", type=int, default=120 if quick else 600)
    parser.add_argument(
        "--keep", type=Path, help="folder in which points of drawn pages stay for the next run"
    )
    parser.add_argument("--write", action="store_true", help="put the table into docs/registered-reading.md")
    asked = parser.parse_args(options)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        built_s, index = _build(folder, asked.copies, asked.pages, asked.drawn, asked.keep)
        trials = [
            (task, _in_its_own_process(task))
            for task in _tasks(folder, index, asked.copies, ("phone",) if quick else _CHANNELS)
        ]
        bits = sum(file.stat().st_size for file in folder.glob("*.codes"))
    ways: tuple[Way, ...] = ("known", "unknown")
    rows = [row for way in ways for row in _rows(way, [told for task, told in trials if task.way == way])]
    rows.append(
        at_most(
            "code book written",
            built_s,
            "CPU s",
            yardstick=asked.copies,
            target=1800,
            against="copies, 2 pages",
        )
    )
    book = bits / asked.copies / _BOOK_PAGES
    rows.append(
        at_most("code book", book, "B / copy and page", yardstick=asked.copies, target=200, against="copies")
    )
    if asked.write:
        _write(rows, asked.copies, asked.pages)
    show(f"traces among {asked.copies:,} copies and {asked.pages:,} pages", rows)


def _build(
    folder: Path, copies: int, pages: int, drawn: int, kept: Path | None
) -> tuple[float, tuple[Path, ...]]:
    """Leave references and code books in a folder; return the CPU seconds of a book, and the files of the index."""
    points = {}
    for name in (*TEXTS, *LONG):
        document = registered(name)
        for page in watermark.references(document.cleaned, document.base.survey, name=name):
            (folder / f"{name}-{page.page}.reference").write_bytes(pack(page))
            points[watermark.PageKey(name, page.page)] = watermark.points_of_page(page.gray, page.dpi)
    started = time.process_time()
    for name in TEXTS[:2]:
        units = {number: len(page.units) for number, page in enumerate(registered(name).base.pages, 1)}
        watermark.write_codes(folder / f"{name}.codes", _issued(name, copies), units, KEY)
    built_s = (time.process_time() - started) / 2
    return built_s, index_among(folder, points, pages - len(points), drawn, kept)


def _issued(name: str, copies: int) -> "np.ndarray[tuple[int], np.dtype[np.uint64]]":
    drawn = np.random.default_rng(len(name)).integers(1, (1 << 64) - 1, copies, np.uint64)
    return np.unique(drawn)


def _book(folder: Path, name: str) -> watermark.CodeBook:
    kept = watermark.CodeFile.open((folder / f"{name}.codes").open("rb"))
    return watermark.CodeBook(kept.identities, [kept])


def _tasks(folder: Path, index: tuple[Path, ...], copies: int, channels: Sequence[str]) -> list[_Asked]:
    """Make the pictures; return both ways to ask about each."""
    tasks = []
    for number, name in enumerate(channels):
        for document in TEXTS[:2]:
            chance = np.random.default_rng([number, len(document)])
            identity, page = int(chance.choice(_issued(document, copies))), 1 + number % 2
            sheet = mixing.page_of(registered(document), identity, page)
            photo = channel(name)(sheet, chance)
            file = f"{name}-{document}.jpg"
            cv2.imwrite(str(folder / file), photo, [cv2.IMWRITE_JPEG_QUALITY, _JPEG])
            tasks += [
                _Asked(folder, index, file, document, page, identity, "known"),
                _Asked(folder, index, file, document, page, identity, "unknown"),
            ]
    return tasks


def _in_its_own_process(asked: _Asked) -> _Told:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_traced, (asked,))


def _traced(asked: _Asked) -> _Told:
    """Trace one picture; runs in a process that did nothing else."""
    cv2.setNumThreads(1)
    index = watermark.PageIndex.open(*asked.index, checked=False)
    books = {name: _book(asked.folder, name) for name in TEXTS[:2]}
    photo = (asked.folder / asked.picture).read_bytes()
    started = time.process_time()
    gray = next(iter(watermark.open_pages(photo, watermark.ReadLimits()))).gray
    pages, finding_s = [(asked.document, asked.page)], 0.0
    if asked.way == "unknown":
        pages = _likely(index, gray, asked.folder)
        finding_s = time.process_time() - started
    references = [unpack((asked.folder / f"{name}-{page}.reference").read_bytes()) for name, page in pages]
    codes = {name: books.get(name, _issued(name, _OTHERS_ISSUED)) for name, _ in pages}
    found = watermark.identify([gray], references, codes, [KEY])
    cpu_s = time.process_time() - started
    certain = {
        one.identity for one in found.candidates if found.grade is one.grade is watermark.TraceGrade.CERTAIN
    }
    chance = found.candidates[0].log10_chance if found.candidates else 0.0
    return _Told(
        certain == {asked.identity}, bool(certain - {asked.identity}), cpu_s, finding_s, peak_bytes(), chance
    )


def _likely(index: watermark.PageIndex, gray: Picture, folder: Path) -> list[tuple[str, int]]:
    """Return the pages to compare with; where the page is not surely found, those without references by others."""
    found = [(each.document, each.page) for each in watermark.worth_comparing(index.find(gray, _COMPARED))]
    known = [page for page in found if (folder / f"{page[0]}-{page[1]}.reference").exists()]
    others = [(name, page) for name in (*LONG, *TEXTS) for page in (1, 2)]
    return list(dict.fromkeys((*known, *others)))[: len(found)]


def _rows(way: Way, told: Sequence[_Told]) -> list[Row]:
    target_s = 4.0 if way == "known" else 8.0
    what = f"page {way}"
    seconds, peaks = [one.cpu_s for one in told], [one.peak_bytes / 1e9 for one in told]
    named = 100 * sum(one.is_named for one in told) / len(told)
    finding = float(np.mean([one.finding_s for one in told]))
    rows = [
        at_least(f"{what}: named", named, "%", yardstick=len(told), target=100, against="tried"),
        at_most(
            f"{what}: wrong",
            sum(one.is_wrong for one in told),
            "names",
            yardstick=len(told),
            target=0,
            against="tried",
        ),
        at_most(
            f"{what}: whole trace, the slowest",
            max(seconds),
            "CPU s",
            yardstick=float(np.mean(seconds)),
            target=target_s,
            against="mean",
        ),
        at_most(
            f"{what}: most memory",
            max(peaks),
            "GB",
            yardstick=float(np.mean(peaks)),
            target=2,
            against="mean",
        ),
    ]
    if way == "unknown":
        rows.append(
            at_most(
                f"{what}: opening the photo and finding the page",
                finding,
                "CPU s",
                yardstick=len(told),
                target=1.5,
                against="tried",
            )
        )
    return rows


def _write(rows: Sequence[Row], copies: int, pages: int) -> None:
    before, rest = _DOCS.read_text("utf-8").split(BEGIN)
    after = rest.split(END)[1]
    head = f"{copies:,} copies of the document, {pages:,} registered pages.\n\n"
    table = "| what | figure | unit | target | met |\n|---|---:|---|---:|---|\n" + "".join(
        f"| {row.what} | {row.figure:.3g} | {row.unit} | {row.target:g} | {'yes' if row.met else '**no**'} |\n"
        for row in rows
    )
    _DOCS.write_text(f"{before}{BEGIN}\n\n{head}{table}\n{END}{after}", "utf-8")
