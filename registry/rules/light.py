"""Documents that are kept light: their content is here only until it is printed.

Decides when content is removed, and what cannot be done without it. Laws: what is set as the last moment is the last
moment, whatever is still waiting; what was printed in full needs its content no longer; hashes stay, so that the same
file can be told from any other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from registry.errors import ConflictError, InvalidError, UnknownError
from registry.rules.words import Content, RemovedFor

_TELLABLE: Final = frozenset(
    {"bits", "characters", "converter", "ending", "kind", "layers", "mark", "pages", "printed", "registered"}
)
"""Facts of a finding that are words of ours; any other text may be one of the document's."""


class ContentRemoved(ConflictError):
    """The content of the document was removed, or is here for a trace case only."""

    code = "content-removed"


class ContentHere(ConflictError):
    """The content is here already."""

    code = "content-here"


class ContentInUse(ConflictError):
    """A print run still needs the content."""

    code = "content-in-use"


class ContentBeingRemoved(ConflictError):
    """The content is being removed at this moment."""

    code = "content-being-removed"


class AnotherFile(ConflictError):
    """The file is not the one that was registered."""

    code = "another-file"


class NoSuchOriginal(UnknownError):
    """No document that is kept light, and whose content is gone, was registered with this file."""

    code = "no-such-original"


class OnlyLight(InvalidError):
    """This installation registers documents under code names only."""

    code = "only-light"


@dataclass(frozen=True, kw_only=True)
class LightStanding:
    """Where a document that is kept light stands.

    Attributes:
        case_id: The trace case for which alone its content is here, if for one.
        keep_until_at: When its content is removed at the latest.
        awaited: Print runs and approvals that still need the content.
        is_under_way: Whether a run is being made, waits to leave, or has an attempt without an end.
        is_printed: Whether an attempt has ended since the content came.
    """

    document_id: int
    code_name: str
    content: Content
    case_id: int | None
    brought_at: datetime
    keep_until_at: datetime
    removed_at: datetime | None
    removed_for: RemovedFor | None
    removed_files: int | None
    awaited: int
    is_under_way: bool
    is_printed: bool

    @property
    def may_print(self) -> bool:
        """Whether copies can be made now."""
        return self.content is Content.KEPT and self.case_id is None


def require_light(code_name: str | None, *, only: bool) -> None:
    """Pass when a document may be registered as it is stated.

    Args:
        code_name: What it is to be called; None if it has a title.
        only: Whether the installation keeps every document light.

    Raises:
        OnlyLight: it has a title, and the installation keeps none.
    """
    if only and code_name is None:
        raise OnlyLight("got a title where none are kept", field="code_name")


def removal_due(standing: LightStanding, now: datetime) -> RemovedFor | None:
    """Return why the content of a document is to be removed now; None if it is not."""
    if standing.content is not Content.KEPT:
        return None
    if now >= standing.keep_until_at:
        return RemovedFor.TIME
    if standing.case_id is None and standing.is_printed and not standing.awaited:
        return RemovedFor.PRINTED
    return None


def require_removable(standing: LightStanding) -> None:
    """Pass when a person may have the content removed before its time.

    Raises:
        ContentRemoved, ContentBeingRemoved: it is gone, or going.
        ContentInUse: a print run is being made, waits to leave, or nobody has said what became of it.
    """
    if standing.content is Content.REMOVED:
        raise ContentRemoved("got a document without content", document=standing.document_id)
    if standing.content is Content.REMOVING:
        raise ContentBeingRemoved("got a document that is losing its content", document=standing.document_id)
    if standing.is_under_way:
        raise ContentInUse("got a document that is being printed", document=standing.document_id)


def without_words(findings: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what was found in a file without any word of it: names of layers and fields may tell what it is about."""
    return [
        {
            **finding,
            "facts": {
                name: "…" if isinstance(value, str) and name not in _TELLABLE else value
                for name, value in finding["facts"].items()
            },
        }
        for finding in findings
    ]
