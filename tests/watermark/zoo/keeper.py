"""The register of the zoo: hard PDFs made on the spot, each a function named for its trouble.

An animal is either stamped, and then looks outside its marks as a viewer prints the original, or refused with the code
that its entry states. Pages are small, so that a visit costs little.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

THEMES = (
    "boxes",
    "sizes",
    "borrowed",
    "streams",
    "letters",
    "pictures",
    "transparency",
    "optional",
    "overlays",
    "damage",
    "protection",
    "habits",
)

Maker = Callable[[pikepdf.Pdf], bytes | None]

A6_PT = (297.638, 419.528)

#: A letter F and a red bar: they look different under every turn and mirror, and show a lost colour.
MOTIF = b"0 g 50 180 14 140 re 64 306 60 14 re 64 250 40 14 re f 1 0 0 rg 150 180 80 20 re f 0 g\n"


@dataclass(frozen=True)
class Animal:
    """One hard PDF.

    Attributes:
        name: Its trouble.
        theme: The file it lives in.
        make: Makes it; the same bytes every time.
        refused: Code of the refusal it deserves, or None if it can be stamped.
        told: Codes of findings that it must give.
        unlike: Why its original, as PDFium prints it, is no measure for ours; empty if it is.
    """

    name: str
    theme: str
    make: Callable[[], bytes]
    refused: str | None
    told: frozenset[str]
    unlike: str


ZOO: dict[str, Animal] = {}


def animal(
    refused: str | None = None, told: str = "", unlike: str = "", **options: Any
) -> Callable[[Maker], Maker]:
    """Enter a function into the register; it fills an empty PDF, or returns bytes of its own."""

    def enter(make: Maker) -> Maker:
        def made() -> bytes:
            with pikepdf.new() as pdf:
                own = make(pdf)
                return own if isinstance(own, bytes) else saved(pdf, **options)

        name = make.__name__
        assert name not in ZOO, f"two animals are called {name}"
        theme = make.__module__.rsplit(".", 1)[-1]
        ZOO[name] = Animal(name, theme, made, refused, frozenset(told.split()), unlike)
        return make

    return enter


def all_animals() -> dict[str, Animal]:
    """Return the whole zoo."""
    for theme in THEMES:
        import_module(f"tests.watermark.zoo.{theme}")
    return ZOO


def saved(pdf: pikepdf.Pdf, **options: Any) -> bytes:
    target = io.BytesIO()
    pdf.save(target, **({"static_id": True} | options))
    return target.getvalue()


def sheet(pdf: pikepdf.Pdf, content: bytes = MOTIF, size: tuple[float, float] = A6_PT, **entries: Any) -> Any:
    """Add a page and return it."""
    pdf.add_blank_page(page_size=size)
    page = pdf.pages[-1].obj
    page.Contents = pdf.make_stream(content)
    for name, value in entries.items():
        page[f"/{name}"] = value
    return page


def helvetica() -> Dictionary:
    return Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)


def form(
    pdf: pikepdf.Pdf,
    content: bytes,
    box: tuple[float, float, float, float] = (0, 0, 298, 420),
    **entries: Any,
) -> Any:
    """Return a form of drawing operators."""
    stream = pdf.make_stream(content, Type=Name.XObject, Subtype=Name.Form, BBox=Array(list(box)))
    for name, value in entries.items():
        stream.stream_dict[f"/{name}"] = value
    return stream


def picture(
    pdf: pikepdf.Pdf, data: bytes = b"\x00\xff\xff\x00", width: int = 2, height: int = 2, **entries: Any
) -> Any:
    """Return a grey picture, or what the entries make of it."""
    default = {"ColorSpace": Name.DeviceGray, "BitsPerComponent": 8}
    stream = pdf.make_stream(data, Type=Name.XObject, Subtype=Name.Image, Width=width, Height=height)
    for name, value in (default | entries).items():
        stream.stream_dict[f"/{name}"] = value
    return stream


def placed(name: str, x: int = 60, y: int = 200, width: int = 120, height: int = 90) -> bytes:
    """Return operators that draw a picture somewhere."""
    return b"q %d 0 0 %d %d %d cm /%s Do Q " % (width, height, x, y, name.encode("ascii"))
