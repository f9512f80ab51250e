"""What every answer tells the browser not to do.

Laws: nothing runs, loads or is framed but what we ship; pages are kept nowhere; the camera is for pages that
say so. The referrer stays within our own site: with ``no-referrer`` browsers send ``Origin: null`` with our own
forms (Fetch standard, "append a request Origin header"), and the origin of a form could not be checked.
"""

from collections.abc import Callable
from functools import wraps
from typing import Final, ParamSpec, TypeVar

from flask import Flask, Response, g, request

from service.login import current_runtime

P = ParamSpec("P")
R = TypeVar("R")

POLICY: Final = (
    ("default-src", "'none'"),
    ("script-src", "'self'"),
    ("style-src", "'self'"),
    ("img-src", "'self' data: blob:"),
    ("connect-src", "'self'"),
    ("font-src", "'self'"),
    ("media-src", "'self' blob:"),
    ("worker-src", "'self' blob:"),
    ("manifest-src", "'self'"),
    ("form-action", "'self'"),
    ("frame-ancestors", "'none'"),
    ("base-uri", "'none'"),
)
FEATURES: Final = ("camera", "microphone", "geolocation", "display-capture", "usb", "serial", "payment")
ONE_YEAR_S: Final = 31_536_000


def register(app: Flask) -> None:
    """Give every answer its headers."""
    app.after_request(_add_headers)


def uses_camera(view: Callable[P, R]) -> Callable[P, R]:
    """Mark a page that reads codes with the camera: it may open it, and run the reader's WebAssembly."""

    @wraps(view)
    def with_camera(*args: P.args, **kwargs: P.kwargs) -> R:
        g.uses_camera = True
        return view(*args, **kwargs)

    return with_camera


def _add_headers(response: Response) -> Response:
    camera = bool(g.get("uses_camera"))
    script = "'self' 'wasm-unsafe-eval'" if camera else "'self'"
    policy = ((name, script if name == "script-src" else value) for name, value in POLICY)
    allowed = ((feature, "(self)" if camera and feature == "camera" else "()") for feature in FEATURES)
    headers = response.headers
    headers["Content-Security-Policy"] = "; ".join(f"{name} {value}" for name, value in policy)
    headers["Permissions-Policy"] = ", ".join(f"{feature}={who}" for feature, who in allowed)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["X-Request-Id"] = str(g.get("request_id", ""))
    if request.endpoint != "static":
        headers["Cache-Control"] = "no-store"
    if current_runtime().settings.secure_cookies:
        headers["Strict-Transport-Security"] = f"max-age={ONE_YEAR_S}"
    return response
