"""The QR code of a mark as a picture for screens."""

from typing import Final

from watermark import qr_modules

QUIET_MODULES: Final = 4
"""White around the code (ISO/IEC 18004 §6.3.8)."""


def draw_qr(text: str) -> bytes:
    """Return the QR code of a text as an SVG, one unit a module."""
    modules = qr_modules(text)
    side = modules.shape[0] + 2 * QUIET_MODULES
    black = "".join(
        f"M{column + QUIET_MODULES} {row + QUIET_MODULES}h1v1h-1z"
        for row, line in enumerate(modules)
        for column, is_black in enumerate(line)
        if is_black
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/><path d="{black}"/></svg>'
    ).encode("ascii")
