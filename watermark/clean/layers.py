"""Optional content: what is hidden stays hidden on every viewer and on paper, what is shown is always shown.

A layer may look different on screen, in print and when exported (ISO 32000-2 §8.11.4.4), and viewers differ in what
they make of it. Then the page an approver saw is not the page that is printed. Every layer and every combination of
layers is therefore resolved once, as a viewer that keeps to the standard shows it on screen when the file is opened,
into one of two: always shown, always hidden. Where paper or another viewer would have differed, that is told.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pikepdf

from watermark.findings import Finding, tellable

#: Names of layers in one finding.
_NAMES: Final = 5

#: Depth of ``/VE`` expressions that is followed, as in PDFium; what lies deeper counts as shown.
_DEEPEST: Final = 32

#: Flag of an annotation that nobody may show (ISO 32000-2 §12.5.3).
_HIDDEN_FLAG: Final = 2

_Id = tuple[int, int]


def freeze(pdf: pikepdf.Pdf) -> list[Finding]:
    """Resolve the layers of a document to what its default configuration shows on screen."""
    properties = pdf.Root.get("/OCProperties")
    if not isinstance(properties, pikepdf.Dictionary):
        if properties is not None:
            del pdf.Root.OCProperties
        return []
    configuration = _Configuration.of(properties.get("/D"))
    groups = _groups(properties.get("/OCGs"))
    hidden = [group for group in groups if not configuration.shows(group, "View")]
    vary = [group for group in groups if configuration.varies(group)]
    _resolve(pdf, configuration)
    return [
        Finding(code, facts={"layers": len(found), "what": _names(found)})
        for code, found in (("layers-hidden", hidden), ("layers-vary", vary))
        if found
    ]


@dataclass(frozen=True)
class _Configuration:
    """The default configuration of a document: which layers it shows, and on what occasion others."""

    base_on: bool
    on: frozenset[_Id]
    off: frozenset[_Id]
    automatic: tuple[tuple[str, frozenset[_Id], tuple[str, ...]], ...]

    @classmethod
    def of(cls, default: object) -> "_Configuration":
        """Read a configuration dictionary; what is missing takes the standard's default."""
        default = default if isinstance(default, pikepdf.Dictionary) else pikepdf.Dictionary()
        events = default.get("/AS")
        return cls(
            base_on=default.get("/BaseState") != "/OFF",
            on=_ids(default.get("/ON")),
            off=_ids(default.get("/OFF")),
            automatic=tuple(
                (str(event.get("/Event"))[1:], _ids(event.get("/OCGs")), _words(event.get("/Category")))
                for event in (events if isinstance(events, pikepdf.Array) else ())
                if isinstance(event, pikepdf.Dictionary)
            ),
        )

    def shows(self, group: pikepdf.Object, event: str) -> bool:
        """Tell whether a layer is shown when the file is viewed or printed: ``View`` or ``Print``."""
        if not {"View", "All"} & set(_words(group.get("/Intent")) or ("View",)):
            return True
        state = (self.base_on or group.objgen in self.on) and group.objgen not in self.off
        for when, ids, categories in self.automatic:
            if when == event and group.objgen in ids:
                said = [_usage(group, category) for category in categories]
                state = False if False in said else state or True in said
        return state

    def varies(self, group: pikepdf.Object) -> bool:
        """Tell whether paper, or a viewer that reads the usage without being told to, differs from the screen."""
        state = self.shows(group, "View")
        usages = (_usage(group, "View"), _usage(group, "Print"))
        return self.shows(group, "Print") != state or (not state) in usages

    def shows_content(self, value: object, depth: int = 0) -> bool:
        """Tell whether content is shown that belongs to a layer or to a membership of layers."""
        if not isinstance(value, pikepdf.Dictionary) or depth > _DEEPEST:
            return True
        if value.get("/Type") != "/OCMD":
            return self.shows(value, "View")
        if isinstance(value.get("/VE"), pikepdf.Array):
            return self._holds(value.VE, depth)
        listed = value.get("/OCGs")
        members: list[pikepdf.Object] = (
            [listed] if isinstance(listed, pikepdf.Dictionary) else _groups(listed)
        )
        states = [self.shows(member, "View") for member in members]
        if not states:
            return True
        policy = str(value.get("/P", "/AnyOn"))
        return {
            "/AllOn": all(states),
            "/AnyOff": not all(states),
            "/AllOff": not any(states),
        }.get(policy, any(states))

    def _holds(self, expression: pikepdf.Object, depth: int) -> bool:
        """Tell whether a visibility expression is true (ISO 32000-2 table 97)."""
        if depth > _DEEPEST or not len(expression):
            return True
        operands = [
            self._holds(operand, depth + 1)
            if isinstance(operand, pikepdf.Array)
            else self.shows_content(operand, depth + 1)
            for operand in list(expression)[1:]
        ]
        operator = str(expression[0])
        if operator == "/Not":
            return not all(operands)
        return any(operands) if operator == "/Or" else all(operands)


