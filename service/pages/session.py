"""Logging in, logging out, the language, and the way to one's own desk."""

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from pydantic import StringConstraints
from werkzeug.wrappers import Response

from registry.errors import InvalidError
from service import demo_accounts, passwords
from service.config import Language
from service.errors import words_of
from service.faults import NoDesk
from service.filters import role_text
from service.flows import people, signing_in
from service.flows.signing_in import LoginRefused
from service.forms import FieldErrors, Form, parse_form
from service.i18n import COOKIE, COOKIE_DAYS, current_language
from service.login import (
    before_own_password,
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


Password = Annotated[str, StringConstraints(max_length=passwords.LONGEST, strip_whitespace=False)]


class LoginForm(Form):
    """What a visitor enters to log in."""

    login: Annotated[str, StringConstraints(max_length=64)]
    password: Password
    next: str = "/"


class OwnPasswordForm(Form):
    """The visitor's current password, and the new one twice."""

    current_password: Password
    new_password: Password
    repeated: Password


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


@blueprint.get("/password")
@before_own_password
def own_password() -> str:
    """Show the form for the visitor's own password."""
    return _password_page({})


@blueprint.post("/password")
@before_own_password
def change_own_password() -> Response | tuple[str, int]:
    """Put the visitor's own password in place of the current one."""
    form = parse_form(OwnPasswordForm)
    if isinstance(form, FieldErrors):
        return _password_page(form.errors), 422
    runtime, visitor = current_runtime(), get_visitor()
    if form.new_password != form.repeated:
        return _password_page({"repeated": gettext("This is not the same as the new password.")}), 422
    try:
        found = signing_in.change_password(
            runtime, visitor.login, form.current_password, form.new_password, address=client_address()
        )
    except InvalidError as refusal:
        words = words_of(refusal)
        return _password_page({"new_password": f"{words.sentence} {words.next_step}"}), 422
    if isinstance(found, LoginRefused):
        status = STATUS[found.code]
        words = words_for(status, found.code, {})
        return _password_page({"current_password": f"{words.sentence} {words.next_step}"}), status
    flash(gettext("Your password is changed. It counts from now on, everywhere."), "success")
    answer = redirect("/")
    keep_secret(answer, "session", found.secret)
    return answer


@blueprint.post("/logout")
@before_own_password
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


def _password_page(errors: Mapping[str, str]) -> str:
    return render_template(
        "people/password.html",
        errors=errors,
        is_first=get_visitor().password_is_first,
        shortest=passwords.SHORTEST_PASSWORD,
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
