"""The ledger is read with its proofs, taken away, and every change by hand is found and its row named."""

import json
import os
import re

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from registry.errors import PermissionDenied
from registry.ledger import log, merkle
from registry.ledger.log import UnknownEntry
from registry.ledger.verifier import Kind, read_lines
from registry.ledger.verifier import verify as verify_export
from registry.models import LedgerEntry
from registry.views.ledger import LineFilter
from service.cli import main
from service.flows import auditing, printing
from service.flows.checkpoints import sign_head

TARGET = 4
ENTRY = LedgerEntry.__table__


@pytest.fixture
def busy(world):
    """An organisation with a document, an approval and reserved copies, its ledger signed, then a tail."""
    request_id = world.approved(world.register(), copies=3)
    printing.order_batch(world.runtime, world.clerk, request_id, [None] * 3)
    sign_head(world.runtime)
    world.register(doc_number="财字〔2026〕8号")
    return world


@pytest.fixture
def cli(monkeypatch, settings):
    """Run a command on the test's installation."""
    for name in [name for name in os.environ if name.startswith("FOLIOTRACE_")]:
        monkeypatch.delenv(name)
    for name in ("data_dir", "database_url", "environment"):
        monkeypatch.setenv(f"FOLIOTRACE_{name.upper()}", str(getattr(settings, name)))
    return lambda *arguments: CliRunner().invoke(main, arguments)


def tamper(world, *statements):
    """Change tables as whoever administers the database can: the triggers are dropped first."""
    engine = world.runtime.database.engine
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            found = connection.execute(
                sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            ).scalars()
            for name in found.all():
                connection.execute(sa.text(f"DROP TRIGGER {name}"))
        else:
            connection.execute(sa.text("ALTER TABLE ledger_entry DISABLE TRIGGER ALL"))
        for statement in statements:
            connection.execute(statement)


def body_of(world, seq):
    with world.runtime.database.reading() as session:
        return session.get_one(LedgerEntry, seq).body


def with_other_actor(world):
    """Return the body with somebody else's account: no column beside it tells."""
    body = body_of(world, TARGET)
    changed = re.sub(rb'"account":\d+', b'"account":999', body)
    assert changed != body
    return changed


def edited_body(world):
    changed = with_other_actor(world)
    return [sa.update(ENTRY).where(ENTRY.c.seq == TARGET).values(body=changed)]


def edited_body_and_hash(world):
    changed = with_other_actor(world)
    values = {"body": changed, "leaf_hash": merkle.leaf_hash(changed)}
    return [sa.update(ENTRY).where(ENTRY.c.seq == TARGET).values(values)]


def changed_kind(world):
    return [sa.update(ENTRY).where(ENTRY.c.seq == TARGET).values(kind="document.read")]


def deleted(world):
    return [sa.delete(ENTRY).where(ENTRY.c.seq == TARGET)]


def swapped(world):
    here, there = body_of(world, TARGET), body_of(world, TARGET + 1)
    assert here != there
    return [
        sa.update(ENTRY).where(ENTRY.c.seq == seq).values(body=body, leaf_hash=merkle.leaf_hash(body))
        for seq, body in ((TARGET, there), (TARGET + 1, here))
    ]


@pytest.mark.parametrize(
    ("change", "kind", "place"),
    [
        (edited_body, Kind.EDITED, "entry 4: EDITED"),
        # The stored hash of the pair is what still tells, so the pair is what can be named.
        (edited_body_and_hash, Kind.REWRITTEN, "entry 3 to 4: REWRITTEN"),
        (changed_kind, Kind.COLUMN, "entry 4: COLUMN"),
        (deleted, Kind.MISSING, "entry 4: MISSING"),
        (swapped, Kind.REORDERED, "entry 4 to 5: REORDERED"),
    ],
)
def test_verify_finds_a_row_changed_by_hand_and_names_it(busy, cli, change, kind, place):
    assert cli("verify").exit_code == 0
    tamper(busy, *change(busy))

    answer = cli("verify")
    assert (answer.exit_code, place in answer.output) == (kind, True), answer.output
    findings = auditing.verify(busy.runtime, busy.auditor)
    assert (findings.first.kind, str(findings.first).startswith(place)) == (kind, True)


def test_verify_finds_a_copy_whose_state_was_changed_in_the_tables(busy, cli):
    tamper(busy, sa.text("UPDATE copy SET state = 'DESTROYED' WHERE copy_no = 2"))

    with busy.runtime.database.reading() as session:
        code = session.scalar(sa.text("SELECT code FROM copy WHERE copy_no = 2"))
        (entry,) = log.read(session, subject=f"copy:{code}")
    answer = cli("verify")
    assert (answer.exit_code, f"first bad entry: {entry.seq}\n" in answer.output) == (Kind.STATE, True)


def test_verify_tells_how_long_the_unprotected_tail_is(busy, cli):
    findings = auditing.verify(busy.runtime, busy.auditor)
    assert (findings.exit_code, findings.tail) == (0, 1)
    assert auditing.standing(busy.runtime, busy.auditor).tail == 1
    assert "unprotected tail: 1\n" in cli("verify").output


