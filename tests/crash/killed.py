"""A process that orders, makes, releases or prints a run and is killed at a chosen instant; and what must hold then.

Run as ``python -m tests.crash.killed`` it is the victim. ``STAGES`` names every instant; the tests try some of them,
``bench/crashes.py`` all, with more copies.
"""

import importlib
import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from registry.ledger import log
from registry.models import Copy, Movement
from registry.rules.attempts import AttemptState
from registry.rules.batches import UNFINISHED, AlreadyReleased
from registry.rules.lifecycle import State
from registry.rules.roles import Actor, Role
from registry.rules.words import BatchState
from registry.views.attempts import AttemptOpen
from registry.views.batches import batch_state
from registry.views.conservation import conservation
from service.config import PROJECT_ROOT, Printer, Settings, child_environment
from service.flows import making, printing, releasing, verifying
from service.runtime import open_runtime

PRINTER = Printer(name="Room 2", destination="registry-1")
LIMIT_S = 300


@dataclass(frozen=True)
class Stage:
    """An instant: before or after a call of a function, while something is done.

    The call is the ``nth`` after ``rounds`` over all copies.
    """

    name: str
    doing: str
    function: str
    when: str
    nth: int = 1
    rounds: int = 0


COMMIT = "sqlalchemy.orm:Session.commit"
PUT = "service.store:FileStore.put"

STAGES = (
    Stage("reserve, before the commit", "order", COMMIT, "before"),
    Stage("reserve, after the commit", "order", COMMIT, "after"),
    Stage("prepare, before the document is parsed", "make", "service.sandbox:call", "before"),
    Stage("prepare, after the document was parsed", "make", "service.sandbox:call", "after"),
    Stage("prepare, after the base is stored", "make", PUT, "after"),
    Stage("prepare, before it is written down", "make", COMMIT, "before"),
    Stage("store, before the own bytes are stored", "make", PUT, "before", 4),
    Stage("store, after the own bytes are stored", "make", PUT, "after", 4),
    Stage("issue, before the commit", "make", COMMIT, "before", 4),
    Stage("issue, after the commit", "make", COMMIT, "after", 4),
    Stage("finish, before the commit", "make", "registry.acts.batches:finish", "after"),
    Stage("finish, after the commit", "make", "service.flows.making:_finish", "after"),
    Stage(
        "release, while everything is proven", "release", "service.flows.releasing:fingerprint", "after", 2
    ),
    Stage("release, before the commit", "release", COMMIT, "before"),
    Stage("release, after the commit", "release", COMMIT, "after"),
    Stage("stream, after the first chunk", "release", "tests.crash.killed:sent", "after", 1),
    Stage("stream, after the third chunk", "release", "tests.crash.killed:sent", "after", 3),
    Stage("stream, before its end is written down", "release", "registry.acts.attempts:send", "before"),
    Stage("stream, before its end is committed", "release", "registry.acts.attempts:send", "after"),
    Stage("printer, before it is asked", "print", "service.printers:hand_over", "before"),
    Stage("printer, half the file given", "print", "service.flows.releasing:_delta", "after", 3, 2),
    Stage("printer, job taken and not written down", "print", "service.printers:hand_over", "after"),
    Stage("printer, before the job is committed", "print", "registry.acts.attempts:send", "after"),
)


def sent(_chunk: bytes) -> None:
    """Stand for the network that a chunk has left by."""


