"""The language of a page: whose choice counts, and where the words come from.

English sentences are the keys; a catalogue for every other language lies in ``translations``. What is compiled
goes to the data folder, since the program's own folder may be read-only. Order: the visitor's account, the
cookie of a visitor who is not logged in, the browser, the installation.
"""

import os
import tempfile
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, request
from flask_babel import Babel

from service.config import LANGUAGES, PROJECT_ROOT, Language
from service.login import cookie_name, current_runtime, current_visitor
from service.runtime import Runtime

CATALOGUES: Final = PROJECT_ROOT / "translations"
DOMAIN: Final = "messages"
COOKIE: Final = "language"
COOKIE_DAYS: Final = 365


def register(app: Flask, runtime: Runtime) -> None:
    """Let the application speak the visitor's language."""
    compiled = runtime.settings.data_dir / "translations"
    compile_stale(compiled)
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(compiled)
    Babel(
        app,
        default_locale=runtime.settings.language,
        default_timezone=runtime.settings.time_zone,
        locale_selector=current_language,
    )


def current_language() -> Language:
    """Return the language of this request."""
    visitor = current_visitor()
    if visitor is not None:
        return visitor.language
    runtime = current_runtime()
    kept = request.cookies.get(cookie_name(COOKIE))
    wanted = kept or request.accept_languages.best_match(["zh-CN", "zh", "en"])
    return as_language(wanted) or runtime.settings.language


def as_language(text: str | None) -> Language | None:
    """Return the language that a tag such as ``zh-CN`` names, if we speak it."""
    return next((language for language in LANGUAGES if (text or "").partition("-")[0] == language), None)


def compile_stale(folder: Path) -> None:
    """Compile every catalogue that is newer than its compiled form; safe when several processes start at once."""
    for source in CATALOGUES.glob(f"*/LC_MESSAGES/{DOMAIN}.po"):
        target = folder / source.relative_to(CATALOGUES).with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns == source.stat().st_mtime_ns:
            continue
        with source.open("rb") as file:
            catalogue = read_po(file, locale=source.parent.parent.name)
        compiled = BytesIO()
        write_mo(compiled, catalogue)
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, draft = tempfile.mkstemp(dir=target.parent)
        with os.fdopen(descriptor, "wb") as file:
            file.write(compiled.getvalue())
        stamp = source.stat()
        os.utime(draft, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
        Path(draft).replace(target)
