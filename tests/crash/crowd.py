"""A crowd of processes that do whatever clerks do, at once and on the same papers, and are killed one after the other.

Run as ``python -m tests.crash.crowd`` it is the nursery: it moves into a fresh database, forks workers, kills one at an
instant that nobody chose, looks at what that left, and forks the next. After each kill the register, its movements and
its ledger must tell one story, and whatever a worker was told to be done must be done. A worker that ends by itself, as
one does that waits for another in a ring, is a fault as well. What was found is one JSON object on the last line.
"""

import contextlib
import json
import os
import random
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry.errors import RegistryError
from registry.ledger import export
from registry.ledger.verifier import verify
from registry.models import Copy, Document, HandOver, LedgerEntry, PrintAttempt, PrintBatch
from registry.rules.stocktake import Place
from registry.rules.words import DestructionPart, Direction
from service.config import Settings
from service.database import Database
from tests.fixtures.house import AGREE, House, move_in
from tests.fixtures.office import NOW, Office
from tests.fixtures.recount import Recount

GIVING = ("clerk", "clerk", "other_clerk")
TAKING = ("holder", "manager", "handler", "leader")
DEEDS = {
    "print": 3,
    "go_on_printing": 3,
    "offer": 8,
    "sign": 9,
    "withdraw": 2,
    "take_back": 5,
    "transfer": 3,
    "claim": 2,
    "dismiss": 1,
    "go_out": 3,
    "come_home": 3,
    "miss": 2,
    "declare_lost": 1,
    "find": 3,
    "spoil": 1,
    "shred": 2,
    "recall": 1,
    "take_stock": 1,
}
"""How often each is tried, against the others."""
LONGEST_S = 60
"""How long a crowd may do nothing before that is a fault: longer than any wait for a lock."""


class Watched(House):
    """A house whose deeds are told to somebody once they are done, by the last entry of each."""

    told: int = -1

    @contextlib.contextmanager
    def office(self) -> Iterator[Office]:
        """Yield the office within a transaction of its own; tell of it after its commit."""
        self.now = NOW + timedelta(seconds=time.monotonic() - self.opened_s)
        with self.database.transaction() as session:
            yield Office(session, self.units, self.actors, self.now)
            session.flush()
            last = sa.select(LedgerEntry.seq, LedgerEntry.leaf_hash).order_by(LedgerEntry.seq.desc()).limit(1)
            seq, leaf = session.execute(last).one()
        os.write(self.told, f"{seq} {bytes(leaf).hex()}\n".encode())


