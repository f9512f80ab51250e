"""An offered file becomes a PDF, whatever it is: recognised by its content, drawn or converted, and told.

Laws: what a file is, its content decides, and a name that says otherwise is told. Nothing is stored here; a file that
cannot be used leaves no trace.
"""

from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath
from typing import Final, cast

from service import conversion
from service.conversion import ConversionFault
from service.papers.offered import ENCRYPTED, MACROS
from service.runtime import Runtime
from watermark import Finding

PDF: Final = "PDF"

NAMES: Final = {
    "PDF": (".pdf",),
    "DOCX": (".docx", ".docm", ".dotx", ".dotm"),
    "XLSX": (".xlsx", ".xlsm", ".xltx", ".xltm"),
    "PPTX": (".pptx", ".pptm", ".potx", ".ppsx", ".ppsm"),
    "ODT": (".odt", ".ott"),
    "ODS": (".ods", ".ots"),
    "ODP": (".odp", ".otp"),
    "DOC": (".doc", ".dot", ".wps"),
    "XLS": (".xls", ".xlt", ".et"),
    "PPT": (".ppt", ".pps", ".dps"),
    "RTF": (".rtf", ".doc"),
    "PNG": (".png",),
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "TIFF": (".tif", ".tiff"),
    "WEBP": (".webp",),
    "BMP": (".bmp",),
}
"""Kinds that are taken, and how their names may end; one kind's file under another's name is told."""

ENDINGS: Final = tuple(dict.fromkeys(ending for endings in NAMES.values() for ending in endings))
"""What the form offers to choose."""


class OfficeFileEncrypted(ConversionFault):
    """The office file asks for a password."""

    code = "office-file-encrypted"

    def __init__(self) -> None:
        """There is nothing to keep."""
        super().__init__("the office file is encrypted")


@dataclass(frozen=True)
class Received:
    """What is inspected: a PDF, and what was noticed while it came about."""

    pdf: bytes
    findings: tuple[Finding, ...]


def receive(runtime: Runtime, offered: bytes, name: str = "") -> Received:
    """Return an offered file as PDF; one that is a PDF, or nothing known, comes back as it is.

    Args:
        runtime: The tools.
        offered: The file.
        name: What its owner called it; empty if nobody said.

    Raises:
        UnusableFileError: a picture is refused.
        ConversionFault: an office file cannot be converted, or not here.
        SandboxFault: the file needs more than a file may need, or breaks its reader.
    """
    if offered.startswith(b"%PDF-"):
        return Received(offered, _told(PDF, name))
    kind, traits, pdf, maker = cast(
        "tuple[str, tuple[str, ...], bytes, str]", runtime.parse("service.papers.offered:take", offered)
    )
    if ENCRYPTED in traits:
        raise OfficeFileEncrypted
    if kind in {"", PDF}:
        return Received(offered, _told(kind, name))
    uncovered: tuple[str, ...] = ()
    if not pdf:
        converted = conversion.convert(offered, kind, runtime.conversion_limits)
        pdf, maker, uncovered = converted.pdf, converted.converter, converted.uncovered
    findings = [Finding("converted-from", facts={"kind": kind, "converter": maker})]
    if uncovered:
        findings.append(Finding("converted-uncovered", facts={"layers": ", ".join(uncovered)}))
    if MACROS in traits:
        findings.append(Finding("macros-left-out", facts={"kind": kind}))
    return Received(pdf, (*_told(kind, name), *findings))


def _told(kind: str, name: str) -> tuple[Finding, ...]:
    """Return what has to be said of a name that does not fit the content."""
    ending = PurePosixPath(PureWindowsPath(name).name).suffix.casefold()
    if not kind or ending not in ENDINGS or ending in NAMES[kind]:
        return ()
    return (Finding("name-misleads", facts={"ending": ending, "kind": kind}),)
