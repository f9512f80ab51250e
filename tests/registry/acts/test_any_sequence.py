"""Whatever people try, right or wrong and in any order: numbers, states, custody and the ledger tell one story."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.fixtures.house import Street
from tests.fixtures.lives import AnySequence

SHORT = settings(
    max_examples=5, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
)
"""Few and short, since each life has a database of its own; ``./run bench lives`` tries long ones."""


@pytest.fixture
def street(request, database_backend, tmp_path):
    """Houses to live in."""
    if database_backend == "sqlite":
        made = Street(tmp_path, request.getfixturevalue("sqlite_template"))
    else:
        template = request.getfixturevalue("postgres_template")
        made = Street(tmp_path, template, request.getfixturevalue("postgres_cluster"))
    yield made
    made.end()


def test_no_sequence_of_deeds_leaves_the_rules(street):
    class Lives(AnySequence):
        open_house, close_house = street.open, street.close

    run_state_machine_as_test(Lives, settings=SHORT)
