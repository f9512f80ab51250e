"""Signed texts: the keyed check of a QR on paper, and the tokens of web links and forms.

Laws: a key list is oldest first, the newest signs and all verify; a token is bound to one purpose and always
has a maximum age; a text is compared in constant time and is unproven until it is verified here, before any
look at the database.
"""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from registry.errors import InvalidError
from registry.rules.codes import ALPHABET, QR_KEYED_CHARS, ClaimedMark, parse_qr_text, qr_body

CHECK_BITS = 80
"""At 10,000 guesses a second one code takes 10¹² years to forge; the text still fits QR version 2."""

_CHECK_CONTEXT = b"foliotrace qr text v1\x00"


class ForgedMark(InvalidError):
    """The text of a QR was not made under any of our keys."""

    code = "forged-mark"


class ForgedToken(InvalidError):
    """A token of a link or form was not made by us, for this purpose."""

    code = "forged-token"


class ExpiredToken(InvalidError):
    """A token of a link or form is genuine but too old."""

    code = "expired-token"


class Purpose(StrEnum):
    """What a token is for; a token of one purpose is worthless for another."""

    FORM = "form"
    LANGUAGE = "language"
    DOWNLOAD = "download"
    NOTICE = "notice"
    SHEET = "sheet"


class Tokens:
    """Makes and verifies signed texts."""

    def __init__(self, *, mark_keys: Sequence[bytes], link_keys: Sequence[bytes]) -> None:
        """Keep the keys.

        Args:
            mark_keys: Keys of the QR check, oldest first.
            link_keys: Keys of links and forms, oldest first.
        """
        if not mark_keys or not link_keys:
            raise ValueError("tokens need at least one key of each kind")
        self._mark_keys = tuple(mark_keys)
        self._link_keys = tuple(link_keys)

    def qr_text(self, code: str, page: int) -> str:
        """Return the text of the QR of one page of one copy."""
        body = qr_body(code, page)
        return body + _check(self._mark_keys[-1], body)

    def verify_qr(self, text: str) -> ClaimedMark:
        """Return what a scanned text says, proven to be ours.

        Raises:
            InvalidMark: it is no text of such a QR at all.
            ForgedMark: it looks like one but is not ours.
        """
        claimed = parse_qr_text(text)
        proven = False
        for key in self._mark_keys:
            proven |= hmac.compare_digest(_check(key, claimed.body), claimed.check)
        if not proven:
            raise ForgedMark("the check of the mark fits none of our keys")
        return claimed

    def sign(self, purpose: Purpose, value: str) -> str:
        """Return a token that carries ``value`` in the open."""
        return self._serializer(purpose).dumps(value)

    def verify(self, purpose: Purpose, token: str, *, max_age: timedelta) -> str:
        """Return the value of a token of ours.

        Raises:
            ExpiredToken: older than ``max_age``.
            ForgedToken: not ours, or for another purpose.
        """
        try:
            value = self._serializer(purpose).loads(token, max_age=int(max_age.total_seconds()))
        except SignatureExpired as error:
            raise ExpiredToken("the token is too old", purpose=purpose.value) from error
        except BadSignature as error:
            raise ForgedToken("the token is not ours", purpose=purpose.value) from error
        if not isinstance(value, str):
            raise ForgedToken("the token holds no text", purpose=purpose.value)
        return value

    def _serializer(self, purpose: Purpose) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(
            list(self._link_keys),
            salt=f"foliotrace {purpose.value} v1",
            signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
        )


def _check(key: bytes, body: str) -> str:
    digest = hmac.digest(key, _CHECK_CONTEXT + body.encode("ascii"), "sha256")
    number = int.from_bytes(digest[: CHECK_BITS // 8], "big")
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(QR_KEYED_CHARS)))
