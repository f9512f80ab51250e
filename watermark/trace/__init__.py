"""Trace a picture of paper to the copy it shows: find the page, lay it over, measure, weigh, name or decline."""
