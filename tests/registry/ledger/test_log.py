"""The ledger in a real database: gapless, provable, part of the transaction."""

import io
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, InternalError
from sqlalchemy.orm import Session

from registry.ledger import export, log, merkle
from registry.ledger.entries import commitment
from registry.ledger.notes import KeySigner, open_note, parse_checkpoint
from registry.ledger.triggers import TRIGGERS
from registry.ledger.verifier import Kind, read_lines, verify
from registry.models.ledger import LedgerEntry, LedgerSalt, LedgerSubtree, LedgerTree
from registry.rules.roles import Actor, Role

NOW = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
CLERK = Actor(41, 7, 3, frozenset({Role.CLERK}))
SIGNER = KeySigner("ledger.example/log", b"k" * 32)
REFUSED = (IntegrityError, InternalError)


def append(session, kind="document.read", subject="document:17", **facts):
    return log.append(session, kind, subject, actor=CLERK, now=NOW, **facts)


def findings(session, **given_by_reader):
    return verify(export.records(session, [SIGNER.public_key]), **given_by_reader)


def test_entries_are_counted_from_one_without_gaps(session):
    assert [append(session) for _ in range(5)] == [1, 2, 3, 4, 5]
    assert log.head(session).size == 5


def test_what_is_kept_back_is_recorded_at_the_end_in_its_order_and_verifies(session):
    append(session)
    with log.kept_back(session):
        assert [append(session, number=number, title=log.private("并购方案")) for number in (1, 2)] == [0, 0]
        assert log.head(session).size == 1
    assert [entry.facts.get("number") for entry in log.read(session)] == [None, 1, 2]
    assert append(session) == 4
    assert findings(session).faults == ()


def test_what_was_kept_back_before_a_refusal_is_recorded_nowhere(session):
    with pytest.raises(PermissionError), log.kept_back(session):  # noqa: PT012 - what is refused has done something
        append(session)
        raise PermissionError
    assert append(session) == 1


def test_an_empty_ledger_has_the_empty_root(session):
    assert log.head(session) == log.Head(0, merkle.EMPTY_ROOT)
    assert list(log.read(session)) == []


def test_an_entry_reads_back_as_it_was_recorded(session):
    append(
        session,
        "copy.offered",
        "copy:028T5CY4TQKFF",
        state="IN_TRANSIT",
        due_at=NOW,
        pages=[1, 2],
        holder=None,
    )
    entry = log.get_entry(session, 1)
    assert (entry.seq, entry.kind, entry.subject) == (1, "copy.offered", "copy:028T5CY4TQKFF")
    assert entry.at == "2026-03-01T08:30:00.000000Z"
    assert entry.actor == {"person": 41, "account": 7, "unit": 3}
    assert entry.facts == {
        "state": "IN_TRANSIT",
        "due_at": "2026-03-01T08:30:00.000000Z",
        "pages": [1, 2],
        "holder": None,
    }


def test_an_entry_that_does_not_exist_is_unknown(session):
    with pytest.raises(log.UnknownEntry) as refusal:
        log.get_entry(session, 1)
    assert refusal.value.code == "unknown-ledger-entry"


def test_a_deed_that_rolls_back_leaves_no_entry_and_no_gap(session):
    append(session)
    session.commit()
    append(session)
    session.rollback()
    assert log.head(session).size == 1
    assert append(session) == 2


def test_what_one_deed_did_to_several_is_recorded_as_if_one_after_the_other(session):
    def written():
        session.flush()
        tables = (LedgerEntry, LedgerSubtree, LedgerTree)
        return [session.execute(sa.select(model.__table__)).all() for model in tables]

    happened = {f"document:{number}": {"number": number} for number in range(7)}
    append(session)
    session.commit()
    for subject, facts in happened.items():
        append(session, "document.read", subject, **facts)
    one_by_one = written()
    session.rollback()
    assert log.append_each(session, "document.read", happened, actor=CLERK, now=NOW) == 8
    assert written() == one_by_one
    assert findings(session).faults == ()


def test_names_of_several_are_each_committed_to(session):
    log.append_each(
        session,
        "copy.spoiled",
        {f"copy:{place}": {"reason": log.private(name)} for place, name in enumerate(("李明", "并购"))},
        actor=CLERK,
        now=NOW,
    )
    made = [log.get_entry(session, seq).facts["reason"]["private"] for seq in (1, 2)]
    assert log.reveal(session, made) == dict(zip(made, ("李明", "并购"), strict=True))


def test_a_fact_without_a_canonical_form_records_nothing(session):
    with pytest.raises(TypeError, match="float"):
        append(session, weight=1.5)
    assert log.head(session).size == 0


def test_entries_are_read_by_kind_subject_and_place(session):
    for number in range(6):
        append(
            session, "copy.issued" if number % 2 else "copy.returned", f"copy:{number % 3}", state="IN_STOCK"
        )
    append(session, "copyist.hired", "person:1")

    def numbers(**wanted):
        return [entry.seq for entry in log.read(session, **wanted)]

    assert numbers() == [1, 2, 3, 4, 5, 6, 7]
    assert numbers(kind="copy.issued") == [2, 4, 6]
    assert numbers(kind="copy.") == [1, 2, 3, 4, 5, 6]
    assert numbers(subject="copy:1") == [2, 5]
    assert numbers(after=5) == [6, 7]
    assert numbers(limit=2) == [1, 2]
    assert numbers(newest_first=True, limit=2) == [7, 6]
    assert numbers(newest_first=True, after=3) == [2, 1]


