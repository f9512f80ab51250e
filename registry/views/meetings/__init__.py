"""Meetings as lists, pages and boards show them; who sees how much of which."""

from registry.views.meetings.conveyance import usable_requests
from registry.views.meetings.lines import AttendeeLine, MeetingRow, MeetingView
from registry.views.meetings.people import clearances
from registry.views.meetings.reach import meeting, meetings
from registry.views.meetings.sight import whole

__all__ = [
    "AttendeeLine",
    "MeetingRow",
    "MeetingView",
    "clearances",
    "meeting",
    "meetings",
    "usable_requests",
    "whole",
]
