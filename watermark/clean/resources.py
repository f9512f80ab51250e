"""Forms, glyphs and patterns that borrow the resources of whoever draws them get these as their own.

ISO 32000-2 §7.8.3 lets a form without ``/Resources`` look for them in its page, and viewers in the form around it.
Once page content lies in a form, what is borrowed would depend on the viewer; so it is written down.
"""

from collections.abc import Iterator
from typing import Final

import pikepdf

from watermark import errors

_CATEGORIES: Final = ("/XObject", "/Pattern", "/Font", "/ExtGState")


class Lending:
    """Remembers over a whole document whose resources were given to whom."""

    def __init__(self, pdf: pikepdf.Pdf, nesting: int) -> None:
        """Start with nothing lent; forms within forms may be ``nesting`` deep."""
        self._pdf = pdf
        self._nesting = nesting
        self._lent: dict[tuple[int, int], tuple[int, int]] = {}
        self._visited: set[tuple[int, int]] = set()

    def lend(self, resources: pikepdf.Object, page: int) -> None:
        """Go through everything that can be drawn with the resources of a page, and settle what it draws with.

        Args:
            resources: An indirect dictionary.
            page: The number of the page, for refusals.

        Raises:
            TooDeeplyNestedError: forms within forms beyond the limit.
        """
        level, depth = list(self._new(resources, resources)), 0
        while level:
            if depth > self._nesting:
                raise errors.TooDeeplyNestedError(page=page, got=depth, limit=self._nesting)
            level = [inner for holder in level for inner in self._settled(holder)]
            depth += 1

    def _new(self, resources: pikepdf.Object, owner: pikepdf.Object) -> Iterator[pikepdf.Object]:
        """Yield a resource dictionary, known by itself or by its owner, that was not gone through before."""
        known_by = resources if resources.is_indirect else owner
        if known_by.is_indirect:
            if known_by.objgen in self._visited:
                return
            self._visited.add(known_by.objgen)
        yield resources

    def _settled(self, holder: pikepdf.Object) -> Iterator[pikepdf.Object]:
        """Settle everything that one resource dictionary names; yield the dictionaries that these use themselves."""
        for category in _CATEGORIES:
            members = holder.get(category)
            if not isinstance(members, pikepdf.Dictionary):
                continue
            for name in set(members.keys()):
                drawn = _drawn(category, members[name])
                if drawn is None:
                    continue
                lent_by = self._lent.get(drawn.objgen) if drawn.is_indirect else None
                if lent_by is None and isinstance(drawn.get("/Resources"), pikepdf.Dictionary):
                    yield from self._new(drawn.Resources, drawn)
                elif lent_by is None:
                    drawn.Resources = holder
                    if drawn.is_indirect:
                        self._lent[drawn.objgen] = holder.objgen
                elif lent_by != holder.objgen:
                    members = self._with_copy(holder, category, name, drawn)

    def _with_copy(
        self, holder: pikepdf.Object, category: str, name: str, drawn: pikepdf.Object
    ) -> pikepdf.Object:
        """Put a copy that draws with ``holder`` in place of something lent to another; return the changed category."""
        copy = _copied(self._pdf, drawn)
        copy.Resources = holder
        self._lent[copy.objgen] = holder.objgen
        members = pikepdf.Dictionary(dict(holder[category].items()))
        if category == "/ExtGState":
            state = pikepdf.Dictionary(dict(members[name].items()))
            state.SMask = pikepdf.Dictionary(dict(state.SMask.items()))
            state.SMask.G = copy
            members[name] = state
        else:
            members[name] = copy
        holder[category] = members
        return holder[category]


def _drawn(category: str, member: pikepdf.Object | None) -> pikepdf.Object | None:
    """Return what a named resource draws with resources: a form, a tiling, the glyphs of a Type 3 font, a soft mask."""
    if category == "/ExtGState" and isinstance(member, pikepdf.Dictionary):
        mask = member.get("/SMask")
        member = mask.get("/G") if isinstance(mask, pikepdf.Dictionary) else None
    elif category == "/Font":
        is_drawn = isinstance(member, pikepdf.Dictionary) and member.get("/Subtype") == "/Type3"
        return member if is_drawn else None
    elif category == "/XObject" and isinstance(member, pikepdf.Stream) and member.get("/Subtype") != "/Form":
        return None
    return member if isinstance(member, pikepdf.Stream) else None


def _copied(pdf: pikepdf.Pdf, drawn: pikepdf.Object) -> pikepdf.Object:
    """Return a new object with the same entries, and the same bytes as they are."""
    if not isinstance(drawn, pikepdf.Stream):
        return pdf.make_indirect(pikepdf.Dictionary(dict(drawn.items())))
    copy = pdf.make_stream(drawn.read_raw_bytes())
    for key, value in drawn.stream_dict.items():
        if key != "/Length":
            copy.stream_dict[key] = value
    return copy
