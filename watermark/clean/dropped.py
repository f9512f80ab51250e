"""What is lost when a file is cleaned, item by item, found by looking through the parts that are thrown away."""

from collections.abc import Iterator
from typing import Final

import pikepdf

from watermark.findings import Finding, tellable

#: Objects looked at per dropped entry; a file that hides a script deeper loses it all the same, unreported.
_LOOKED_AT: Final = 20_000

#: Different items told one by one; the rest is counted by kind. A clerk reads no longer list.
_TOLD: Final = 60

#: Leads up or across, to what is looked at in its own place, so that an item is told with its own page.
_NOT_FOLLOWED: Final = frozenset({"/Parent", "/P", "/Popup", "/IRT", "/Dest", "/D", "/StructParent"})

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
    "/ResetForm": "actions-removed",
    "/GoToE": "actions-removed",
    "/GoToR": "actions-removed",
    "/SetOCGState": "actions-removed",
    "/Hide": "actions-removed",
    "/Trans": "actions-removed",
    "/Rendition": "media-removed",
    "/Movie": "media-removed",
    "/Sound": "media-removed",
    "/RichMediaExecute": "media-removed",
    "/GoTo3DView": "media-removed",
}

_BY_SUBTYPE: Final = {
    "/RichMedia": "media-removed",
    "/Screen": "media-removed",
    "/Movie": "media-removed",
    "/Sound": "media-removed",
    "/3D": "media-removed",
}

#: Entries that say where something starts by itself.
_TRIGGERS: Final = frozenset({"/OpenAction", "/AA", "/A", "/JavaScript", "/Next"})


class Dropped:
    """Collects findings about entries that are about to go; equal items of a page are told once with how many."""

    def __init__(self) -> None:
        """Start with nothing seen."""
        self._seen: dict[tuple[str, int | None, str], int] = {}
        self._visited: set[tuple[int, int]] = set()

    def stream_entry(self, key: str, value: object) -> None:
        """Note an entry taken from a stream that is kept."""
        self._note(_BY_STREAM_KEY[key], None, _target(value) or key[1:])

    def entry(self, key: str, value: object, page: int | None = None) -> None:
        """Look through one entry of the catalog, or of a page."""
        if key == "/AA":
            self._note("actions-removed", page, "AA " + _triggers(value))
        if key == "/Collection":
            self._note("attachments-removed", page, "Collection")
        for trigger, item in self._dictionaries(value, key):
            for code, what in _kinds(item, trigger):
                self._note(code, page, what)

    def findings(self) -> list[Finding]:
        """Return what was seen, the whole file first, then page by page."""
        order = sorted(self._seen, key=lambda seen: (seen[0], seen[1] or 0, seen[2]))
        told = [
            Finding(code, page, {"places": self._seen[code, page, what], "what": what})
            for code, page, what in order[:_TOLD]
        ]
        rest: dict[str, int] = {}
        for code, page, what in order[_TOLD:]:
            rest[code] = rest.get(code, 0) + self._seen[code, page, what]
        return told + [Finding(code, None, {"places": places, "what": "…"}) for code, places in rest.items()]

    def _note(self, code: str, page: int | None, what: str) -> None:
        """Count an item."""
        key = (code, page, tellable(what))
        self._seen[key] = self._seen.get(key, 0) + 1

    def _dictionaries(self, value: object, key: str) -> Iterator[tuple[str, pikepdf.Object]]:
        """Yield the dictionaries at and below a value with what leads there, pages excepted, each indirect one once."""
        waiting = [(key[1:], value)]
        looked_at = 0
        while waiting and looked_at < _LOOKED_AT:
            looked_at += 1
            trigger, item = waiting.pop()
            if not isinstance(item, pikepdf.Object) or not self._is_new(item):
                continue
            if isinstance(item, pikepdf.Array):
                waiting.extend((trigger, child) for child in reversed(list(item)))
            elif isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
                if item.get("/Type") in ("/Page", "/Pages"):
                    continue
                yield trigger, item
                followed = sorted(set(item.keys()) - _NOT_FOLLOWED, reverse=True)
                waiting.extend((_led(trigger, name), item[name]) for name in followed)

    def _is_new(self, item: pikepdf.Object) -> bool:
        """Tell whether an object has not been looked at before."""
        if not item.is_indirect:
            return True
        if item.objgen in self._visited:
            return False
        self._visited.add(item.objgen)
        return True


def _led(trigger: str, name: str) -> str:
    """Return what leads to an entry: the nearest trigger, with the event where there are several."""
    if trigger.endswith("AA"):
        return f"{trigger} {name[1:]}"
    return name[1:] if name in _TRIGGERS else trigger


def _kinds(item: pikepdf.Object, trigger: str) -> Iterator[tuple[str, str]]:
    """Yield what a dictionary is among the things that are told: code, and the item in short words."""
    action = str(item.get("/S")) if isinstance(item.get("/S"), pikepdf.Name) else ""
    if "/JS" in item and action != "/Rendition":
        yield "javascript-removed", trigger
    elif action in _BY_ACTION:
        yield _BY_ACTION[action], f"{action[1:]} {_target(item)}".strip()
    if "/EF" in item:
        yield "attachments-removed", _target(item)
    elif item.get("/Subtype") == "/FileAttachment" and "/FS" not in item:
        yield "attachments-removed", "FileAttachment"
    if "/ByteRange" in item:
        yield "signature-void", _text(item.get("/Name"))
    subtype = item.get("/Subtype")
    if isinstance(subtype, pikepdf.Name) and str(subtype) in _BY_SUBTYPE:
        yield _BY_SUBTYPE[str(subtype)], str(subtype)[1:]


def _triggers(value: object) -> str:
    """Return the events of additional actions."""
    return " ".join(sorted(key[1:] for key in value.keys())) if isinstance(value, pikepdf.Dictionary) else ""  # noqa: SIM118 -- a PDF object, not a dict


def _target(value: object) -> str:
    """Return the file or address that a file specification, or an action with one, names."""
    for _ in range(3):
        if not isinstance(value, pikepdf.Dictionary):
            break
        named = [value.get(key) for key in ("/UF", "/F", "/Win", "/URI")]
        value = next((name for name in named if name is not None), None)
    return _text(value)


def _text(value: object) -> str:
    """Return a PDF text, or nothing for anything else."""
    return str(value) if isinstance(value, pikepdf.String) else ""
