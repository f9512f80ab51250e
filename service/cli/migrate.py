"""Bring the database to this release."""

import click

from service.config import load_settings
from service.runtime import open_runtime


@click.command()
def migrate() -> None:
    """Create the tables, or bring them to the newest revision; make the keys if nothing was ever recorded."""
    runtime = open_runtime(load_settings())
    runtime.database.migrate()
    click.echo("The database is at the newest revision.")
