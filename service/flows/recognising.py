"""A file that is presented is told from every other by the hashes that the register keeps; nothing of it is stored."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from registry.rules.roles import Actor
from registry.views.documents import copy_with_file
from registry.views.scope import get_within_reach
from service.runtime import Runtime


class Same(StrEnum):
    """What a presented file is."""

    ORIGINAL = "ORIGINAL"
    """The file as it came to the registry."""
    CLEANED = "CLEANED"
    """The file as it was cleaned."""
    COPY = "COPY"
    """The file of one numbered copy."""
    NONE = "NONE"
    """None that the register knows of this document."""


@dataclass(frozen=True)
class Recognised:
    """What a presented file is; ``copy_no`` of a copy."""

    same: Same
    copy_no: int | None = None


def recognise(runtime: Runtime, actor: Actor, document_id: int, offered: bytes) -> Recognised:
    """Return which file of a document this is, by its hash; it is not opened.

    Raises:
        UnknownRow: there is no such document, or none that the actor may know of.
    """
    sha256 = hashlib.sha256(offered).hexdigest()
    with runtime.database.reading() as session:
        document = get_within_reach(session, document_id, actor, now=runtime.now())
        if sha256 == document.original_sha256:
            return Recognised(Same.ORIGINAL)
        if sha256 == document.cleaned_sha256:
            return Recognised(Same.CLEANED)
        copy_no = copy_with_file(session, document_id, sha256)
    return Recognised(Same.NONE) if copy_no is None else Recognised(Same.COPY, copy_no)
