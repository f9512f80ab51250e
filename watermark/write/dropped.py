"""What is lost when a file is cleaned, found by looking through the parts that are thrown away."""

from collections.abc import Iterator
from typing import Final

import pikepdf

from watermark.write.findings import Finding

#: Objects looked at per dropped entry; a file that hides a script deeper loses it all the same, unreported.
_LOOKED_AT: Final = 20_000

_BY_KEY: Final = {
    "/JavaScript": "javascript-removed",
    "/JS": "javascript-removed",
    "/OpenAction": "actions-removed",
    "/AA": "actions-removed",
    "/EmbeddedFiles": "attachments-removed",
    "/EF": "attachments-removed",
    "/AF": "attachments-removed",
    "/Collection": "attachments-removed",
    "/ByteRange": "signature-void",
    "/RichMediaContent": "media-removed",
}

#: Entries of streams; elsewhere the same letters mean other things, ``/F`` the flags of an annotation.
_BY_STREAM_KEY: Final = {
    "/Alternates": "print-alternates-removed",
    "/OPI": "print-alternates-removed",
    "/PS": "print-alternates-removed",
    "/F": "outside-reference-removed",
    "/Ref": "outside-reference-removed",
    "/AF": "attachments-removed",
}

_BY_ACTION: Final = {
    "/JavaScript": "javascript-removed",
    "/Launch": "launch-removed",
    "/ImportData": "actions-removed",
    "/SubmitForm": "actions-removed",
    "/GoToE": "actions-removed",
    "/Rendition": "media-removed",
    "/Movie": "media-removed",
    "/Sound": "media-removed",
}

_BY_SUBTYPE: Final = {
    "/RichMedia": "media-removed",
    "/Screen": "media-removed",
    "/Movie": "media-removed",
    "/Sound": "media-removed",
    "/3D": "media-removed",
    "/FileAttachment": "attachments-removed",
}


class Dropped:
    """Collects findings about entries that are about to go; each kind is told once with how often it was seen."""

    def __init__(self) -> None:
        """Start with nothing seen."""
        self._seen: dict[str, int] = {}
        self._visited: set[tuple[int, int]] = set()

    def stream_entry(self, key: str) -> None:
        """Note an entry taken from a stream that is kept."""
        self._note(_BY_STREAM_KEY.get(key))

    def entry(self, key: str, value: object) -> None:
        """Look through one entry of a catalog or page."""
        self._note(_BY_KEY.get(key))
        for name, child in self._children(value):
            self._note(_BY_KEY.get(name))
            if name == "/S":
                self._note(_BY_ACTION.get(str(child)))
            elif name == "/Subtype":
                self._note(_BY_SUBTYPE.get(str(child)))

    def findings(self) -> list[Finding]:
        """Return what was seen."""
        return [Finding(code, facts={"places": places}) for code, places in sorted(self._seen.items())]

    def _note(self, code: str | None) -> None:
        """Count a kind of finding."""
        if code is not None:
            self._seen[code] = self._seen.get(code, 0) + 1

    def _children(self, value: object) -> Iterator[tuple[str, object]]:
        """Yield the dictionary entries below a value, pages excepted, each indirect object once."""
        waiting = [value]
        looked_at = 0
        while waiting and looked_at < _LOOKED_AT:
            looked_at += 1
            item = waiting.pop()
            if not isinstance(item, pikepdf.Object) or not self._is_new(item):
                continue
            if isinstance(item, pikepdf.Array):
                waiting.extend(list(item))
            elif isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
                if str(item.get("/Type")) in {"/Page", "/Pages"}:
                    continue
                for name in item.keys():  # noqa: SIM118 -- a PDF object, not a dict
                    child = item[name]
                    yield name, child
                    waiting.append(child)

    def _is_new(self, item: pikepdf.Object) -> bool:
        """Tell whether an object has not been looked at before."""
        if not item.is_indirect:
            return True
        if item.objgen in self._visited:
            return False
        self._visited.add(item.objgen)
        return True
