"""What a marked copy costs: time against hashing and writing the same bytes, and against what others do for the same.

All times are CPU seconds of this process (of the child for qpdf), the least of several rounds, measured in one run.
The document is made here: pages of text as a report has them, or one large picture for the scan.
"""

import gc
import hashlib
import io
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import numpy as np
import pikepdf
from reportlab.pdfgen.canvas import Canvas

import watermark
from bench.report import Row, at_least, at_most, show
from watermark.marks import dots
from watermark.payload import tiles
from watermark.plan import DotStyle
from watermark.write import paint

KEY: Final = b"a key of the benchmark"
CAPTION: Final = "7K2PX-9QRTM-4WD01"
LINES: Final = (
    "份号 000001 · 第 1 份/共 30 份 · 机密★10年 · 李明 · 研发〔2026〕12 号 · 拾到请交回保密室",
    "Copy 000001 · 1 of 30 · SECRET, 10 years · Li Ming · If found, return to the registry",
)
HEADS: Final = ("份号 000001", "机密★10年")
TEXTS: Final = (CAPTION, *LINES, *HEADS)
SCAN_BYTES: Final = 125_000_000


def report(pages: int) -> bytes:
    """Return a report of so many text pages, A4, 12 pt."""
    chance = np.random.default_rng(7)
    words = [
        "the",
        "budget",
        "committee",
        "of",
        "a",
        "company",
        "met",
        "and",
        "agreed",
        "on",
        "what",
        "was",
        "to",
        "do",
    ]
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(595.276, 841.89), invariant=True)
    for _ in range(pages):
        text = canvas.beginText(80, 760)
        text.setFont("Times-Roman", 12, leading=18)
        for _ in range(36):
            text.textLine(" ".join(chance.choice(words, 14)))
        canvas.drawText(text)
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def scan() -> bytes:
    """Return a scanned document of 125 MB: 50 pages whose pictures do not compress."""
    chance = np.random.default_rng(8)
    side = int((SCAN_BYTES / 50) ** 0.5)
    target = io.BytesIO()
    with pikepdf.new() as pdf:
        for _ in range(50):
            page = pdf.add_blank_page(page_size=(595.276, 841.89))
            picture = pdf.make_stream(
                chance.integers(200, 256, side * side, np.uint8).tobytes(),
                Type=pikepdf.Name.XObject,
                Subtype=pikepdf.Name.Image,
                Width=side,
                Height=side,
                BitsPerComponent=8,
                ColorSpace=pikepdf.Name.DeviceGray,
            )
            page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(P=picture))
            page.obj.Contents = pdf.make_stream(b"q 500 0 0 700 50 80 cm /P Do Q")
        pdf.save(target, compress_streams=False, static_id=True)
    return target.getvalue()


def mark(identity: int, pages: int, *, per_page: bool) -> watermark.Mark:
    """Return the marks of a copy."""
    texts = [f"F10123456789ABC{page if per_page else 0:03d}DEFGHJKMNPQRSTVW" for page in range(1, pages + 1)]
    return watermark.Mark(
        identity, KEY, tuple(watermark.PageMark(text, CAPTION, LINES, *HEADS) for text in texts)
    )


def cpu_s(work: Callable[[], object], rounds: int) -> float:
    """Return the least CPU time of several rounds, children included."""
    taken = []
    for _ in range(rounds):
        gc.collect()
        before = _used_s()
        work()
        taken.append(_used_s() - before)
    return min(taken)


def _used_s() -> float:
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(part.ru_utime + part.ru_stime for part in spent)


@contextmanager
def folder() -> Iterator[Path]:
    """Yield a folder for files that are written; in memory where the system has that, so that no disk is measured."""
    fast = Path("/dev/shm")  # noqa: S108 -- a folder of its own is made in it
    path = Path(tempfile.mkdtemp(dir=fast if fast.is_dir() else None))
    try:
        yield path
    finally:
        shutil.rmtree(path)


def _whole(
    base: watermark.Base, pages: int, place: Path, rounds: int, *, per_page: bool
) -> tuple[float, float]:
    """Return CPU seconds to make, hash and write a whole copy, and to hash and write its bytes."""
    wanted = mark(1, pages, per_page=per_page)
    files = iter(range(10**6))

    def copy() -> None:
        delta = watermark.splice(base, wanted)
        watermark.fingerprint(base, delta)
        with (place / f"{next(files)}").open("wb") as file:
            for part in watermark.chunks(base, delta):
                file.write(part)

    data = watermark.stamp(base, wanted)

    def yardstick() -> None:
        hashlib.sha256(data).hexdigest()
        (place / f"{next(files)}").write_bytes(data)

    copy()
    return cpu_s(copy, rounds), cpu_s(yardstick, rounds)


