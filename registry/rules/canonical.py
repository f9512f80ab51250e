"""One way to write a value as bytes, so that everyone who hashes it gets the same hash.

JSON in the manner of RFC 8785 with two narrowings: numbers are integers only, and every text is in Unicode normal form
C. Object keys are sorted by their UTF-16 code units, nothing is written that need not be, the bytes are UTF-8.
"""

import json
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

_JSON_TEXT = json.JSONEncoder(ensure_ascii=False).encode

LARGEST_INTEGER = 2**53 - 1
"""Beyond it, readers that keep numbers as IEEE 754 doubles disagree (RFC 8785 §3.2.2.3)."""


def canonical_bytes(value: object) -> bytes:
    """Return the one way to write ``value``.

    Args:
        value: ``None``, bool, int, str, an aware datetime (written in UTC), a date, or a mapping or sequence of these.

    Raises:
        TypeError: anything else, floats and naive times among them.
        ValueError: an integer beyond 2⁵³ − 1, half a surrogate pair, or two keys that normalise to one.
    """
    return _text(value).encode()


def utc_text(moment: datetime) -> str:
    """Return a time as every record writes it: ``2026-03-01T08:30:00.000000Z``.

    Raises:
        TypeError: the time has no zone.
    """
    if moment.tzinfo is None:
        raise TypeError("got a time without a zone, wanted an aware one")
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _text(value: object) -> str:
    match value:
        case (
            str() | int() | bytes() | bytearray()
        ):  # most of what there is: asked first, the abstract kinds last
            return _scalar(value)
        case Mapping():
            return _object(value)
        case Sequence():
            return f"[{','.join(map(_text, value))}]"
        case _:
            return _scalar(value)


def _scalar(value: object) -> str:
    match value:
        case None | bool():
            return {None: "null", True: "true", False: "false"}[value]
        case int():
            if abs(value) > LARGEST_INTEGER:
                raise ValueError("got an integer beyond 2^53 - 1")
            return str(int(value))
        case str():
            return _quoted(str(value))
        case datetime():
            return _quoted(utc_text(value))
        case date():
            return _quoted(value.isoformat())
        case _:
            raise TypeError(f"got {type(value).__name__}, which has no canonical form")


def _quoted(text: str) -> str:
    normal = unicodedata.normalize("NFC", text)
    normal.encode()  # half a surrogate pair has no UTF-8 form: UnicodeEncodeError, which is a ValueError
    return _JSON_TEXT(normal)


def _object(value: Mapping[object, object]) -> str:
    members: dict[str, object] = {}
    for key, member in value.items():
        if not isinstance(key, str):
            raise TypeError(f"got a key of type {type(key).__name__}, wanted str")
        normal = unicodedata.normalize("NFC", key)
        if normal in members:
            raise ValueError(f"got two keys that are both written {normal!r}")
        members[normal] = member
    ordered = sorted(members, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
    return "{" + ",".join(f"{_quoted(key)}:{_text(members[key])}" for key in ordered) + "}"
