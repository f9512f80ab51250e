"""The command line: one group ``foliotrace``, one file for each area; those listed here are its commands."""

import sys
from typing import Any

import click

from registry.errors import RegistryError
from service.cli.approvals import approval
from service.cli.cases import case
from service.cli.circulations import circulation
from service.cli.consents import consent
from service.cli.copies import copy
from service.cli.custody import counter
from service.cli.delegations import delegation
from service.cli.demo import demo
from service.cli.destruction import destruction
from service.cli.documents import document
from service.cli.equipment import device
from service.cli.exchange import (
    check_import,
    export_register,
    import_labels,
    import_table,
    list_imports,
    undo_import,
)
from service.cli.families import family
from service.cli.figures import statistics
from service.cli.gate import gate, permit
from service.cli.leavers import leaver
from service.cli.ledger import ledger, verify
from service.cli.losses import loss
from service.cli.meetings import conveying, incident, meeting
from service.cli.messages import messages
from service.cli.migrate import migrate
from service.cli.people import user
from service.cli.printing import batch
from service.cli.recalls import recall
from service.cli.regradings import regrading
from service.cli.rules import rules
from service.cli.sending import plant
from service.cli.serve import serve
from service.cli.shredder import shredder
from service.cli.stocktakes import stocktake
from service.cli.tracing import drill, trace
from service.cli.upkeep import upkeep
from service.cli.waste import waste
from service.cli.worker import worker
from service.faults import ServiceFault
from watermark import WatermarkError

COMMANDS: tuple[click.Command, ...] = (
    demo,
    document,
    counter,
    approval,
    serve,
    destruction,
    plant,
    shredder,
    stocktake,
    loss,
    recall,
    circulation,
    leaver,
    rules,
    consent,
    delegation,
    device,
    meeting,
    conveying,
    incident,
    regrading,
    family,
    statistics,
    worker,
    migrate,
    user,
    batch,
    copy,
    waste,
    import_table,
    list_imports,
    check_import,
    import_labels,
    undo_import,
    export_register,
    gate,
    permit,
    trace,
    case,
    drill,
    ledger,
    verify,
    upkeep,
    messages,
)


class Doors(click.Group):
    """Says a refusal in one line instead of a stack trace."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - as click declares it
        """Run a command; a refusal ends it with status 1."""
        try:
            return super().invoke(ctx)
        except (RegistryError, ServiceFault, WatermarkError) as refusal:
            click.echo(f"{refusal.code}: {refusal}", err=True)
            sys.exit(1)


@click.group(cls=Doors, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="foliotrace")
def main() -> None:
    """Foliotrace: every copy of a confidential paper has a number, a holder and a mark."""


for command in COMMANDS:
    main.add_command(command)
