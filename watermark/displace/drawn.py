"""Which forms of a cleaned document are drawn once: only their text can be moved for one page of one copy."""

import re
from collections.abc import Iterator
from typing import Any, Final

import pikepdf

from watermark.clean.inspect import CONTENT_NAME

#: White space in content includes NUL and comments (ISO 32000-2 §7.2.3, §7.2.4).
_DRAWS: Final = re.compile(rb"/([^\s\0/\[\]<>(){}%]+)(?:[\s\0]|%[^\r\n]*[\r\n])+Do(?![A-Za-z0-9*'\"])")
_ESCAPE: Final = re.compile(rb"#([0-9A-Fa-f]{2})")

Number = tuple[int, int]


def drawn_once(pdf: pikepdf.Pdf) -> frozenset[Number]:
    """Return the object numbers of the forms that are drawn once in the whole document, pages' own forms included.

    Errs on the side of "more than once": a form also used by a pattern, a soft mask or a Type 3 glyph is left out.
    """
    count = _Count()
    for page in pdf.pages:
        resources = page.obj.get("/Resources")
        form = _entries(resources, "/XObject").get(CONTENT_NAME)
        if isinstance(form, pikepdf.Stream):
            count.draw(form, resources)
    return frozenset(count.once - count.more)


class _Count:
    """Visits forms as they are drawn; a second visit settles a form and all within it."""

    def __init__(self) -> None:
        """Start with nothing drawn."""
        self.once: set[Number] = set()
        self.more: set[Number] = set()
        self._looked_at: set[Number] = set()

    def draw(self, form: pikepdf.Stream, page_resources: Any, *, again: bool = False) -> None:  # noqa: ANN401 -- from a file
        """Note that a form is drawn, and with it the forms that its content draws."""
        waiting = [(form, again)]
        while waiting:
            drawn, is_again = waiting.pop()
            number = drawn.objgen
            is_again = is_again or number in self.once
            if number in self.more:
                continue
            (self.more if is_again else self.once).add(number)
            resources = drawn.get("/Resources", page_resources)
            self._look_elsewhere(resources, page_resources)
            inner = {
                name: form
                for name, form in _entries(resources, "/XObject").items()
                if isinstance(form, pikepdf.Stream) and form.get("/Subtype") == "/Form"
            }
            # Most pages draw no forms; their content need not be unpacked.
            names = _draws(drawn) if inner else ()
            waiting += [(inner[name], is_again) for name in names if name in inner]

    def _look_elsewhere(self, resources: Any, page_resources: Any) -> None:  # noqa: ANN401 -- from a file
        """Take out whatever is drawn by something other than ``Do``."""
        if not isinstance(resources, pikepdf.Dictionary):
            return
        if resources.is_indirect:
            if resources.objgen in self._looked_at:
                return
            self._looked_at.add(resources.objgen)
        for form in _drawn_otherwise(resources):
            self.draw(form, page_resources, again=True)


def _drawn_otherwise(resources: pikepdf.Dictionary) -> Iterator[pikepdf.Stream]:
    """Yield the forms that soft masks, patterns and Type 3 fonts of these resources may draw."""
    for state in _entries(resources, "/ExtGState").values():
        mask = state.get("/SMask") if isinstance(state, pikepdf.Dictionary) else None
        group = mask.get("/G") if isinstance(mask, pikepdf.Dictionary) else None
        if isinstance(group, pikepdf.Stream):
            yield group
    holders = [*_entries(resources, "/Pattern").values(), *_entries(resources, "/Font").values()]
    for holder in holders:
        if isinstance(holder, pikepdf.Dictionary | pikepdf.Stream):
            for form in _entries(holder.get("/Resources"), "/XObject").values():
                if isinstance(form, pikepdf.Stream):
                    yield form


def _entries(resources: Any, kind: str) -> dict[str, Any]:  # noqa: ANN401 -- from a file
    """Return a part of a resource dictionary; empty for anything else."""
    if not isinstance(resources, pikepdf.Dictionary):
        return {}
    entries = resources.get(kind)
    return dict(entries.items()) if isinstance(entries, pikepdf.Dictionary) else {}


def _draws(form: pikepdf.Stream) -> Iterator[str]:
    """Yield the name of each XObject that a form's content draws, as often as it does."""
    for name in _DRAWS.findall(form.read_bytes()):
        plain = _ESCAPE.sub(lambda match: bytes.fromhex(match[1].decode("ascii")), name)
        yield "/" + plain.decode("utf-8", "surrogateescape")
