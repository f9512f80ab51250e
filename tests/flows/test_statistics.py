"""The figures of a year, each against what was done."""

import csv
import io
from datetime import timedelta

import pytest
import sqlalchemy as sa

from registry.errors import PermissionDenied
from registry.ledger import log
from registry.models import Unit
from registry.rules.codes import human_code
from registry.rules.lifecycle import Step
from registry.rules.words import HandOverKind
from service.flows import lending, losses, recalling, requesting, statistics
from service.flows.statistics import NoSuchYear
from tests.fixtures.handed import hand_out
from tests.fixtures.papers import draw_pdf


@pytest.fixture
def database_backend():
    """One backend here; the queries count and group, and nothing else."""
    return "sqlite"


@pytest.fixture
def document(world):
    return world.register()


def figures(world, level="SECRET", year=2026):
    rows = statistics.figures(world.runtime, world.auditor, year)
    (found,) = [row.figures for row in rows if row.level == level]
    return found


def test_every_figure_is_what_was_done(world, document):
    codes = hand_out(world, document, count=5)
    lending.take_back(
        world.runtime, world.clerk, [human_code(code) for code in codes[:2]], world.holder.person_id
    )
    due_at = world.now + timedelta(hours=2)
    loan = lending.give(
        world.runtime,
        world.clerk,
        [human_code(codes[0])],
        HandOverKind.LOAN,
        world.holder.person_id,
        due_at=due_at,
    )
    lending.confirm_by_pin(world.runtime, world.clerk, loan, world.pin)
    losses.report(world.runtime, world.clerk, human_code(codes[4]), Step.MISS, "gone")
    recalling.begin(world.runtime, world.clerk, document, "superseded", world.now + timedelta(days=3))
    requesting.ask(world.runtime, world.handler, world.wish(document))
    world.later(hours=3)
    found = figures(world)
    assert (found.registered, found.minted, found.returned, found.recalled) == (1, 5, 2, 4)
    assert (found.destroyed, found.lost, found.live, found.out, found.overdue) == (0, 1, 4, 3, 1)
    assert (found.waiting, found.waiting_since) == (1, world.now - timedelta(hours=3))


def test_the_copies_are_counted_along_an_index_and_never_sorted(world, document):
    told = []
    engine = world.runtime.database.engine
    hear = lambda *heard: told.append((heard[2], heard[3]))  # noqa: E731 - to be removed again
    sa.event.listen(engine, "before_cursor_execute", hear)
    figures(world)
    sa.event.remove(engine, "before_cursor_execute", hear)
    ((counting, values),) = [(told, values) for told, values in told if "copy" in told]
    with engine.connect() as connection:
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {counting}", values)]
    found_by = [step for step in plan if step.split()[1] in {"copy", "movement"}]
    assert len(found_by) > 5
    assert all(step.startswith("SEARCH") for step in found_by)


def test_units_and_levels_are_told_apart(world, document):
    world.register(draw_pdf(1), doc_number="财字〔2026〕8号", level="TOP_SECRET")
    other = {"issuing_unit_id": world.units["REG"], "classifying_unit_id": world.units["REG"]}
    world.register(draw_pdf(2), doc_number="机字〔2026〕1号", **other)
    rows = statistics.figures(world.runtime, world.clerk, 2026)
    assert [(row.unit.code, row.level, row.figures.registered) for row in rows] == [
        ("FIN", "TOP_SECRET", 1),
        ("FIN", "SECRET", 1),
        ("REG", "SECRET", 1),
    ]


def test_a_year_ends_at_midnight_where_the_installation_is(world):
    world.present[0] = world.now.replace(month=12, day=31, hour=15, minute=59)
    world.register()
    world.later(minutes=1)  # midnight in Shanghai
    world.register(draw_pdf(1), doc_number="财字〔2027〕1号")
    assert figures(world, year=2026).registered == 1
    assert figures(world, year=2027).registered == 1


def test_a_year_that_has_not_begun_has_no_figures(world):
    for year in (2027, 1999):
        with pytest.raises(NoSuchYear):
            statistics.figures(world.runtime, world.clerk, year)


def test_taking_the_figures_away_is_on_record(world, document):
    file = statistics.export(world.runtime, world.leader, 2026).decode("utf-8-sig")
    head, row = csv.reader(io.StringIO(file))
    assert (row[0], row[1], row[2]) == ("财务部 Finance", "机密 Secret", "1")
    assert len(head) == len(row)
    with world.runtime.database.reading() as session:
        (entry,) = log.read(session, kind="statistics.exported")
    assert (entry.facts["year"], entry.actor["person"]) == (2026, world.leader.person_id)


def test_a_units_name_cannot_become_a_formula(world, document):
    with world.runtime.database.transaction() as session:
        session.get_one(Unit, world.units["FIN"]).name_zh = '=HYPERLINK("http://x")'
    file = statistics.export(world.runtime, world.clerk, 2026).decode("utf-8-sig")
    _, row = csv.reader(io.StringIO(file))
    assert row[0].startswith("'=")


def test_the_figures_are_told_by_program_to_those_who_may_see_them(world, call, document):
    told = call("auditor", "GET", "/statistics/2026")
    assert told.status_code == 200
    assert call("holder", "GET", "/statistics/2026").status_code == 403
    for part in ("handler", "manager", "officer"):
        with pytest.raises(PermissionDenied):
            statistics.figures(world.runtime, world.actors[part], 2026)
