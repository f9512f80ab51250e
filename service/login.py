"""Who is at the door: the visitor of this request, and what a page demands of them.

Decides nothing about logins, which is done by ``flows.signing_in``, nor who may do what, which is decided in
``roles``. Laws: every page is closed unless it is marked open; the browser holds the secret of its session in
an HttpOnly cookie, a program in an ``Authorization`` header; a
password that somebody else has chosen opens nothing but its change.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Final, ParamSpec, TypeVar, cast

from flask import Flask, current_app, g, request
from werkzeug.wrappers import Response

from registry.errors import PermissionDenied
from registry.rules import roles
from registry.rules.roles import Action, Actor
from service.faults import LoginRequired, PasswordToChange
from service.flows import signing_in
from service.runtime import Runtime
from service.sessions import Visitor

P = ParamSpec("P")
R = TypeVar("R")

_EXTENSION: Final = "foliotrace"
_OPEN: Final = "foliotrace_open"
_BEFORE_OWN_PASSWORD: Final = "foliotrace_before_own_password"  # noqa: S105 - a mark of views
_BEARER: Final = "Bearer "


@dataclass(frozen=True)
class Credential:
    """The secret of a session as it came with the request."""

    secret: str
    is_ambient: bool
    """Whether the browser sends it by itself, so that a form needs a token besides."""


def register(app: Flask, runtime: Runtime) -> None:
    """Give the application its runtime, and close every page that is not marked open."""
    app.extensions[_EXTENSION] = runtime
    app.before_request(_demand_login)


def current_runtime() -> Runtime:
    """Return the runtime of the application."""
    return cast("Runtime", current_app.extensions[_EXTENSION])


def current_visitor() -> Visitor | None:
    """Return who is logged in, or None; looked up once per request."""
    if "visitor" not in g:
        credential = current_credential()
        g.visitor = signing_in.find_visitor(current_runtime(), credential.secret) if credential else None
    return cast("Visitor | None", g.visitor)


def get_visitor() -> Visitor:
    """Return who is logged in.

    Raises:
        LoginRequired: nobody is.
    """
    visitor = current_visitor()
    if visitor is None:
        raise LoginRequired("nobody is logged in")
    return visitor


def current_actor() -> Actor:
    """Return who acts in this request.

    Raises:
        LoginRequired: nobody is logged in.
    """
    return get_visitor().actor


def current_credential() -> Credential | None:
    """Return the secret that came with the request, from the header or the cookie."""
    header = request.headers.get("Authorization", "")
    if header.startswith(_BEARER):
        return Credential(header.removeprefix(_BEARER).strip(), is_ambient=False)
    secret = request.cookies.get(cookie_name("session"))
    return Credential(secret, is_ambient=True) if secret else None


def client_address() -> str:
    """Return the address that the request came from, past the proxies we trust."""
    return request.remote_addr or "unknown"


def open_to_all(view: Callable[P, R]) -> Callable[P, R]:
    """Mark a page that may be seen without a login."""
    setattr(view, _OPEN, True)
    return view


def before_own_password(view: Callable[P, R]) -> Callable[P, R]:
    """Mark a page that may be used with a password that somebody else has chosen."""
    setattr(view, _BEFORE_OWN_PASSWORD, True)
    return view


def require(action: Action) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Demand that the visitor may do an action for some unit at least; a refusal is recorded.

    A door's courtesy: the act itself asks again, for the unit it concerns.
    """

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            demand(action)
            return view(*args, **kwargs)

        return guarded

    return decorate


def demand(action: Action) -> None:
    """Pass when the visitor may do an action for some unit at least.

    Raises:
        PermissionDenied: the visitor may not; recorded.
    """
    actor = current_actor()
    if not roles.may_for_some_unit(actor, action):
        with current_runtime().deed(actor, f"open.{request.endpoint}", f"page:{request.endpoint}"):
            raise PermissionDenied("got a page that the roles do not open", action=str(action))


def keep_secret(response: Response, name: str, secret: str) -> None:
    """Put a secret into the browser, out of reach of scripts and other sites, until it is closed."""
    response.set_cookie(
        cookie_name(name),
        secret,
        secure=current_runtime().settings.secure_cookies,
        httponly=True,
        samesite="Lax",
        path="/",
    )


def drop_secret(response: Response, name: str) -> None:
    """Take a secret out of the browser."""
    secure = current_runtime().settings.secure_cookies
    response.delete_cookie(cookie_name(name), secure=secure, httponly=True, samesite="Lax", path="/")


def cookie_name(name: str) -> str:
    """Return the name of a cookie; with HTTPS browsers bind it to this host alone."""
    return f"__Host-{name}" if current_runtime().settings.secure_cookies else f"foliotrace-{name}"


def _demand_login() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    if request.endpoint == "static" or view is None or getattr(view, _OPEN, False):
        return  # an unknown address answers 404 to everybody
    if get_visitor().password_is_first and not getattr(view, _BEFORE_OWN_PASSWORD, False):
        raise PasswordToChange("got a password that somebody else has chosen")
