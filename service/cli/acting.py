"""Who acts at the keyboard: commands that are deeds ask for an account and its password, like the pages do."""

import click

from registry.rules.roles import Actor
from service.faults import LoginFailed, LoginThrottled, PasswordToChange
from service.flows import signing_in
from service.flows.signing_in import LoginRefused
from service.runtime import Runtime

acting_as = click.option("--as", "acting", required=True, metavar="LOGIN", help="Your own account.")
"""The option of every command that is a deed."""


def asked_actor(runtime: Runtime, login: str) -> Actor:
    """Return who is at the keyboard, after their password; the login is recorded and ended at once."""
    entered = click.prompt(f"Password of {login}", hide_input=True)
    found_login = signing_in.sign_in(runtime, login, entered, address="command line")
    if isinstance(found_login, LoginRefused):
        raise (LoginThrottled if found_login.code == "too-many-attempts" else LoginFailed)(found_login.code)
    visitor = signing_in.find_visitor(runtime, found_login.secret)
    signing_in.sign_out(runtime, found_login.secret)
    if visitor is None:
        raise LoginFailed("the account was closed this instant")
    if visitor.password_is_first:
        raise PasswordToChange("got a password that somebody else has chosen")
    return visitor.actor
