"""The groups in which the commands about meetings are."""

import click


@click.group()
def meeting() -> None:
    """Plan meetings, prepare them, see what is out, close them."""


@click.group("conveyance")
def conveying() -> None:
    """Pass a meeting's content on within its scope, and sign for what you were told."""


@click.group()
def incident() -> None:
    """Report breaches of a meeting's discipline and settle them."""
