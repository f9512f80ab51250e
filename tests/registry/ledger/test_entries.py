"""The bytes of an entry."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from registry.ledger.entries import InvalidEntry, commitment, entry_body, parse_entry
from registry.ledger.merkle import leaf_hash
from registry.rules.roles import Actor, Role

VECTORS = json.loads((Path(__file__).parent / "vectors" / "entries.json").read_text("utf-8"))
NOW = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
CLERK = Actor(41, 7, 3, frozenset({Role.CLERK}))


def written(vector):
    actor = Actor.system() if vector["actor"] is None else Actor(*vector["actor"], frozenset())
    return entry_body(
        vector["seq"],
        vector["kind"],
        vector["subject"],
        actor=actor,
        at=datetime.fromisoformat(vector["at"]),
        facts=vector["facts"],
    )


@pytest.mark.parametrize("vector", VECTORS["entries"], ids=lambda vector: vector["kind"])
def test_an_entry_is_written_as_pinned(vector):
    body = written(vector)
    assert body.decode() == vector["body"]
    assert leaf_hash(body).hex() == vector["leaf"]


@pytest.mark.parametrize("vector", VECTORS["entries"], ids=lambda vector: vector["kind"])
def test_a_written_entry_reads_back(vector):
    entry = parse_entry(vector["body"].encode())
    assert (entry.seq, entry.kind, entry.subject) == (vector["seq"], vector["kind"], vector["subject"])
    assert entry.facts == json.loads(vector["body"])["facts"]


@pytest.mark.parametrize("vector", VECTORS["wrong_bodies"], ids=lambda vector: vector["why"])
def test_what_is_no_entry_is_refused(vector):
    with pytest.raises(InvalidEntry):
        parse_entry(vector["body"].encode())


@pytest.mark.parametrize(
    "kind", ["", "Copy.issued", "copy issued", "copy..issued", "copy.", "a" * 65, "копия"]
)
def test_a_kind_is_lower_case_words(kind):
    with pytest.raises(ValueError, match="kind"):
        entry_body(1, kind, "copy:1", actor=CLERK, at=NOW, facts={})


@pytest.mark.parametrize("subject", ["", "copy:", "copy:a b", "Copy:1", "copy:" + "1" * 80, "copy:名"])
def test_a_subject_is_a_word_and_an_identifier(subject):
    with pytest.raises(ValueError, match="subject"):
        entry_body(1, "copy.issued", subject, actor=CLERK, at=NOW, facts={})


def test_a_commitment_hides_its_text_behind_a_full_salt():
    assert commitment(b"s" * 32, "李明") == commitment(b"s" * 32, "李明")
    assert commitment(b"t" * 32, "李明") != commitment(b"s" * 32, "李明")
    assert commitment(b"s" * 32, "e\u0301") == commitment(b"s" * 32, "\u00e9")
    with pytest.raises(ValueError, match="wanted 32"):
        commitment(b"short", "李明")