def _layer(base: watermark.Base, pages: int) -> bytes:
    """Return a one-page PDF with the marks of a copy: what others are given to lay over."""
    with pikepdf.open(io.BytesIO(watermark.stamp(base, mark(1, pages, per_page=False)))) as pdf:
        del pdf.pages[1:]
        first = pdf.pages[0]
        first.obj.Resources.XObject["/FtPage"] = pdf.make_stream(
            b"", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=pikepdf.Array([0, 0, 1, 1])
        )
        target = io.BytesIO()
        pdf.save(target)
    return target.getvalue()


def _by_pikepdf(document: bytes, layer: bytes) -> None:
    """Lay a page over every page and save, by the defaults."""
    with pikepdf.open(io.BytesIO(document)) as pdf, pikepdf.open(io.BytesIO(layer)) as over:
        for page in pdf.pages:
            page.add_overlay(over.pages[0], None)
        pdf.save(io.BytesIO())


def _by_qpdf(document: Path, layer: Path, target: Path) -> None:
    """Do the same with qpdf's program."""
    command = ["qpdf", str(document), "--overlay", str(layer), "--repeat=1", "--", str(target)]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 -- our own command


def _unique_dots(pages: int) -> None:
    """Draw and pack a tile of its own for every page."""
    import zlib  # noqa: PLC0415 -- beside what is measured

    style = DotStyle()
    for symbols in tiles(5, range(1, pages + 1), KEY):
        for shape in paint.TILE_NAMES:
            zlib.compress(paint.tile(symbols, shape, style), 3)


def _unique_dots_by_pikepdf(document: bytes, base: watermark.Base) -> None:
    """Add a form with the same dots to every page of the document and save."""
    with pikepdf.open(io.BytesIO(document)) as pdf:
        for number, page in enumerate(pdf.pages, start=1):
            centres = dots.centres_mm(5, number, base.pages[number - 1].cells, KEY) * 72 / 25.4
            squares = b"\n".join(b"%.3f %.3f .36 .36 re" % (x, 841.89 - y) for x, y in centres)
            page.contents_add(pdf.make_stream(b"q 0 g\n%s f Q" % squares))
        pdf.save(io.BytesIO())


def _peak_ratio(copies: int, pages: int) -> float:
    """Return the peak memory of a batch against that of importing what it imports, each in a process of its own."""
    script = (
        "import sys; from bench import stamping; stamping.batch(int(sys.argv[1]), int(sys.argv[2])); "
        "from bench.memory import peak_bytes; print(peak_bytes())"
    )
    peaks = [int(_by_another(script, str(amount), str(pages))) for amount in (0, copies)]
    return peaks[1] / peaks[0]


def batch(copies: int, pages: int) -> None:
    """Make a print run from a stored base: copies one by one, then the file for the printer, streamed."""
    if not copies:
        return
    prepared = (
        "import sys; from bench import stamping as s; import watermark; "
        "sys.stdout.buffer.write(watermark.prepare(s.report(int(sys.argv[1])), texts=s.TEXTS).to_bytes())"
    )
    base = watermark.Base.from_bytes(_by_another(prepared, str(pages)))
    made = (watermark.splice(base, mark(number, pages, per_page=True)) for number in range(copies))
    with Path(os.devnull).open("wb") as sink:
        sink.writelines(watermark.bind(base, map(watermark.BoundCopy, made), duplex=True))


def _by_another(script: str, *arguments: str) -> bytes:
    """Return what another process prints, so that what it needs is not counted here."""
    done = subprocess.run(  # noqa: S603 -- our own interpreter
        [sys.executable, "-c", script, *arguments],
        check=True,
        capture_output=True,
        cwd=Path(__file__).parents[1],
    )
    return done.stdout


