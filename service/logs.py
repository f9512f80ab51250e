"""Diagnostic logging: for developers and administrators, never a record.

What happened is told by the ledger, inside the deed. Laws: no secret, no personal name, no title reaches a
line; a field whose name sounds like one is blanked; logging that fails does not fail the work.
"""

import logging
import re
import sys
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any

import structlog

from service.config import Settings

_PRIVATE = re.compile(
    r"password|secret|token|cookie|pin|authorization|csrf|key|title|person_name|name_zh|name_en|signature",
    re.IGNORECASE,
)

_FRAMES_ONLY = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False, max_frames=20)
)


class _Lines:
    """Writes whole lines to standard error, and shrugs when that is closed or full."""

    def __init__(self, *_names: object) -> None:
        """Take and ignore the name that structlog offers."""

    def msg(self, message: str) -> None:
        """Write one line."""
        with suppress(OSError, ValueError):
            sys.stderr.write(f"{message}\n")
            sys.stderr.flush()

    debug = info = warning = error = critical = exception = msg


def configure(settings: Settings) -> None:
    """Send log lines to standard error, as JSON or for eyes."""
    shown: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if settings.log_json
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _FRAMES_ONLY if settings.log_json else structlog.processors.format_exc_info,
            _blank_private,
            shown,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, settings.log_level.upper())),
        logger_factory=_Lines,
        cache_logger_on_first_use=False,
    )


def _blank_private(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    for name in event:
        if _PRIVATE.search(name):
            event[name] = "[blanked]"
    for trace in event.get("exception") or ():
        if isinstance(trace, dict):
            trace["exc_value"] = "[blanked]"  # foreign messages quote what they choke on
    return event