def kill(world, stage: Stage, request_id: int, batch_id: int, copies: int) -> None:
    """Let a process of its own do what the stage says until it is killed there."""
    told = {
        "doing": stage.doing,
        "function": stage.function,
        "when": stage.when,
        "nth": stage.nth + stage.rounds * copies,
        "request": request_id,
        "batch": batch_id,
        "copies": copies,
        "now": world.now.isoformat(),
        "data_dir": str(world.runtime.settings.data_dir),
        "database_url": world.runtime.settings.database_url,
        "person": world.clerk.person_id,
        "account": world.clerk.account_id,
        "unit": world.clerk.unit_id,
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.crash.killed", json.dumps(told)],
        cwd=PROJECT_ROOT,
        env=child_environment() | {"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT_S,
    )
    if done.returncode != -signal.SIGKILL:
        raise AssertionError(
            f"{stage.name}: ended by itself with {done.returncode}:\n{done.stdout}{done.stderr}"
        )


def require_whole(world) -> None:
    """Pass when every number is accounted for, no code exists twice, and the ledger proves itself."""
    with world.runtime.database.reading() as session:
        for line in conservation(session).values():
            assert line.holds
        codes = session.scalars(sa.select(Copy.code)).all()
        assert len(codes) == len(set(codes))
    assert verifying.verify_ledger(world.runtime).exit_code == 0


def go_on_after(world, stage: Stage, request_id: int, batch_id: int, copies: int) -> str:
    """Do what is left after a kill, as a clerk and the next worker would; return where the kill had left things."""
    require_whole(world)
    if stage.doing == "order":
        return _order_again(world, request_id, copies)
    if stage.doing == "make":
        return _make_on(world, batch_id, copies)
    return _end_attempt(world, batch_id)


def _order_again(world, request_id: int, copies: int) -> str:
    with world.runtime.database.reading() as session:
        reserved = session.scalars(sa.select(sa.func.count(Copy.id))).one()
    if reserved:
        assert reserved == copies
        return "every number reserved"
    batch_id = printing.order_batch(world.runtime, world.clerk, request_id, [None] * copies)
    making.make_batch(world.runtime, batch_id, _unwatched)
    require_whole(world)
    return "nothing reserved"


def _make_on(world, batch_id: int, copies: int) -> str:
    with world.runtime.database.reading() as session:
        state = batch_state(session, batch_id)
        issued = session.scalars(sa.select(sa.func.count()).where(Copy.state == State.IN_STOCK)).one()
    if state in UNFINISHED:
        making.make_batch(world.runtime, batch_id, _unwatched)
    with world.runtime.database.reading() as session:
        assert batch_state(session, batch_id) is BatchState.READY
        assert session.scalars(sa.select(sa.func.count(Movement.id))).one() == copies
        assert len(list(log.read(session, kind="copy.issued"))) == copies
        assert len(list(log.read(session, kind="batch.finished"))) == 1
    list(releasing.release(world.runtime, world.clerk, batch_id).chunks)
    require_whole(world)
    return f"{state}, {issued} of {copies} issued"


def _end_attempt(world, batch_id: int) -> str:
    runtime, clerk = world.runtime, world.clerk
    with runtime.database.reading() as session:
        released = batch_state(session, batch_id) is BatchState.RELEASED
    if not released:
        list(releasing.release(runtime, clerk, batch_id).chunks)
        require_whole(world)
        return "not released"
    (attempt,) = releasing.attempts_of(runtime, clerk, batch_id)
    assert attempt.state in {AttemptState.UNKNOWN, AttemptState.SENT}
    for again, refusal in ((releasing.release, AlreadyReleased), (releasing.resume, AttemptOpen)):
        with pytest.raises(refusal):
            again(runtime, clerk, batch_id)
    releasing.stop(runtime, clerk, batch_id, 1, last_good="1", spoiled=1, reason="killed")
    list(releasing.resume(runtime, clerk, batch_id).chunks)
    assert len(releasing.waste(runtime, clerk)) == 1
    require_whole(world)
    return f"attempt 1 {attempt.state}"


def _unwatched(_done: int, _total: int) -> None:
    """Make a run that nobody watches."""


def _arm(told: dict) -> None:
    """Make the chosen function kill this process at the chosen call."""
    module_name, _, path = told["function"].partition(":")
    owner = (
        sys.modules[__name__] if module_name == "tests.crash.killed" else importlib.import_module(module_name)
    )
    *holders, name = path.split(".")
    for holder in holders:
        owner = getattr(owner, holder)
    original, calls = getattr(owner, name), []

    def deadly(*args, **named):
        calls.append(name)
        last = len(calls) == told["nth"]
        if last and told["when"] == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        answer = original(*args, **named)
        if last:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    setattr(owner, name, deadly)


def _die(told: dict) -> None:
    """Do what was told, and be killed while at it."""
    settings = Settings(
        environment="test",
        data_dir=Path(told["data_dir"]),
        database_url=told["database_url"],
        printers=(PRINTER,),
    )
    runtime = open_runtime(settings, clock=lambda: datetime.fromisoformat(told["now"]))
    clerk = Actor(told["person"], told["account"], told["unit"], frozenset({Role.CLERK, Role.HOLDER}))
    _arm(told)
    if told["doing"] == "order":
        printing.order_batch(runtime, clerk, told["request"], [None] * told["copies"])
    elif told["doing"] == "make":
        making.make_batch(runtime, told["batch"], _unwatched)
    elif told["doing"] == "release":
        for chunk in releasing.release(runtime, clerk, told["batch"]).chunks:
            sys.modules[__name__].sent(chunk)
    else:
        releasing.release_to_printer(runtime, clerk, told["batch"], PRINTER.name)


if __name__ == "__main__":
    _die(json.loads(sys.argv[1]))
