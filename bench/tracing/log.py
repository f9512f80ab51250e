"""What was run already: one line of JSON for each trial, in one file for each row, so that a run can go on later."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bench.tracing.rows import Row


def file_of(folder: Path, row: Row) -> Path:
    """Return where the trials of a row are kept."""
    return folder / f"{row.name.replace(' ', '_')}.jsonl"


def kept(folder: Path, row: Row) -> list[dict[str, Any]]:
    """Return the trials of a row that were run; a line that was cut off by a crash is left out."""
    path = file_of(folder, row)
    if not path.exists():
        return []
    found: dict[tuple[int, int], dict[str, Any]] = {}
    for line in path.read_text("utf-8").splitlines():
        try:
            result = json.loads(line)
        except json.JSONDecodeError:
            continue
        found[result["seed"], result["trial"]] = result
    return [found[key] for key in sorted(found)]


def missing(folder: Path, row: Row, seed: int, trials: int) -> list[int]:
    """Return the numbers of the trials that are still to be run."""
    done = {result["trial"] for result in kept(folder, row) if result["seed"] == seed}
    return [trial for trial in range(trials) if trial not in done]


def append(folder: Path, row: Row, results: Iterable[dict[str, Any]]) -> None:
    """Keep trials."""
    folder.mkdir(parents=True, exist_ok=True)
    path = file_of(folder, row)
    whole = not path.exists() or path.read_bytes()[-1:] in {b"", b"\n"}
    with path.open("a", encoding="utf-8") as file:
        for result in results:
            file.write(("" if whole else "\n") + json.dumps(result, ensure_ascii=False) + "\n")
            whole = True
            file.flush()