def test_a_private_value_is_in_the_ledger_as_a_commitment_only(session):
    append(session, title=log.private("并购方案"), people=[log.private("李明")])
    body = session.scalars(sa.select(LedgerEntry.body)).one().decode()
    assert "并购" not in body
    assert "李明" not in body
    made = log.get_entry(session, 1).facts["title"]["private"]
    assert log.reveal(session, [made]) == {made: "并购方案"}
    salt = session.get(LedgerSalt, made)
    assert commitment(salt.salt, "并购方案") == made


def test_erasing_a_private_value_breaks_no_proof(session):
    append(session, title=log.private("并购方案"))
    log.checkpoint(session, SIGNER, now=NOW)
    made = log.get_entry(session, 1).facts["title"]["private"]
    assert log.forget(session, [made]) == 1
    assert log.reveal(session, [made]) == {}
    assert findings(session).faults == ()


def test_the_same_private_value_is_committed_to_differently_each_time(session):
    append(session, title=log.private("并购方案"))
    append(session, title=log.private("并购方案"))
    one, other = (entry.facts["title"] for entry in log.read(session))
    assert one != other


def test_every_entry_and_every_earlier_size_can_be_proven(session):
    heads = [log.head(session)]
    for _ in range(9):
        append(session)
        heads.append(log.head(session))
    for seq in range(1, 10):
        leaf = merkle.leaf_hash(session.get(LedgerEntry, seq).body)
        for size in range(seq, 10):
            path = log.inclusion_proof(session, seq, size)
            assert merkle.is_included(leaf, seq - 1, size, path, heads[size].root)
        proof = log.consistency_proof(session, seq, 9)
        assert merkle.is_consistent(seq, heads[seq].root, 9, heads[9].root, proof)


@pytest.mark.parametrize(("seq", "size"), [(0, 2), (3, 2), (1, 4), (-1, 2)])
def test_nothing_is_proven_that_the_ledger_does_not_have(session, seq, size):
    for _ in range(3):
        append(session)
    with pytest.raises(log.UnknownEntry):
        log.inclusion_proof(session, seq, size)
    with pytest.raises(log.UnknownEntry):
        log.consistency_proof(session, seq if seq < 1 else 4, size)


def test_a_checkpoint_signs_the_head(session):
    append(session)
    made = log.checkpoint(session, SIGNER, now=NOW)
    said = parse_checkpoint(open_note(made.note, SIGNER.public_key))
    assert (said.origin, said.size, said.root) == ("ledger.example/log", 1, log.head(session).root)
    assert log.last_checkpoint(session) == made


def test_a_head_is_printed_with_its_size_and_ten_characters(session):
    append(session)
    head = log.head(session)
    assert head.short == f"1 · {head.root.hex()[:10]}"
    assert findings(session, heads=[head.short]).outside_size == 1


def test_nothing_new_needs_no_new_checkpoint(session):
    assert log.checkpoint(session, SIGNER, now=NOW) is None
    append(session)
    made = log.checkpoint(session, SIGNER, now=NOW)
    assert log.checkpoint(session, SIGNER, now=NOW + timedelta(minutes=1)) == made


def test_the_key_never_signs_two_histories(session):
    append(session)
    honest = log.checkpoint(session, SIGNER, now=NOW)
    without_triggers(session)
    other = merkle.Frontier().append(merkle.leaf_hash(b"other"))[0]
    session.execute(sa.update(LedgerEntry).values(leaf_hash=other.hashes[0]))
    session.execute(sa.update(LedgerTree).values(frontier=other.to_bytes()))
    append(session)
    with pytest.raises(log.LedgerBroken) as refusal:
        log.checkpoint(session, SIGNER, now=NOW)
    assert refusal.value.code == "ledger-broken"
    assert log.last_checkpoint(session) == honest


def test_a_ledger_smaller_than_its_checkpoint_is_not_signed(session):
    append(session)
    append(session)
    log.checkpoint(session, SIGNER, now=NOW)
    without_triggers(session)
    frontier = merkle.Frontier().append(b"x" * 32)[0]
    session.execute(sa.update(LedgerTree).values(size=1, frontier=frontier.to_bytes()))
    with pytest.raises(log.LedgerBroken):
        log.checkpoint(session, SIGNER, now=NOW)


def test_nothing_is_recorded_when_the_tree_is_gone(session):
    append(session)
    without_triggers(session)
    session.execute(sa.delete(LedgerTree))
    with pytest.raises(log.LedgerBroken):
        append(session)


