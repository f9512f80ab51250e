"""From an error to an answer: the only mapping to HTTP, and the only place that shows a refusal.

Laws: the family decides the status, the code decides the words; nobody sees a stack trace; what nobody foresaw
is logged under a number that the page shows.
"""

from collections.abc import Mapping
from typing import Any

import structlog
from flask import Flask, Response, g, jsonify, make_response, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from registry.errors import ConflictError, InvalidError, PermissionDenied, RegistryError, UnknownError
from service.conversion import ConversionFault
from service.faults import (
    FormForeign,
    FormStale,
    LoginFailed,
    LoginRequired,
    LoginThrottled,
    NoDesk,
    PasswordToChange,
    ServiceFault,
    StorageFull,
)
from service.idempotency import KeyReused
from service.sandbox import SandboxFault
from service.words import Words, words_for
from watermark import WatermarkError

STATUS: tuple[tuple[type[Exception], int], ...] = (
    (PermissionDenied, 403),
    (UnknownError, 404),
    (ConflictError, 409),
    (KeyReused, 422),
    (InvalidError, 400),
    (RegistryError, 400),
    (WatermarkError, 422),
    (SandboxFault, 422),
    (ConversionFault, 422),
    (LoginRequired, 401),
    (LoginFailed, 401),
    (LoginThrottled, 429),
    (NoDesk, 403),
    (PasswordToChange, 403),
    (FormForeign, 403),
    (FormStale, 400),
    (StorageFull, 503),
    (ServiceFault, 500),
)
"""First match decides."""

SWAPPED_BY_HTMX = {409, 422}

TYPE_PREFIX = "urn:foliotrace:problem:"
logger = structlog.get_logger()


def register(app: Flask) -> None:
    """Let every error of the application become an answer here."""
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(Exception, _answer_error)


def status_of(error: Exception) -> int:
    """Return the HTTP status of an error of ours; 500 for what nobody foresaw."""
    return next((status for family, status in STATUS if isinstance(error, family)), 500)


def code_of(error: Exception) -> str | None:
    """Return the stable code of an error of ours."""
    return error.code if isinstance(error, RegistryError | WatermarkError | ServiceFault) else None


def facts_of(error: Exception) -> dict[str, Any]:
    """Return the facts of an error of ours, by name."""
    if isinstance(error, RegistryError | WatermarkError):
        return dict(error.facts)
    return dict(vars(error)) if isinstance(error, ServiceFault) else {}


def words_of(error: Exception) -> Words:
    """Return what an error says to people, for pages that show a refusal in place."""
    return words_for(status_of(error), code_of(error), facts_of(error))


def wants_json() -> bool:
    """Tell whether the caller is a program."""
    return request.path.startswith("/api/") or request.accept_mimetypes.best == "application/json"


def _answer_error(error: Exception) -> AnyResponse:
    status = status_of(error)
    if status >= 500:  # noqa: PLR2004 - the server's own faults
        logger.error("unforeseen", error=type(error).__name__, exc_info=error)
    if isinstance(error, LoginRequired) and request.method == "GET" and not wants_json():
        return redirect(url_for("session.login", next=request.full_path.rstrip("?")))
    if isinstance(error, PasswordToChange) and not wants_json():
        return redirect(url_for("session.own_password"))
    return _answer(status, code_of(error), facts_of(error) if status < 500 else {})  # noqa: PLR2004


def _answer_http(error: HTTPException) -> AnyResponse | HTTPException:
    if error.code is not None and error.code < 400:  # noqa: PLR2004 - a redirection is an answer already
        return error
    answer = _answer(error.code or 500, None, {})
    for name, value in error.get_headers():
        if name.lower() in {"allow", "retry-after", "location"}:
            answer.headers[name] = value
    return answer


def _answer(status: int, code: str | None, facts: Mapping[str, Any]) -> Response:
    words = words_for(status, code, facts)
    if wants_json():
        return _problem(status, code, facts, words)
    if "HX-Request" in request.headers and status in SWAPPED_BY_HTMX:
        answer = make_response(render_template("errors/inline.html", words=words), status)
        answer.headers["HX-Retarget"] = "#flashes"
        answer.headers["HX-Reswap"] = "beforeend"
        return answer
    page = render_template(
        "errors/error.html", status=status, code=code, words=words, request_id=g.get("request_id")
    )
    return make_response(page, status)


def _problem(status: int, code: str | None, facts: Mapping[str, Any], words: Words) -> Response:
    """Return problem details as of RFC 9457."""
    answer = jsonify(
        {
            "type": f"{TYPE_PREFIX}{code}" if code else "about:blank",
            "title": words.title,
            "status": status,
            "detail": words.sentence,
            "next_step": words.next_step,
            "code": code or f"http-{status}",
            "facts": dict(facts),
            "request_id": g.get("request_id"),
        }
    )
    answer.status_code = status
    answer.content_type = "application/problem+json"
    return answer
