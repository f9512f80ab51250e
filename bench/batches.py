"""A print run from order to the last byte of its file: peak memory, and what the store keeps of a copy.

The yardstick of memory is the same process with everything imported and the organisation opened; what is parsed in the
sandbox is another process and does not count here. The yardstick of storage is a copy stored whole.
"""

import importlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.memory import peak_bytes
from bench.report import Row, at_most, show
from registry.views.batches import stored_copy
from service.runtime import Runtime

COPIES = 300
QUICK_COPIES = 20
PAGES = 200
MEMORY_TARGET = 3.0
STORED_TARGET = 0.75
"""Ours: where words are displaced the text of each page is the copy's own; what copies share is kept once."""


def main(quick: bool) -> None:
    """Measure one run in a process of its own, and the process alone."""
    copies = QUICK_COPIES if quick else COPIES
    alone, run = _measured(0, 1), _measured(copies, PAGES)
    against = "imports and open office, MB"
    rows: list[Row] = [
        at_most(
            f"peak memory, {copies} copies of {PAGES} pages",
            run["peak_mb"] / alone["peak_mb"],
            "ratio",
            yardstick=alone["peak_mb"],
            target=MEMORY_TARGET,
            against=against,
        ),
        at_most(
            "stored of each copy",
            run["delta_bytes"] / run["whole_bytes"],
            "ratio",
            yardstick=run["whole_bytes"],
            target=STORED_TARGET,
            against="bytes of a whole copy",
        ),
    ]
    print(json.dumps(run))
    show("batches", rows)


def _measured(copies: int, pages: int) -> dict[str, float]:
    done = subprocess.run(  # noqa: S603 - ourselves
        [sys.executable, "-c", f"from bench import batches; batches.run({copies}, {pages})"],
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def run(copies: int, pages: int) -> None:
    """Make and release a run in this process, and print what that took."""
    killed = importlib.import_module("tests.crash.killed")
    told: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        world = importlib.import_module("tests.fixtures.world").open_world(Path(folder) / "data")
        if copies:
            pdf = importlib.import_module("tests.fixtures.papers").draw_pdf(pages)
            request_id = world.approved(world.register(pdf), copies=copies)
            batch_id = killed.printing.order_batch(world.runtime, world.clerk, request_id, [None] * copies)
            killed.making.make_batch(world.runtime, batch_id, lambda _done, _total: None)
            file = killed.releasing.release(world.runtime, world.clerk, batch_id)
            told["file_bytes"] = sum(map(len, file.chunks))
            (attempt,) = killed.releasing.attempts_of(world.runtime, world.clerk, batch_id)
            told |= _sizes(world.runtime, killed.making, attempt.stretches[0].code)
        world.runtime.database.close()
    told["peak_mb"] = peak_bytes() / 2**20
    print(json.dumps(told))


def _sizes(runtime: Runtime, making: Any, code: str) -> dict[str, float]:  # noqa: ANN401 - a module
    """Return how large a copy is whole, and how much of it the store keeps."""
    with runtime.database.reading() as session:
        stored = stored_copy(session, code)
    if stored is None or stored.delta_sha256 is None:
        raise ValueError("a copy that was not made as its own bytes")
    whole = sum(map(len, making.copy_chunks(runtime, code)))
    return {"delta_bytes": len(runtime.store.get(stored.delta_sha256)), "whole_bytes": whole}
