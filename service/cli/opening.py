"""What every command begins with: an installation that fits this release."""

import click

from service.config import load_settings
from service.faults import DatabaseUnfit
from service.runtime import Runtime, open_runtime


def open_installation(**overrides: object) -> Runtime:
    """Return the tools of the installation that the environment names; closed when the command ends.

    Args:
        overrides: Settings given as options of the command.

    Raises:
        DatabaseUnfit: its tables are of another release.
    """
    runtime = open_runtime(load_settings(**overrides))
    if not runtime.database.is_current():
        raise DatabaseUnfit("its tables are of another release; run: foliotrace migrate")
    click.get_current_context().call_on_close(runtime.database.close)
    return runtime
