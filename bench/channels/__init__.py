"""From a page to a picture of it: simulated printers, scanners, copiers, faxes, phones, screens and hands.

Built from physics, data sheets and standards, and from nothing of the reader: a reader that is measured with it was not
asked how it would like its pictures. Made by hand, not measured on devices: it shows what works, not rates on real
machines. A channel takes a gray page of 600 dpi, ``(H, W)``, 8-bit, 0 black, and gives the gray picture that leaks;
all that is random comes from the generator, so a seed says it all.

``ordinary`` is what an office or a hand usually yields; ``bad`` is worn, hurried or far.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from bench.channels import damage, foreign, pictures, screens
from bench.channels.cameras import Camera, over, photographed
from bench.channels.fields import Picture, Severity
from bench.channels.scanners import copied, faxed, flatbed, sheet_fed
from bench.channels.sheets import Box, Sheet, printed, some_square

Step = Callable[[Picture, np.random.Generator, Severity], Picture]
Harm = Callable[[Sheet, np.random.Generator, Severity], Sheet]

#: Around a square that is cut out later: what copiers move, turn and stretch stays within it.
_ROOM_MM: Final = 12.0


@dataclass(frozen=True)
class Channel:
    """A way for a page to become a picture.

    Attributes:
        name: What tables call it.
        says: What happens, in a sentence.
        step: Does it.
    """

    name: str
    says: str
    step: Step

    def __call__(self, page: Picture, rng: np.random.Generator, severity: Severity = "ordinary") -> Picture:
        """Return the picture that leaks of a page.

        Args:
            page: ``(H, W)``, 8-bit gray, 600 dpi, the whole visible page.
            rng: Chooses all that is random.
            severity: How bad the machines and hands are.
        """
        return self.step(page, rng, severity)


def after(name: str, says: str, first: Step, *further: Step) -> Channel:
    """Return the channel that does one step, then others to its picture."""

    def step(page: Picture, rng: np.random.Generator, severity: Severity) -> Picture:
        picture = first(page, rng, severity)
        for following in further:
            picture = following(picture, rng, severity)
        return picture

    return Channel(name, says, step)


def scanned(dpi: float, *, generations: int = 0, harm: Harm | None = None) -> Step:
    """Return the step that prints, harms, copies so often, and scans on a flatbed."""

    def step(page: Picture, rng: np.random.Generator, severity: Severity) -> Picture:
        sheet = printed(page, rng, severity)
        sheet = harm(sheet, rng, severity) if harm else sheet
        for _ in range(generations):
            sheet = copied(sheet, rng, severity)
        return flatbed(sheet, rng, severity, dpi=dpi)

    return step


def fed(dpi: float) -> Step:
    """Return the step that prints and scans through a feeder."""
    return lambda page, rng, severity: sheet_fed(printed(page, rng, severity), rng, severity, dpi=dpi)


def fax(page: Picture, rng: np.random.Generator, severity: Severity) -> Picture:
    """Print and fax."""
    return faxed(printed(page, rng, severity), rng, severity)


def photo(page: Picture, rng: np.random.Generator, severity: Severity) -> Picture:
    """Print and photograph from above, the whole sheet in view."""
    sheet = printed(page, rng, severity)
    return photographed(sheet, rng, severity, _camera(sheet, rng, severity))


def photo_of(harm: Harm) -> Step:
    """Return the step that prints, harms and photographs."""

    def step(page: Picture, rng: np.random.Generator, severity: Severity) -> Picture:
        sheet = harm(printed(page, rng, severity), rng, severity)
        return photographed(sheet, rng, severity, _camera(sheet, rng, severity))

    return step


def scan_crop(side_mm: float, *, dpi: float = 300, generations: int = 0) -> Step:
    """Return the step that cuts a square of this side out of a scan, or of the scan of a photocopy."""

    def step(page: Picture, rng: np.random.Generator, severity: Severity) -> Picture:
        square = some_square(page, rng, side_mm)
        sheet = printed(page, rng, severity, _room(page, square, 1 + generations))
        for _ in range(generations):
            sheet = copied(sheet, rng, severity)
        return flatbed(sheet, rng, severity, dpi=dpi, box=square)

    return step


def photo_crop(side_mm: float) -> Step:
    """Return the step that cuts a square of this side, on paper, out of a photo of the whole sheet."""

    def step(page: Picture, rng: np.random.Generator, severity: Severity) -> Picture:
        square = some_square(page, rng, side_mm)
        sheet = printed(page, rng, severity, _room(page, square, 2))
        return photographed(sheet, rng, severity, _camera(sheet, rng, severity), square)

    return step


def identity(page: Picture, _rng: np.random.Generator, _severity: Severity) -> Picture:
    """Do nothing."""
    return page.copy()


def _camera(sheet: Sheet, rng: np.random.Generator, severity: Severity) -> Camera:
    return over(sheet.box, (sheet.width_mm, sheet.height_mm), rng, severity)


def _room(page: Picture, square: Box, times: int) -> Box:
    """Return a square with what may move into it."""
    paper = Box(0.0, 0.0, page.shape[1] * 25.4 / 600, page.shape[0] * 25.4 / 600)
    return square.grown(_ROOM_MM + 6 * times, paper)


_SCAN = scanned(300)
_CROPS_OF_SCANS, _CROPS_OF_PHOTOS, _CROPS_OF_COPIES = (60, 40, 30, 20, 15), (100, 60, 40, 30), (60, 40)


def _all() -> list[Channel]:
    """Return every channel."""
    return [
        Channel("identity", "the page itself", identity),
        *(
            Channel(f"scan-{dpi}", f"print, flatbed at {dpi} dpi", scanned(dpi))
            for dpi in (150, 200, 300, 600)
        ),
        *(Channel(f"fed-{dpi}", f"print, sheet-fed scanner at {dpi} dpi", fed(dpi)) for dpi in (200, 300)),
        *(
            Channel(
                f"copy-{number}",
                f"print, photocopy number {number}, flatbed at 300 dpi",
                scanned(300, generations=number),
            )
            for number in range(1, 6)
        ),
        Channel("fax", "print, fax in fine mode: 204 x 196 dpi, one bit", fax),
        after("levels", "scan at 300 dpi, levels and curve pulled", _SCAN, pictures.levelled),
        after("median", "scan at 300 dpi, median filter", _SCAN, pictures.smoothed),
        after("despeckle", "scan at 300 dpi, small specks erased", _SCAN, pictures.despeckled),
        after("binarise", "scan at 300 dpi, cut to black and white", _SCAN, pictures.binarised),
        Channel("digital", "the page as a picture file of 200 to 300 dpi, JPEG", screens.digital),
        Channel("screenshot", "the page in a viewer at 96 to 144 dpi", screens.screenshot),
        Channel("phone", "print, photo of 12 megapixels from above, tilted up to 30°, paper curled", photo),
        after("phone-chat", "the same through a chat app: 1280 pixels, JPEG 70", photo, pictures.forwarded),
        after("scan-chat", "scan at 300 dpi through a chat app", _SCAN, pictures.forwarded),
        Channel("screen-photo", "photo of a monitor that shows the page", screens.screen_photo),
        Channel(
            "torn", "print, half of the sheet torn away, scan at 300 dpi", scanned(300, harm=damage.torn)
        ),
        Channel("torn-phone", "print, half of the sheet torn away, photo", photo_of(damage.torn)),
        Channel(
            "redacted",
            "print, half of the lines blacked out, scan at 300 dpi",
            scanned(300, harm=damage.redacted),
        ),
        Channel("pen", "print, pen and stamps, scan at 300 dpi", scanned(300, harm=damage.written_on)),
        Channel("pen-phone", "print, pen and stamps, photo", photo_of(damage.written_on)),
        Channel(
            "creases", "print, folded and opened again, scan at 300 dpi", scanned(300, harm=damage.creased)
        ),
        Channel("creases-phone", "print, folded and opened again, photo", photo_of(damage.creased)),
        *(
            Channel(f"scan-crop-{side}", f"{side} mm square of a scan at 300 dpi", scan_crop(side))
            for side in _CROPS_OF_SCANS
        ),
        *(
            Channel(f"phone-crop-{side}", f"{side} mm square of a photo of the sheet", photo_crop(side))
            for side in _CROPS_OF_PHOTOS
        ),
        *(
            Channel(
                f"copy-crop-{side}",
                f"{side} mm square of a scanned second photocopy",
                scan_crop(side, generations=2),
            )
            for side in _CROPS_OF_COPIES
        ),
    ]


CHANNELS: Final[Mapping[str, Channel]] = MappingProxyType({channel.name: channel for channel in _all()})


FOREIGN_CHANNELS: Final[Mapping[str, Channel]] = MappingProxyType(
    {
        f"augraphy-{name}": Channel(f"augraphy-{name}", f"augraphy: {name}", foreign.pipeline(name))
        for name in foreign.PIPELINES
    }
)
"""The second simulator; it needs a package that is not ours, see :mod:`bench.channels.foreign`."""


def channel(name: str) -> Channel:
    """Return a channel by its name, ours or a foreign one.

    Raises:
        KeyError: there is none of that name.
    """
    return CHANNELS[name] if name in CHANNELS else FOREIGN_CHANNELS[name]


__all__ = ["CHANNELS", "FOREIGN_CHANNELS", "Channel", "Picture", "Severity", "after", "channel"]
