"""A text under our signature is ours, for its purpose, and young enough; nothing else passes."""

import hashlib
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.codes import ALPHABET, InvalidMark, code_from_number
from service.tokens import ExpiredToken, ForgedMark, ForgedToken, Purpose, Tokens

OLD, NEW, FOREIGN = (bytes([letter]) * 32 for letter in b"onf")
CODE = "0123456789ABC"
HOUR = timedelta(hours=1)


def tokens(*keys: bytes) -> Tokens:
    return Tokens(mark_keys=keys, link_keys=keys)


def test_the_text_of_a_qr_is_pinned():
    assert tokens(NEW).qr_text(CODE, 3) == "F10123456789ABC003" + "RCPZHPMTT5KV38VH"


@given(st.integers(0, 2**64 - 1), st.integers(1, 32767))
def test_what_was_marked_is_verified(number, page):
    code = code_from_number(number)
    claimed = tokens(NEW).verify_qr(tokens(NEW).qr_text(code, page))
    assert (claimed.code, claimed.page) == (code, page)


@given(st.integers(2, 33), st.sampled_from(ALPHABET))
def test_a_text_with_another_character_is_refused(place, character):
    text = tokens(NEW).qr_text(CODE, 3)
    if text[place] == character:
        return
    with pytest.raises((ForgedMark, InvalidMark)):
        tokens(NEW).verify_qr(text[:place] + character + text[place + 1 :])


def test_a_mark_made_under_a_foreign_key_is_refused():
    with pytest.raises(ForgedMark) as refused:
        tokens(OLD, NEW).verify_qr(tokens(FOREIGN).qr_text(CODE, 3))
    assert refused.value.code == "forged-mark"


def test_marks_are_made_with_the_newest_key_and_verified_with_every_key():
    both = tokens(OLD, NEW)
    assert both.qr_text(CODE, 1) == tokens(NEW).qr_text(CODE, 1)
    assert both.verify_qr(tokens(OLD).qr_text(CODE, 1)).code == CODE
    with pytest.raises(ForgedMark):
        tokens(OLD).verify_qr(both.qr_text(CODE, 1))


def test_links_are_signed_with_the_newest_key_and_verified_with_every_key():
    both = tokens(OLD, NEW)
    assert tokens(NEW).verify(Purpose.FORM, both.sign(Purpose.FORM, "a"), max_age=HOUR) == "a"
    assert both.verify(Purpose.FORM, tokens(OLD).sign(Purpose.FORM, "a"), max_age=HOUR) == "a"
    with pytest.raises(ForgedToken):
        tokens(OLD).verify(Purpose.FORM, both.sign(Purpose.FORM, "a"), max_age=HOUR)


@pytest.mark.parametrize("purpose", [purpose for purpose in Purpose if purpose is not Purpose.FORM])
def test_a_token_is_worthless_for_another_purpose(purpose):
    with pytest.raises(ForgedToken):
        tokens(NEW).verify(purpose, tokens(NEW).sign(Purpose.FORM, "a"), max_age=HOUR)


def test_a_token_grows_old(monkeypatch):
    token = tokens(NEW).sign(Purpose.FORM, "a")
    from itsdangerous import TimestampSigner

    now = TimestampSigner.get_timestamp
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda signer: now(signer) + 3602)
    with pytest.raises(ExpiredToken):
        tokens(NEW).verify(Purpose.FORM, token, max_age=HOUR)


def test_a_token_is_not_signed_with_sha_1():
    from itsdangerous import URLSafeTimedSerializer

    weak = URLSafeTimedSerializer(
        NEW,
        salt="foliotrace form v1",
        signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha1},
    )
    with pytest.raises(ForgedToken):
        tokens(NEW).verify(Purpose.FORM, weak.dumps("a"), max_age=HOUR)


def test_tokens_without_a_key_cannot_be_made():
    with pytest.raises(ValueError, match="at least one key"):
        tokens()