class Worker:
    """Somebody in a hurry: looks where papers are, tries what fits, and is refused when another was faster."""

    def __init__(self, house: Watched, seed: int) -> None:
        self.house, self.chance = house, random.Random(seed)
        self.documents = self.look(sa.select(Document.id).order_by(Document.id))

    def look(self, query: sa.Select) -> list:
        """Return the first column of a query."""
        with self.house.database.reading() as session:
            return list(session.scalars(query))

    def work(self) -> None:
        """Do one thing after the other until killed."""
        names, weights = list(DEEDS), list(DEEDS.values())
        while True:
            (name,) = self.chance.choices(names, weights)
            with contextlib.suppress(RegistryError):
                getattr(self, name)()

    def some(self, *states: str, most: int = 3) -> list[str]:
        """Return codes of copies in some state; raises when there is none."""
        found = self.look(sa.select(Copy.code).where(Copy.state.in_(states)).order_by(Copy.id))
        if not found:
            raise RegistryError("nothing fits")
        return self.chance.sample(found, min(len(found), self.chance.randint(1, most)))

    def one(self, query: sa.Select) -> int:
        """Return one of the keys that a query finds; raises when there is none."""
        found = self.look(query)
        if not found:
            raise RegistryError("nothing fits")
        return self.chance.choice(found)

    def clerk(self) -> str:
        return self.chance.choice(GIVING)

    def print(self) -> None:
        """Ask, agree, reserve, make, release and see a run come out; each a deed of its own."""
        document, house = self.chance.choice(self.documents), self.house
        (level,) = self.look(sa.select(Document.level).where(Document.id == document))
        quantity = self.chance.randint(1, 4)
        request = house.ask_to_print(document, quantity)
        for part in AGREE[level]:
            house.decide(request, part)
        run, codes = house.reserve(request, quantity)
        self.make(run, codes)

    def go_on_printing(self) -> None:
        """Go on with a run that somebody left, as the next worker does."""
        run = self.one(sa.select(PrintBatch.id).where(PrintBatch.state.not_in(["FAILED", "VOID"])))
        (state,) = self.look(sa.select(PrintBatch.state).where(PrintBatch.id == run))
        if state in {"RESERVED", "STAMPING"} and self.chance.random() < 0.2:
            self.house.give_up(run)
        elif state in {"RESERVED", "STAMPING"}:
            self.make(run, self.unmade(run))
        elif state == "READY":
            self.let_go(run)
        else:
            waiting = (PrintAttempt.batch_id == run, PrintAttempt.state == "UNKNOWN")
            number = self.one(sa.select(PrintAttempt.number).where(*waiting))
            self.house.seen(run, number)

    def make(self, run: int, codes: list[str]) -> None:
        self.house.start(run)
        for code in codes:
            self.house.issue(code)
        if not self.unmade(run):
            self.house.made(run)
            self.let_go(run)

    def unmade(self, run: int) -> list[str]:
        return self.look(sa.select(Copy.code).where(Copy.batch_id == run, Copy.state == "RESERVED"))

    def let_go(self, run: int) -> None:
        self.house.seen(run, self.house.release(run))

    def offer(self) -> None:
        due_at = self.house.now + timedelta(days=1) if self.chance.random() < 0.3 else None
        self.house.offer(self.some("IN_STOCK"), self.chance.choice(TAKING), self.clerk(), due_at)

    def sign(self) -> None:
        hand_over = self.one(sa.select(HandOver.id).where(HandOver.state == "OFFERED"))
        (receiver,) = self.look(sa.select(HandOver.receiver_id).where(HandOver.id == hand_over))
        self.house.sign(hand_over, self.part_of(receiver))

    def part_of(self, person: int) -> str:
        return next(part for part, actor in self.house.actors.items() if actor.person_id == person)

    def withdraw(self) -> None:
        self.house.withdraw(self.one(sa.select(HandOver.id).where(HandOver.state == "OFFERED")), self.clerk())

    def take_back(self) -> None:
        self.house.take_back(self.some("HELD", "CLAIMED", "OUTSIDE"), "holder", self.clerk())

    def transfer(self) -> None:
        self.house.transfer(self.some("HELD", "CLAIMED"), self.chance.choice(TAKING), self.clerk())

    def claim(self) -> None:
        (code,) = self.some("HELD", most=1)
        self.house.claim(code, self.chance.choice(TAKING))

    def dismiss(self) -> None:
        self.house.dismiss(self.some("CLAIMED", most=1)[0], self.clerk())

    def go_out(self) -> None:
        (code,) = self.some("HELD", most=1)
        carrier = self.chance.choice(TAKING)
        asker = "handler" if carrier != "handler" else "holder"
        request = self.house.ask_to_take_out(code, [carrier], self.house.now + timedelta(days=1), asker)
        self.house.decide(request, "leader")
        self.house.open_permits(request)
        self.house.at_gate(code, Direction.EXIT, [carrier])

    def come_home(self) -> None:
        self.house.at_gate(self.some("OUTSIDE", most=1)[0], Direction.ENTRY, [])

    def miss(self) -> None:
        self.house.miss(
            self.some("IN_STOCK", "IN_TRANSIT", "HELD", "CLAIMED", "SEALED", most=1)[0], self.clerk()
        )

    def declare_lost(self) -> None:
        self.house.declare_lost(self.some("UNACCOUNTED", most=1)[0], self.clerk())

    def find(self) -> None:
        self.house.find(self.some("UNACCOUNTED", "LOST", most=1)[0], "leader", self.clerk())

    def spoil(self) -> None:
        self.house.spoil(self.some("IN_STOCK", most=1), self.clerk())

    def shred(self) -> None:
        """Take some copies all the way to the shredder, or give the list up."""
        house, codes = self.house, self.some("IN_STOCK", "SPOILED")
        key = house.open_list()
        for code in codes:
            house.put_on(key, code)
        request = house.submit(key, codes)
        if self.chance.random() < 0.2:
            return house.cancel(key)
        house.decide(request, "leader")
        for code in codes:
            house.present(key, code)
        house.vouch(key, DestructionPart.OPERATOR, "other_clerk")
        house.vouch(key, DestructionPart.WITNESS, "other_manager")
        return house.certify(key)

    def recall(self) -> None:
        document = self.chance.choice(self.documents)
        key = self.house.recall(document)
        out = Copy.state.in_(["HELD", "CLAIMED", "OUTSIDE", "IN_TRANSIT"])
        for code in self.look(sa.select(Copy.code).where(Copy.document_id == document, out)):
            with contextlib.suppress(RegistryError):
                self.house.excuse(key, code, "leader", "clerk")
        self.house.close_recall(key)

    def take_stock(self) -> None:
        key = self.house.begin_count(Place.SHELF)
        codes = self.look(sa.select(Copy.code).where(Copy.state == "IN_STOCK"))
        self.house.count(key, codes)
        self.house.close_count(key, len(codes))


