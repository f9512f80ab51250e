"""Work the jobs."""

import signal
from threading import Event
from types import FrameType

import click

from service import logs
from service.cli.opening import open_installation
from service.flows.handlers import CHORES, HANDLERS
from service.worker import run_worker


@click.command()
def worker() -> None:
    """Work the jobs until stopped; the job at hand is finished first."""
    runtime = open_installation()
    logs.configure(runtime.settings)
    stop = Event()

    def finish(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, finish)
    signal.signal(signal.SIGINT, finish)
    run_worker(runtime, HANDLERS, stop, CHORES)
