"""Logging in by program: the secret of the session comes as the answer and goes into the ``Authorization`` header."""

from pydantic import Field

from service import passwords
from service.api.area import Area, Model
from service.faults import LoginFailed, LoginThrottled
from service.filters import role_text
from service.flows import signing_in
from service.flows.signing_in import LoginRefused
from service.login import client_address, current_credential, current_runtime, get_visitor

area = Area("sessions", __name__)


class Login(Model):
    """Account name and password."""

    login: str = Field(max_length=64)
    password: str = Field(max_length=passwords.LONGEST)


class OpenedSession(Model):
    """The secret of the new session and how long it can live."""

    secret: str
    idle_minutes: int
    absolute_minutes: int


class Whoami(Model):
    """Who is logged in, and as what."""

    login: str
    person_id: int
    name_zh: str
    name_en: str
    roles: list[str]
    role_names: list[str]


@area.operation(
    "POST",
    "/sessions",
    summary="Log in and get the secret of a new session.",
    body=Login,
    answer=OpenedSession,
    status=201,
    is_open=True,
)
def open_session(body: Login) -> OpenedSession:
    """Log in."""
    runtime = current_runtime()
    found = signing_in.sign_in(runtime, body.login, body.password, address=client_address())
    if isinstance(found, LoginRefused):
        raise (LoginThrottled if found.code == "too-many-attempts" else LoginFailed)(found.code)
    settings = runtime.settings
    return OpenedSession(
        secret=found.secret,
        idle_minutes=settings.session_idle_minutes,
        absolute_minutes=settings.session_absolute_minutes,
    )


class NewPassword(Model):
    """One's current password and the new one."""

    current: str = Field(max_length=passwords.LONGEST)
    new: str = Field(max_length=passwords.LONGEST)


@area.operation(
    "PUT",
    "/sessions/current/password",
    summary="Change your own password; every session ends, this one too: log in anew.",
    body=NewPassword,
    before_own_password=True,
)
def change_password(body: NewPassword) -> None:
    """Change one's own password."""
    runtime = current_runtime()
    found = signing_in.change_password(
        runtime, get_visitor().login, body.current, body.new, address=client_address()
    )
    if isinstance(found, LoginRefused):
        raise (LoginThrottled if found.code == "too-many-attempts" else LoginFailed)(found.code)
    signing_in.sign_out(runtime, found.secret)


@area.operation("GET", "/sessions/current", summary="Tell who is logged in.", answer=Whoami)
def whoami() -> Whoami:
    """Tell who is logged in."""
    visitor = get_visitor()
    roles = sorted(visitor.actor.roles)
    return Whoami(
        login=visitor.login,
        person_id=visitor.person_id,
        name_zh=visitor.name_zh,
        name_en=visitor.name_en,
        roles=[role.value for role in roles],
        role_names=[role_text(role) for role in roles],
    )


@area.operation("DELETE", "/sessions/current", summary="End this session.", before_own_password=True)
def end_session() -> None:
    """Log out."""
    credential = current_credential()
    if credential is not None:
        signing_in.sign_out(current_runtime(), credential.secret)
