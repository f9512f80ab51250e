"""How our own files are laid out: a magic line, a head that people can read, and parts of bytes.

Bytes: the magic line, the length of the head as eight hexadecimal digits and a newline, the head as JSON in ASCII, then
the parts one after the other with the ``lengths`` the head gives.
"""

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

UNREADABLE: Final = (
    ValueError,
    KeyError,
    TypeError,
    IndexError,
    AttributeError,
    ArithmeticError,
    RuntimeError,
    MemoryError,
    StopIteration,
)
"""What comes of reading a damaged file as if it were whole."""

_LENGTH_DIGITS: Final = 8


def framed(magic: bytes, head: Mapping[str, object], parts: Sequence[bytes]) -> bytes:
    """Return a file."""
    told = json.dumps(
        {"lengths": [len(part) for part in parts], **head}, ensure_ascii=True, separators=(",", ":")
    ).encode("ascii")
    return b"".join((magic, b"%08x\n" % len(told), told, *parts))


def unframed(magic: bytes, data: bytes) -> tuple[dict[str, Any], Iterator[bytes]]:
    """Return the head and the parts of a file that begins with its magic line.

    Raises:
        Exception: one of ``UNREADABLE``: it is damaged.
    """
    after_length = len(magic) + _LENGTH_DIGITS + 1
    begin = after_length + int(data[len(magic) : after_length - 1], 16)
    head: dict[str, Any] = json.loads(data[after_length:begin])
    ends = list(itertools.accumulate(head["lengths"], initial=begin))
    if ends[-1] != len(data) or min(head["lengths"], default=0) < 0:
        raise ValueError("lengths do not add up")
    return head, (data[start:end] for start, end in itertools.pairwise(ends))
