"""Meetings by program: planned, prepared, held, closed, passed on; a module for each part of that."""

from service.api.meetings import conveyance, course, incidents, outstanding, people, planning, story
from service.api.meetings.area import area

__all__ = ["area", "conveyance", "course", "incidents", "outstanding", "people", "planning", "story"]