CHANGES = [
    "UPDATE ledger_entry SET kind = 'x' WHERE seq = 2",
    "UPDATE ledger_entry SET body = body WHERE seq = 2",
    "DELETE FROM ledger_entry WHERE seq = 2",
    "DELETE FROM ledger_entry WHERE seq = 4",
    "INSERT INTO ledger_entry SELECT 6, kind, subject, at, body, leaf_hash FROM ledger_entry WHERE seq = 2",
    "INSERT INTO ledger_entry SELECT 4, kind, subject, at, body, leaf_hash FROM ledger_entry WHERE seq = 2",
    "UPDATE ledger_subtree SET position = 9",
    "DELETE FROM ledger_subtree",
    "UPDATE ledger_checkpoint SET note = 'x'",
    "DELETE FROM ledger_checkpoint",
    "UPDATE ledger_tree SET size = 3",
    "UPDATE ledger_tree SET size = 4",
    "UPDATE ledger_tree SET id = 1, size = 9",
    "DELETE FROM ledger_tree",
]
REPLACEMENTS = {
    "sqlite": [
        "INSERT OR REPLACE INTO ledger_entry SELECT * FROM ledger_entry WHERE seq = 2",
        "INSERT OR REPLACE INTO ledger_subtree SELECT * FROM ledger_subtree",
        "INSERT OR REPLACE INTO ledger_checkpoint SELECT * FROM ledger_checkpoint",
        "INSERT OR REPLACE INTO ledger_tree VALUES (1, 0, x'')",
        "UPDATE OR REPLACE ledger_entry SET seq = 3 WHERE seq = 2",
    ],
    "postgresql": [
        "TRUNCATE ledger_entry",
        "TRUNCATE ledger_subtree",
        "TRUNCATE ledger_checkpoint",
        "TRUNCATE ledger_tree",
        "INSERT INTO ledger_entry SELECT * FROM ledger_entry ON CONFLICT (seq) DO UPDATE SET kind = 'x'",
    ],
}


def test_every_change_of_history_is_refused_by_the_database(engine):
    with Session(engine) as session:
        for _ in range(4):
            append(session)
        log.checkpoint(session, SIGNER, now=NOW)
        session.commit()
    for statement in CHANGES + REPLACEMENTS[engine.dialect.name]:
        with pytest.raises(REFUSED), engine.begin() as connection:  # noqa: PT012 - named for the report
            connection.exec_driver_sql(statement)
            pytest.fail(statement)
    with Session(engine) as session:
        assert append(session) == 5
        assert findings(session).faults == ()


def without_triggers(session):
    """Do what an administrator of the database can do."""
    if session.get_bind().dialect.name == "sqlite":
        names = [statement.split()[2] for statement in TRIGGERS["sqlite"]]
        for name in names:
            session.execute(sa.text(f"DROP TRIGGER {name}"))
    else:
        for table in ("ledger_entry", "ledger_subtree", "ledger_checkpoint", "ledger_tree"):
            session.execute(sa.text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))


@pytest.mark.parametrize("column", ["body", "leaf_hash", "kind", "subject", "at"])
def test_any_row_edited_behind_our_back_is_named(session, column):
    for number in range(12):
        append(session, subject=f"document:{number}", number=number)
    log.checkpoint(session, SIGNER, now=NOW)
    without_triggers(session)
    row = session.get(LedgerEntry, 7)
    value = {
        "body": row.body.replace(b'"number":6', b'"number":7'),
        "leaf_hash": b"x" * 32,
        "at": NOW + timedelta(seconds=1),
    }.get(column, "document.x")
    session.execute(sa.update(LedgerEntry).where(LedgerEntry.seq == 7).values({column: value}))
    fault = findings(session).first
    assert (fault.first, fault.last) == (7, 7)
    assert fault.kind is (Kind.EDITED if column in {"body", "leaf_hash"} else Kind.COLUMN)


def test_a_row_deleted_behind_our_back_is_named(session):
    for _ in range(12):
        append(session)
    without_triggers(session)
    session.execute(sa.delete(LedgerEntry).where(LedgerEntry.seq == 7))
    fault = findings(session).first
    assert (fault.kind, fault.first, fault.last) == (Kind.MISSING, 7, 7)


def test_an_export_written_to_a_file_is_the_same_as_the_one_in_memory(session):
    append(session, title=log.private("并购方案"))
    append(session)
    log.checkpoint(session, SIGNER, now=NOW)
    stream = io.StringIO()
    export.write(session, stream, [SIGNER.public_key])
    assert "并购" not in json.dumps(stream.getvalue(), ensure_ascii=False)
    assert verify(read_lines(stream.getvalue().splitlines())) == findings(session)
    assert findings(session).size == 2


def test_deeds_at_the_same_time_get_numbers_without_gaps(engine):
    def record(number):
        with Session(engine) as session:
            seq = append(session, subject=f"document:{number}")
            session.commit()
            return seq

    with ThreadPoolExecutor(8) as threads:
        numbers = list(threads.map(record, range(40)))
    assert sorted(numbers) == list(range(1, 41))
    with Session(engine) as session:
        assert findings(session).faults == ()
        subjects = {f"document:{number}": seq for number, seq in enumerate(numbers)}
        assert {entry.subject: entry.seq for entry in log.read(session)} == subjects
