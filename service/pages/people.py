"""Units, persons and accounts: kept by the system administrator, their roles granted by the security officer."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Annotated, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from pydantic import Field, StringConstraints
from werkzeug.wrappers import Response

from registry.errors import ConflictError, InvalidError, UnknownError
from registry.rules import roles
from registry.rules.limits import CODE_LIMIT, LOGIN_LIMIT, NAME_LIMIT, UNIT_NAME_LIMIT
from registry.rules.roles import Action, IncompatibleRoles, Role
from registry.views.people import PersonRow
from service import errors
from service.config import Language
from service.filters import role_text
from service.flows import accounts, meetings, people
from service.flows.characters import lacking
from service.flows.people import NewPerson
from service.forms import FieldErrors, Form, parse_form, refused_field
from service.login import current_actor, current_runtime, require
from service.pages.choices import level_options, unit_options
from service.pages.warnings import warn_of
from service.passwords import LONGEST, PIN_DIGITS, SHORTEST_PASSWORD
from service.times import end_of_day

blueprint = Blueprint("people", __name__, url_prefix="/people")

_FIELD_OF: Final[Mapping[str, str]] = MappingProxyType(
    {"staff-number-taken": "staff_no", "login-taken": "login"}
)
"""Where on the form a refusal belongs, by its code."""

Password = Annotated[str, StringConstraints(max_length=LONGEST, strip_whitespace=False)]


class UnitForm(Form):
    """A new unit."""

    code: Annotated[str, StringConstraints(max_length=CODE_LIMIT)]
    unit_zh: Annotated[str, StringConstraints(max_length=UNIT_NAME_LIMIT)]
    unit_en: Annotated[str, StringConstraints(max_length=UNIT_NAME_LIMIT)]
    parent_id: int | None = None


class PersonForm(Form):
    """A new person with a login."""

    staff_no: Annotated[str, StringConstraints(max_length=CODE_LIMIT)]
    name_zh: Annotated[str, StringConstraints(max_length=NAME_LIMIT)]
    name_en: Annotated[str, StringConstraints(max_length=NAME_LIMIT)]
    unit: Annotated[str, StringConstraints(max_length=CODE_LIMIT)]
    login: Annotated[str, StringConstraints(max_length=LOGIN_LIMIT)]
    password: Password
    language: Language = "zh"


class RolesForm(Form):
    """The roles that an account shall have."""

    login: str
    roles: list[Role] = Field(default=[])


class AccountsForm(Form):
    """For whom accounts shall be opened."""

    person_id: list[int] = Field(default=[])


class PasswordForm(Form):
    """A new password for an account."""

    login: str
    password: Password


class ClearanceForm(Form):
    """Up to which level a person is cleared, and until when."""

    cleared_to: Annotated[str, StringConstraints(pattern=r"^[a-z]+:[A-Z_]+$")]
    cleared_until: date


class PinForm(Form):
    """A new PIN."""

    pin: Annotated[str, StringConstraints(max_length=LONGEST)]


@blueprint.get("/")
def index() -> str:
    """List persons and units."""
    return _list_page({}, {})


@blueprint.post("/units")
@require(Action.MANAGE_PEOPLE)
def add_unit() -> Response | tuple[str, int]:
    """Register a unit."""
    form = parse_form(UnitForm)
    if isinstance(form, FieldErrors):
        return _list_page(form.entered, form.errors), 422
    try:
        people.add_unit(
            current_runtime(),
            current_actor(),
            form.code,
            form.unit_zh,
            form.unit_en,
            parent_id=form.parent_id,
        )
    except ConflictError as refusal:
        return _list_page(form.model_dump(), {"code": _advice(refusal)}), 409
    flash(gettext("The unit is registered."), "success")
    warn_of(lacking(current_runtime(), unit_zh=form.unit_zh, unit_en=form.unit_en))
    return redirect(url_for("people.index"))


@blueprint.get("/new")
@require(Action.MANAGE_PEOPLE)
def new() -> str:
    """Show the form to register a person."""
    return _form_page(FieldErrors({"language": "zh"}, {}))


@blueprint.post("/")
@require(Action.MANAGE_PEOPLE)
def add() -> Response | tuple[str, int]:
    """Register a person with a login, as holder and nothing more."""
    form = parse_form(PersonForm)
    if isinstance(form, FieldErrors):
        return _form_page(form), 422
    runtime, actor = current_runtime(), current_actor()
    person = NewPerson(form.staff_no, form.name_zh, form.name_en, form.login, form.password, form.language)
    entered = form.model_dump(exclude={"password"})
    try:
        people.add_person(runtime, actor, form.unit, person)
    except (ConflictError, UnknownError) as refusal:
        wrong = {_FIELD_OF.get(refusal.code, "unit"): _advice(refusal)}
        return _form_page(FieldErrors(entered, wrong)), errors.status_of(refusal)
    except InvalidError as refusal:
        return _form_page(refused_field(entered, refusal)), 422
    flash(
        gettext(
            "The person is registered, as holder, and chooses a password of their own at the first login. Other roles "
            "are granted by the security officer."
        ),
        "success",
    )
    warn_of(lacking(runtime, name_zh=form.name_zh, name_en=form.name_en))
    return redirect(url_for("people.index", search=form.staff_no))


@blueprint.get("/accounts")
@require(Action.MANAGE_PEOPLE)
def without_account() -> str:
    """List who has no account yet."""
    return _accounts_page({})


@blueprint.post("/accounts")
@require(Action.MANAGE_PEOPLE)
def open_accounts() -> Response | tuple[str, int]:
    """Open accounts and send the slips with their first passwords, once."""
    form = parse_form(AccountsForm)
    if isinstance(form, FieldErrors):
        return _accounts_page(form.errors), 422
    try:
        slips = accounts.open_accounts(current_runtime(), current_actor(), form.person_id)
    except (ConflictError, InvalidError) as refusal:
        return _accounts_page({"person_id": _advice(refusal)}), errors.status_of(refusal)
    answer = Response(slips, content_type="application/pdf")
    answer.headers.set("Content-Disposition", "attachment", filename="first-passwords.pdf")
    return answer


@blueprint.get("/<int:person_id>")
def show(person_id: int) -> str:
    """Show one person with accounts and roles."""
    return _person_page(person_id, {})


@blueprint.post("/<int:person_id>/roles")
@require(Action.MANAGE_ROLES)
def set_roles(person_id: int) -> Response | tuple[str, int]:
    """Make the chosen roles those of one account."""
    form = parse_form(RolesForm)
    if isinstance(form, FieldErrors):
        return _person_page(person_id, dict(form.errors)), 422
    _require_own(person_id, form.login)
    try:
        people.set_roles(current_runtime(), current_actor(), form.login, form.roles)
    except IncompatibleRoles as refusal:
        pair = refusal.facts.get("roles")
        named = [role_text(Role(str(code))) for code in pair] if isinstance(pair, tuple) else []
        return _person_page(person_id, {"roles": f"{' · '.join(named)}: {_advice(refusal)}"}), 409
    except ConflictError as refusal:
        return _person_page(person_id, {"roles": _advice(refusal)}), 409
    flash(gettext("The roles count from the next page on."), "success")
    return redirect(url_for("people.show", person_id=person_id))


@blueprint.post("/<int:person_id>/clearance")
@require(Action.GRANT_CLEARANCE)
def grant_clearance(person_id: int) -> Response | tuple[str, int]:
    """Clear the person up to a level."""
    form = parse_form(ClearanceForm)
    if isinstance(form, FieldErrors):
        return _person_page(person_id, dict(form.errors)), 422
    runtime = current_runtime()
    scheme, _, level = form.cleared_to.partition(":")
    until = end_of_day(form.cleared_until, runtime.settings)
    try:
        meetings.grant_clearance(runtime, current_actor(), person_id, scheme=scheme, level=level, until=until)
    except (ConflictError, InvalidError) as refusal:
        return _person_page(person_id, {"cleared_until": _advice(refusal)}), errors.status_of(refusal)
    flash(gettext("The person is cleared."), "success")
    return redirect(url_for("people.show", person_id=person_id))


@blueprint.post("/<int:person_id>/pin")
@require(Action.MANAGE_PEOPLE)
def set_pin(person_id: int) -> Response | tuple[str, int]:
    """Give the person a PIN."""
    wrong = _new_pin(person_id)
    if wrong is not None:
        return _person_page(person_id, wrong), 422
    flash(gettext("The PIN is set."), "success")
    return redirect(url_for("people.show", person_id=person_id))


@blueprint.post("/<int:person_id>/password")
@require(Action.MANAGE_PEOPLE)
def set_password(person_id: int) -> Response | tuple[str, int]:
    """Give one account a new password; its sessions end."""
    form = parse_form(PasswordForm)
    if isinstance(form, FieldErrors):
        return _person_page(person_id, dict(form.errors)), 422
    _require_own(person_id, form.login)
    try:
        people.set_password(current_runtime(), current_actor(), form.login, form.password)
    except InvalidError as refusal:
        return _person_page(person_id, dict(refused_field({}, refusal).errors)), 422
    flash(
        gettext(
            "The password is set; whoever was logged in is logged out and chooses one of their own next time."
        ),
        "success",
    )
    return redirect(url_for("people.show", person_id=person_id))


@blueprint.post("/<int:person_id>/account")
@require(Action.MANAGE_PEOPLE)
def set_active(person_id: int) -> Response:
    """Close or open one account."""
    login, active = request.form.get("login", ""), request.form.get("active") == "yes"
    _require_own(person_id, login)
    people.set_active(current_runtime(), current_actor(), login, active=active)
    flash(gettext("The account is open.") if active else gettext("The account is closed."), "success")
    return redirect(url_for("people.show", person_id=person_id))


@blueprint.get("/pin")
@require(Action.CONFIRM_RECEIPT)
def own_pin() -> str:
    """Show the form for the visitor's own PIN."""
    return render_template("people/pin.html", errors={}, digits=PIN_DIGITS)


