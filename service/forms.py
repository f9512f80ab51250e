"""Forms: where they may come from, and how their fields become values.

Laws: a request that changes something comes from our own pages and carries the token of its session, unless it
carries its credential in a header, which no other site can make a browser do; what is wrong is said field by
field, in words.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, get_origin
from urllib.parse import urlsplit

from flask import Flask, Response, g, request
from flask_babel import LazyString, lazy_gettext
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails
from werkzeug.datastructures import MultiDict

from registry.errors import InvalidError
from service import errors
from service.faults import FormForeign, FormStale
from service.login import cookie_name, current_credential, current_runtime, keep_secret
from service.tokens import ExpiredToken, ForgedToken, Purpose

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
TOKEN_FIELD = "csrf_token"  # noqa: S105 - the name of a field
TOKEN_HEADER = "X-CSRF-Token"  # noqa: S105 - the name of a header


class Form(BaseModel):
    """Base of the typed forms: blanks around a text are dropped, an empty field is a missing one."""

    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=True)


F = TypeVar("F", bound=Form)


@dataclass(frozen=True)
class FieldErrors:
    """A form that cannot be used: what was entered, and per field what is wrong with it."""

    entered: Mapping[str, Any]
    errors: Mapping[str, str]


def register(app: Flask) -> None:
    """Guard every changing request, and give templates their token."""
    app.before_request(refuse_foreign_forms)
    app.after_request(_keep_visit)
    app.jinja_env.globals["csrf_token"] = csrf_token


def csrf_token() -> str:
    """Return the token that forms of this session carry."""
    if "csrf_token" not in g:
        g.csrf_token = current_runtime().tokens.sign(Purpose.FORM, _binding())
    return str(g.csrf_token)


def refuse_foreign_forms() -> None:
    """Pass when the request changes nothing or comes from a page of ours.

    Raises:
        FormForeign: it was sent from another site.
        FormStale: its token is missing, too old, or from another session.
    """
    if request.method in SAFE_METHODS:
        return
    credential = current_credential()
    if credential is None and request.is_json:
        return  # no other site can send JSON without asking us first, and there is nothing to abuse
    if credential is not None and not credential.is_ambient:
        return
    if not _is_same_origin():
        raise FormForeign("the request was sent from another site")
    sent = request.headers.get(TOKEN_HEADER, "")
    if not sent and not errors.wants_json():  # a call's body stays unread here: it is hashed as a whole
        sent = request.form.get(TOKEN_FIELD, "")
    runtime = current_runtime()
    try:
        binding = runtime.tokens.verify(Purpose.FORM, sent, max_age=runtime.session_limits.absolute)
    except (ForgedToken, ExpiredToken) as error:
        raise FormStale("the token of the form is missing or too old") from error
    if not secrets.compare_digest(binding, _binding()):
        raise FormStale("the token of the form is from another session")


def parse_form(kind: type[F], data: MultiDict[str, str] | None = None) -> F | FieldErrors:
    """Return the fields of a form as a value, or what is wrong with them.

    Args:
        kind: The form; a field annotated as list or tuple takes every value of its name.
        data: The fields; those of the request if omitted.
    """
    fields = request.form if data is None else data
    entered: dict[str, Any] = {}
    for name, field in kind.model_fields.items():
        many = get_origin(field.annotation) in {list, tuple, set, frozenset}
        value = [item for item in fields.getlist(name) if item] if many else fields.get(name, "").strip()
        if value:
            entered[name] = value
    try:
        return kind.model_validate(entered)
    except ValidationError as error:
        found = {
            str(detail["loc"][0]) if detail["loc"] else "": _in_words(detail) for detail in error.errors()
        }
        return FieldErrors(entered, found)


def refused_field(entered: Mapping[str, Any], error: InvalidError) -> FieldErrors:
    """Return a refusal of the register as the error of the field it names.

    Raises:
        InvalidError: the refusal itself, if it names no field.
    """
    field = error.facts.get("field")
    if not isinstance(field, str):
        raise error
    return FieldErrors(entered, {field: errors.words_of(error).sentence})


_MISSING = lazy_gettext("Please fill this in.")
_UNUSABLE = lazy_gettext("This entry cannot be used.")
_WORDS: dict[str, LazyString] = {
    "string_too_long": lazy_gettext("At most %(max_length)s characters."),
    "string_too_short": lazy_gettext("At least %(min_length)s characters."),
    "too_short": lazy_gettext("Choose at least %(min_length)s."),
    "too_long": lazy_gettext("Choose at most %(max_length)s."),
    "greater_than": lazy_gettext("More than %(gt)s."),
    "greater_than_equal": lazy_gettext("At least %(ge)s."),
    "less_than": lazy_gettext("Less than %(lt)s."),
    "less_than_equal": lazy_gettext("At most %(le)s."),
    "int_parsing": lazy_gettext("A whole number is wanted."),
    "int_from_float": lazy_gettext("A whole number is wanted."),
    "float_parsing": lazy_gettext("A number is wanted."),
    "enum": lazy_gettext("Choose one of the list."),
    "literal_error": lazy_gettext("Choose one of the list."),
    "bool_parsing": lazy_gettext("Choose yes or no."),
    "date_from_datetime_parsing": lazy_gettext("A date is wanted, such as 2026-01-31."),
    "datetime_from_date_parsing": lazy_gettext("A date and time is wanted, such as 2026-01-31 14:30."),
    "datetime_parsing": lazy_gettext("A date and time is wanted, such as 2026-01-31 14:30."),
    "string_pattern_mismatch": lazy_gettext("This does not have the wanted form."),
    "missing": _MISSING,
}


def _in_words(detail: ErrorDetails) -> str:
    words = str(_WORDS.get(detail["type"], _UNUSABLE))
    return words % detail.get("ctx", {}) if "%(" in words else words


def _is_same_origin() -> bool:
    """Tell whether a browser says that a page of ours sent the request; a program says nothing."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    public = current_runtime().settings.public_url or request.host_url
    wanted, got = urlsplit(public), urlsplit(origin)
    return (got.scheme, got.netloc) == (wanted.scheme, wanted.netloc)


def _binding() -> str:
    """Return what ties a token to this browser: its session, or before the login its visit."""
    credential = current_credential()
    secret = credential.secret if credential else _visit()
    return hashlib.sha256(b"form\x00" + secret.encode()).hexdigest()


def _visit() -> str:
    if "visit" not in g:
        g.visit = request.cookies.get(cookie_name("visit")) or secrets.token_urlsafe(16)
    return str(g.visit)


def _keep_visit(response: Response) -> Response:
    if "visit" in g and request.cookies.get(cookie_name("visit")) != g.visit:
        keep_secret(response, "visit", g.visit)
    return response
