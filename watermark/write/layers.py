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
        for key in {"/Usage", "/Intent"} & set(group.keys()):
            del group[key]
    pdf.Root.OCProperties = pikepdf.Dictionary(
        OCGs=pikepdf.Array(groups),
        D=pikepdf.Dictionary(BaseState=pikepdf.Name.ON, OFF=pikepdf.Array(hidden), Order=pikepdf.Array()),
    )
    if not hidden:
        return []
    return [Finding("layers-hidden", facts={"layers": len(hidden)})]


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