def test_a_row_changed_by_hand_is_marked_in_the_list_and_its_proof_does_not_hold(busy):
    sound = auditing.entry(busy.runtime, busy.auditor, TARGET)
    assert (sound.line.is_sound, sound.proof.holds, sound.proof.is_signed) == (True, True, True)
    tamper(busy, *edited_body(busy))

    found = auditing.entry(busy.runtime, busy.auditor, TARGET)
    assert (found.line.is_sound, found.proof.holds) == (False, False)
    lines = auditing.lines(busy.runtime, busy.auditor, LineFilter())
    assert [line.seq for line in lines.rows if not line.is_sound] == [TARGET]


def test_a_row_that_is_no_entry_any_more_is_still_shown(busy):
    tamper(busy, sa.update(ENTRY).where(ENTRY.c.seq == TARGET).values(body=b"\xff nonsense"))
    found = auditing.entry(busy.runtime, busy.auditor, TARGET)
    assert (found.line.is_sound, found.line.by, found.facts) == (False, None, ())


def test_a_ledger_whose_tree_is_gone_still_shows_where_it_broke(busy):
    tamper(busy, sa.delete(ENTRY).where(ENTRY.c.seq == TARGET))
    with pytest.raises(UnknownEntry):
        auditing.entry(busy.runtime, busy.auditor, TARGET)
    assert auditing.entry(busy.runtime, busy.auditor, TARGET - 1).line.is_sound


def test_entries_are_filtered_by_kind_area_and_subject(busy):
    def kinds(**wanted):
        return {line.kind for line in auditing.lines(busy.runtime, busy.auditor, LineFilter(**wanted)).rows}

    assert kinds(kind="copy.reserved") == {"copy.reserved"}
    assert kinds(kind="document.") == {"document.registered"}
    with busy.runtime.database.reading() as session:
        code = session.scalar(sa.text("SELECT code FROM copy WHERE copy_no = 1"))
    assert kinds(subject=f"copy:{code}") == {"copy.reserved"}
    rows = auditing.lines(busy.runtime, busy.auditor, LineFilter(before=3)).rows
    assert [line.seq for line in rows] == [2, 1]


def test_names_are_revealed_entry_by_entry_and_that_is_on_the_record(busy):
    with busy.runtime.database.reading() as session:
        registered, _other = log.read(session, kind="document.registered")
    found = auditing.entry(busy.runtime, busy.auditor, registered.seq)
    revealed = {fact.name: fact.revealed for fact in found.facts if fact.revealed}
    assert "预算草案 Draft budget" in revealed.values()
    assert "预算草案" not in found.body
    with busy.runtime.database.transaction() as session:
        log.forget(session, [fact.value for fact in found.facts if fact.revealed])
    again = auditing.entry(busy.runtime, busy.auditor, registered.seq)
    assert {fact.name for fact in again.facts if fact.is_erased} == set(revealed)
    assert again.proof.holds

    with busy.runtime.database.reading() as session:
        looks = list(log.read(session, kind="ledger.entry-read"))
    assert [(look.subject, look.actor["person"]) for look in looks] == [
        (f"entry:{registered.seq}", busy.auditor.person_id)
    ] * 2


def test_the_export_holds_up_elsewhere_and_carries_no_name(busy):
    lines = list(auditing.take_export(busy.runtime, busy.auditor))
    findings = verify_export(read_lines(lines), keys=[str(key) for key in busy.runtime.ledger_keys])
    assert (findings.exit_code, findings.own_key) == (0, True)
    assert "预算草案" not in "".join(lines)
    last = [json.loads(line) for line in lines if '"record":"entry"' in line][-1]
    assert last["kind"] == "ledger.exported"


@pytest.mark.parametrize("part", ["clerk", "handler", "leader", "guard", "holder"])
def test_business_sees_nothing_of_the_ledger(busy, part):
    actor = busy.actors[part]
    for ask in (
        lambda: auditing.standing(busy.runtime, actor),
        lambda: auditing.verify(busy.runtime, actor),
        lambda: auditing.lines(busy.runtime, actor, LineFilter()),
        lambda: auditing.kinds(busy.runtime, actor),
        lambda: auditing.entry(busy.runtime, actor, 1),
        lambda: auditing.take_export(busy.runtime, actor),
    ):
        with pytest.raises(PermissionDenied):
            ask()


@pytest.mark.parametrize("part", ["administrator", "officer"])
def test_the_other_administrators_verify_but_read_no_entry(busy, part):
    actor = busy.actors[part]
    assert auditing.verify(busy.runtime, actor).exit_code == 0
    assert auditing.standing(busy.runtime, actor).head.size > 0
    with pytest.raises(PermissionDenied):
        auditing.lines(busy.runtime, actor, LineFilter())
    with pytest.raises(PermissionDenied):
        auditing.entry(busy.runtime, actor, 1)
    with pytest.raises(PermissionDenied):
        auditing.take_export(busy.runtime, actor)
