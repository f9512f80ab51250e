"""What an offered file is, and pictures drawn as PDF; inside the sandbox, since only its content tells.

A name is worth nothing: a file is what its first bytes and its parts say. Office files are not opened further than
that; what becomes of their pages is the converter's work.
"""

import io
import re
import zipfile
from collections.abc import Mapping
from typing import Final

import PIL

import watermark

PICTURES: Final = {
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"II*\x00": "TIFF",
    b"MM\x00*": "TIFF",
    b"BM": "BMP",
}
"""How pictures begin; WEBP says so eight bytes later."""

_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_RTF: Final = b"{\\rtf"
_PDF: Final = b"%PDF-"
_PDF_WITHIN: Final = 1024  # ISO 32000-2 Annex I: readers accept the header anywhere in the first kilobyte

_PART_BYTES: Final = 4 * 1024 * 1024
"""More of the lists of parts is not read: those of the largest office files have some hundred kilobytes."""

_MAIN_PARTS: Final = {
    "wordprocessingml": "DOCX",
    "spreadsheetml": "XLSX",
    "presentationml": "PPTX",
    "ms-word": "DOCX",
    "ms-excel": "XLSX",
    "ms-powerpoint": "PPTX",
}
_MAIN_PART: Final = re.compile(
    r"application/vnd\.(?:openxmlformats-officedocument\.)?"
    r"(wordprocessingml|spreadsheetml|presentationml|ms-word|ms-excel|ms-powerpoint)"
    r"\.(?:document|template|sheet|presentation|slideshow)(?:\.macroEnabled)?(?:Template)?(?:\.12)?\.?main\+xml"
)
"""Content type of the part that is the document itself (ISO/IEC 29500-1 §11.3.10, §12.3.23, §13.3.6)."""

_ODF_KINDS: Final = {"text": "ODT", "spreadsheet": "ODS", "presentation": "ODP"}
_ODF_TYPE: Final = re.compile(rb"application/vnd\.oasis\.opendocument\.(text|spreadsheet|presentation)")

_OLE_KINDS: Final = {
    "WordDocument": "DOC",
    "Workbook": "XLS",
    "Book": "XLS",
    "PowerPoint Document": "PPT",
}
_OLE_MACROS: Final = ("Macros", "_VBA_PROJECT", "_VBA_PROJECT_CUR")
_OLE_ENCRYPTED: Final = ("EncryptedPackage",)
_OLE_ENTRY: Final = 128
"""Bytes of an entry of the folder of a compound file ([MS-CFB] §2.6.1); its name comes first."""
_OLE_NAME: Final = 64

ENCRYPTED: Final = "encrypted"
MACROS: Final = "macros"


def take(offered: bytes) -> tuple[str, tuple[str, ...], bytes, str]:
    """Return what a file is, what is special about it, and for a picture the PDF and what drew it.

    Returns:
        Kind, such as ``DOCX``, empty for what is not known; traits, of ``ENCRYPTED`` and ``MACROS``; a PDF or nothing;
        the name and version of its maker.

    Raises:
        UnusableFileError: the picture cannot be used.
    """
    kind, traits = _recognised(offered)
    if kind in {*PICTURES.values(), "WEBP"}:
        return kind, (), watermark.draw_pictures(offered), f"Pillow {PIL.__version__}"
    return kind, traits, b"", ""


def _recognised(offered: bytes) -> tuple[str, tuple[str, ...]]:
    if offered.startswith(_ZIP) and (found := _in_archive(offered)):
        return found
    if offered.startswith(_OLE) and (found := _in_compound_file(offered)):
        return found
    if offered[:4] == b"RIFF" and offered[8:12] == b"WEBP":
        return "WEBP", ()
    for beginning, kind in PICTURES.items():
        if offered.startswith(beginning):
            return kind, ()
    if offered.startswith(_RTF):
        return "RTF", ()
    return ("PDF", ()) if _PDF in offered[:_PDF_WITHIN] else ("", ())


def _in_archive(offered: bytes) -> tuple[str, tuple[str, ...]] | None:
    """Tell an Office Open XML or OpenDocument file by its parts."""
    try:
        with zipfile.ZipFile(io.BytesIO(offered)) as archive:
            names = archive.namelist()
            types = _part(archive, "[Content_Types].xml").decode("utf-8", "replace")
            declared = _part(archive, "mimetype")
            manifest = _part(archive, "META-INF/manifest.xml")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, EOFError):
        return None
    if main := _MAIN_PART.search(types):
        has_macros = any(name.casefold().endswith("vbaproject.bin") for name in names)
        return _MAIN_PARTS[main[1]], (MACROS,) if has_macros else ()
    if odf := _ODF_TYPE.search(declared):
        traits = (ENCRYPTED,) if b"encryption-data" in manifest else ()
        has_macros = any(name.startswith(("Basic/", "Scripts/")) for name in names)
        return _ODF_KINDS[odf[1].decode()], (*traits, MACROS) if has_macros else traits
    return None


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    """Return the beginning of a part; nothing if there is none."""
    if name not in archive.namelist():
        return b""
    with archive.open(name) as part:
        return part.read(_PART_BYTES)


def _in_compound_file(offered: bytes) -> tuple[str, tuple[str, ...]] | None:
    """Tell an older office file by the names of its streams; the first that names a kind is the outermost."""
    places = {
        name: at
        for name in (*_OLE_KINDS, *_OLE_MACROS, *_OLE_ENCRYPTED)
        if (at := _entry(offered, name)) is not None
    }
    if places.keys() & set(_OLE_ENCRYPTED):
        return "OFFICE", (ENCRYPTED,)
    kind = _first(places, _OLE_KINDS)
    return (kind, (MACROS,) if places.keys() & set(_OLE_MACROS) else ()) if kind else None


def _first(places: Mapping[str, int], kinds: Mapping[str, str]) -> str | None:
    """Return the kind whose stream is entered first."""
    named = sorted((at, name) for name, at in places.items() if name in kinds)
    return kinds[named[0][1]] if named else None


def _entry(offered: bytes, name: str) -> int | None:
    """Return where the folder of a compound file enters a name."""
    written = name.encode("utf-16-le").ljust(_OLE_NAME, b"\0")
    at = offered.find(written)
    while at >= 0 and at % _OLE_ENTRY:
        at = offered.find(written, at + 1)
    return at if at >= 0 else None
