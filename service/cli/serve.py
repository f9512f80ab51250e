"""Serve the pages and the API."""

import sys

import click
from flask import Flask

from service.app import create_app
from service.cli.opening import open_installation
from service.config import Settings


@click.command()
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=int, help="Port to listen on.")
def serve(host: str | None, port: int | None) -> None:
    """Serve the pages and the API until stopped."""
    chosen = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    runtime = open_installation(**chosen)
    settings = runtime.settings
    click.echo(f"Foliotrace listens on http://{settings.host}:{settings.port}")
    run_server(create_app(settings, runtime=runtime), settings)


def run_server(app: Flask, settings: Settings) -> None:
    """Serve until stopped: one process with threads, since the work that needs a processor is done by the worker."""
    if sys.platform == "win32":
        from waitress import serve as serve_waitress  # noqa: PLC0415 - installed on Windows only

        serve_waitress(app, host=settings.host, port=settings.port, threads=settings.threads)
    else:
        from service.cli.gunicorn_server import serve_gunicorn  # noqa: PLC0415 - gunicorn needs POSIX

        serve_gunicorn(app, settings)
