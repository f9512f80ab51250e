"""What forms let people choose from: units, levels, meetings, persons."""

from registry.rules.levels import LEVELS, SCHEME_NAMES, Level, Scheme
from service.filters import level_text
from service.flows import meetings, people
from service.i18n import current_language
from service.login import current_actor, current_runtime


def unit_options() -> list[tuple[int, str]]:
    """Return the units, in the visitor's language."""
    chinese = current_language() == "zh"
    return [
        (row.unit.id, row.unit.zh if chinese else row.unit.en) for row in people.list_units(current_runtime())
    ]


def level_choices() -> list[tuple[str, Level, str]]:
    """Return the levels that may be given here with their scheme, the lowest first: the highest is never a slip."""
    enabled = current_runtime().settings.enabled_schemes
    return [
        (f"{scheme}:{level.code}", level, f"{SCHEME_NAMES[scheme].zh} {SCHEME_NAMES[scheme].en}")
        for scheme in Scheme
        if scheme in enabled
        for level in reversed(LEVELS[scheme])
    ]


def level_options() -> list[tuple[str, str]]:
    """Return the same levels for a list to choose one from."""
    return [(key, f"{level.zh} {level.en} · {scheme}") for key, level, scheme in level_choices()]


def meeting_options() -> list[tuple[int, str]]:
    """Return the meetings that a document can still be registered for."""
    return [
        (row.id, f"{row.title} · {level_text(row.level)}")
        for row in meetings.list_meetings(current_runtime(), current_actor(), only_open=True)
    ]
