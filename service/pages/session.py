"""Logging in, logging out, the language, and the way to one's own desk."""

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request, url_for
from pydantic import StringConstraints
from werkzeug.wrappers import Response

from service import demo_accounts, passwords
from service.config import Language
from service.faults import NoDesk
from service.filters import role_text
from service.flows import people, signing_in
from service.flows.signing_in import LoginRefused
from service.forms import FieldErrors, Form, parse_form
from service.i18n import COOKIE, COOKIE_DAYS, current_language
from service.login import (
    client_address,
    cookie_name,
    current_credential,
    current_runtime,
    current_visitor,
    drop_secret,
    get_visitor,
    keep_secret,
    open_to_all,
)
from service.navigation import lines_for
from service.words import words_for

blueprint = Blueprint("session", __name__)

STATUS = {"login-refused": 422, "too-many-attempts": 429}


class LoginForm(Form):
    """What a visitor enters to log in."""

    login: Annotated[str, StringConstraints(max_length=64)]
    password: Annotated[str, StringConstraints(max_length=passwords.LONGEST, strip_whitespace=False)]
    next: str = "/"


class LanguageForm(Form):
    """Which language a visitor wants, and where they were."""

    language: Language
    next: str = "/"


@blueprint.get("/")
def home() -> Response:
    """Show the first desk of the visitor's roles."""
    lines = lines_for(get_visitor().actor)
    if not lines:
        raise NoDesk("no role of the visitor opens a page")
    return redirect(url_for(lines[0].endpoint))


@blueprint.get("/login")
@open_to_all
def login() -> Response | str:
    """Ask who the visitor is."""
    if current_visitor() is not None:
        return redirect(own_path(request.args.get("next", "/")))
    return _login_page(next_path=request.args.get("next", "/"))


@blueprint.post("/login")
@open_to_all
def log_in() -> Response | tuple[str, int]:
    """Log the visitor in, or say that it did not work."""
    form = parse_form(LoginForm)
    if isinstance(form, FieldErrors):
        page = _login_page(
            login=request.form.get("login", ""), errors=form.errors, next_path=request.form.get("next", "/")
        )
        return page, 422
    runtime = current_runtime()
    found = signing_in.sign_in(runtime, form.login, form.password, address=client_address())
    if isinstance(found, LoginRefused):
        status = STATUS[found.code]
        words = words_for(status, found.code, {})
        errors = {"login": f"{words.sentence} {words.next_step}"}
        return _login_page(login=form.login, errors=errors, next_path=form.next), status
    credential = current_credential()
    if credential is not None and credential.is_ambient:
        signing_in.sign_out(runtime, credential.secret)
    answer = redirect(own_path(form.next))
    keep_secret(answer, "session", found.secret)
    drop_secret(answer, "visit")
    return answer


@blueprint.post("/logout")
def log_out() -> Response:
    """End this session."""
    credential = current_credential()
    if credential is not None:
        signing_in.sign_out(current_runtime(), credential.secret)
    answer = redirect(url_for("session.login"))
    drop_secret(answer, "session")
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@blueprint.post("/language")
@open_to_all
def choose_language() -> Response:
    """Speak another language from now on: on this account, or in this browser."""
    form = parse_form(LanguageForm)
    if isinstance(form, FieldErrors):
        return redirect("/")
    answer = redirect(own_path(form.next))
    visitor = current_visitor()
    if visitor is not None:
        people.choose_language(current_runtime(), visitor.actor, form.language)
    runtime = current_runtime()
    answer.set_cookie(
        cookie_name(COOKIE),
        form.language,
        max_age=COOKIE_DAYS * 24 * 3600,
        secure=runtime.settings.secure_cookies,
        httponly=True,
        samesite="Lax",
    )
    return answer


def own_path(path: str) -> str:
    """Return a path on this site, the start page for anything that leads elsewhere."""
    parts = urlsplit(path.replace("\\", "/"))
    is_own = not parts.scheme and not parts.netloc and path.startswith("/") and not path.startswith("//")
    return path if is_own and path.isprintable() else "/"


def _login_page(*, next_path: str, login: str = "", errors: Mapping[str, str] | None = None) -> str:
    return render_template(
        "login.html",
        login=login,
        errors=errors or {},
        next=own_path(next_path),
        ask_code=False,
        demo_accounts=_demo_accounts(),
    )


def _demo_accounts() -> list[dict[str, str]]:
    language = current_language()
    return [
        {
            "login": account.login,
            "password": account.password,
            "role": role_text(account.role),
            "name": {"zh": account.name_zh, "en": account.name_en}[language],
        }
        for account in demo_accounts.read(current_runtime().settings)
    ]