@blueprint.post("/pin")
@require(Action.CONFIRM_RECEIPT)
def change_own_pin() -> Response | tuple[str, int]:
    """Set the visitor's own PIN."""
    wrong = _new_pin(current_actor().person_id or 0)
    if wrong is not None:
        return render_template("people/pin.html", errors=wrong, digits=PIN_DIGITS), 422
    flash(gettext("Your PIN is set. It signs for papers; tell it to nobody."), "success")
    return redirect(url_for("home.desk"))


def _new_pin(person_id: int) -> dict[str, str] | None:
    """Set a PIN as the form says; return what is wrong with it, if anything."""
    form = parse_form(PinForm)
    if isinstance(form, FieldErrors):
        return dict(form.errors)
    try:
        people.set_pin(current_runtime(), current_actor(), person_id, form.pin)
    except InvalidError as refusal:
        return dict(refused_field({}, refusal).errors)
    return None


def _require_own(person_id: int, login: str) -> PersonRow:
    """Return the person of the address, whose login it must be."""
    row = people.get_person(current_runtime(), current_actor(), person_id)
    if login not in {account.login for account in row.accounts}:
        raise people.AccountUnknown("the login is another person's")
    return row


def _list_page(entered: object, wrong: object) -> str:
    runtime, actor = current_runtime(), current_actor()
    unit_id = request.args.get("unit", type=int)
    search = request.args.get("search", "")[:NAME_LIMIT]
    return render_template(
        "people/index.html",
        rows=people.list_people(runtime, actor, unit_id=unit_id, search=search),
        units=people.list_units(runtime),
        unit_options=unit_options(),
        unit_chosen=unit_id or "",
        search=search,
        entered=entered,
        errors=wrong,
        may_keep=roles.may(actor, Action.MANAGE_PEOPLE),
    )


