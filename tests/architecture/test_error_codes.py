"""Every error has a code of its own, by which templates, programs and people know it."""

import importlib
import pkgutil
import re
from collections import Counter

from tests.architecture.sources import ROOMS

CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def error_classes():
    """Return every error class of the three rooms that carries a code."""
    for room in ROOMS:
        package = importlib.import_module(room)
        for module in pkgutil.walk_packages(package.__path__, f"{room}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    found, waiting = [], [Exception]
    while waiting:
        for kind in waiting.pop().__subclasses__():
            waiting.append(kind)
            if kind.__module__.partition(".")[0] in ROOMS and hasattr(kind, "code"):
                found.append(kind)
    return list(dict.fromkeys(found))


def test_codes_are_hyphenated_words():
    assert [kind.code for kind in error_classes() if not CODE.fullmatch(kind.code)] == []


def test_no_error_borrows_its_code():
    assert [kind.__qualname__ for kind in error_classes() if "code" not in vars(kind)] == []


def test_no_two_errors_share_a_code():
    counted = Counter(kind.code for kind in error_classes())
    assert [code for code, times in counted.items() if times > 1] == []


def test_the_trees_of_the_rooms_were_found():
    rooms = {kind.__module__.partition(".")[0] for kind in error_classes()}
    assert rooms == set(ROOMS)