@dataclass
class Nursery:
    """Forks workers, kills them, and looks at what each kill left."""

    house: House
    settings: Settings
    seed: int
    opened_s: float = field(default_factory=time.monotonic)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    alive: dict[int, int] = field(default_factory=dict)
    acknowledged: dict[int, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def fork(self) -> None:
        """Let one more worker loose; what it is told to be done arrives through a pipe."""
        number = next(self.numbers)
        reading, writing = os.pipe()
        self.house.database.close()  # no connection of ours reaches the other side
        child = os.fork()
        if child:
            os.close(writing)
            os.set_blocking(reading, False)
            self.alive[child] = reading
            return
        try:
            house = Watched(
                Database(self.settings),
                self.house.units,
                self.house.actors,
                self.house.gate,
                self.house.shredder,
                numbers=count(number * 100_000),
            )
            house.opened_s, house.told = self.opened_s, writing
            Worker(house, self.seed * 10_000 + number).work()
        except BaseException:  # noqa: BLE001 - told, and then it is over
            os.write(writing, f"! {traceback.format_exc()[-3000:]!r}\n".encode())
        finally:
            os._exit(1)

    def hear(self) -> int:
        """Take down what the workers were told to be done; return how much that was."""
        heard = 0
        for pipe in self.alive.values():
            while text := self._read(pipe):
                for line in text.decode().splitlines():
                    if line.startswith("!"):
                        self.faults.append(f"a worker ended: {line[2:]}")
                        continue
                    seq, leaf = line.split()
                    heard += self.acknowledged.setdefault(int(seq), leaf) == leaf
                    if self.acknowledged[int(seq)] != leaf:
                        self.faults.append(f"entry {seq} was told twice, differently")
        return heard

    @staticmethod
    def _read(pipe: int) -> bytes:
        """Return whole lines that wait in a pipe."""
        try:
            text = os.read(pipe, 4096)
        except BlockingIOError:
            return b""
        while text and not text.endswith(b"\n"):
            text += os.read(pipe, 1)
        return text

    def kill_one(self, chance: random.Random) -> None:
        """Wait until something was done, then for a moment, and kill somebody in the midst of something."""
        wanted, since = chance.randint(1, 8), time.monotonic()
        while wanted > 0 and not self.faults:
            wanted -= self.hear()
            if time.monotonic() - since > LONGEST_S:
                self.faults.append(f"nothing was done for {LONGEST_S} s")
            time.sleep(0.002)
        time.sleep(chance.random() * 0.02)
        victim = chance.choice(list(self.alive))
        os.kill(victim, signal.SIGKILL)
        _, status = os.waitpid(victim, 0)
        self.hear()
        os.close(self.alive.pop(victim))
        if not (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL):
            self.faults.append(f"a worker ended by itself with {status}")

    def look(self, *, proves: bool) -> Recount:
        """Look at one instant of the register, while the others go on."""
        with self.instant() as session:
            connection = session.connection()
            counted = Recount(lambda query: [tuple(row) for row in connection.exec_driver_sql(query)])
            self.faults += counted.faults
            leaves = dict(connection.exec_driver_sql("SELECT seq, leaf_hash FROM ledger_entry").all())
            lost = [
                seq for seq, leaf in self.acknowledged.items() if bytes(leaves.get(seq, b"")).hex() != leaf
            ]
            if lost:
                self.faults.append(f"entries {lost[:5]} were told to be done and are not there")
            if proves and (found := verify(export.records(session, []))).exit_code:
                self.faults.append(f"the ledger does not prove itself: {found.first}")
        return counted

    @contextlib.contextmanager
    def instant(self) -> Iterator[Session]:
        """Yield a session that sees one instant throughout."""
        database = Database(self.settings)
        try:
            with database.reading() as session:
                if not database.is_sqlite:
                    session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
                yield session
        finally:
            database.close()

    def end(self) -> None:
        """Kill everybody who is left."""
        for child, pipe in self.alive.items():
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            os.close(pipe)
        self.alive.clear()


def run(settings: Settings, *, kills: int, workers: int, seed: int, papers: int = 12) -> dict:
    """Kill so many workers on a fresh migrated database and return what was found."""
    house = move_in(Database(settings))
    for level in ("SECRET", "CONFIDENTIAL", "SECRET"):
        document = house.register(level)
        request = house.ask_to_print(document, papers)
        for part in AGREE[level]:
            house.decide(request, part)
        run_id, codes = house.reserve(request, papers)
        house.start(run_id)
        for code in codes:
            house.issue(code)
        house.made(run_id)
        house.seen(run_id, house.release(run_id))
    house.numbers = count(1)
    nursery, chance = Nursery(house, settings, seed), random.Random(seed)
    done = 0
    try:
        for _ in range(workers):
            nursery.fork()
        while done < kills and not nursery.faults:
            nursery.kill_one(chance)
            done += 1
            nursery.look(proves=done % 20 == 0)
            nursery.fork()
    finally:
        nursery.end()
    counted = nursery.look(proves=True)
    return {
        "kills": done,
        "workers": workers,
        "acknowledged": len(nursery.acknowledged),
        "entries": counted.size,
        "copies": len(counted.papers),
        "states": dict(Counter(paper.state for paper in counted.papers.values())),
        "deeds": dict(Counter(deed.kind for paper in counted.papers.values() for deed in paper.deeds)),
        "faults": nursery.faults,
    }


if __name__ == "__main__":
    asked = json.loads(sys.argv[1])
    home = Settings(environment="test", data_dir=Path(asked["data_dir"]), database_url=asked["database_url"])
    found = run(home, kills=asked["kills"], workers=asked["workers"], seed=asked["seed"])
    sys.stdout.write(json.dumps(found) + "\n")
