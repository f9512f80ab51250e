"""What passes between the sandbox and its child: a request, and an answer that is plain data.

The child may be in the hands of whoever made the file. Its bytes are unpickled with every name refused, so
that only numbers, texts, bytes and containers can appear; dataclasses, enumerations, arrays and errors are
told in such plain data and rebuilt from an allow-list: classes defined in the room ``watermark``, through
their own constructors.
"""

import io
import pickle
import struct
import sys
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from importlib import import_module
from typing import Any, Never, cast

HEAD = struct.Struct("<Q")
"""Length of the message that follows."""

FIRST_FILE = 3
"""Descriptor of the first file that a child was handed; the others follow."""
MOST_FILES = 32
"""Files that one child can be handed."""

OK, REFUSED, EXCEEDED, BROKE = b"ok", b"re", b"ex", b"br"
"""How an answer begins: a value, an error of the room, the name of a limit, a short reason for developers."""

ALLOWED_ROOM = "watermark"
_PLAIN = (type(None), bool, int, float, str, bytes)
_ARRAY_KINDS = "biufc"


@dataclass(frozen=True)
class Limits:
    """What a child may use. Memory counts what is mapped after the parsers are loaded."""

    memory_bytes: int = 1 << 30
    cpu_s: int = 60
    wall_s: float = 120
    file_bytes: int = 1 << 30
    open_files: int = 64
    answer_bytes: int = 1 << 28


@dataclass(frozen=True)
class Request:
    """What a child is asked: ``module:function``, its arguments, and its limits."""

    function: str
    arguments: tuple[object, ...]
    limits: Limits


class UnfitAnswer(Exception):
    """The child answered something that its room does not answer."""


def pack(value: object) -> bytes:
    """Return ``value`` as bytes that `unpack` accepts.

    Raises:
        TypeError: a value of that type cannot be told in plain data.
    """
    return pickle.dumps(_told(value), protocol=5)


def unpack(data: bytes) -> object:
    """Return the value that a child told.

    Raises:
        UnfitAnswer: it is not made of what may come back.
    """
    try:
        return _rebuilt(_NoNames(io.BytesIO(data)).load())
    except UnfitAnswer:
        raise
    except Exception as error:
        raise UnfitAnswer(f"the answer cannot be read: {type(error).__name__}") from error


class _NoNames(pickle.Unpickler):
    """Unpickles plain data; any class or function named in the bytes is refused."""

    def find_class(self, module: str, name: str, /) -> Never:
        raise UnfitAnswer(f"the answer names {module}.{name}")

    def persistent_load(self, _identity: object, /) -> Never:
        raise UnfitAnswer("the answer names something outside")


def _told(value: object) -> object:  # noqa: PLR0911 - one case per kind reads best in one place
    if isinstance(value, Enum):
        return ("enum", *_name_of(type(value)), value.name)
    if type(value) in _PLAIN:
        return ("plain", value)
    if isinstance(value, list | tuple | set | frozenset) and type(value) in _CONTAINERS:
        return (_CONTAINERS[type(value)], *map(_told, value))
    if type(value) is dict:
        return ("dict", *((_told(key), _told(item)) for key, item in value.items()))
    if isinstance(value, date):
        return ("datetime" if isinstance(value, datetime) else "date", value.isoformat())
    if is_dataclass(value) and not isinstance(value, type):
        return ("dataclass", *_name_of(type(value)), _fields_told(value))
    if isinstance(value, Exception):
        return ("error", *_name_of(type(value)), _told(value.args), _told(vars(value)))
    if type(value).__module__ == "numpy":
        return _array_told(value)
    raise TypeError(f"a {type(value).__name__} cannot come back from the sandbox")


_CONTAINERS: dict[type, str] = {list: "list", tuple: "tuple", set: "set", frozenset: "frozenset"}


def _fields_told(value: object) -> object:
    return tuple(
        (item.name, _told(getattr(value, item.name))) for item in fields(cast("type", value)) if item.init
    )


def _array_told(value: object) -> object:
    import numpy as np  # noqa: PLC0415 - only where an array came up, since it is slow to import

    if isinstance(value, np.generic):
        return _told(value.item())
    if not isinstance(value, np.ndarray) or value.dtype.kind not in _ARRAY_KINDS:
        raise TypeError("only arrays of numbers come back from the sandbox")
    return ("array", value.dtype.str, value.shape, value.tobytes())


def _rebuilt(told: object) -> object:  # noqa: C901, PLR0911, PLR0912 - one case per kind reads best in one place
    match told:
        case ("plain", value) if type(value) in _PLAIN:
            return value
        case ("list", *items):
            return [_rebuilt(item) for item in items]
        case ("tuple", *items):
            return tuple(_rebuilt(item) for item in items)
        case ("set", *items):
            return {_rebuilt(item) for item in items}
        case ("frozenset", *items):
            return frozenset(_rebuilt(item) for item in items)
        case ("dict", *pairs):
            return {_rebuilt(key): _rebuilt(item) for key, item in cast("list[tuple[object, object]]", pairs)}
        case ("date", str(text)):
            return date.fromisoformat(text)
        case ("datetime", str(text)):
            return datetime.fromisoformat(text)
        case ("enum", str(module), str(name), str(member)):
            return _allowed(module, name, Enum)[member]
        case ("dataclass", str(module), str(name), tuple(parts)):
            return _allowed(module, name, object)(**{key: _rebuilt(part) for key, part in parts})
        case ("error", str(module), str(name), arguments, facts):
            return _error_rebuilt(_allowed(module, name, Exception), _rebuilt(arguments), _rebuilt(facts))
        case ("array", str(dtype), tuple(shape), bytes(data)):
            return _array_rebuilt(dtype, shape, data)
        case _:
            raise UnfitAnswer("the answer has an unknown shape")


def _array_rebuilt(dtype: str, shape: tuple[int, ...], data: bytes) -> object:
    import numpy as np  # noqa: PLC0415 - only where an array came up, since it is slow to import

    kind = np.dtype(dtype)
    if kind.kind not in _ARRAY_KINDS:
        raise UnfitAnswer("the answer holds an array of something else than numbers")
    return np.frombuffer(data, kind).reshape(shape).copy()


def _error_rebuilt(kind: type[Exception], arguments: object, facts: object) -> Exception:
    if not isinstance(arguments, tuple) or not isinstance(facts, dict):
        raise UnfitAnswer("an error came back without its facts")
    error = kind.__new__(kind, *arguments)
    error.args = arguments
    error.__dict__.update(facts)
    return error


def _allowed(module: str, name: str, family: type) -> Any:  # noqa: ANN401 - found by name, used as its family
    """Return a class of the room by its name."""
    if module.split(".", 1)[0] != ALLOWED_ROOM or not name.isidentifier():
        raise UnfitAnswer(f"the answer names {module}.{name}")
    found = getattr(sys.modules.get(module) or import_module(module), name, None)
    if not isinstance(found, type) or found.__module__ != module or not issubclass(found, family):
        raise UnfitAnswer(f"the answer names {module}.{name}")
    if family is object and not is_dataclass(found):
        raise UnfitAnswer(f"the answer names {module}.{name}")
    return found


def _name_of(kind: type) -> tuple[str, str]:
    return kind.__module__, kind.__qualname__
