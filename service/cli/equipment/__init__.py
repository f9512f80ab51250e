"""Devices from the command line: registered, handed over, inspected, used, repaired, retired."""

from service.cli.equipment import jobs, photocopies, register, repairs, retirement
from service.cli.equipment.group import device

__all__ = ["device", "jobs", "photocopies", "register", "repairs", "retirement"]
