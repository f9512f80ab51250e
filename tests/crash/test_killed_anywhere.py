"""A process is killed with SIGKILL in the midst of a print run; nothing is lost, and nothing leaves twice."""

import pytest

from service.flows import making, printing
from tests.crash import killed
from tests.fixtures.papers import draw_pdf

COPIES = 5
QUICK = (
    "reserve, before the commit",
    "store, after the own bytes are stored",
    "finish, before the commit",
    "release, after the commit",
    "stream, after the third chunk",
    "printer, job taken and not written down",
)
LEFT = {
    "reserve, before the commit": "nothing reserved",
    "store, after the own bytes are stored": "STAMPING, 2 of 5 issued",
    "finish, before the commit": "STAMPING, 5 of 5 issued",
    "release, after the commit": "attempt 1 UNKNOWN",
    "stream, after the third chunk": "attempt 1 UNKNOWN",
    "printer, job taken and not written down": "attempt 1 UNKNOWN",
}


@pytest.fixture
def database_backend():
    """Both databases have the same transactions; the kill of a worker on both is in ``test_worker_killed``."""
    return "sqlite"


@pytest.mark.parametrize("name", QUICK)
def test_whoever_is_killed_leaves_something_that_the_next_goes_on_from(world, fake_printer, name):
    (stage,) = [stage for stage in killed.STAGES if stage.name == name]
    request_id = world.approved(world.register(draw_pdf(3)), copies=COPIES)
    batch_id = 0
    if stage.doing != "order":
        batch_id = printing.order_batch(world.runtime, world.clerk, request_id, [None] * COPIES)
    if stage.doing in {"release", "print"}:
        making.make_batch(world.runtime, batch_id, lambda _done, _total: None)

    killed.kill(world, stage, request_id, batch_id, COPIES)

    assert killed.go_on_after(world, stage, request_id, batch_id, COPIES) == LEFT[name]
    jobs = len(fake_printer.jobs)
    assert jobs == (1 if name == "printer, job taken and not written down" else 0)


def test_every_stage_has_a_name_of_its_own():
    names = [stage.name for stage in killed.STAGES]
    assert len(names) == len(set(names))
    assert set(QUICK) == set(LEFT) <= set(names)
