"""Optional content: what is hidden stays hidden on every viewer and on paper, what is shown is always shown.

A layer may look different on screen, in print and when exported (ISO 32000-2 §8.11.4.4). Then the page an approver saw
is not the page that is printed. The default configuration is therefore frozen: its list of hidden layers is kept, and
everything that could change it is dropped.
"""

import pikepdf

from watermark.write.findings import Finding


def freeze(pdf: pikepdf.Pdf) -> list[Finding]:
    """Fix the layers of a document to the state its default configuration shows."""
    properties = pdf.Root.get("/OCProperties")
    if not isinstance(properties, pikepdf.Dictionary):
        if properties is not None:
            del pdf.Root.OCProperties
        return []
    groups = _groups(properties.get("/OCGs"))
    default = properties.get("/D")
    default = default if isinstance(default, pikepdf.Dictionary) else pikepdf.Dictionary()
    hidden = _hidden(groups, default)
    for group in groups:
        group.Type = pikepdf.Name.OCG
        for key in {"/Usage", "/Intent"} & set(group.keys()):
            del group[key]
    pdf.Root.OCProperties = _frozen(groups, hidden)
    if not hidden:
        return []
    return [Finding("layers-hidden", facts={"layers": len(hidden)})]


def adopt(pdf: pikepdf.Pdf, source: pikepdf.Pdf) -> None:
    """Keep hidden, in a file that has taken pages of ``source``, what a frozen ``source`` hides."""
    theirs = source.Root.get("/OCProperties")
    if theirs is None:
        return
    if "/OCProperties" not in pdf.Root:
        pdf.Root.OCProperties = _frozen([], [])
    ours = pdf.Root.OCProperties
    ours.OCGs.extend(pdf.copy_foreign(group) for group in _groups(theirs.OCGs))
    ours.D.OFF.extend(pdf.copy_foreign(group) for group in _groups(theirs.D.OFF))


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


def _hidden(groups: list[pikepdf.Object], default: pikepdf.Dictionary) -> list[pikepdf.Object]:
    """Return the groups that the default configuration does not show."""
    listed_off = {group.objgen for group in _groups(default.get("/OFF"))}
    listed_on = {group.objgen for group in _groups(default.get("/ON"))}
    if default.get("/BaseState") == pikepdf.Name.OFF:
        return [group for group in groups if group.objgen not in listed_on]
    return [group for group in groups if group.objgen in listed_off]
