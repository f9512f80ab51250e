"""Passwords and PINs: hashed with Argon2id, compared in constant time, known or not.

The cost is the first choice of the OWASP Password Storage Cheat Sheet (19 MiB, 2 passes, 1 lane): about 20 ms a
guess, and eight logins at once stay below 200 MiB.
"""

import secrets
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from registry.errors import InvalidError

SHORTEST_PASSWORD: Final = 12
PIN_DIGITS: Final = 6
LONGEST: Final = 128
"""Longer input is refused before hashing: a megabyte of password would be a cheap attack."""

_READABLE: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUP: Final = 4

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


class PasswordUnfit(InvalidError):
    """The new password is too short, too long, or the login itself."""

    code = "password-unfit"


class PasswordNotNew(InvalidError):
    """The new password is the one that is in use."""

    code = "password-not-new"


class PinUnfit(InvalidError):
    """The new PIN is not made of six digits, or of one digit only."""

    code = "pin-unfit"


def hash_password(password: str, *, login: str) -> str:
    """Return the hash of a new password.

    Raises:
        PasswordUnfit: it is too short, too long, or the login itself.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST or password.casefold() == login.casefold():
        raise PasswordUnfit(
            "got an unfit password", field="password", shortest=SHORTEST_PASSWORD, longest=LONGEST
        )
    return _HASHER.hash(password)


def mint_password() -> str:
    """Return a password for one login: 16 of 31 letters and digits that are not mistaken for each other, 79 bits."""
    letters = "".join(secrets.choice(_READABLE) for _ in range(4 * _GROUP))
    return "-".join(letters[each : each + _GROUP] for each in range(0, len(letters), _GROUP))


def hash_pin(pin: str) -> str:
    """Return the hash of a new PIN.

    Raises:
        PinUnfit: it is not six digits, or one digit six times.
    """
    if len(pin) != PIN_DIGITS or not (pin.isascii() and pin.isdigit()) or len(set(pin)) == 1:
        raise PinUnfit("got an unfit PIN", field="pin", digits=PIN_DIGITS)
    return _HASHER.hash(pin)


def is_right(secret_hash: str | None, secret: str) -> bool:
    """Tell whether a password or PIN fits its hash; takes as long when there is no hash to fit."""
    if len(secret) > LONGEST:
        return False
    try:
        _HASHER.verify(secret_hash or _nobodys_hash(), secret)
    except (VerificationError, InvalidHashError):
        return False
    return secret_hash is not None


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash("nobody has this password")
