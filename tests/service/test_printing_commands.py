"""A run leaves and goes on from the command line."""

import pikepdf
import pytest

from service.flows import making, printing
from tests.fixtures.papers import draw_pdf


@pytest.fixture
def database_backend():
    return "sqlite"


@pytest.fixture
def batch_id(world):
    """A run of two copies of three pages that is ready."""
    request_id = world.approved(world.register(draw_pdf(3)), copies=2)
    made = printing.order_batch(world.runtime, world.clerk, request_id, [None, None])
    making.make_batch(world.runtime, made, lambda _done, _total: None)
    return made


@pytest.fixture
def batch(run, world):
    """Call a command of print runs as the clerk."""

    def command(name, *words):
        return run("batch", name, "--as", "clerk", *map(str, words))

    return command


def pages(path):
    with pikepdf.open(path) as pdf:
        return len(pdf.pages)


def test_a_run_is_written_once_stopped_resumed_and_finished(batch, batch_id, tmp_path):
    first, second = tmp_path / "first.pdf", tmp_path / "second.pdf"
    assert batch("release", batch_id, first, "--one-sided", "--faces").exit_code == 0
    assert pages(first) == 8
    again = batch("release", batch_id, second)
    assert (again.exit_code, again.output.count("already-released")) == (1, 1)
    assert not second.exists()

    stopped = batch("stop", batch_id, 1, 3, "--spoiled", 2, "--reason", "paper jam")
    assert "Hand in the spoiled sheets: 2." in stopped.output
    assert batch("resume", batch_id, "--target", second).exit_code == 0
    assert pages(second) == 5
    assert "is printed" in batch("finish", batch_id, 2).output

    told = batch("attempts", batch_id).output
    assert "Attempt 2  PRINTED  file  sheets 4 to 8" in told
    assert "Attempt 1  SPOILED  file  sheets 1 to 8" in told
    assert "sheet 4  000001  pages 3  to be destroyed" in told
    assert "sheet 5  000002  face sheet  to be destroyed" in told


def test_a_rest_goes_either_to_a_file_or_to_a_printer(batch, batch_id):
    refused = batch("resume", batch_id)
    assert (refused.exit_code, "either --target or --printer" in refused.output) == (2, True)
    unknown = batch("print", batch_id, "no such printer")
    assert (unknown.exit_code, "unknown-printer" in unknown.output) == (1, True)
