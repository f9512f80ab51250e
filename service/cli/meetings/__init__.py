"""Meetings from the command line: planned, prepared, held, closed, passed on; a module for each part of that."""

from service.cli.meetings import conveyance, course, incidents, outstanding, people, planning
from service.cli.meetings.group import conveying, incident, meeting

__all__ = [
    "conveyance",
    "conveying",
    "course",
    "incident",
    "incidents",
    "meeting",
    "outstanding",
    "people",
    "planning",
]
