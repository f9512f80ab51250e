"""How values look on a page: times in the installation's zone, levels in both languages, roles in words."""

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Final

from flask import Flask
from flask_babel import LazyString, format_date, format_datetime, lazy_gettext

from registry.rules.codes import copy_no_text, human_code
from registry.rules.levels import LEVELS, Level, Scheme
from registry.rules.roles import Role

KIBIBYTE: Final = 1024

LEVELS_BY_CODE: Mapping[str, Level] = MappingProxyType(
    {level.code: level for scheme in reversed(Scheme) for level in LEVELS[scheme]}
)
"""What a code looks like; the state scheme uses the same three words as the company's own."""

ROLE_WORDS: Mapping[Role, LazyString] = MappingProxyType(
    {
        Role.CLERK: lazy_gettext("Registry clerk"),
        Role.GUARD: lazy_gettext("Guard"),
        Role.AUDITOR: lazy_gettext("Security auditor"),
        Role.HANDLER: lazy_gettext("Handler"),
        Role.DEPARTMENT_MANAGER: lazy_gettext("Department manager"),
        Role.RESPONSIBLE_LEADER: lazy_gettext("Responsible leader"),
        Role.HOLDER: lazy_gettext("Holder"),
        Role.SECURITY_OFFICER: lazy_gettext("Security officer"),
        Role.SYSTEM_ADMINISTRATOR: lazy_gettext("System administrator"),
        Role.SUPERVISOR: lazy_gettext("Gate supervisor"),
    }
)


def register(app: Flask) -> None:
    """Give the filters and the tables of words to the templates."""
    app.jinja_env.filters.update(
        local_time=local_time,
        date=local_date,
        level=level_text,
        role=role_text,
        human_code=human_code,
        copy_no=copy_no_text,
        file_size=file_size,
    )
    app.jinja_env.globals["levels"] = LEVELS_BY_CODE


def local_time(value: datetime) -> str:
    """Return an instant to the minute, in the installation's time zone."""
    return str(format_datetime(value, "yyyy-MM-dd HH:mm"))


def local_date(value: date) -> str:
    """Return a day; that of an instant is the one in the installation's time zone."""
    if isinstance(value, datetime):
        return str(format_datetime(value, "yyyy-MM-dd"))
    return str(format_date(value, "yyyy-MM-dd"))


def level_text(code: str) -> str:
    """Return a level with the Chinese word beside the English one, in every language."""
    level = LEVELS_BY_CODE[code]
    return f"{level.zh} {level.en}"


def role_text(role: Role) -> str:
    """Return what a role is called in the visitor's language."""
    return str(ROLE_WORDS[role])


def file_size(size_bytes: int) -> str:
    """Return a size of a file in the largest fitting unit."""
    size = float(size_bytes)
    for unit in ("B", "KiB", "MiB"):
        if size < KIBIBYTE:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= KIBIBYTE
    return f"{size:.1f} GiB"