def main(quick: bool) -> None:
    """Measure copies of a report and of a scan."""
    pages, rounds = (50, 5) if quick else (200, 15)
    document = report(pages)
    shared = watermark.MarkPlan(per_page=False, shifts=False)
    unique = watermark.MarkPlan(shifts=False)
    base = watermark.prepare(document, texts=TEXTS, plan=shared)
    own = watermark.prepare(document, texts=TEXTS, plan=unique)
    rows: list[Row] = []
    with folder() as place:
        ours, yardstick = _whole(base, pages, place, rounds, per_page=False)
        rows.append(
            at_most(
                f"whole copy, {pages} text pages, shared marks",
                ours / yardstick,
                "ratio",
                yardstick=yardstick * 1000,
                target=2.5,
                against="ms for SHA-256 + write of the same bytes",
            )
        )
        layer = _layer(base, pages)
        (place / "document.pdf").write_bytes(document)
        (place / "layer.pdf").write_bytes(layer)
        others = cpu_s(lambda: _by_pikepdf(document, layer), 3)
        rows.append(
            at_least(
                "pikepdf overlay + save",
                others / ours,
                "ratio",
                yardstick=ours * 1000,
                target=25,
                against="ms for ours",
            )
        )
        if shutil.which("qpdf"):
            others = cpu_s(
                lambda: _by_qpdf(place / "document.pdf", place / "layer.pdf", place / "out.pdf"), 3
            )
            rows.append(
                at_least(
                    "qpdf --overlay",
                    others / ours,
                    "ratio",
                    yardstick=ours * 1000,
                    target=50,
                    against="ms for ours",
                )
            )
        ours, yardstick = _whole(own, pages, place, rounds, per_page=True)
        rows.append(
            at_most(
                f"whole copy, {pages} text pages, each page its own marks",
                ours * 1000 / pages,
                "ms a page",
                yardstick=yardstick * 1000,
                target=1.0,
                against="ms for SHA-256 + write of the same bytes",
            )
        )
        scanned = watermark.prepare(scan(), texts=TEXTS, plan=shared)
        ours, yardstick = _whole(scanned, len(scanned.pages), place, 3, per_page=False)
        rows.append(
            at_most(
                "whole copy, 125 MB scan",
                ours / yardstick,
                "ratio",
                yardstick=yardstick * 1000,
                target=0.5,
                against="ms for SHA-256 + write of the same bytes",
            )
        )
    ours = cpu_s(lambda: _unique_dots(pages), rounds)
    others = cpu_s(lambda: _unique_dots_by_pikepdf(document, own), 2)
    rows.append(
        at_least(
            "dots of its own on every page",
            pages / ours,
            "pages/s",
            yardstick=pages / others,
            target=4000,
            against="pages/s by pikepdf",
        )
    )
    rows.append(
        at_least(
            "the same against pikepdf",
            others / ours,
            "ratio",
            yardstick=others / pages * 1000,
            target=5,
            against="ms a page by pikepdf",
        )
    )
    moved = watermark.prepare(document, texts=TEXTS)
    ours = cpu_s(lambda: watermark.splice(moved, mark(1, pages, per_page=True)), 3)
    rows.append(
        at_least(
            "whole copy, each page its own marks and displaced words",
            pages / ours,
            "pages/s",
            yardstick=len(moved.pages[0].units),
            target=400,
            against="displaced words a page",
        )
    )
    delta = len(watermark.splice(base, mark(1, pages, per_page=False)).to_bytes())
    rows.append(
        at_most(
            "own bytes of a copy, shared marks",
            delta,
            "bytes",
            yardstick=len(document),
            target=6000,
            against="bytes of the document",
        )
    )
    delta = len(watermark.splice(own, mark(1, pages, per_page=True)).to_bytes())
    rows.append(
        at_most(
            "own bytes a page, each page its own marks",
            delta / pages,
            "bytes",
            yardstick=len(document) / pages,
            target=2600,
            against="bytes a page of the document",
        )
    )
    sizes = []
    for count in (10, 100 if quick else 1000):
        some = watermark.prepare(report(count), texts=TEXTS, plan=shared)
        sizes.append(len(watermark.splice(some, mark(1, count, per_page=False)).to_bytes()))
    rows.append(
        at_most(
            "own bytes, 1,000 pages / 10 pages",
            sizes[1] / sizes[0],
            "ratio",
            yardstick=sizes[0],
            target=1.5,
            against="bytes for 10 pages",
        )
    )
    copies = 30 if quick else 300
    rows.append(
        at_most(
            f"peak memory of {copies} copies x {pages} pages",
            _peak_ratio(copies, pages),
            "ratio",
            yardstick=1,
            target=3,
            against="imports alone",
        )
    )
    show("stamping", rows)
