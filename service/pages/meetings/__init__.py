"""Meetings: a module for each part of what is done about them, all on the page of one meeting."""

from service.pages.meetings import conveyance, course, incidents, outstanding, people, planning
from service.pages.meetings.page import blueprint

__all__ = ["blueprint", "conveyance", "course", "incidents", "outstanding", "people", "planning"]