def _accounts_page(wrong: Mapping[str, str]) -> str:
    return render_template(
        "people/accounts.html",
        rows=accounts.without_account(current_runtime(), current_actor()),
        most=accounts.MOST_AT_ONCE,
        errors=wrong,
    )


def _form_page(form: FieldErrors) -> str:
    return render_template(
        "people/new.html",
        entered=form.entered,
        errors=form.errors,
        units=people.list_units(current_runtime()),
        shortest=SHORTEST_PASSWORD,
    )


def _person_page(person_id: int, wrong: dict[str, str]) -> str:
    actor = current_actor()
    row = people.get_person(current_runtime(), actor, person_id)
    return render_template(
        "people/show.html",
        row=row,
        lacking=people.lacking_of(current_runtime(), row),
        errors=wrong,
        clearances=meetings.list_clearances(current_runtime(), person_id),
        level_options=level_options(),
        all_roles=list(Role),
        may_keep=roles.may(actor, Action.MANAGE_PEOPLE),
        may_grant=roles.may(actor, Action.MANAGE_ROLES) and person_id != actor.person_id,
        shortest=SHORTEST_PASSWORD,
        digits=PIN_DIGITS,
    )


def _advice(refusal: Exception) -> str:
    words = errors.words_of(refusal)
    return f"{words.sentence} {words.next_step}"
