"""What our files are called and what they may not say."""

import importlib.metadata
import re

import pytest

import watermark
from tests.architecture.sources import ROOMS, ROOT

FOLDERS = (*ROOMS, "bench", "docs", "migrations", "static", "templates", "tests", "translations", ".ci")
WRITTEN = {".py", ".html", ".js", ".css", ".md", ".po", ".mako", ".toml", ".txt", ".svg", ""}
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "misc", "tools"}
POSTPONED = re.compile(r"\b(?:TO[D]O|FIX[M]E|XX[X]|HA[C]K)\b")


def written_files():
    """Return our own texts: not the vendored ones, not what tools leave behind."""
    found = [path for path in ROOT.iterdir() if path.is_file()]
    for folder in FOLDERS:
        found += [path for path in (ROOT / folder).rglob("*") if path.is_file()]
    return [
        path
        for path in found
        if path.suffix in WRITTEN
        and "vendor" not in path.parts
        and not any(part.startswith(".") and part != ".ci" for part in path.relative_to(ROOT).parts)
        and "__pycache__" not in path.parts
    ]


def test_the_watermark_package_is_ours():
    assert (ROOT / "watermark" / "__init__.py").samefile(watermark.__file__)
    assert set(importlib.metadata.packages_distributions().get("watermark", [])) <= {"foliotrace"}


@pytest.mark.parametrize("room", ROOMS)
def test_every_folder_of_a_room_is_a_package(room):
    folders = {path.parent for path in (ROOT / room).rglob("*.py")}
    assert [str(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def test_no_folder_under_tests_is_a_package():
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def test_file_names_say_what_is_inside():
    names = {path.stem.casefold(): path for path in written_files()}
    names |= {path.parent.name.casefold(): path for path in written_files()}
    assert {str(names[name]) for name in names.keys() & VAGUE_NAMES} == set()


def test_nothing_is_postponed_in_a_comment():
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in written_files()
        for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), 1)
        if POSTPONED.search(line)
    ]
    assert found == []


def test_the_guard_knows_a_postponement():
    assert POSTPONED.search("# {}: later".format("todo".upper()))
    assert not POSTPONED.search("a method of its own")
