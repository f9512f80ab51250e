"""Our own files, read as syntax: what a module mentions, under whatever name it imported it."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("registry", "service", "watermark")


def modules_of_rooms() -> list[Path]:
    """Return every Python file of the three rooms, relative to the root."""
    return sorted(path.relative_to(ROOT) for room in ROOMS for path in (ROOT / room).rglob("*.py"))


def parsed(path: Path) -> ast.Module:
    """Return the syntax tree of a file relative to the root."""
    return ast.parse((ROOT / path).read_text("utf-8"), str(path))


def mentions(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and full dotted name of everything imported that a module mentions.

    ``from time import time as t`` followed by ``t()`` yields ``time.time``.
    """
    imported = dict(_imported_names(tree))
    for node in ast.walk(tree):
        dotted = _dotted(node)
        if dotted:
            first, _, rest = dotted.partition(".")
            if first in imported:
                yield node.lineno, f"{imported[first]}.{rest}".rstrip(".")


def attributes(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and name of every attribute that a module touches."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.lineno, node.attr


def _imported_names(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.partition(".")[0]
                yield (alias.asname, alias.name) if alias.asname else (first, first)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = _dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""
