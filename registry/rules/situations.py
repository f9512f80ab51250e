"""What a gate looked at, as it is kept: a situation to plain values and back, so that it can be judged again.

Law: everything that a verdict may depend on is kept but the rules themselves, which are looked up by their time; what
is read back is equal to what was kept. Fields that a later release adds take their defaults in older records. A record
says of which kind its situation is; one that does not is of a copy.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from types import MappingProxyType, NoneType
from typing import Any, Final, TypeAlias, get_args, get_origin, get_type_hints

from registry.rules.baggate import BagSituation
from registry.rules.canonical import canonical_bytes, utc_text
from registry.rules.gate import Situation
from registry.rules.ruleset import RuleSet

AnySituation: TypeAlias = Situation | BagSituation

SITUATION_FORMAT: Final = "foliotrace-situation-1"
KINDS: Final[Mapping[str, type[AnySituation]]] = MappingProxyType({"copy": Situation, "bag": BagSituation})
OF_THE_RULES: Final = frozenset({"clocks", "colours"})
"""Fields that are not kept: the version of the rules says them."""


class SituationUnreadable(ValueError):
    """What was kept is no situation."""


def record_of(situation: AnySituation) -> dict[str, Any]:
    """Return a situation as plain values: texts, integers, lists, objects; lengths of time in microseconds."""
    (kind,) = (name for name, each in KINDS.items() if isinstance(situation, each))
    kept = (field.name for field in fields(situation) if field.name not in OF_THE_RULES)
    return {"kind": kind, **{name: _plain(getattr(situation, name)) for name in kept}}


def record_hash(record: Mapping[str, Any]) -> str:
    """Return the SHA-256 over a kept situation, hexadecimal; the ledger keeps it."""
    told = {"format": SITUATION_FORMAT, "situation": record}
    return hashlib.sha256(canonical_bytes(told)).hexdigest()


def situation_of(record: Mapping[str, Any], rules: RuleSet) -> AnySituation:
    """Return a kept situation under a version of the rules.

    Raises:
        SituationUnreadable: it is none.
    """
    try:
        kind = KINDS[record.get("kind", "copy")]
        values = _values(kind, {name: value for name, value in record.items() if name != "kind"})
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise SituationUnreadable("got a record that is no situation") from error
    of_the_rules = (field.name for field in fields(kind) if field.name in OF_THE_RULES)
    return kind(**values, **{name: getattr(rules, name) for name in of_the_rules})


def _plain(value: object) -> object:
    plain = value
    match value:
        case StrEnum():
            plain = str(value)
        case datetime():
            plain = utc_text(value)
        case timedelta():
            plain = value // timedelta(microseconds=1)
        case frozenset():
            plain = sorted(value)
        case tuple():
            plain = [_plain(each) for each in value]
        case _ if is_dataclass(value):
            plain = {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return plain


def _values(kind: type, record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments that make a dataclass of a record.

    Raises:
        ValueError: a field without a default is missing, or there is one that the class does not have.
    """
    hints = _hints(kind)
    kept = {field.name: field for field in fields(kind) if field.name not in OF_THE_RULES}
    lacking = {name for name, field in kept.items() if name not in record and not _has_default(field)}
    if lacking or record.keys() - kept.keys():
        raise ValueError("got other fields than those that are kept")
    return {name: _read(hints[name], record[name]) for name in kept if name in record}


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _has_default(field: "Field[Any]") -> bool:
    return field.default is not MISSING or field.default_factory is not MISSING


def _read(hint: Any, value: Any) -> Any:  # noqa: ANN401 - any field of a situation
    """Return what `_plain` wrote, as the type that the field has."""
    members = get_args(hint)
    collection = get_origin(hint)
    if collection in {tuple, frozenset}:
        return collection(_read(members[0], each) for each in _list(value))
    if NoneType in members:
        (inner,) = (member for member in members if member is not NoneType)
        return None if value is None else _read(inner, value)
    return _read_one(hint, value)


def _read_one(kind: type, value: Any) -> object:  # noqa: ANN401 - see `_read`
    if is_dataclass(kind):
        return kind(**_values(kind, value))
    if kind is datetime:
        return datetime.strptime(value, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    if kind is timedelta:
        return timedelta(microseconds=value)
    if issubclass(kind, StrEnum):
        return kind(value)
    if type(value) is not kind:
        raise TypeError(f"got {type(value).__name__}, wanted {kind.__name__}")
    return value


def _list(value: object) -> Sequence[Any]:
    if not isinstance(value, list):
        raise TypeError(f"got {type(value).__name__}, wanted a list")
    return value