def _resolve(pdf: pikepdf.Pdf, configuration: _Configuration) -> None:
    """Let content belong to one of two layers, shown or hidden; empty hidden forms, pictures and annotations."""
    shown, hidden = (
        pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name=name))
        for name in ("shown", "hidden")
    )
    for holder in _dictionaries(pdf):
        if "/OC" in holder:
            is_shown = configuration.shows_content(holder.get("/OC"))
            del holder["/OC"]
            if not is_shown:
                _empty(holder)
        marked = holder.get("/Properties")
        if isinstance(marked, pikepdf.Dictionary):
            for name in set(marked.keys()):
                if marked[name].get("/Type") in ("/OCG", "/OCMD"):
                    marked[name] = shown if configuration.shows_content(marked[name]) else hidden
    pdf.Root.OCProperties = _frozen([shown, hidden], [hidden])


def _empty(holder: pikepdf.Object) -> None:
    """Take away what a hidden form, picture or annotation shows."""
    if isinstance(holder, pikepdf.Stream):
        for key in set(holder.stream_dict.keys()) - {"/Length"}:
            del holder.stream_dict[key]
        holder.write(b"")
        holder.stream_dict.Type, holder.stream_dict.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
        holder.stream_dict.BBox = pikepdf.Array([0, 0, 0, 0])
    else:
        holder["/F"] = _HIDDEN_FLAG


def _dictionaries(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    """Yield all dictionaries and streams of a document, also those that lie within others."""
    for item in pdf.objects:
        waiting: list[object] = [item]
        while waiting:
            value = waiting.pop()
            if isinstance(value, pikepdf.Array):
                children: list[object] = list(value)
            elif isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
                yield value
                children = [value[key] for key in value.keys()]  # noqa: SIM118 -- a PDF object, not a dict
            else:
                continue
            waiting += [child for child in children if not getattr(child, "is_indirect", True)]


def _frozen(groups: list[pikepdf.Object], hidden: list[pikepdf.Object]) -> pikepdf.Dictionary:
    """Return properties that show all groups but the hidden ones, on every occasion."""
    default = pikepdf.Dictionary(BaseState=pikepdf.Name.ON, OFF=pikepdf.Array(hidden), Order=pikepdf.Array())
    return pikepdf.Dictionary(OCGs=pikepdf.Array(groups), D=default)


def _groups(value: object) -> list[pikepdf.Object]:
    """Return the optional content groups of a list, each once."""
    if not isinstance(value, pikepdf.Array):
        return []
    found = {item.objgen: item for item in value if isinstance(item, pikepdf.Dictionary) and item.is_indirect}
    return list(found.values())


def _ids(value: object) -> frozenset[_Id]:
    """Return the object numbers of the groups of a list."""
    return frozenset(group.objgen for group in _groups(value))


def _words(value: object) -> tuple[str, ...]:
    """Return a name, or the names of a list, without their strokes."""
    names = [value] if isinstance(value, pikepdf.Name) else value if isinstance(value, pikepdf.Array) else []
    return tuple(str(name)[1:] for name in names)


def _usage(group: pikepdf.Object, category: str) -> bool | None:
    """Return whether the usage of a layer wants it shown in a category, ``View`` or ``Print``; None if it is silent."""
    usage = group.get("/Usage")
    entry = usage.get(f"/{category}") if isinstance(usage, pikepdf.Dictionary) else None
    state = entry.get(f"/{category}State") if isinstance(entry, pikepdf.Dictionary) else None
    return None if state is None else state != "/OFF"


def _names(groups: list[pikepdf.Object]) -> str:
    """Return the names of layers, as a fact may carry them."""
    names = [str(group.get("/Name", "")) for group in groups[:_NAMES]]
    return tellable(" · ".join(names) + (" …" if len(groups) > _NAMES else ""))
