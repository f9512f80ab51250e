"""Whoever removes content is killed with SIGKILL anywhere; the next ends it, and the ledger tells it once."""

import os
import signal
import subprocess
import sys

import pytest

from registry.ledger import log
from registry.rules.words import Content
from registry.views.light import find_standing
from service.config import PROJECT_ROOT, child_environment
from service.flows import light, referencing, verifying
from service.flows.handlers import HANDLERS
from service.worker import work_one
from tests.flows.test_light import files, keep_light, printed

COMMIT = "sqlalchemy.orm:Session.commit"
CLEAR = "service.store:FileStore.clear"
LIMIT_S = 120


@pytest.fixture
def database_backend():
    """Both databases have the same transactions."""
    return "sqlite"


@pytest.mark.parametrize(
    ("call", "nth", "when", "left"),
    [
        (COMMIT, 1, "before", Content.KEPT),
        (COMMIT, 1, "after", Content.REMOVING),
        ("service.store:_forget_key", 3, "after", Content.REMOVING),
        (CLEAR, 1, "after", Content.REMOVING),
        (COMMIT, 2, "before", Content.REMOVING),
    ],
)
def test_a_removal_killed_anywhere_is_ended_by_the_next_worker(world, call, nth, when, left):
    document_id = keep_light(world)
    printed(world, document_id, copies=3)
    referencing.make(world.runtime, document_id)
    settings = world.runtime.settings
    victim = [str(settings.data_dir), settings.database_url, str(document_id), world.now.isoformat()]
    done = subprocess.run(
        [sys.executable, "-m", "tests.crash.removal", *victim, call, str(nth), when],
        cwd=PROJECT_ROOT,
        env=child_environment() | {"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT_S,
    )
    assert done.returncode == -signal.SIGKILL, done.stdout + done.stderr
    assert where(world, document_id) is left

    light.order_due(world.runtime)
    while work_one(world.runtime, HANDLERS, "here:1:next"):
        pass

    assert where(world, document_id) is Content.REMOVED
    assert files(world) == []
    assert len(world.runtime.pages) == 0
    with world.runtime.database.reading() as session:
        for kind in ("document.content-going", "document.content-removed"):
            assert len(list(log.read(session, kind=kind))) == 1
    assert verifying.verify_ledger(world.runtime).exit_code == 0


def where(world, document_id):
    with world.runtime.database.reading() as session:
        return find_standing(session, document_id, now=world.now).content
