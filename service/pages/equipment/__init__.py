"""Devices: a module for each part of what is done about them, most of it on the page of one device."""

from service.pages.equipment import jobs, photocopies, register, repairs, retirement
from service.pages.equipment.page import blueprint

__all__ = ["blueprint", "jobs", "photocopies", "register", "repairs", "retirement"]
