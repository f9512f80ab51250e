"""Devices by program: registered, handed over, inspected, used, repaired, retired; a module for each part of that."""

from service.api.equipment import jobs, photocopies, register, repairs, retirement, story
from service.api.equipment.area import area

__all__ = ["area", "jobs", "photocopies", "register", "repairs", "retirement", "story"]
