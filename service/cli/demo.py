"""The demonstration: everything set up in a folder of its own, served with a worker, logins printed."""

import multiprocessing
import shutil
import signal
import socket
import sys
from pathlib import Path
from threading import Event

import click

from service import demo_accounts, logs
from service.app import create_app
from service.cli.serve import run_server
from service.config import PROJECT_ROOT, Settings, load_settings
from service.demo import company
from service.demo.seed import seed
from service.flows.handlers import CHORES, HANDLERS
from service.runtime import open_runtime
from service.worker import run_worker

FOLDER = PROJECT_ROOT / "demo-data"
WIDTH = 28


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
def demo(*, reset: bool, port: int | None, lang: str, data: Path, only_seed: bool) -> None:
    """Show an invented company at work; touches no data but its own."""
    settings = load_settings(
        demo=True,
        data_dir=data,
        port=_free_port(8080) if port is None else port,
        language=lang,
        log_level="warning",
    )
    logs.configure(settings)
    if reset and data.exists():
        _require_demo(data)
        shutil.rmtree(data)
    if not data.exists():
        _make(settings)
    if only_seed:
        return
    _serve(settings)


def _make(settings: Settings) -> None:
    """Make the data beside their place and move them there when they are whole."""
    making = settings.data_dir.with_name(settings.data_dir.name + ".making")
    shutil.rmtree(making, ignore_errors=True)
    click.echo("Making two months of an invented company. This happens once and takes about a minute.")
    runtime = open_runtime(load_settings(demo=True, data_dir=making, log_level="warning"))
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
    worker = multiprocessing.get_context("spawn").Process(target=_work, args=(settings,), daemon=True)
    worker.start()
    _greet(settings)
    try:
        run_server(create_app(settings), settings)
    finally:
        worker.terminate()
        worker.join(timeout=10)


def _work(settings: Settings) -> None:
    """Work the jobs until told to stop."""
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _signal, _frame: stop.set())
    logs.configure(settings)
    run_worker(open_runtime(settings), HANDLERS, stop, CHORES)


def _greet(settings: Settings) -> None:
    click.echo(f"\n  Foliotrace · 演示 Demo\n\n  http://{settings.host}:{settings.port}\n")
    for account in demo_accounts.read(settings):
        role = account.role.value.lower().replace("_", " ")
        click.echo(f"  {account.login:<12} {account.password:<18} {role:<22} {account.name_zh}")
    click.echo(f"\n  PIN of everybody: {company.PIN}")
    leak = settings.data_dir / company.LEAK_FILE
    if leak.is_file():
        click.echo(f"  A leaked page to trace: {leak}")
    click.echo("  Ctrl-C stops everything; ./run demo --reset begins anew.\n", nl=True)


def _free_port(wanted: int) -> int:
    """Return the wanted port, or any free one when it is taken."""
    for candidate in (wanted, 0):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", candidate))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise click.ClickException("no port is free")


def _require_demo(data: Path) -> None:
    """Refuse to delete a folder that is no demonstration's."""
    if not (data / demo_accounts.FILE).is_file():
        raise click.ClickException(f"{data} holds no demonstration; nothing was deleted")
