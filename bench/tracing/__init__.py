"""How often a picture is traced to its copy, how often to a wrong one, and what that takes.

Printers, scanners, copiers, phones and screens are simulated (:mod:`bench.channels`); no real device was used. Trials
are kept in a folder and counted together, so a run can be stopped and gone on with; each depends on seed, row and
number only.
"""

import argparse
import json
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from fnmatch import fnmatch
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import cv2

import watermark
from bench import report
from bench.channels import foreign
from bench.tracing import calibration, log, plot, tables, trials
from bench.tracing.rows import ROWS, Row

TAKES_OPTIONS: Final = True
_FOLDER: Final = Path("bench-results/tracing")
_DOCUMENT: Final = Path(__file__).parents[2] / "docs" / "tracing.md"
_DRAWING: Final = _DOCUMENT.with_name("tracing-calibration.svg")
_QUICK_TRIALS: Final = 2
_ROWS: Final = {row.name: row for row in ROWS}


def main(quick: bool, arguments: Sequence[str] = ()) -> None:
    """Run what is missing, count what there is, and show it."""
    options = _options(arguments)
    rows = [row for row in ROWS if any(fnmatch(row.name, pattern) for pattern in options.rows)]
    if options.list:
        print("\n".join(f"{row.name:28} {row.trials:4} {row.says}" for row in rows))
        return
    lacking = [row.name for row in rows if row.is_foreign] if not foreign.is_there() else []
    if lacking and not options.count:
        print(f"not run, as augraphy is missing: {', '.join(lacking)}; see bench/channels/foreign.py")
    wanted = {row.name: options.trials or (_QUICK_TRIALS if quick else row.trials) for row in rows}
    todo = [
        (row.name, trial)
        for row in rows
        if row.name not in lacking
        for trial in log.missing(options.folder, row, options.seed, wanted[row.name])
    ]
    for row in [] if options.count else _run(todo, options):
        print(json.dumps(row, ensure_ascii=False), flush=True)
    counted = [(row, log.kept(options.folder, row)) for row in rows]
    if options.calibrate:
        _calibrate(counted)
        return
    sums = [tables.Sum.of(row, results) for row, results in counted if results]
    if options.write:
        tables.write(_DOCUMENT, sums)
    print(tables.markdown(sums))
    report.show("tracing", tables.as_rows(sums))


def _calibrate(counted: calibration.Counted) -> None:
    """Show what evidence was worth, and put it into the document and its drawing."""
    found = calibration.Calibration.of(counted, trials.ISSUED)
    _DRAWING.write_text(plot.drawn(found), "utf-8")
    tables.put(_DOCUMENT, calibration.markdown(found), calibration.BEGIN, calibration.END)
    print(calibration.markdown(found))
    report.show("tracing calibration", calibration.as_rows(found))


@lru_cache(maxsize=1)
def ours() -> trials.Reader:
    """Return the reader of this version."""
    return trials.Reader(
        lambda document, survey, name: watermark.references(document, survey, name=name), watermark.identify
    )


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run bench tracing")
    parser.add_argument(
        "--rows", nargs="+", default=["*"], metavar="PATTERN", help="as *crop* or 'bad phone'"
    )
    parser.add_argument("--trials", type=int, default=0, help="of each row; otherwise as the row says")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=_FOLDER, help="where trials are kept")
    parser.add_argument(
        "--among", choices=("page", "document"), default="page", help="what the reader is told"
    )
    parser.add_argument("--count", action="store_true", help="run nothing, count what is there")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/tracing.md")
    parser.add_argument(
        "--calibrate",
        action="store_true",
        help="count innocents and claims instead; tables and drawing in docs",
    )
    parser.add_argument("--list", action="store_true", help="say which rows there are")
    return parser.parse_args(list(arguments))


def _run(todo: Sequence[tuple[str, int]], options: argparse.Namespace) -> Iterable[dict[str, Any]]:
    """Run trials, keep each, and yield it."""
    if not todo:
        return
    reader = ours()
    if options.workers == 1:
        cv2.setNumThreads(1)
        for name, trial in todo:
            result = trials.run(_ROWS[name], options.seed, trial, reader, options.among).as_json()
            log.append(options.folder, _ROWS[name], [result])
            yield result
        return
    with ProcessPoolExecutor(options.workers, get_context("spawn"), _alone) as pool:
        waiting = [pool.submit(_one, name, options.seed, trial, options.among) for name, trial in todo]
        for done in as_completed(waiting):
            result = done.result()
            log.append(options.folder, _ROWS[result["row"]], [result])
            yield result


def _alone() -> None:
    """Keep a worker to one thread and out of the way of others."""
    cv2.setNumThreads(1)
    os.nice(5)


def _one(name: str, seed: int, trial: int, among: trials.Among) -> dict[str, Any]:
    return trials.run(_ROWS[name], seed, trial, ours(), among).as_json()


__all__ = ["Row", "main", "ours"]
