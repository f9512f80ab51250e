"""Warnings that follow a deed: what was entered is kept, and somebody should look at it."""

from collections.abc import Iterable

from flask import flash

from service.flows.characters import Lacking
from service.terms import lacking_text


def warn_of(lacking: Iterable[Lacking]) -> None:
    """Tell the visitor on the next page which characters cannot be printed."""
    for each in lacking:
        flash(lacking_text(each), "warning")
