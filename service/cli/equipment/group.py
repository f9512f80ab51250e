"""The group in which the commands about devices are."""

import click


@click.group()
def device() -> None:
    """Keep the register of devices: custodians, inspections, copy and fax jobs, repairs, retirement."""
