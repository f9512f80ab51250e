"""The zoo: hard PDFs made on the spot, and the test files of pikepdf where they can be had; none may be misplaced.

The files of pikepdf come with its source distribution (MPL-2.0; its test files bear their own free licences) and are
fetched for this run only. Without a network the zoo runs alone, and says so.
"""

import io
import json
import subprocess
import sys
import tarfile
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.report import TABLE_COLUMNS
from tests.watermark.zoo.keeper import all_animals
from tests.watermark.zoo.visit import Outcome, visit

FETCH = ("pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:")
LARGEST_BYTES = 20_000_000
QUICK_EVERY = 8


def main(quick: bool) -> None:
    """Visit every animal and every file; print a table, and the sums as the last line."""
    started = time.process_time()
    groups: dict[str, Counter[str]] = {}
    faults: list[str] = []
    for group, name, data, unlike, wanted in _offered(quick):
        outcome = _outcome(data, unlike)
        groups.setdefault(group, Counter())[outcome.kind] += 1
        is_wrong = outcome.kind not in {"stamped", "refused"}
        if is_wrong or (wanted is not None and wanted != (outcome.kind, outcome.what)):
            faults.append(f"{name}: {outcome.kind} {outcome.what}")
        elif outcome.kind == "refused" and wanted is None:
            groups[group][f"refused: {outcome.what}"] += 1
    _show(groups, faults)
    sums = Counter[str]()
    for counts in groups.values():
        sums.update({kind: count for kind, count in counts.items() if ":" not in kind})
    seconds = round(time.process_time() - started, 1)
    print(
        json.dumps(
            {"name": "zoo", "cpu_s": seconds, "outcomes": dict(sorted(sums.items())), "faults": faults}
        )
    )


def _offered(quick: bool) -> Iterator[tuple[str, str, bytes, str, tuple[str, str] | None]]:
    """Yield group, name, file, why it may look unlike its original, and the outcome its entry states, if it has one."""
    step = QUICK_EVERY if quick else 1
    for name, animal in sorted(all_animals().items())[::step]:
        wanted = ("refused", animal.refused) if animal.refused else ("stamped", "")
        yield animal.theme, name, animal.make(), animal.unlike, wanted
    for name, data in list(_files_of_pikepdf())[::step]:
        yield "pikepdf's files", name, data, "", None


def _files_of_pikepdf() -> Iterator[tuple[str, bytes]]:
    """Yield the PDF files of pikepdf's source distribution, if an index answers."""
    with tempfile.TemporaryDirectory() as folder:
        fetched = subprocess.run(  # noqa: S603 -- our own pip, and words of this file
            [sys.executable, "-m", *FETCH, "--dest", folder, "pikepdf"],
            check=False,
            capture_output=True,
            text=True,
        )
        archives = sorted(Path(folder).glob("pikepdf-*.tar.gz"))
        if not archives:
            print(f"pikepdf's files cannot be had here: {fetched.stderr.strip().splitlines()[-1:]}")
            return
        with tarfile.open(archives[0]) as archive:
            for member in sorted(archive.getmembers(), key=lambda member: member.name):
                opened = archive.extractfile(member) if member.isfile() else None
                if opened is not None and member.name.endswith(".pdf") and member.size < LARGEST_BYTES:
                    yield Path(member.name).name, opened.read()


def _outcome(data: bytes, unlike: str) -> Outcome:
    """Visit a file; a fault of ours is an outcome too."""
    try:
        return visit(data, unlike)
    except Exception as error:  # noqa: BLE001 -- one bad file must not end the run
        return Outcome("failed", f"{type(error).__name__}: {error}"[:120])


def _show(groups: dict[str, Counter[str]], faults: list[str]) -> None:
    """Print the table, the reasons of refusals that no entry states, and the faults."""
    table = Table(title="zoo", title_justify="left")
    columns = ("stamped", "refused", "misplaced", "unmarked", "unsound", "altered", "failed")
    table.add_column("kind of file")
    for column in columns:
        table.add_column(column, justify="right")
    for group, counts in groups.items():
        table.add_row(group, *(str(counts[column]) for column in columns))
    output = io.StringIO()
    Console(file=output, width=TABLE_COLUMNS).print(table)
    print(output.getvalue())
    for group, counts in groups.items():
        reasons = ", ".join(f"{kind[9:]} {count}" for kind, count in sorted(counts.items()) if ":" in kind)
        if reasons:
            print(f"{group}, refused: {reasons}")
    for fault in faults:
        print(f"fault: {fault}")
