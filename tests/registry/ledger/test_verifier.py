"""What the verifier finds, and how exactly it says where."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from registry.ledger import merkle, verifier
from registry.ledger.notes import CheckpointText, sign_note
from registry.ledger.verifier import Kind, UnreadableExport, is_signed, verify
from tests.registry.ledger.forgery import SIGNER, THIEF, honest_ledger, make_row

KEY = str(SIGNER.public_key)
SOURCE = Path(verifier.__file__)


def found_in(ledger, **given_by_reader):
    return verify(ledger.records(), keys=[KEY], **given_by_reader)


def first_of(ledger, **given_by_reader):
    fault = found_in(ledger, **given_by_reader).first
    assert fault is not None
    return fault.kind, fault.first, fault.last


@pytest.fixture
def ledger():
    """Twenty entries, signed at 8 and 16: four of them are protected by nothing."""
    return honest_ledger(20, signed_at={8, 16})


@pytest.mark.parametrize("size", [0, 1, 2, 3, 8, 33])
def test_an_honest_ledger_has_no_fault(size):
    findings = found_in(honest_ledger(size, signed_at={1, 3, 8, 32}))
    assert findings.faults == ()
    assert findings.exit_code == 0
    assert findings.size == size
    assert findings.root == merkle.Frontier.from_bytes(*honest_ledger(size).tree).root()


def test_the_tail_after_the_last_checkpoint_is_counted(ledger):
    findings = found_in(ledger)
    assert (findings.signed_size, findings.tail, findings.outside_tail) == (16, 4, 20)


def test_where_every_copy_stands_is_replayed(ledger):
    assert found_in(ledger).states == ledger.states


def test_a_changed_body_is_named(ledger):
    ledger.rewrite(10)
    assert first_of(ledger) == (Kind.EDITED, 11, 11)


def test_a_changed_body_in_the_tail_is_named_too(ledger):
    ledger.rewrite(18)
    assert first_of(ledger) == (Kind.EDITED, 19, 19)


def test_a_changed_stored_hash_is_named_and_the_body_cleared(ledger):
    ledger.rows[4].leaf = b"x" * 32
    findings = found_in(ledger)
    assert [(fault.kind, fault.first) for fault in findings.faults] == [(Kind.EDITED, 5)]
    assert "the body holds" in findings.faults[0].note


def test_a_body_rewritten_with_its_hash_is_found_by_the_subtree_above(ledger):
    ledger.rewrite(10)
    ledger.rehash_leaves()
    assert first_of(ledger) == (Kind.REWRITTEN, 11, 12)


def test_a_body_rewritten_with_every_hash_is_found_between_two_checkpoints(ledger):
    ledger.rewrite(10)
    ledger.rehash_leaves()
    ledger.rehash_tree()
    assert first_of(ledger) == (Kind.REWRITTEN, 9, 16)


def test_everything_rewritten_and_signed_anew_is_found_by_the_key(ledger):
    ledger.rewrite(10)
    ledger.rehash_leaves()
    ledger.rehash_tree()
    del ledger.checkpoints[16]
    ledger.sign(THIEF)
    assert first_of(ledger) == (Kind.CHECKPOINT, 20, 20)


def test_a_key_that_came_with_the_export_proves_nothing(ledger):
    ledger.rewrite(10)
    ledger.rehash_leaves()
    ledger.rehash_tree()
    ledger.checkpoints.clear()
    ledger.sign(THIEF)
    ledger.announces_states = False
    believed = verify(ledger.records(key=THIEF))
    assert believed.faults == ()
    assert not believed.own_key
    assert "proves no origin" in "".join(believed.lines())
    assert verify(ledger.records(key=THIEF), keys=[KEY]).first.kind is Kind.CHECKPOINT


def test_a_rewritten_tail_is_not_found_and_the_tail_says_so(ledger):
    ledger.rewrite(17)
    ledger.states["FORGED"] = "HELD"
    ledger.states["COPY3"] = "IN_TRANSIT"
    ledger.rehash_leaves()
    ledger.rehash_tree()
    findings = found_in(ledger)
    assert findings.faults == ()
    assert findings.tail == 4


def test_a_rewritten_tail_is_found_by_a_head_printed_on_paper(ledger):
    root = merkle.Frontier.from_bytes(*ledger.tree).root().hex()
    head = f"20 · {root[:10]}"
    assert found_in(ledger, heads=[head]).outside_tail == 0
    ledger.rewrite(17)
    ledger.rehash_leaves()
    ledger.rehash_tree()
    assert first_of(ledger, heads=[head]) == (Kind.REWRITTEN, 17, 20)


def test_a_tail_cut_off_with_its_checkpoints_is_found_by_a_note_kept_elsewhere(ledger):
    note = ledger.checkpoints[16][1]
    del ledger.rows[10:]
    ledger.checkpoints.pop(16)
    ledger.announces_states = False
    ledger.rehash_tree()
    assert found_in(ledger).faults == ()
    assert first_of(ledger, notes=[note]) == (Kind.TRUNCATED, 11, 16)


def test_a_dropped_entry_is_named(ledger):
    del ledger.rows[10]
    findings = found_in(ledger)
    assert [(fault.kind, fault.first, fault.last) for fault in findings.faults] == [(Kind.MISSING, 11, 11)]
    assert findings.root == b""


def test_a_dropped_entry_is_named_when_the_rest_moved_up(ledger):
    del ledger.rows[10]
    ledger.renumber()
    ledger.rehash_tree()
    assert first_of(ledger) == (Kind.MISSING, 11, 11)


def test_a_second_change_is_told_although_an_entry_before_it_is_missing(ledger):
    del ledger.rows[2]
    ledger.rewrite(12)
    findings = found_in(ledger)
    told = {(fault.kind, fault.first) for fault in findings.faults}
    assert {(Kind.MISSING, 3), (Kind.EDITED, 14)} <= told


def test_a_hidden_change_before_an_open_one_is_told_first(ledger):
    ledger.rewrite(8, subject="copy:FIRST")
    ledger.rehash_leaves()
    ledger.rehash_tree()
    ledger.rewrite(12)
    assert first_of(ledger) == (Kind.REWRITTEN, 9, 16)
    assert (Kind.EDITED, 13) in {(fault.kind, fault.first) for fault in found_in(ledger).faults}


def test_entries_cut_from_the_end_are_told(ledger):
    del ledger.rows[14:]
    assert first_of(ledger) == (Kind.TRUNCATED, 15, 16)
    ledger.rehash_tree()
    assert first_of(ledger) == (Kind.TRUNCATED, 15, 16)


def test_two_swapped_entries_are_told(ledger):
    ledger.rows[4], ledger.rows[6] = ledger.rows[6], ledger.rows[4]
    ledger.renumber()
    ledger.rehash_tree()
    assert first_of(ledger)[:2] == (Kind.REORDERED, 5)


def test_rows_exported_in_another_order_are_told(ledger):
    ledger.rows[4], ledger.rows[5] = ledger.rows[5], ledger.rows[4]
    kinds = {fault.kind for fault in found_in(ledger).faults}
    assert {Kind.MISSING, Kind.EXTRA} <= kinds


def test_an_entry_put_in_is_told(ledger):
    ledger.rows.insert(10, make_row(11, "copy:FORGED", "HELD"))
    ledger.renumber()
    ledger.rehash_tree()
    kind, first, last = first_of(ledger)
    assert kind is Kind.EXTRA
    assert first <= 11 <= last


def test_an_entry_that_stands_twice_is_told(ledger):
    ledger.rows.insert(11, ledger.rows[10])
    assert first_of(ledger) == (Kind.EXTRA, 11, 11)


def test_an_entry_beyond_the_tree_is_told(ledger):
    ledger.rows.append(make_row(21, "copy:COPY1", ledger.states["COPY1"]))
    assert first_of(ledger) == (Kind.EXTRA, 21, 21)


@pytest.mark.parametrize(("column", "value"), [("kind", "copy.x"), ("subject", "copy:1"), ("at", "2026")])
def test_a_column_that_differs_from_its_body_is_told(ledger, column, value):
    setattr(ledger.rows[6], column, value)
    kind, first, last = first_of(ledger)
    assert (kind, first, last) == (Kind.COLUMN, 7, 7)
    assert column in found_in(ledger).faults[0].note


def test_a_changed_column_does_not_hide_a_rewritten_entry(ledger):
    ledger.rewrite(10)
    ledger.rehash_leaves()
    ledger.rehash_tree()
    ledger.rows[9].kind = "copy.x"
    kinds = {fault.kind for fault in found_in(ledger).faults}
    assert {Kind.COLUMN, Kind.REWRITTEN} <= kinds


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff\xfe", b'{"v":2,"seq":3}', b'{"v":1,', b'{"v":1,"seq":"x"}', b'{"v":1,"facts":[]}'],
)
def test_what_is_no_body_is_told(ledger, body):
    ledger.rows[2].body = body
    ledger.rehash_leaves()
    ledger.rehash_tree()
    assert first_of(ledger) == (Kind.MALFORMED, 3, 3)


@pytest.mark.parametrize("value", [b"x" * 32, None])
def test_a_wrong_or_missing_subtree_is_told_apart_from_a_wrong_entry(ledger, value):
    if value is None:
        del ledger.subtrees[1, 2]
    else:
        ledger.subtrees[1, 2] = value
    assert first_of(ledger) == (Kind.SUBTREE, 5, 6)


def test_a_trees_row_that_does_not_fit_is_told(ledger):
    ledger.tree = (20, bytes(64))
    assert first_of(ledger) == (Kind.TREE, 20, 20)


def test_a_checkpoint_whose_row_differs_from_its_note_is_told(ledger):
    ledger.checkpoints[8] = (b"x" * 32, ledger.checkpoints[8][1])
    assert first_of(ledger) == (Kind.CHECKPOINT, 8, 8)


def test_a_checkpoint_of_another_history_is_told_when_a_later_one_holds(ledger):
    other = honest_ledger(9)
    other.rewrite(2)
    other.rehash_leaves()
    other.rehash_tree()
    other.sign()
    ledger.checkpoints[9] = other.checkpoints[9]
    assert first_of(ledger) == (Kind.CHECKPOINT, 9, 9)
    assert found_in(ledger).signed_size == 16


def test_a_checkpoint_that_our_key_signed_for_another_log_is_told(ledger):
    root, _ = ledger.checkpoints[8]
    note = sign_note(str(CheckpointText("other.example/log", 8, root)), SIGNER)
    ledger.checkpoints[8] = (root, note)
    assert first_of(ledger) == (Kind.CHECKPOINT, 8, 8)
    with pytest.raises(UnreadableExport, match="another log"):
        found_in(ledger, notes=[note])


def test_a_state_changed_in_the_tables_is_told_with_the_copys_last_entry(ledger):
    ledger.states["COPY2"] = "DESTROYED"
    assert first_of(ledger) == (Kind.STATE, 17, 17)


def test_a_copy_removed_from_or_added_to_the_tables_is_told(ledger):
    del ledger.states["COPY2"]
    ledger.states["NEW"] = "HELD"
    told = [(fault.kind, fault.first) for fault in found_in(ledger).faults]
    assert told == [(Kind.STATE, 0), (Kind.STATE, 17)]


ATTACKS = ["body", "leaf", "tree"]


@given(size=st.integers(2, 40), signed=st.sets(st.integers(1, 40), min_size=1), data=st.data())
def test_any_changed_entry_below_a_checkpoint_is_found_and_lies_in_the_range_told(size, signed, data):
    signed = {each for each in signed if each <= size} or {size}
    place = data.draw(st.integers(0, max(signed) - 1))
    attack = data.draw(st.sampled_from(ATTACKS))
    forged = honest_ledger(size, signed)
    forged.announces_states = False
    forged.rewrite(place)
    if attack != "body":
        forged.rehash_leaves()
    if attack == "tree":
        forged.rehash_tree()
    kind, first, last = first_of(forged)
    assert first <= place + 1 <= last
    before = max((each for each in signed if each <= place), default=0)
    after = min(each for each in signed if each > place)
    assert before < first
    assert last <= after
    if attack == "body":
        assert (kind, first, last) == (Kind.EDITED, place + 1, place + 1)


@given(size=st.integers(3, 40), data=st.data())
def test_any_dropped_entry_is_found_and_named(size, data):
    place = data.draw(st.integers(0, size - 2))
    forged = honest_ledger(size)
    del forged.rows[place]
    if data.draw(st.booleans()):
        forged.renumber()
        forged.rehash_tree()
    assert first_of(forged) == (Kind.MISSING, place + 1, place + 1)


@given(size=st.integers(2, 40), data=st.data())
def test_any_two_swapped_entries_are_found_and_the_first_is_named(size, data):
    one, other = sorted(data.draw(st.lists(st.integers(0, size - 1), min_size=2, max_size=2, unique=True)))
    forged = honest_ledger(size)
    forged.rows[one], forged.rows[other] = forged.rows[other], forged.rows[one]
    forged.renumber()
    forged.rehash_tree()
    assert first_of(forged) == (Kind.REORDERED, one + 1, other + 1)


@given(size=st.integers(1, 30), data=st.data())
def test_any_changed_byte_of_any_record_is_found_or_changes_nothing(size, data):
    forged = honest_ledger(size, signed_at={size})
    records = forged.records()
    number = data.draw(st.integers(1, len(records) - 1))
    record = dict(records[number])
    name = data.draw(st.sampled_from([key for key in record if key != "record"]))
    value = record[name]
    if isinstance(value, int):
        record[name] = value + data.draw(st.sampled_from([-1, 1]))
    else:
        place = data.draw(st.integers(0, max(0, len(value) - 1)))
        other = data.draw(st.sampled_from("0aA\n"))
        record[name] = value[:place] + other + value[place + 1 :]
        if record[name] == value or record[name].lower() == value:
            return
    records[number] = record
    try:
        assert verify(records, keys=[KEY]).faults != ()
    except UnreadableExport:
        return


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda records: records[:-1], "breaks off"),
        (lambda records: records[:-3] + records[-2:], "breaks off"),
        (lambda records: records[1:], "does not begin"),
        (lambda records: [], "breaks off"),
        (lambda records: [{**records[0], "v": 2}, *records[1:]], "version 2"),
        (lambda records: [*records, records[1]], "out of place"),
        (lambda records: [records[0], {"record": "song"}, *records[1:]], "out of place"),
        (lambda records: [records[0], {"record": "entry", "seq": 1}, *records[1:]], "malformed"),
        (lambda records: [records[0], {**records[1], "seq": 10**15}, *records[2:]], "malformed"),
        (lambda records: [{**records[0], "keys": ["x"]}, *records[1:]], "key is malformed"),
    ],
)
def test_an_export_that_is_not_whole_or_not_one_is_refused(ledger, change, told):
    with pytest.raises(UnreadableExport, match=told):
        verify(change(ledger.records()))


@pytest.mark.parametrize("head", ["", "20", "20 · abc", "x · 0123456789", "20 · 012345678g"])
def test_a_malformed_head_is_refused(ledger, head):
    with pytest.raises(UnreadableExport, match="SIZE · ROOT"):
        found_in(ledger, heads=[head])


def run(path, *options):
    return subprocess.run(
        [sys.executable, "-I", SOURCE, path, *options],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def write(ledger, path):
    path.write_text("".join(json.dumps(record) + "\n" for record in ledger.records()), "utf-8")
    return path


def test_the_file_runs_alone_and_says_that_all_is_well(ledger, tmp_path):
    told = run(write(ledger, tmp_path / "export"), "--key", KEY)
    assert told.returncode == 0, told.stderr
    assert "unprotected tail: 4" in told.stdout
    assert "no fault found" in told.stdout


def test_the_file_tells_the_first_bad_entry_and_the_kind_by_its_exit_code(ledger, tmp_path):
    ledger.rewrite(10)
    told = run(write(ledger, tmp_path / "export"), "--key", KEY)
    assert told.returncode == 14
    assert "first bad entry: 11" in told.stdout


def test_the_file_takes_notes_and_heads_kept_elsewhere(ledger, tmp_path):
    note = tmp_path / "note"
    note.write_text(ledger.checkpoints[16][1], "utf-8")
    path = write(ledger, tmp_path / "export")
    told = run(path, "--key", KEY, "--note", note, "--head", f"8 · {ledger.checkpoints[8][0].hex()[:12]}")
    assert told.returncode == 0
    assert "after the last head kept elsewhere: 4" in told.stdout


@pytest.mark.parametrize("text", ["", "not JSON", "[]", '{"record":"header"}'])
def test_a_file_that_is_no_export_is_told_by_its_own_exit_code(tmp_path, text):
    path = tmp_path / "export"
    path.write_text(text, "utf-8")
    told = run(path)
    assert told.returncode == 3
    assert told.stdout.startswith("cannot be read:")
    assert run(tmp_path / "nowhere").returncode == 3


def test_the_file_imports_nothing_but_the_standard_library():
    imported = set()
    for node in ast.walk(ast.parse(SOURCE.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").partition(".")[0])
    assert imported <= set(sys.stdlib_module_names)


# RFC 8032 §7.1, TEST 1 to 3: key, message, the two halves of the signature.
RFC_8032 = (
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155",
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da",
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac",
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
)


@pytest.mark.parametrize(("key", "message", "first", "second"), RFC_8032)
def test_signatures_of_the_standard_hold(key, message, first, second):
    assert is_signed(bytes.fromhex(key), bytes.fromhex(message), bytes.fromhex(first + second))


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=80), st.integers(0, 511))
def test_a_signature_holds_until_one_bit_of_it_changes(seed, message, bit):
    private = Ed25519PrivateKey.from_private_bytes(seed)
    key, signature = private.public_key().public_bytes_raw(), private.sign(message)
    assert is_signed(key, message, signature)
    changed = (int.from_bytes(signature, "big") ^ 1 << bit).to_bytes(64, "big")
    assert not is_signed(key, message, changed)
    assert not is_signed(key, message + b"x", signature)


def test_a_signature_with_a_scalar_beyond_the_order_is_refused():
    private = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
    key, signature = private.public_key().public_bytes_raw(), private.sign(b"m")
    order = 2**252 + 27742317777372353535851937790883648493
    scalar = int.from_bytes(signature[32:], "little") + order
    assert not is_signed(key, b"m", signature[:32] + scalar.to_bytes(32, "little"))


@pytest.mark.parametrize(
    ("key", "signature"),
    [(b"", b"s" * 64), (b"k" * 31, b"s" * 64), (b"\xff" * 32, b"s" * 64), (b"\x01" + b"\0" * 31, b"s")],
)
def test_malformed_keys_and_signatures_do_not_hold(key, signature):
    assert not is_signed(key, b"m", signature)
