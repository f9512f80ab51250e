"""No room to write: refused in words before anything leaves, reading goes on, and work goes on when there is room."""

import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import replace

import pytest
import sqlalchemy as sa

from registry.models import Copy, PrintAttempt
from registry.rules.attempts import AttemptState
from registry.rules.lifecycle import State
from registry.rules.words import BatchState
from registry.views.batches import batch_state
from registry.views.conservation import conservation
from service import errors
from service.config import Printer
from service.faults import StorageFull
from service.flows import copies, making, printing, releasing, verifying
from service.flows.handlers import HANDLERS
from service.store import FileStore
from service.worker import work_one
from tests.fixtures.papers import draw_pdf

COPIES = 60


@pytest.fixture
def database_backend():
    """A database that may not grow is made by a setting of SQLite."""
    return "sqlite"


@contextmanager
def full_database(world):
    """Let the database not grow by a single page: SQLite then says what it says on a full disk."""
    engine = world.runtime.database.engine
    engine.dispose()

    def limit(connection, _entry):
        cursor = connection.cursor()
        (pages,) = cursor.execute("PRAGMA page_count").fetchone()
        cursor.execute(f"PRAGMA max_page_count={pages}")
        cursor.close()

    sa.event.listen(engine, "connect", limit)
    try:
        yield
    finally:
        sa.event.remove(engine, "connect", limit)
        engine.dispose()


@pytest.fixture
def small_disk(tmp_path):
    """A disk of one megabyte."""
    folder = tmp_path / "small disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("only root can mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def ordered(world, request_id=None):
    request_id = request_id or world.approved(world.register(draw_pdf(1)), copies=COPIES)
    return printing.order_batch(world.runtime, world.clerk, request_id, [None] * COPIES)


def made(world):
    batch_id = ordered(world)
    making.make_batch(world.runtime, batch_id, lambda _done, _total: None)
    return batch_id


def test_a_full_database_orders_nothing_and_goes_on_when_there_is_room(world):
    request_id = world.approved(world.register(draw_pdf(1)), copies=COPIES)
    with full_database(world):
        with pytest.raises(StorageFull):
            ordered(world, request_id)
        assert printing.plan(world.runtime, world.clerk, request_id).left == COPIES
    assert ordered(world, request_id)
    assert verifying.verify_ledger(world.runtime).exit_code == 0


def test_a_full_database_lets_nothing_leave(world, fake_printer):
    printers = (Printer(name="Room 2", destination="registry-1"),)
    settings = world.runtime.settings.model_copy(update={"printers": printers})
    world.runtime = replace(world.runtime, settings=settings)
    batch_id = made(world)
    with full_database(world):
        for leave in (
            lambda: releasing.release(world.runtime, world.clerk, batch_id),
            lambda: releasing.release_to_printer(world.runtime, world.clerk, batch_id, "Room 2"),
        ):
            with pytest.raises(StorageFull):
                leave()
        story = copies.batch_story(world.runtime, world.clerk, batch_id)
        assert (story.row.state, story.row.made) == (BatchState.READY, COPIES)
    assert fake_printer.jobs == []
    with world.runtime.database.reading() as session:
        assert session.scalars(sa.select(PrintAttempt)).all() == []

    attempt = releasing.release_to_printer(world.runtime, world.clerk, batch_id, "Room 2")
    assert attempt.state is AttemptState.SENT
    assert len(fake_printer.jobs) == 1
    assert verifying.verify_ledger(world.runtime).exit_code == 0


def test_a_worker_on_a_full_database_loses_nothing(world):
    batch_id = ordered(world)
    with full_database(world), pytest.raises(StorageFull):
        making.make_batch(world.runtime, batch_id, lambda _done, _total: None)
    with world.runtime.database.reading() as session:
        (line,) = conservation(session).values()
    assert line.holds
    making.make_batch(world.runtime, batch_id, lambda _done, _total: None)
    with world.runtime.database.reading() as session:
        assert batch_state(session, batch_id) is BatchState.READY
        assert conservation(session)[line.document_id].by_state == {State.IN_STOCK: COPIES}


def test_a_full_disk_of_files_stops_the_run_in_words_and_it_goes_on_when_there_is_room(world, small_disk):
    request_id = world.approved(world.register(draw_pdf(2)), copies=COPIES)
    files = FileStore(small_disk / "files", [b"k" * 32])
    with world.runtime.database.reading() as session:
        cleaned = session.execute(sa.text("SELECT cleaned_sha256 FROM document")).scalar_one()
    files.put(world.runtime.store.get(cleaned))
    world.runtime = replace(world.runtime, store=files)
    batch_id = ordered(world, request_id)

    def fill_at_third(done, _total):
        if done == 3:
            (small_disk / "ballast").write_bytes(b"\0" * shutil.disk_usage(small_disk).free)

    with pytest.raises(StorageFull):
        making.make_batch(world.runtime, batch_id, fill_at_third)
    work_one(world.runtime, HANDLERS, "test:1:full")
    row = copies.batch_progress(world.runtime, world.clerk, batch_id)
    assert (row.state, row.failure) == (BatchState.FAILED, "storage-full")
    assert row.made == 3

    (small_disk / "ballast").unlink()
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    printing.retry(world.runtime, world.clerk, batch_id)
    work_one(world.runtime, HANDLERS, "test:1:full")
    row = copies.batch_progress(world.runtime, world.clerk, batch_id)
    assert (row.state, row.made) == (BatchState.READY, COPIES)
    with world.runtime.database.reading() as session:
        assert session.scalars(sa.select(sa.func.count(Copy.delta_sha256.distinct()))).one() == COPIES
    assert verifying.verify_ledger(world.runtime).exit_code == 0


def test_a_program_and_a_page_are_told_in_words_and_reading_goes_on(world, call):
    batch_id = made(world)
    assert call("clerk", "GET", f"/batches/{batch_id}").json["batch"]["state"] == "READY"
    with full_database(world):
        refused = call("clerk", "POST", f"/batches/{batch_id}/release")
        assert (refused.status_code, refused.json["code"]) == (503, "storage-full")
        assert refused.json["detail"] == "存储空间已满，无法写入，未作任何更改。已有内容仍可查阅。"
        assert refused.json["next_step"] == "请系统管理员腾出空间，然后重试。"
        read = call("clerk", "GET", f"/batches/{batch_id}")
        assert (read.status_code, read.json["batch"]["state"]) == (200, "READY")
    file = call("clerk", "POST", f"/batches/{batch_id}/release")
    assert (file.status_code, file.data[:5]) == (200, b"%PDF-")


def test_a_disk_without_room_is_a_state_of_the_service_and_no_fault_of_the_visitor():
    assert errors.status_of(StorageFull("no room")) == 503
