"""The demonstration: everything set up in a folder of its own, served with a worker, logins printed."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import click

from service import demo_accounts, logs
from service.app import create_app
from service.cli.serve import run_server
from service.config import PROJECT_ROOT, Settings, load_settings
from service.demo.greeting import greet
from service.demo.seed import seed
from service.flows.handlers import CHORES, HANDLERS
from service.runtime import open_runtime
from service.worker import run_worker

FOLDER = PROJECT_ROOT / "demo-data"
WIDTH = 28
USUAL_PORT = 8080


@click.command()
@click.option("--reset", is_flag=True, help="Throw the demonstration's data away and make them anew.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; a free one if omitted.")
@click.option(
    "--lang",
    type=click.Choice(["zh", "en"]),
    default="zh",
    show_default=True,
    help="Language of the login page.",
)
@click.option(
    "--data", type=click.Path(path_type=Path), default=FOLDER, help="Folder for the demonstration's data."
)
@click.option("--only-seed", is_flag=True, help="Make the data and stop.")
@click.option("--only-work", is_flag=True, hidden=True)
def demo(*, reset: bool, port: int | None, lang: str, data: Path, only_seed: bool, only_work: bool) -> None:
    """Show an invented company at work; touches no data but its own."""
    settings = load_settings(demo=True, data_dir=data, language=lang, log_level="error")
    logs.configure(settings)
    if only_work:
        _work(settings)
        return
    if reset and data.exists():
        _require_demo(data)
        shutil.rmtree(data)
    if not data.exists():
        _make(settings)
    if only_seed:
        return
    _serve(settings.model_copy(update={"port": _free_port(port)}))


def _make(settings: Settings) -> None:
    """Make the data beside their place and move them there when they are whole."""
    making = settings.data_dir.with_name(settings.data_dir.name + ".making")
    shutil.rmtree(making, ignore_errors=True)
    click.echo("Making two months of an invented company. This happens once and takes about a minute.")
    runtime = open_runtime(load_settings(demo=True, data_dir=making, log_level="error"))
    runtime.database.migrate()
    seed(runtime, _tell)
    runtime.database.close()
    making.rename(settings.data_dir)
    click.echo("\r" + " " * 60 + "\r", nl=False)


def _tell(what: str) -> None:
    if sys.stdout.isatty():
        click.echo(f"\r  {what[:WIDTH]:<{WIDTH}}", nl=False)


def _serve(settings: Settings) -> None:
    """Serve with a worker beside; Ctrl-C stops both."""
    runtime = open_runtime(settings)
    app = create_app(settings, runtime=runtime)
    greet(app, runtime)
    with _worker_beside(settings):
        run_server(app, settings)


@contextmanager
def _worker_beside(settings: Settings) -> Iterator[None]:
    """Run a worker in a process of its own, which ends when we close the pipe between us, or die."""
    owner = os.getpid()
    ours = signal.signal(signal.SIGINT, signal.SIG_IGN)  # the worker inherits this: Ctrl-C is for us
    command = [sys.executable, "-m", "service.cli", "demo", "--only-work", "--data", str(settings.data_dir)]
    worker = subprocess.Popen(command, stdin=subprocess.PIPE, cwd=PROJECT_ROOT)  # noqa: S603 - our own program
    signal.signal(signal.SIGINT, ours)
    try:
        yield
    finally:
        if os.getpid() == owner:
            worker.communicate()
        else:  # the server's forked children leave through here as well
            worker.returncode = 0  # and it is not theirs to wait for


def _work(settings: Settings) -> None:
    """Work the jobs until the pipe from the one who started us is closed."""
    stop = Event()

    def wait_for_the_end() -> None:
        sys.stdin.read()
        stop.set()

    Thread(target=wait_for_the_end, name="watch the pipe", daemon=True).start()
    run_worker(open_runtime(settings), HANDLERS, stop, CHORES)


def _free_port(wanted: int | None) -> int:
    """Return a port to listen on: the wanted one, or the usual one, or any if that is taken."""
    for candidate in (USUAL_PORT, 0) if wanted is None else (wanted,):
        with socket.socket() as probe:
            if os.name == "posix":  # a port that was used a moment ago is free, as the server will see it
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", candidate))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise click.ClickException(f"port {wanted} is taken; another one: ./run demo --port 0")


def _require_demo(data: Path) -> None:
    """Refuse to delete a folder that is no demonstration's."""
    if not (data / demo_accounts.FILE).is_file():
        raise click.ClickException(f"{data} holds no demonstration; nothing was deleted")
