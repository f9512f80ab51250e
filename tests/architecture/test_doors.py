"""Pages, API and command line lead to the same deeds: what one offers, the others offer, or it says here why not."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest

from service.cli import main
from tests.architecture.sources import ROOT, parsed

FLOWS = "service.flows."
NAMING = {"service.flows.people.get_by_staff_no"}
"""How a door learns who is meant; no deed. Pages look people up in a list."""

WITHOUT_COMMAND = {
    "GET /copies/<code>/pages/<int:page>/qr": "the mark of one page is for programs that print by themselves",
    "POST /hand-overs/<int:hand_over_id>/signature": "a signature is drawn on a screen; the command takes a PIN",
    "GET /import-templates/<register>": "its remarks are words of the pages, in the reader's language",
    "POST /ledger/verification": "`foliotrace verify` needs no account, so that it works when nobody can log in",
    "POST /ledger/export": "`foliotrace verify --export` needs no account either",
    "GET /sessions/current": "a command logs in and out by itself",
}
WITHOUT_PAGE: dict[str, str] = {
    "GET /sessions/current": "a page says at its head who is logged in",
    "POST /destruction/<int:list_id>/bags": "a page takes the seal's number by the field in which copies are scanned",
}


@cache
def offered(path: Path) -> dict[str, frozenset[str]]:
    """Return, for each function of a module, the functions of flows that it reaches within its module."""
    tree = parsed(path)
    modules = {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module in {"service.flows", "service"}
        for alias in node.names
        if f"{node.module}.{alias.name}".startswith(FLOWS)
    }
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}

    def reached(name: str, seen: set[str]) -> set[str]:
        seen.add(name)
        nodes = list(ast.walk(functions[name]))
        found = {
            f"{modules[node.value.id]}.{node.attr}"
            for node in nodes
            if isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id in modules
            and node.attr[0].islower()
        }
        further = {node.id for node in nodes if isinstance(node, ast.Name)} & functions.keys() - seen
        return found.union(*(reached(each, seen) for each in further))

    return {name: frozenset(reached(name, set()) - NAMING) for name in functions}


def modules_of(door: str) -> list[Path]:
    return sorted(path.relative_to(ROOT) for path in (ROOT / "service" / door).rglob("*.py"))


def everything_at(door: str) -> set[str]:
    return {each for path in modules_of(door) for found in offered(path).values() for each in found}


def calls_of_the_api() -> dict[str, frozenset[str]]:
    """Return what each call of the API, by method and path, reaches."""
    found = {}
    for path in modules_of("api"):
        for node in parsed(path).body:
            for call in getattr(node, "decorator_list", ()):
                if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "operation":
                    method, route = (ast.literal_eval(each) for each in call.args[:2])
                    found[f"{method} {route}"] = offered(path)[node.name]
    return found


CALLS = calls_of_the_api()


@pytest.mark.parametrize(("door", "excused"), [("cli", WITHOUT_COMMAND), ("pages", WITHOUT_PAGE)])
def test_whatever_the_api_offers_the_other_doors_offer_as_well(door, excused):
    there = everything_at(door)
    assert {call for call, deeds in CALLS.items() if not deeds or deeds - there} == set(excused)


def test_every_call_reaches_a_flow_but_the_one_that_tells_who_asks():
    assert {call for call, deeds in CALLS.items() if not deeds} == {"GET /sessions/current"}
    assert len(CALLS) > 150


def test_a_deed_of_the_pages_that_a_command_lacks_would_be_seen():
    assert "service.flows.equipment.send" in everything_at("cli") & everything_at("pages")
    assert CALLS["POST /equipment/<int:equipment_id>/repairs"] == {"service.flows.equipment.send"}


def commands(group: click.Group, path: str = "") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        yield f"{path}{name}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{path}{name} ")


def test_every_command_says_what_it_does():
    assert [name for name, command in commands(main) if not (command.help or "").strip()] == []


def test_every_group_is_told_in_the_documents():
    told = set(re.findall(r"`([a-z-]+)(?: [a-z-]+)?`", (ROOT / "docs" / "commands.md").read_text("utf-8")))
    assert set(main.commands) - told == set()
