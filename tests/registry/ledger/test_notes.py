"""Signed notes, against the example of the specification's first implementation and against every small change."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.ledger.notes import (
    CheckpointText,
    InvalidNote,
    KeySigner,
    PublicKey,
    open_note,
    parse_checkpoint,
    parse_public_key,
    sign_note,
)

# golang.org/x/mod/sumdb/note, the example of its documentation.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
SIGNATURE = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
NOTE = f"{TEXT}\n\N{EM DASH} PeterNeumann {SIGNATURE}\n"
SIGNER = KeySigner("ledger.example/log", b"k" * 32)
CHECKPOINT = CheckpointText("ledger.example/log", 1000, b"r" * 32)


def test_a_note_of_another_implementation_is_opened():
    assert open_note(NOTE, parse_public_key(PETER)) == TEXT


def test_a_key_is_written_as_it_is_read():
    assert str(parse_public_key(PETER)) == PETER
    assert parse_public_key(str(SIGNER.public_key)) == SIGNER.public_key


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PeterNeumann",
        PETER.replace("c74f20a3", "c74f20a4"),
        PETER[:-4],
        PETER.replace("+AR", "+BR"),
        PETER.replace("Peter", "Paul"),
        "a b+00000000+" + base64.b64encode(b"\x01" + b"k" * 32).decode(),
    ],
)
def test_what_is_no_key_is_refused(text):
    with pytest.raises(InvalidNote):
        parse_public_key(text)


def test_a_signed_checkpoint_reads_back():
    note = sign_note(str(CHECKPOINT), SIGNER)
    assert parse_checkpoint(open_note(note, SIGNER.public_key)) == CHECKPOINT


@given(st.data())
def test_no_changed_character_goes_unnoticed(data):
    note = sign_note(str(CHECKPOINT), SIGNER)
    place = data.draw(st.integers(0, note.rindex("=") - 2))
    other = data.draw(st.sampled_from("Aa0+/= \n\N{EM DASH}"))
    changed = note[:place] + other + note[place + 1 :]
    if changed != note:
        with pytest.raises(InvalidNote):
            open_note(changed, SIGNER.public_key)


def test_a_note_of_another_key_is_refused():
    note = sign_note(str(CHECKPOINT), SIGNER)
    for other in (KeySigner("ledger.example/log", b"j" * 32), KeySigner("other.example/log", b"k" * 32)):
        with pytest.raises(InvalidNote):
            open_note(note, other.public_key)


def test_a_signature_is_found_among_those_of_witnesses():
    note = sign_note(str(CHECKPOINT), SIGNER)
    witness = sign_note(str(CHECKPOINT), KeySigner("witness.example", b"w" * 32)).splitlines()[-1]
    text, own = note.rsplit("\n\n", 1)
    assert open_note(f"{text}\n\n{witness}\n{own}", SIGNER.public_key) == str(CHECKPOINT)


@pytest.mark.parametrize("text", ["no newline", "tab\there\n"])
def test_a_text_that_is_no_note_is_not_signed(text):
    with pytest.raises(ValueError, match="note text"):
        sign_note(text, SIGNER)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "o\n",
        "o\n1\n",
        "o\n1\n!!\n",
        "o\n01\nAAAA\n",
        "o\n-1\nAAAA\n",
        "o\n1\nAAAA\n",
        "\n1\n" + "A" * 43 + "=\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text):
    with pytest.raises(InvalidNote):
        parse_checkpoint(text)


@pytest.mark.parametrize(
    ("name", "key"), [("", b"k" * 32), ("a b", b"k" * 32), ("a+b", b"k" * 32), ("a", b"k")]
)
def test_a_key_with_an_unusable_name_or_length_is_refused(name, key):
    with pytest.raises(ValueError, match=r"^got "):
        PublicKey(name, key)
